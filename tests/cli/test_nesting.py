# SPDX-License-Identifier: Apache-2.0
"""Runs inside runs count once, whoever adds them up."""
import sqlite3

import pytest
from ledgers import NS, START_S, Ledger


@pytest.fixture
def ledger(gramme):
    return Ledger(gramme.db)


def put_inside(ledger, inner, outer, after_s=10):
    """The inner one began that long after the outer one."""
    with sqlite3.connect(ledger.path) as db:
        (start_ns,) = db.execute("SELECT started_unix_ns FROM run WHERE id = ?",
                                 (outer,)).fetchone()
        db.execute("UPDATE run SET started_unix_ns = ? WHERE id = ?",
                   (start_ns + int(after_s * NS), inner))
        db.execute("INSERT INTO nested SELECT key, ? FROM run WHERE id = ?", (outer, inner))


@pytest.fixture
def nested(ledger):
    """Two runs of 1000 J, one of them with 400 J of it in a run of its own."""
    outer = ledger.run(1000, experiment="e")
    inner = ledger.run(400, seconds=40, experiment="e", name="step",
                       metrics=[(30, "accuracy", 0.9)])
    other = ledger.run(1000, experiment="e")
    put_inside(ledger, inner, outer)
    return outer, inner, other


def kwh(joules, pue=1.25):
    return pytest.approx(pue * joules / 3.6e6, rel=1e-6)


def test_a_list_and_a_run_say_what_it_is_inside_of(gramme, nested):
    outer, inner, other = nested
    inside = {run["id"]: run["inside"] for run in gramme.json("list")["runs"]}
    assert inside == {outer: None, inner: outer, other: None}
    assert gramme.json("show", inner)["inside"] == outer
    assert f"inside      {outer}" in gramme("show", inner).stdout
    assert "inside" not in gramme("show", outer).stdout


def test_a_statement_adds_it_once_and_says_so(gramme, nested):
    told = gramme.json("statement", "--experiment", "e")
    assert told["total"]["facility_kwh"]["value"] == kwh(2000)
    assert told["total"]["runs"] == 2
    assert told["counts"]["runs"] == 3 and told["counts"]["inside"] == 1
    assert [run["added"] for run in told["runs"]].count(False) == 1
    assert told["duration_s"] == pytest.approx(120)
    text = " ".join(gramme("statement", "--experiment", "e").stdout.split())
    assert "Of them 1 ran inside another, counted once" in text


def test_the_inner_run_alone_has_its_own_figures(gramme, nested):
    told = gramme.json("statement", nested[1])
    assert told["total"]["facility_kwh"]["value"] == kwh(400)


def test_what_outlived_the_other_is_added_with_a_warning(gramme, ledger):
    outer = ledger.run(1000, experiment="e")
    inner = ledger.run(400, seconds=40, experiment="e")
    put_inside(ledger, inner, outer, after_s=30)
    told = gramme.json("statement", "--experiment", "e")
    total = told["total"]["attributed_j"]
    alone = gramme.json("show", outer)["energy"]["attributed_j"]
    assert total["value"] == pytest.approx(1400)
    assert total["low"] == pytest.approx(alone["low"])
    assert told["counts"]["in_part"] == 1
    text = " ".join(gramme("statement", "--experiment", "e").stdout.split())
    assert "outlived it" in text and "counted twice" in text


def test_what_lies_between_may_have_been_filtered_away(gramme, ledger):
    outer = ledger.run(1000, experiment="e")
    between = ledger.run(800, seconds=50)
    inner = ledger.run(400, seconds=40, experiment="e")
    put_inside(ledger, between, outer, 5)
    put_inside(ledger, inner, between, 5)
    told = gramme.json("statement", "--experiment", "e")
    assert told["total"]["facility_kwh"]["value"] == kwh(1000)


def test_it_is_no_further_run_of_its_experiment(gramme, nested):
    (row,) = gramme.json("leaderboard", "--metric", "accuracy")["experiments"]
    assert row["runs"] == 2 and row["inside"] == 1
    assert row["energy_j"]["mean"] == pytest.approx(1000)
    assert row["all_j"] == pytest.approx(2000)
    # Only the inner one logged it: it is the outer's too.
    assert row["metric"]["mean"] == pytest.approx(0.9)


def test_it_is_no_further_run_of_a_side(gramme, ledger, nested):
    for joules in (500, 510):
        ledger.run(joules, experiment="f")
    told = gramme.json("compare", "e", "f", "--metric", "accuracy")
    side = next(side for side in told["sides"] if side["side"] == "e")
    assert len(side["runs"]) == 2 and side["inside"] == 1
    assert any(warning["code"] == "inside" for warning in told["warnings"])
    assert "no further run" in gramme("compare", "e", "f").stdout


def test_a_page_over_both_counts_once(gramme, nested):
    gramme("report", "--experiment", "e", "-o", "r.html")
    page = (gramme.folder / "r.html").read_text()
    assert "1 of them ran inside others and is counted once" in page
    total = gramme.json("report", "--experiment", "e")["total"]
    assert total["attributed_j"]["value"] == pytest.approx(2000)
    assert total["inside"] == 1


def test_a_site_over_both_counts_once(gramme, nested):
    done = gramme("appendix", "-o", "site")
    assert done.returncode == 0, done.stderr
    text = "".join(path.read_text() for path in (gramme.folder / "site").rglob("*.html"))
    assert "1 ran inside another" in " ".join(text.split())


def test_a_removed_outer_run_gives_the_inner_one_back(gramme, nested):
    outer, inner, other = nested
    assert gramme("rm", outer).returncode == 0
    told = gramme.json("statement", "--experiment", "e")
    assert told["total"]["facility_kwh"]["value"] == kwh(1400)
