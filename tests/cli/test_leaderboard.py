# SPDX-License-Identifier: Apache-2.0
"""`gramme leaderboard`: experiments in order, as a table, JSON, CSV and a page."""
import csv
import io
import re

import pytest
from ledgers import Ledger
from test_compare import keys_of, section


@pytest.fixture
def board(gramme):
    ledger = Ledger(gramme.db)
    for name, joules, accuracy in (("base", 6000, 0.93), ("small", 4000, 0.92),
                                   ("big", 9000, 0.925)):
        for i in range(3):
            ledger.run(joules * (1 + i / 100), experiment=name, project="paper",
                       metrics=[(30.5, "accuracy", accuracy - 0.1),
                                (45.5, "accuracy", accuracy)])
    ledger.run(500, experiment="big", project="paper", state="failed", exit_status=1)
    ledger.run(100, name="alone.py")
    return gramme


def names(told):
    return [row["experiment"] or row["name"] for row in told["experiments"]]


def test_least_energy_is_first(board):
    told = board.json("leaderboard")
    assert names(told) == ["alone.py", "small", "base", "big"]
    big = told["experiments"][3]
    assert big["energy_j"]["mean"] == pytest.approx(9090, rel=1e-5)
    assert big["energy_j"]["sem"] == pytest.approx(90 / 3**0.5, rel=1e-3)
    assert (big["runs"], big["failed"]) == (4, 1)
    assert big["all_j"] == pytest.approx(27270 + 500, rel=1e-5)
    assert big["carbon_kg"]["mean"] > 0 and big["kind"] == "measured"
    assert big["machines"] == 1 and "A processor" in big["hardware"]


def test_each_setting_is_told_with_its_own_hardware(gramme):
    ledger = Ledger(gramme.db)
    for i in range(40):
        ledger.run(100 + i % 20, seconds=2, experiment=f"e{i % 20}",
                   hardware={"cpu": {"name": f"P{i % 20}", "threads": 8}, "gpus": []})
    told = gramme.json("leaderboard", "--limit", "30")["experiments"]
    assert len(told) == 20
    for row in told:
        assert row["hardware"].split()[0].rstrip(",") == "P" + row["experiment"][1:], row["hardware"]


def test_a_metric_ranks_and_pareto_says_who_is_dominated(board):
    told = board.json("leaderboard", "--metric", "accuracy", "--by", "metric", "--pareto")
    assert names(told) == ["base", "big", "small", "alone.py"]
    told = {row["experiment"]: row for row in told["experiments"]}
    assert told["big"]["dominated_by"] == "paper/base"
    assert told["base"]["dominated"] is False and told["small"]["dominated"] is False
    assert told[None]["dominated"] is None and told[None]["metric"] is None
    assert told["base"]["metric_per_kwh"]["mean"] > 0


def test_energy_until_a_target(board):
    told = board.json("leaderboard", "--metric", "accuracy", "--target", "0.85", "--by", "target")
    first = told["experiments"][0]
    assert first["experiment"] == "small"
    assert first["target_j"]["mean"] == pytest.approx(4040 * 45.5 / 60, rel=1e-4)
    assert first["reached"] == 3
    told = board.json("leaderboard", "--metric", "accuracy", "--target", "0.99")
    assert {row["target_j"] for row in told["experiments"]} == {None}


def test_less_can_be_better(board):
    told = board.json("leaderboard", "--metric", "accuracy", "--less", "--by", "metric")
    assert names(told)[0] == "small"


def test_some_experiments_only(board):
    assert names(board.json("leaderboard", "paper/base", "small")) == ["small", "base"]
    assert names(board.json("leaderboard", "--project", "paper")) == ["small", "base", "big"]
    done = board("leaderboard", "bass")
    assert done.returncode == 1 and "paper/base" in done.stderr


def test_a_table_for_people(board):
    done = board("leaderboard", "--metric", "accuracy", "--pareto")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout
    assert "on the front" in done.stdout and "1 failed or interrupted run" in done.stdout


def test_a_table_for_spreadsheets(board):
    done = board("leaderboard", "--csv", "--metric", "accuracy")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [row["experiment"] or row["name"] for row in rows] == \
        ["alone.py", "small", "base", "big"]
    assert float(rows[1]["energy_j"]) == pytest.approx(4040, rel=1e-5)
    assert rows[0]["metric"] == "" and rows[0]["energy_sem_j"] == ""
    assert all(None not in row and None not in row.values() for row in rows)


def test_a_page_that_needs_nobody(board):
    done = board("leaderboard", "--metric", "accuracy", "--pareto", "--html", "page.html")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    page = (board.folder / "page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 and "class=\"sortable\"" in page
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*\"", page)
    assert board("leaderboard", "--html", "-").stdout.startswith("<!doctype html>")
    done = board("leaderboard", "--html", "no/such/folder/x.html")
    assert done.returncode == 1 and "cannot write no/such/folder/x.html" in done.stderr


def test_a_page_is_written_over_a_page_only_and_whole(board):
    other = board.folder / "train.py"
    other.write_text("import this")
    done = board("leaderboard", "--html", "train.py")
    assert done.returncode == 1 and "is no report" in done.stderr
    assert other.read_text() == "import this"
    assert board("leaderboard", "--html", "page").returncode == 0
    assert board("leaderboard", "--html", "page").returncode == 0
    assert [path.name for path in board.folder.iterdir() if "part" in path.name] == []


def test_a_limit_beyond_reason_is_refused(board):
    done = board("leaderboard", "--limit", "1e30")
    assert done.returncode == 2 and "too much" in done.stderr


def test_every_key_is_in_the_description(board):
    told = board.json("leaderboard", "--metric", "accuracy", "--pareto", "--target", "0.9")
    named = set(re.findall(r"`\"?([a-z_]+)\"?`", section("gramme.leaderboard/1")))
    assert keys_of(told) - named == set()


def test_carbon_of_two_grids_is_no_order(gramme):
    ledger = Ledger(gramme.db)
    ledger.run(100, experiment="here", place="DE")
    ledger.run(110, experiment="there", place="NO")
    told = gramme.json("leaderboard", "--by", "carbon")
    assert told["by"] == "energy" and told["one_grid"] is False
    assert names(told) == ["here", "there"]
    assert any("different grids" in text for text in told["warnings"])


@pytest.mark.parametrize("words", [("--target", "x", "--metric", "a"), ("--target", "1"),
                                   ("--pareto",), ("--less",), ("--limit", "0"),
                                   ("--json", "--csv")])
def test_a_mistake_of_the_moment_is_said_with_the_usage(gramme, words):
    done = gramme("leaderboard", *words)
    assert done.returncode == 2 and "usage: gramme leaderboard" in done.stderr


@pytest.mark.parametrize("words, says", [
    (("--by", "beauty"), "no column to rank by"), (("--by", "metric"), "--metric NAME"),
    (("--by", "target", "--metric", "accuracy"), "--target X"),
    (("--by", "efficiency", "--metric", "accuracy", "--less"), "ranks nothing"),
    (("--metric", "nope"), "nope")])
def test_what_cannot_be_ranked_is_refused_in_words(board, words, says):
    done = board("leaderboard", *words)
    assert done.returncode == 1 and says in done.stderr and done.stdout == ""


def test_an_empty_ledger_has_nothing_to_rank(gramme):
    done = gramme("leaderboard")
    assert done.returncode == 1 and done.stderr and done.stdout == ""
