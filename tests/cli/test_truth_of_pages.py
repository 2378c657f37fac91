# SPDX-License-Identifier: Apache-2.0
"""What readers see against runs whose joules are known, and against itself: the headline, the
components, the curve, the sections, the statement, the appendix and the board are one sum."""
import csv
import io
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess

import pytest
from ledgers import FORGE, START_S, Ledger
from test_live import live_tool, watch  # noqa: F401

NS = 10**9
SECONDS = 2000  # more rows than the page's curve has bins
SHARE = 0.25
GAP = range(702, 1001)  # the memory's counter is not read in these seconds
DOMAINS = ("cpu:package-0", "memory:dram-0", "gpu:gpu-0")
MARKS = ((0, "load:begin"), (501, "load:end"), (501, "train:begin"), (1501, "train:end"),
         (1501, "test:begin"), (2000, "test:end"))
CLOSE = {"rel": 1e-6}


def watts(second):
    """What each domain draws in the second before this one; steps lie inside of sections."""
    return (40 if second <= 250 else 90, None if second in GAP or second == GAP[-1] + 1 else 7,
            300 if second <= 1250 else 120)


def joules(start=0, end=SECONDS):
    """By domain, of what was read."""
    rows = [watts(s) for s in range(start + 1, end + 1)]
    return [sum(row[k] or 0 for row in rows) for k in range(3)]


def shares(all_j):
    """The run's: a quarter of processor and memory, the whole board."""
    return [all_j[0] * SHARE, all_j[1] * SHARE, all_j[2]]


@pytest.fixture
def forged(gramme):
    energies, rows = [0, 0, 0], []
    for second in range(SECONDS + 1):
        if second > 0:
            energies = [e + 10**6 * (w or 0) for e, w in zip(energies, watts(second))]
        told = [str(e) for e in energies]
        told[1] = "-" if second in GAP else told[1]
        rows.append(" ".join([str(second * NS), *told]))
    subprocess.run([FORGE, gramme.db, "DE", str(START_S * NS), str(round(SHARE * 1000)), *DOMAINS],
                   input="\n".join(rows) + "\n", text=True, check=True)
    with sqlite3.connect(gramme.db) as db:
        (key,) = db.execute("SELECT key FROM run").fetchone()
        db.execute("UPDATE run SET pue = 1.25, pue_source = 'told'")
        db.executemany("INSERT INTO mark VALUES (?, ?, ?)",
                       [(key, t * NS, name) for t, name in MARKS])
    return gramme


@pytest.fixture
def report(forged):
    return forged.json("report", "last")


def test_the_headline_is_the_sum_of_what_was_forged(report):
    energy = report["runs"][0]["run"]["energy"]
    assert energy["machine_j"]["value"] == pytest.approx(sum(joules()), **CLOSE)
    assert energy["attributed_j"]["value"] == pytest.approx(sum(shares(joules())), **CLOSE)
    assert energy["facility_kwh"]["value"] == \
        pytest.approx(sum(shares(joules())) * 1.25 / 3.6e6, **CLOSE)
    assert report["total"]["attributed_j"]["value"] == energy["attributed_j"]["value"]


def test_the_components_are_the_headline(report):
    energy = report["runs"][0]["run"]["energy"]
    parts = energy["components"]
    assert [part["machine_j"]["value"] for part in parts] == pytest.approx(joules(), **CLOSE)
    assert [part["attributed_j"]["value"] for part in parts] == \
        pytest.approx(shares(joules()), **CLOSE)
    for key in ("machine_j", "attributed_j"):
        assert sum(part[key]["value"] for part in parts if part["counted"]) == \
            pytest.approx(energy[key]["value"], **CLOSE)


def bars_of(page):
    """Widths of the bars by domain, of a thousand."""
    return {name: [float(width) for width in re.findall(r'width="([\d.]+)"', bar)] for name, bar in
            re.findall(r'<bdi>([a-z]+-0)</bdi></div><svg viewBox="0 0 1000[^>]*>(.*?)</svg>', page)}


def test_the_bars_are_the_components(forged):
    bars = bars_of(forged("report", "last", "-o", "-").stdout)
    most = max(joules())
    for name, own, all_j in zip(DOMAINS, shares(joules()), joules()):
        wanted = [1000 * own / most, 1000 * (all_j - own) / most]
        assert bars[name.partition(":")[2]] == pytest.approx([w for w in wanted if w > 0], abs=0.06)


def test_a_gap_is_said_and_is_in_the_high_bound_alone(report):
    memory = report["runs"][0]["run"]["energy"]["components"][1]
    assert memory["coverage_ratio"] == pytest.approx(1 - 300 / SECONDS, abs=1e-6)
    assert memory["machine_j"]["high"] > 7 * SECONDS * 0.999
    assert report["runs"][0]["run"]["quality"]["coverage_ratio"] < 1


def test_sections_are_what_was_forged_between_their_marks(report):
    run = report["runs"][0]
    assert run["curve"]["thinned"] and run["curve"]["bins"] < SECONDS
    assert [section["name"] for section in run["sections"]] == ["load", "train", "test"]
    for section in run["sections"]:
        all_j = joules(round(section["from_s"]), round(section["to_s"]))
        assert section["machine_j"] == pytest.approx(sum(all_j), **CLOSE)
        assert section["attributed_j"] == pytest.approx(sum(shares(all_j)), **CLOSE)
    assert [section["coverage_ratio"] for section in run["sections"]] == \
        pytest.approx([1, 0.7, 1], abs=1e-5)
    assert sum(section["attributed_j"] for section in run["sections"]) == \
        pytest.approx(run["run"]["energy"]["attributed_j"]["value"], **CLOSE)


def test_the_curve_of_the_appendix_is_the_headline(forged):
    assert forged("appendix", "-o", "site").returncode == 0
    (path,) = (forged.folder / "site/data/runs").glob("*-power.csv")
    sums = {}
    for row in csv.DictReader(path.open(newline="")):
        own = sums.setdefault(row["domain"], [0, 0, 0])
        covered_s = float(row["covered_s"])
        own[2] += covered_s
        if covered_s > 0:
            own[0] += float(row["machine_w"]) * covered_s
            own[1] += float(row["attributed_w"]) * covered_s
        else:
            assert row["machine_w"] == row["attributed_w"] == ""
    assert [own[0] for own in sums.values()] == pytest.approx(joules(), **CLOSE)
    assert [own[1] for own in sums.values()] == pytest.approx(shares(joules()), **CLOSE)
    assert [own[2] for own in sums.values()] == pytest.approx([2000, 1700, 2000], rel=1e-6)
    path = path.with_name(path.name.replace("-power", ""))
    told = list(csv.DictReader(path.open(newline="")))
    assert [float(row["attributed_j"]) for row in told] == \
        pytest.approx(shares(joules()), **CLOSE)


def test_a_share_that_is_not_known_is_null_all_over(forged):
    with sqlite3.connect(forged.db) as db:
        db.execute("UPDATE domain SET family = 'other', gpu = -1 WHERE id = 'gpu-0'")
        db.execute("UPDATE domain SET family = 'gpu', gpu = 7 WHERE id = 'gpu-0'")
    told = forged.json("report", "last")
    run = told["runs"][0]
    assert run["run"]["energy"]["attributed_j"] is None
    assert run["run"]["energy"]["machine_j"]["value"] == pytest.approx(sum(joules()), **CLOSE)
    assert {section["attributed_j"] for section in run["sections"]} == {None}
    assert told["total"]["attributed_j"] is None and told["total"]["unknown_energy"] == 1
    text = forged("show").stdout
    assert "whose joules those of a counted part are is not known" in " ".join(text.split())
    assert "METHOD E-10" not in text
    page = forged("report", "last", "-o", "-").stdout
    assert bars_of(page)["gpu-0"] == []


# --- several runs -------------------------------------------------------------------------------

RUNS = {"a": (6000, 6120, 5890), "b": (4100, 4000), "c": (7777,)}


@pytest.fixture
def several(gramme):
    ledger = Ledger(gramme.db)
    for name, energies in RUNS.items():
        for i, energy in enumerate(energies):
            ledger.run(energy, seconds=60 + i, experiment=name, project="p",
                       metrics=[(30, "accuracy", 0.9 + i / 100)])
    ledger.run(500, experiment="a", project="p", state="failed", exit_status=1)
    return gramme


def spread(values):
    mean = statistics.fmean(values)
    return mean, statistics.stdev(values) / len(values)**0.5 if len(values) > 1 else None


def number(text):
    return float(text) if text else None


def test_the_appendix_has_the_means_and_standard_errors_of_statistics(several):
    assert several("appendix", "-o", "site").returncode == 0
    data = several.folder / "site/data"
    rows = {(row["group"], row["variable"]): row
            for path in data.rglob("*-summary.csv")
            for row in csv.DictReader(path.open(newline=""))}
    runs = list(csv.DictReader((data / "index.csv").open(newline="")))
    checked = 0
    for (group, variable), row in rows.items():
        name = group.rsplit("/", 1)[-1].rsplit(" ", 1)[-1]
        values = [float(run[variable]) for run in runs
                  if run["experiment"] == name and run["state"] == "finished" and run[variable]]
        if name not in RUNS or not values:
            continue
        mean, sem = spread(values)
        assert float(row["mean"]) == pytest.approx(mean, **CLOSE)
        assert number(row["standard_error"]) == \
            (None if sem is None else pytest.approx(sem, rel=1e-5, abs=1e-12))
        assert (float(row["least"]), float(row["most"])) == \
            pytest.approx((min(values), max(values)), **CLOSE)
        assert int(row["runs_in_mean"]) == len(values)
        checked += 1
    assert checked >= 3


def test_the_board_and_the_comparison_have_the_same_means(several):
    board = {row["experiment"]: row for row in several.json("leaderboard")["experiments"]}
    sheet = {row["experiment"]: row for row in
             csv.DictReader(io.StringIO(several("leaderboard", "--csv").stdout, newline=""))}
    sides = {side["side"]: side["stats"] for side in several.json("compare", *RUNS)["sides"]}
    for name, energies in RUNS.items():
        mean, sem = spread(energies)
        sem = None if sem is None else pytest.approx(sem, **CLOSE)
        for told in (board[name]["energy_j"], sides[name]["energy"]):
            assert told["mean"] == pytest.approx(mean, **CLOSE) and told["sem"] == sem
        assert float(sheet[name]["energy_j"]) == pytest.approx(mean, **CLOSE)
        assert number(sheet[name]["energy_sem_j"]) == sem
    assert board["a"]["all_j"] == pytest.approx(sum(RUNS["a"]) + 500, **CLOSE)


def test_the_statement_and_the_report_have_one_total(several):
    truth = sum(sum(energies) for energies in RUNS.values())
    ids = [row[0] for row in several.rows("SELECT id FROM run WHERE state = 'finished'")]
    report = several.json("report", *ids)
    statement = several.json("statement", *ids)
    total = report["total"]["attributed_j"]["value"]
    assert total == pytest.approx(truth, **CLOSE)
    assert total == pytest.approx(sum(run["run"]["energy"]["attributed_j"]["value"]
                                      for run in report["runs"]), **CLOSE)
    told = json.dumps(statement)
    assert str(total) in told or f"{total:.9g}" in told


def test_a_row_that_was_not_read_all_the_time_does_not_win_in_silence(several):
    assert several.json("leaderboard")["experiments"][0]["coverage_ratio"] == 1
    with sqlite3.connect(several.db) as db:
        (key,) = db.execute("SELECT min(run.key) FROM run JOIN experiment ON experiment.key = "
                            "run.experiment WHERE experiment.name = 'b'").fetchone()
        db.execute("INSERT INTO gap VALUES (?, 0, 0, ?, 'read-failed')", (key, 30 * NS))
    told = several.json("leaderboard")
    first = told["experiments"][0]
    assert first["experiment"] == "b" and first["coverage_ratio"] == pytest.approx(0.5)
    assert any("their energy is more than it says" in text for text in told["warnings"])
    assert "their place too good" in " ".join(several("leaderboard").stdout.split())


# --- while it runs ------------------------------------------------------------------------------

def own_start():
    text = pathlib.Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
    return int(text.rsplit(")", 1)[1].split()[19])


@pytest.fixture
def followed(forged):
    """The forged run with all its rows, but not ended: this process is its tracker."""
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    with sqlite3.connect(forged.db) as db:
        db.execute("UPDATE run SET state = 'running', tracker_pid = ?, tracker_start = ?, "
                   "boot_id = ?", (os.getpid(), own_start(), boot))
    return forged


def test_a_run_s_counters_at_its_end_are_what_show_says(followed, watch):
    live = json.loads(watch("json"))
    (run,) = live["runs"]
    energy = followed.json("show", "last")["energy"]
    for key in ("attributed_j", "machine_j"):
        assert run[key] == pytest.approx(energy[key]["value"], **CLOSE)
    assert run["attributed_j"] == pytest.approx(sum(shares(joules())), **CLOSE)
    text = watch("prometheus")
    told = {name: float(re.search(rf"^{name}{{[^}}]*}} (\S+)$", text, re.M).group(1))
            for name in ("gramme_run_energy_joules_total",
                         "gramme_run_machine_energy_joules_total")}
    assert told["gramme_run_energy_joules_total"] == pytest.approx(run["attributed_j"], **CLOSE)
    assert told["gramme_run_machine_energy_joules_total"] == \
        pytest.approx(run["machine_j"], **CLOSE)
    assert "gramme_run_carbon_grams{" in text


def test_a_live_run_whose_share_is_not_known_has_no_counter(followed, watch):
    with sqlite3.connect(followed.db) as db:
        db.execute("UPDATE domain SET gpu = 7 WHERE id = 'gpu-0'")
    (run,) = json.loads(watch("json"))["runs"]
    assert run["attributed_j"] is None
    assert run["machine_j"] == pytest.approx(sum(joules()), **CLOSE)
    assert "gramme_run_energy_joules_total{" not in watch("prometheus")
