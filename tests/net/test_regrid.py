# SPDX-License-Identifier: Apache-2.0
"""Old runs weighed again. The joules are the ledger's own; what they make is worked out here with
fractions, beside the program. Names are the promises."""
import datetime
import json
import os
import pathlib
import random
import sqlite3
import subprocess
from fractions import Fraction

import pytest

import services
import standin
from services import Service

BUILD = pathlib.Path(os.environ.get("GRAMME_BUILD", services.ROOT / "build"))
FORGE = BUILD / "tests" / "net" / "forge-run"
HOUR = 3600
NS = 10**9


def offline_run(gramme, place="GB"):
    gramme("run", "-q", "--offline", "--region", place, "--", "sleep", "0.3")
    return gramme.json("show", "last")


def regrid(gramme, *words):
    done = gramme("regrid", "last", "--json", *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == "gramme.regrid/1" and len(told["runs"]) == 1
    return told["runs"][0]


def without_clock(path):
    """The ledger's rows of what is weighed."""
    with sqlite3.connect(path) as db:
        return [db.execute(f"SELECT * FROM {table}").fetchall()
                for table in ("run", "intensity_series", "intensity_point", "weighing")]


# --- old beside new --------------------------------------------------------------------------

def test_old_stands_beside_new_and_new_stays(gramme):
    before = offline_run(gramme)
    with Service("ukcarbon", 250.0) as grid:
        gramme.use(grid)
        row = regrid(gramme)
    assert row["before"]["intensity_gpkwh"]["value"] == before["carbon"]["intensity_gpkwh"]["value"]
    assert row["after"]["intensity_gpkwh"]["value"] == 250
    assert row["before"]["carbon_kg"]["value"] == before["carbon"]["kg"]["value"]
    after = gramme.json("show", "last")
    assert after["energy"] == before["energy"]
    assert after["carbon"]["kg"]["value"] == pytest.approx(row["after"]["carbon_kg"]["value"])
    assert after["carbon"]["intensity_gpkwh"]["source"] == "ukcarbon, zone GB"


def test_a_look_keeps_nothing(gramme):
    offline_run(gramme)
    before = without_clock(gramme.db)
    with Service("ukcarbon", 250.0) as grid:
        gramme.use(grid)
        row = regrid(gramme, "--look")
        assert grid.requests
    assert row["after"]["intensity_gpkwh"]["value"] == 250
    assert without_clock(gramme.db) == before


def test_every_figure_that_was_given_is_told(gramme):
    offline_run(gramme)
    for gpkwh in (250.0, 150.0):
        with Service("ukcarbon", gpkwh) as grid:
            gramme.use(grid)
            regrid(gramme)
    row = regrid(gramme, "--old", "--offline")
    said = [w["intensity_gpkwh"]["value"] for w in row["said"]]
    assert len(said) == 3 and said[1:] == [250, 150]


def test_the_table_goes_back(gramme):
    before = offline_run(gramme)
    with Service("ukcarbon", 250.0) as grid:
        gramme.use(grid)
        regrid(gramme)
        asked = len(grid.requests)
        regrid(gramme, "--grid", "table")
        assert len(grid.requests) == asked
    assert gramme.json("show", "last")["carbon"] == before["carbon"]


def test_another_place_may_be_said(gramme):
    offline_run(gramme, "GB")
    with Service("energinet", 55.0) as grid:
        gramme.use(grid)
        row = regrid(gramme, "--region", "DK-DK1")
    assert row["after"]["intensity_gpkwh"]["value"] == 55
    assert gramme.json("show", "last")["carbon"]["region"]["given"] == "DK-DK1"


def test_what_cannot_be_had_changes_nothing_and_is_said(gramme):
    before = offline_run(gramme)
    with Service("ukcarbon", answer=standin.status(403)) as grid:
        gramme.use(grid)
        row = regrid(gramme)
        said = gramme("regrid", "last").stdout
    assert "127.0.0.1" in row["note"] and "127.0.0.1" in said.replace("\n           ", " ")
    assert gramme.json("show", "last")["carbon"] == before["carbon"]


def test_who_is_named_and_cannot_be_asked_is_spoken_of(gramme):
    offline_run(gramme)
    assert "no key" in regrid(gramme, "--grid", "electricitymaps")["note"]
    done = gramme("regrid", "last", "--grid", "nobody")
    assert done.returncode == 1 and "nobody" in done.stderr


def test_what_was_fetched_survives_a_day_on_which_nobody_answers(gramme):
    offline_run(gramme)
    with Service("ukcarbon", 250.0) as grid:
        gramme.use(grid)
        regrid(gramme)
    with Service("ukcarbon", answer=standin.status(500)) as grid:
        gramme.use(grid)
        row = regrid(gramme)
    assert row["after"]["intensity_gpkwh"]["value"] == 250


def test_nobody_waits_for_the_ledger_while_the_network_is_asked(gramme):
    offline_run(gramme)
    free = []

    def write(request):
        with sqlite3.connect(gramme.db, timeout=0) as db:
            db.execute("BEGIN IMMEDIATE")
        free.append(True)
        return standin.status(403)

    with Service("ukcarbon", answer=write) as grid:
        gramme.use(grid)
        regrid(gramme)
    assert free


def test_a_run_that_goes_on_is_let_be(gramme):
    with gramme.start("run", "-q", "--offline", "--region", "GB", "--", "sleep", "60") as run:
        gramme.wait_for(lambda: gramme.rows("SELECT state FROM run"))
        with Service("ukcarbon", 250.0) as grid:
            gramme.use(grid)
            row = regrid(gramme)
            assert "goes on" in row["note"] and not grid.requests
        run.terminate()
    assert gramme.rows("SELECT grid FROM run")[0][0] == ""


def test_a_list_tells_what_was_weighed_and_reads_no_rows(gramme):
    offline_run(gramme)
    with Service("ukcarbon", 250.0) as grid:
        gramme.use(grid)
        regrid(gramme)
    shown = gramme.json("show", "last")["carbon"]["kg"]["value"]
    assert gramme.json("list")["runs"][0]["carbon_kg"] == pytest.approx(shown)
    with sqlite3.connect(gramme.db) as db:
        db.execute("DELETE FROM block")
    assert gramme.json("list")["runs"][0]["carbon_kg"] == pytest.approx(shown)


# --- over hours ------------------------------------------------------------------------------

def forge(gramme, place, began, rows):
    """A run of these rows, (ns since its start, uJ so far), in the ledger."""
    text = "".join(f"{t_ns} {uj}\n" for t_ns, uj in rows)
    subprocess.run([FORGE, gramme.db, place, str(began * NS)], input=text, text=True, check=True)


def rows_of(hours, seed):
    """Rows a minute or so apart, of a power that changes: steps small enough to be kept whole."""
    chance = random.Random(seed)
    t_us = uj = 0
    rows = [(0, 0)]
    while t_us < hours * HOUR * 10**6:
        t_us += chance.randrange(20, 90) * 10**6 + chance.randrange(10**6)
        uj += chance.randrange(0, 1900)
        rows.append((t_us * 1000, uj))
    return rows


def mean_of(rows, began, points, yearly):
    """E-10 in fractions: (g/kWh, part of the energy that has a step). Time without a step has
    the yearly mean; between two rows energy flows evenly."""
    grams = covered = Fraction(0)
    for (from_ns, from_uj), (to_ns, to_uj) in zip(rows, rows[1:]):
        begin, end = (Fraction(began * NS + t) for t in (from_ns, to_ns))
        bare = Fraction(1)
        for start, stop, gpkwh in points:
            part = min(end, stop * NS) - max(begin, start * NS)
            if part > 0:
                part /= end - begin
                bare -= part
                grams += (to_uj - from_uj) * part * Fraction(gpkwh)
                covered += (to_uj - from_uj) * part
        grams += (to_uj - from_uj) * bare * Fraction(yearly)
    return float(grams / rows[-1][1]), float(covered / rows[-1][1])


def weighed(gramme):
    """As the ledger keeps it, all digits: (g/kWh, kWh, kg)."""
    with sqlite3.connect(gramme.db) as db:
        return db.execute("SELECT intensity_gpkwh, facility_kwh, carbon_kg FROM weighing "
                          "ORDER BY key DESC LIMIT 1").fetchone()


def curve(unix_s):
    """Jumps from step to step, in figures that no float has exactly."""
    return 50 + 0.1 * (unix_s // 300 % 4999)


# The nights in which clocks change in Europe, one in California, a leap day, plain hours.
STARTS = ["2024-02-28T22:10", "2024-03-31T00:17", "2025-10-26T00:01", "2025-03-09T08:30",
          "2026-06-01T12:00"]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", services.AVERAGE)
def test_a_run_of_hours_is_weighed_step_by_step_exactly(gramme, name, start):
    row = services.ROWS[name]
    began = services.unix(start) + 13
    rows = rows_of(5, seed=f"{name} {start}")
    forge(gramme, row.place, began, rows)
    with Service(name, curve) as grid:
        gramme.use(grid)
        told = regrid(gramme)
    points = [(t, t + row.step_s, curve(t)) for t in
              services.steps(began, began + rows[-1][0] // NS + 1, row.step_s)]
    gpkwh, covered = mean_of(rows, began, points, 0)
    assert covered == 1
    value, kwh, kg = weighed(gramme)
    # What is made of a mix went through its megawatts and back.
    assert value == pytest.approx(gpkwh, rel=1e-9)
    assert kg == pytest.approx(kwh * value / 1000, rel=1e-9)
    assert told["after"]["covered_ratio"] == pytest.approx(1)


def test_what_no_step_covers_has_the_yearly_mean(gramme):
    """A file of steps of any length with a hole in it, in the writer's own zone."""
    began = services.unix("2026-03-29T00:30")
    rows = rows_of(6, seed=1)
    cuts = [-1800, 400, 4000, 4007, 9000, 15000, 23000]
    points = [(began + a, began + b, 100 + 77.7 * i) for i, (a, b) in
              enumerate(zip(cuts, cuts[1:])) if i != 3]
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=45))
    lines = [",".join([*(datetime.datetime.fromtimestamp(t, zone).isoformat() for t in (a, b)),
                       repr(g)]) for a, b, g in points]
    (gramme.folder / "own.csv").write_text("time,end,gco2_per_kwh\n" + "\n".join(lines) + "\n")
    gramme.env.update(GRAMME_INTENSITY=str(gramme.folder / "own.csv"), GRAMME_OFFLINE="1")
    forge(gramme, "DE", began, rows)
    yearly = gramme.json("show", "last")["carbon"]["intensity_gpkwh"]["value"]
    told = regrid(gramme)
    gpkwh, covered = mean_of(rows, began, points, yearly)
    assert 0.5 < covered < 0.95
    assert weighed(gramme)[0] == pytest.approx(gpkwh, rel=1e-9)
    assert told["after"]["covered_ratio"] == pytest.approx(covered, rel=1e-8)
    source = gramme.json("show", "last")["carbon"]["intensity_gpkwh"]["source"]
    assert source.startswith("csv, zone DE; the rest ")
