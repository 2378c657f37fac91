# SPDX-License-Identifier: Apache-2.0
"""Forged runs of known joules in a made-up grid; all that they weigh is worked out here beside
the program, from docs/METHOD.md and the tables of data/. Names are the promises."""
import csv
import json
import math
import os
import pathlib
import sqlite3
import subprocess
from fractions import Fraction as F

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORGE = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build")) / "tests/net/forge-run"
NS, HOUR, KWH = 10**9, 3600, 3_600_000
START_S = 1_717_200_000  # 2024-06-01T00:00:00Z
DIGITS = 2e-8  # JSON has nine, and what is made of three of its numbers one less


def near(value):
    return pytest.approx(float(value), rel=DIGITS, abs=1e-15)


def table(name):
    with open(ROOT / "data" / f"{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


class Run:
    """Even power between rows of (hour, J since the start)."""

    def __init__(self, rows, place="DE", start_s=START_S, **columns):
        self.rows, self.place, self.start_s = rows, place, start_s
        self.columns = {"pue": 1.25, "pue_source": "told", **columns}

    def forge(self, gramme, number, software=None, gain_permille=0):
        text = "".join(f"{int(h * HOUR * NS)} {round(j * 10**6)}\n" for h, j in self.rows)
        subprocess.run([str(FORGE), str(gramme.db), self.place, str(self.start_s * NS)],
                       input=text, text=True, check=True)
        self.columns["id"] = f"20240601T000000-{number:08x}"
        with sqlite3.connect(gramme.db) as db:
            (key,) = db.execute("SELECT max(key) FROM run").fetchone()
            for name, value in self.columns.items():
                db.execute(f"UPDATE run SET {name} = ? WHERE key = ?", (value, key))
            db.execute("UPDATE domain SET gain_u_permille = ? WHERE run = ?",
                       (gain_permille, key))
            if software:
                db.execute("INSERT INTO inventory VALUES (?, NULL, ?)",
                           (key, json.dumps(software)))
        return self.columns["id"]

    def joules_between(self, from_h, to_h):
        def until(hour):
            done = F(0)
            for (h, j), (next_h, next_j) in zip(self.rows, self.rows[1:]):
                part = min(max(F(hour) - F(h), 0), F(next_h) - F(h))
                done += F(next_j - j) * part / (F(next_h) - F(h))
            return done
        return until(to_h) - until(from_h)

    def joules(self):
        return F(self.rows[-1][1] - self.rows[0][1])


def put_series(gramme, key, steps, provider="csv", zone="DE", signal="average",
               basis="average, lifecycle, consumption", error=0.1):
    with sqlite3.connect(gramme.db) as db:
        db.execute("INSERT INTO intensity_series VALUES (?, ?, ?, ?, ?, ?)",
                   (key, provider, zone, signal, basis, error))
        for from_h, to_h, gpkwh in steps:
            db.execute("INSERT INTO intensity_point VALUES (?, ?, ?, ?, 0, 0, ?)",
                       (key, START_S + int(from_h * HOUR), START_S + int(to_h * HOUR), gpkwh,
                        START_S))


def mean_over(run, steps, yearly, error):
    """E-10: the mean weighted by joules, and its ends."""
    whole, covered = run.joules(), F(0)
    product = size = F(0)
    for from_h, to_h, gpkwh in steps:
        part = run.joules_between(from_h, to_h)
        covered += part
        product += part * F(gpkwh)
        size += part * abs(F(gpkwh))
    bare = (whole - covered) / whole
    value, half = product / whole, F(str(error)) * size / whole
    low, high = value - half, value + half
    if bare:
        value, low, high = (own + bare * F(told) for own, told in
                            zip((value, low, high), (yearly["value"], yearly["low"],
                                                     yearly["high"])))
    return [float(x) for x in (value, max(low, 0) if product >= size else low, high)]


def product(a, b, scale=1.0):
    """E-12, for values and ends of either sign."""
    def off(q, times, side):
        width = (q[0] - q[1], q[2] - q[0])
        return abs(times) * width[side if times >= 0 else 1 - side]

    value = a[0] * b[0]
    low = value - math.hypot(off(a, b[0], 0), off(b, a[0], 0))
    high = value + math.hypot(off(a, b[0], 1), off(b, a[0], 1))
    if a[1] >= 0 and b[1] >= 0:
        low = max(low, a[1] * b[1])
    return [x * scale for x in (value, low, high)]


def ends(q):
    return [q["value"], q["low"], q["high"]]


def same(q, expected):
    assert ends(q) == [near(x) for x in expected]


# --- one run ---------------------------------------------------------------------------------

STEPS = [(0, 1, 100.0), (1, 1.5, 700.0), (1.5, 3, 250.0)]
# In 2048ths of the mean step from row to row, as the ledger keeps what is between the ends.
UNEVEN = [(0, 0), (0.75, KWH), (1.25, KWH + 3515.625), (4, 3 * KWH)]


def weighed(gramme, steps=STEPS, **more):
    run = Run(UNEVEN, grid="csv DE")
    told = run.forge(gramme, 1)
    put_series(gramme, 1, steps, **more)
    return run, gramme.json("show", told)


def test_energy_meets_intensity_to_nine_digits(gramme):
    run, shown = weighed(gramme)
    carbon, attributed = shown["carbon"], shown["energy"]["attributed_j"]
    assert attributed["value"] == near(3 * KWH)
    facility = product(ends(attributed), [1.25] * 3, 1 / KWH)
    same(shown["energy"]["facility_kwh"], facility)
    with sqlite3.connect(gramme.db) as db:
        db.execute("UPDATE run SET grid = ''")
    yearly = gramme.json("show", shown["id"])["carbon"]["intensity_gpkwh"]
    mean = mean_over(run, STEPS, yearly, 0.1)
    same(carbon["intensity_gpkwh"], mean)
    same(carbon["kg"], product(facility, mean, 1e-3))
    assert carbon["intensity_gpkwh"]["covered_ratio"] == near(
        run.joules_between(0, 3) / run.joules())


def test_a_basis_that_is_not_all_of_it_is_said(gramme):
    _, shown = weighed(gramme, basis="average, direct, consumption")
    told = shown["carbon"]["intensity_gpkwh"]
    assert told["basis"] == "average, direct, consumption"
    assert "the rest has a yearly mean, average, lifecycle, generation" in told["why"]
    text = gramme("statement", shown["id"]).stdout.replace("\n", " ")
    assert "lifecycle, generation" in text


def test_one_basis_for_all_of_it_needs_no_word(gramme):
    _, shown = weighed(gramme, [(0, 5, 300.0)], basis="average, direct, consumption")
    assert shown["carbon"]["intensity_gpkwh"]["why"] is None


def test_a_guessed_place_is_assumed_though_its_hours_are_known(gramme):
    run = Run(UNEVEN, grid="csv DE", region_how="timezone")
    told = run.forge(gramme, 1)
    put_series(gramme, 1, [(0, 5, 300.0)])
    assert gramme.json("show", told)["carbon"]["intensity_gpkwh"]["kind"] == "assumed"


def test_hours_after_a_sleep_are_told_to_be_too_early(gramme):
    run = Run(UNEVEN, grid="csv DE")
    told = run.forge(gramme, 1)
    put_series(gramme, 1, [(0, 5, 300.0)])
    with sqlite3.connect(gramme.db) as db:
        db.execute("INSERT INTO warning SELECT key, 'suspended', 'it slept' FROM run")
    intensity = gramme.json("show", told)["carbon"]["intensity_gpkwh"]
    assert intensity["kind"] == "assumed" and "slept during the run" in intensity["why"]


def test_a_marginal_intensity_below_nothing_turns_the_ends_around(gramme):
    run = Run(UNEVEN, grid_marginal="watttime DE")
    told = run.forge(gramme, 1, gain_permille=20)
    steps = [(0, 2, -400.0), (2, 5, 90.0)]
    put_series(gramme, 1, steps, "watttime", signal="marginal", error=0.3,
               basis="marginal, direct, consumption")
    shown = gramme.json("show", told)
    mean = mean_over(run, steps, None, 0.3)
    assert mean[0] < 0
    same(shown["carbon"]["marginal_intensity_gpkwh"], mean)
    same(shown["carbon"]["marginal_kg"],
         product(ends(shown["energy"]["facility_kwh"]), mean, 1e-3))


def test_cost_and_water_are_the_tables_times_the_run(gramme):
    _, shown = weighed(gramme)
    kg, cost = shown["carbon"]["kg"]["value"], shown["cost"]
    (german,) = (r for r in table("scc_country") if r["iso3"] == "DEU")
    same(cost["scc_usd"], [kg / 1e3 * float(german[c]) for c in
                           ("usd_per_t", "low_usd_per_t", "high_usd_per_t")])
    assert cost["scc_usd"]["dollars_of"] == 2005
    assert "16.7 to 83.3 %" in cost["scc_usd"]["interval"]
    epa = {r["discount_pct"]: float(r["usd_per_t"]) for r in table("scc_global")
           if r["scheme"] == "epa-2023" and r["year"] == "2024"}
    same(cost["global_scc_usd"], [kg / 1e3 * epa[d] for d in ("2.0", "2.5", "1.5")])
    assert cost["global_scc_usd"]["dollars_of"] == 2020
    assert "discount" in cost["global_scc_usd"]["interval"]
    (water,) = (float(r["l_per_kwh"]) for r in table("water_country") if r["iso3"] == "DEU")
    same(shown["carbon"]["water_l"],
         product(ends(shown["energy"]["facility_kwh"]), [water, water / 2, water * 2]))


def test_a_statement_of_one_run_is_the_run(gramme):
    _, shown = weighed(gramme)
    total = json.loads(gramme("statement", shown["id"], "--format", "json").stdout)
    for key, q in (("attributed_j", shown["energy"]["attributed_j"]),
                   ("facility_kwh", shown["energy"]["facility_kwh"]),
                   ("carbon_kg", shown["carbon"]["kg"])):
        assert ends(total["total"][key]) == ends(q), key
    assert ends(total["water_l"]) == ends(shown["carbon"]["water_l"])
    sci = gramme("statement", shown["id"], "--format", "sci", "--embodied-kg", "1460",
                 "--unit", "epoch", "--units", "2").stdout
    made_g = 1460e3 * 4 / (4 * 8760)
    assert f"{(shown['carbon']['kg']['value'] * 1e3 + made_g) / 2:.0f} g CO2e per epoch" in sci


# --- sums ------------------------------------------------------------------------------------

def width_of(runs, groups, part, side):
    """Linear inside a group, squared from group to group."""
    sums = {}
    for run, group in zip(runs, groups):
        sums[group] = sums.get(group, 0) + part(run)[side]
    return sum(w * w for w in sums.values())


def shares(run):
    """How far each factor alone moves a run's kg, down and up."""
    e, pue, i = (ends(run["energy"]["attributed_j"]), ends(run["carbon"]["pue"]),
                 ends(run["carbon"]["intensity_gpkwh"]))

    def alone(q, rest):
        return ((q[0] - q[1]) * rest / 3.6e9, (q[2] - q[0]) * rest / 3.6e9)

    return (alone(e, pue[0] * i[0]), alone(pue, e[0] * i[0]), alone(i, e[0] * pue[0]))


def summed(gramme, cases):
    """What the statement says of all, and what E-12 says: cases of (run, machine, grid)."""
    shown = []
    for number, (run, machine, _, _) in enumerate(cases, 1):
        run.columns["name"] = "all"
        told = run.forge(gramme, number, {"hostname": machine}, gain_permille=50)
        shown.append(gramme.json("show", told))
    done = gramme("statement", "--name", "all", "--format", "json")
    total = json.loads(done.stdout)["total"]["carbon_kg"]
    names = [[case[k] for case in cases] for k in (1, 2, 3)]
    value = sum(run["carbon"]["kg"]["value"] for run in shown)
    expected = [value]
    for side, sign in ((0, -1), (1, 1)):
        squares = sum(width_of(shown, names[k], lambda run, k=k: shares(run)[k], side)
                      for k in range(3))
        bound = sum(run["carbon"]["kg"][("low", "high")[side]] for run in shown)
        end = value + sign * math.sqrt(squares)
        expected.append(max(end, bound) if side == 0 else min(end, bound))
    return total, expected


def long_run(place="DE", year=2024, kwh=2, **columns):
    start_s = START_S + (year - 2024) * 366 * 24 * HOUR
    return Run([(0, 0), (24 * 40, kwh * KWH)], place, start_s, **columns)


def test_machines_sites_and_grids_add_as_they_err(gramme):
    total, expected = summed(gramme, [
        (long_run("DE"), "one", "DE", "DE"), (long_run("DE"), "two", "DE", "DE"),
        (long_run("FR", kwh=30, pue=None), "one", "FR", "FR"),
        (long_run("SE", kwh=60, pue=None), "three", "SE", "SE")])
    same(total, expected)


def test_one_zone_errs_alike_over_new_year(gramme):
    total, expected = summed(gramme, [(long_run("DE", year), "one", "DE", "DE")
                                      for year in (2021, 2022, 2023, 2024)])
    same(total, expected)


def test_one_zone_is_one_grid_with_and_without_hours(gramme):
    put = long_run("DE", grid="csv DE")
    cases = [(put, "one", "DE", "DE"), (long_run("DE"), "one", "DE", "DE")]
    run_id = put.forge(gramme, 9)
    put_series(gramme, 1, [(0, 24 * 20, 300.0)])
    gramme("rm", run_id)
    total, expected = summed(gramme, cases)
    same(total, expected)


def test_one_country_is_one_site_whatever_words_found_it(gramme):
    total, expected = summed(gramme, [
        (long_run("DE", pue=None), "one", "DE", "DE"),
        (long_run("Germany", pue=None), "two", "DE", "DE")])
    same(total, expected)


# --- before a run ----------------------------------------------------------------------------

def test_regions_are_ranked_by_what_they_say(gramme):
    view = gramme.json("regions", "--energy-kwh", 10, "--limit", 0)
    both = []
    for kind in ("average", "marginal"):
        told = {r["region"]: r for r in view["regions"]
                if r["is_region"] and r[f"{kind}_gpkwh"]}
        weight = {n: r["pue"]["value"] * r[f"{kind}_gpkwh"]["value"] for n, r in told.items()}
        for name, region in told.items():
            assert region[f"{kind}_rank"] == 1 + sum(
                w < weight[name] * (1 - 1e-8) for w in weight.values()), name
            same(region[f"{kind}_kg"],
                 product(product([10] * 3, ends(region["pue"])), ends(region[f"{kind}_gpkwh"]),
                         1e-3))
        both.append(weight)
    names = sorted(set(both[0]) & set(both[1]))
    assert view["agreement"]["regions"] == len(names)

    def places(weight):
        values = [round(weight[n], 6) for n in names]
        return [sum(w < v for w in values) + (sum(w == v for w in values) + 1) / 2
                for v in values]

    a, b = places(both[0]), places(both[1])
    mean = (len(names) + 1) / 2
    rho = (sum((x - mean) * (y - mean) for x, y in zip(a, b)) /
           math.sqrt(sum((x - mean)**2 for x in a) * sum((y - mean)**2 for y in b)))
    assert view["agreement"]["correlation"] == pytest.approx(rho, abs=1e-8)


def test_regions_say_that_they_mix_what_is_made_and_what_is_used(gramme):
    view = gramme.json("regions", "--limit", 0)
    assert len({r["average_gpkwh"]["basis"] for r in view["regions"]}) > 1
    text = " ".join(gramme("regions").stdout.split())
    assert "what a country generates, others what a zone consumes" in text


def test_an_estimate_is_its_own_product(gramme):
    told = gramme.json("estimate", "--gpu", "8 x H100", "--cpu", "none", "--memory", 256,
                       "--hours", 48, "--region", "aws:us-east-1")
    energy = product(ends(told["power_w"]), [48] * 3, 1e-3)
    same(told["energy_kwh"], energy)
    facility = product(energy, ends(told["pue"]))
    same(told["facility_kwh"], facility)
    kg = product(facility, ends(told["intensity_gpkwh"]), 1e-3)
    same(told["carbon_kg"], kg)
    (cost,) = (r for r in table("scc_country") if r["iso3"] == "USA")
    same(told["scc_usd"], [kg[0] / 1e3 * float(cost[c]) for c in
                           ("usd_per_t", "low_usd_per_t", "high_usd_per_t")])
    assert "16.7 to 83.3 %" in told["scc_usd"]["interval"]
    grams = {r["name"]: float(r["g_co2e"]) for r in table("equivalence")}
    assert told["equivalences"]
    for one in told["equivalences"]:
        assert one["amount"] == near(kg[0] * 1e3 / grams[one["name"]])


def test_brackets_of_a_social_cost_are_named_on_a_terminal(gramme):
    text = " ".join(gramme("estimate", "--gpu", "H100", "--cpu", "none", "--hours", 100,
                           "--region", "USA").stdout.split())
    assert "in brackets 16.7 to 83.3 %" in text
    assert "in brackets discount 2.0 %, 2.5 to 1.5 %" in text


def test_the_papers_own_figures(gramme):
    text = gramme("statement", "--energy-kwh", 24.343772, "--carbon-kg", 8.020598,
                  "--country", "USA", "--format", "latex").stdout
    for part in ("24.344~kWh", "8.021~kg", "\\$0.38 (\\$0.00,\n\\$0.95)"):
        assert part in text
