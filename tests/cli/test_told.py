# SPDX-License-Identifier: Apache-2.0
"""Sections, work, and where an imported run came from, from the ledger to the reader."""
import sqlite3

import pytest
from ledgers import Ledger

PAIRS = [(0, "load:begin"), (6, "load:end"), (6, "epoch:begin"), (33, "epoch:end"),
         (33, "epoch:begin"), (60, "epoch:end")]


@pytest.fixture
def ledger(gramme):
    return Ledger(gramme.db)


def change(ledger, sql, *values):
    with sqlite3.connect(ledger.path) as db:
        db.execute(sql, values)


def test_sections_have_the_joules_of_their_time(gramme, ledger):
    ledger.run(600, marks=PAIRS)
    told = gramme.json("show")
    load, epoch = told["sections"]
    assert (load["name"], load["count"], load["duration_s"]) == ("load", 1, 6)
    assert (epoch["name"], epoch["count"], epoch["duration_s"]) == ("epoch", 2, 54)
    assert load["attributed_j"]["value"] == pytest.approx(60, rel=1e-4)
    assert epoch["attributed_j"]["value"] == pytest.approx(540, rel=1e-4)
    assert epoch["attributed_j"]["kind"] == "derived"
    assert epoch["coverage_ratio"] == pytest.approx(1)
    assert [t[:2] for t in epoch["each"]] == [[6, 33], [33, 60]]
    assert [t[2] for t in epoch["each"]] == [pytest.approx(270, rel=1e-4)] * 2
    whole = told["energy"]["attributed_j"]["value"]
    assert sum(s["attributed_j"]["value"] for s in told["sections"]) == pytest.approx(whole)
    text = gramme("show").stdout
    assert "\nsections\n" in text and "epoch" in text


def test_plain_marks_are_no_sections_of_a_run_and_stretches_of_its_page(gramme, ledger):
    ledger.run(600, marks=[(10, "one"), (40, "two")])
    assert gramme.json("show")["sections"] == []
    assert "\nsections\n" not in gramme("show").stdout
    (run,) = gramme.json("report")["runs"]
    assert [s["attributed_j"] for s in run["sections"]] == [pytest.approx(300, rel=1e-4),
                                                            pytest.approx(200, rel=1e-4)]


def test_an_end_without_its_begin_is_said(gramme, ledger):
    ledger.run(600, marks=[(10, "load:end"), (20, "load:begin"), (30, "load:end")])
    told = gramme.json("show")
    assert told["sections"][0]["attributed_j"]["value"] == pytest.approx(100, rel=1e-4)
    assert any(w["code"] == "sections" for w in told["quality"]["warnings"])


def test_a_hostile_section_stays_text(gramme, ledger):
    ledger.run(600, marks=[(10, "\x1b[31m</script><b>:begin"), (30, "\x1b[31m</script><b>:end")])
    assert "\x1b" not in gramme("show").stdout
    gramme("report", "-o", "r.html")
    assert "</script><b>" not in (gramme.folder / "r.html").read_text()


def test_epochs_are_steps_of_a_comparison_once(gramme, ledger):
    ledger.run(600, marks=PAIRS, experiment="a")
    ledger.run(600, marks=PAIRS, experiment="a")
    ledger.run(300, marks=PAIRS, experiment="b")
    ledger.run(300, marks=PAIRS, experiment="b")
    told = gramme.json("compare", "a", "b", "--quantity", "step")
    assert told["sides"][0]["stats"]["step"]["mean"] == pytest.approx(300, rel=1e-4)


def test_work_has_its_joules_a_unit(gramme, ledger):
    run = ledger.run(600)
    change(ledger, "INSERT INTO work SELECT key, 'tokens', 3000.0, 5 FROM run WHERE id = ?", run)
    change(ledger, "INSERT INTO work SELECT key, 'images', 0.0, 1 FROM run WHERE id = ?", run)
    work = gramme.json("show")["work"]
    assert work["tokens"]["amount"] == 3000 and work["tokens"]["count"] == 5
    assert work["tokens"]["j_per_unit"]["value"] == pytest.approx(0.2)
    assert work["images"]["j_per_unit"] is None
    assert "3000 tokens: 200.0 mJ a token" in gramme("show").stdout


def test_a_run_of_another_tracker_says_so(gramme, ledger):
    run = ledger.run(600, how="import", experiment="old")
    ledger.run(600, experiment="old")
    change(ledger, "INSERT INTO import SELECT key, 'codecarbon', 'codecarbon', '3.0.1', "
           "'emissions.csv', 'd1', 1717200000000000000 FROM run WHERE id = ?", run)
    change(ledger, "INSERT INTO import_figure SELECT key, 1, 'energy_consumed', 0.0002, 'kWh' "
           "FROM run WHERE id = ?", run)
    told = gramme.json("show", run)
    assert told["how"] == "import"
    assert told["imported"]["tool"] == "codecarbon"
    assert told["imported"]["figures"] == [{"name": "energy_consumed", "value": 0.0002,
                                            "unit": "kWh"}]
    # Nobody of ours watched it: what that cost is not known, and not nothing.
    assert told["tracker"]["cpu_s"] is None and told["tracker"]["bytes_written"] is None
    text = gramme("show", run).stdout
    assert "codecarbon 3.0.1, from emissions.csv" in text and "energy_consumed: 0.0002" in text
    assert "not known: another tracker watched this run" in text
    several = " ".join(gramme("statement", "--experiment", "old").stdout.split())
    assert "1 was read from logs of other trackers: codecarbon 3.0.1" in several
    assert "read from a log of another tracker: codecarbon" in " ".join(
        gramme("statement", run).stdout.split())
    listed = {r["id"]: (r["how"], r["source_file"]) for r in gramme.json("list")["runs"]}
    assert listed.pop(run) == ("import", "emissions.csv")
    assert [file for _, file in listed.values()] == [None]
