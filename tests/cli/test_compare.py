# SPDX-License-Identifier: Apache-2.0
"""`gramme compare`: which runs a side is, what is refused, and what programs are told."""
import math
import re

import pytest
from ledgers import ROOT, Ledger

ENERGIES = {"base": (6000, 6060, 5940, 6030, 5970), "distilled": (4150, 4190, 4110, 4170, 4130)}


@pytest.fixture
def ledger(gramme):
    return Ledger(gramme.db)


@pytest.fixture
def paper(gramme, ledger):
    for name, energies in ENERGIES.items():
        for i, joules in enumerate(energies):
            ledger.run(joules, seconds=60 + i, experiment=name, project="paper",
                       metrics=[(20, "accuracy", 0.8), (58, "accuracy", 0.93 + i / 1000)],
                       marks=[(10 * k, f"epoch {k}") for k in range(1, 5)])
    return gramme


def test_a_person_reads_the_verdict_first(paper):
    done = paper("compare", "base", "distilled", "--metric", "accuracy")
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert re.match(r"distilled uses 30\.8 % less energy \(3\d\.\d to 3\d\.\d %\), same accuracy "
                    r"within", first), first
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    for name in ("t-test", "Welch t-test", "Mann-Whitney", "Ranked t-test", "bootstrap",
                 "permutation", "METHOD E-16"):
        assert name in " ".join(done.stdout.split())


def test_programs_are_told_the_same_numbers(paper):
    told = paper.json("compare", "paper/base", "paper/distilled", "--metric", "accuracy")
    assert told["schema"] == "gramme.compare/1"
    (pair,) = told["pairs"]
    energy = pair["results"]["energy"]
    logs = [sum(map(math.log, ENERGIES[name])) / 5 for name in ("base", "distilled")]
    assert energy["value"] == pytest.approx(math.exp(logs[1] - logs[0]), rel=1e-5)
    assert pair["verdict"] == "less" and "30.8 % less energy" in pair["sentence"]
    assert told["by_energy"] == ["paper/distilled", "paper/base"]
    base = told["sides"][0]
    assert base["stats"]["energy"]["mean"] == pytest.approx(6000, rel=1e-5)
    assert base["stats"]["step"]["mean"] == pytest.approx(1500, rel=1e-5)
    assert [run["steps"] for run in base["runs"]] == [4] * 5
    assert base["stats"]["metric"]["mean"] == pytest.approx(0.932)
    assert base["runs"][0]["machine"] == "ada"
    assert base["runs"][0]["domains"] == "package-0 (powercap, measured)"
    assert len(energy["tests"]) == 6
    assert pair["results"]["metric"]["is_difference"] is True


def keys_of(value):
    if isinstance(value, dict):
        return set(value) | set().union(*map(keys_of, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(keys_of, value), set())
    return set()


def section(schema):
    text = (ROOT / "docs/JSON.md").read_text(encoding="utf-8")
    return text.split(f"\n## {schema}\n")[1].split("\n## ")[0]


def test_every_key_is_in_the_description(paper):
    told = paper.json("compare", "base", "distilled", "--metric", "accuracy")
    named = set(re.findall(r"`\"?([a-z_]+)\"?`", section("gramme.compare/1")))
    assert keys_of(told) - named == set()


def sides_of(gramme, *sides):
    told = gramme.json("compare", *sides)
    return [[run["id"] for run in side["runs"]] for side in told["sides"]]


def test_a_side_is_an_experiment_a_name_an_id_or_ids(gramme, ledger):
    a = [ledger.run(100 + i, experiment="a", project="p") for i in range(2)]
    b = [ledger.run(200 + i, name="b.py") for i in range(2)]
    c = ledger.run(300)
    assert list(map(sorted, sides_of(gramme, "a", "b.py", c))) == [a, b, [c]]
    assert list(map(sorted, sides_of(gramme, "p/a", b[0] + "," + b[1]))) == [a, b]
    assert sides_of(gramme, a[0], a[1]) == [[a[0]], [a[1]]]


def test_an_experiment_goes_before_a_run_of_that_name(gramme, ledger):
    a = ledger.run(100, experiment="x")
    ledger.run(200, name="x")
    other = ledger.run(300, name="y")
    assert sides_of(gramme, "x", "y") == [[a], [other]]


def refused(gramme, *words, status=1):
    done = gramme("compare", *words)
    assert done.returncode == status, done.stdout
    assert done.stdout == ""
    return done.stderr


def test_what_fits_nothing_is_told_with_what_there_is(paper):
    told = refused(paper, "base", "distiled")
    assert '"distiled"' in told and "paper/distilled, paper/base" in told


def test_a_name_in_two_projects_has_to_be_told_apart(gramme, ledger):
    ledger.run(100, experiment="base", project="one")
    ledger.run(100, experiment="base", project="two")
    assert "several projects" in refused(gramme, "base", "train")
    assert gramme("compare", "one/base", "two/base").returncode == 0


def test_a_run_is_on_one_side_only(paper, ledger):
    assert "given twice" in refused(paper, "base", "base")
    told = refused(paper, "base", "20240601T000002-00000002")
    assert "20240601T000002-00000002 is in two sides" in told
    assert "in two sides" in refused(paper, "base", "paper/base")


def test_half_an_id_that_fits_several_is_refused(paper):
    assert "fits 10 runs" in refused(paper, "20240601", "base")


def test_a_metric_nobody_logged_is_told_with_those_that_were(paper):
    assert "they logged: accuracy" in refused(paper, "base", "distilled", "--metric", "acuracy")


def test_a_metric_is_named_though_its_name_is_in_another_s(gramme, ledger):
    for name in "ab":
        ledger.run(100, experiment=name, metrics=[(1, "val_loss", 1), (2, "loss", 1)])
    assert "they logged: val_loss, loss\n" in refused(gramme, "a", "b", "--metric", "los")


@pytest.mark.parametrize("words", [("base",), (), ("a", "b", "--level", "2"),
                                   ("a", "b", "--margin", "1"), ("a", "b", "--less"),
                                   ("a", "b", "--metric-margin", "0.1"),
                                   ("--pareto", "accuracy", "--level", "0.9")])
def test_a_mistake_of_the_moment_is_said_with_the_usage(gramme, words):
    assert "usage: gramme compare" in refused(gramme, *words, status=2)


def test_a_level_next_to_1_is_refused(paper):
    assert "at most 0.999999" in refused(paper, "base", "distilled", "--level", "0.9999999999999999")


def test_an_unknown_quantity_is_refused(paper):
    assert "energy, time" in refused(paper, "base", "distilled", "--quantity", "joy")


def test_where_runs_cannot_say_that_is_the_answer(gramme, ledger):
    ledger.run(100, experiment="a")
    ledger.run(70, experiment="b")
    ledger.run(70, experiment="b", state="failed")
    done = gramme("compare", "a", "b")
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert told.startswith("cannot say: 1 run of a and 1 of b")
    assert "In these runs b used 30 % less energy" in told
    told = gramme.json("compare", "a", "b")
    assert told["pairs"][0]["verdict"] == "too-few"
    assert told["sides"][1]["left_out"] == 1
    assert told["pairs"][0]["results"]["energy"]["low"] is None


def test_two_runs_a_side_are_no_verdict(gramme, ledger):
    for joules in (100, 100.1):
        ledger.run(joules, experiment="a")
        ledger.run(joules / 2, experiment="b")
    told = " ".join(gramme("compare", "a", "b").stdout.split())
    assert "two runs of a side do not tell how its runs vary; about 3 runs a side" in told
    assert gramme.json("compare", "a", "b")["pairs"][0]["verdict"] == "open"
    ledger.run(99.9, experiment="a")
    ledger.run(49.95, experiment="b")
    assert gramme.json("compare", "a", "b")["pairs"][0]["verdict"] == "less"


def test_runs_that_are_all_the_same_are_told_with_their_difference(gramme, ledger):
    for _ in range(3):
        ledger.run(100, experiment="a", seconds=60)
        ledger.run(80, experiment="b", seconds=60)
    told = " ".join(gramme("compare", "a", "b").stdout.split())
    assert "it used 20 % less energy, but every run of each is the same to the last digit" in told


def test_a_run_that_cannot_be_read_is_left_out_and_counted(gramme, ledger):
    for joules in (100, 101, 102):
        ledger.run(joules, experiment="a")
        ledger.run(joules / 2, experiment="b")
    ledger.spoil(ledger.run(50, experiment="b"))
    told = gramme.json("compare", "a", "b")
    assert told["pairs"][0]["verdict"] == "less"
    assert [side["left_out"] for side in told["sides"]] == [0, 1]
    (said,) = [warning["text"] for warning in told["warnings"] if warning["code"] == "failed"]
    assert said.startswith("1 of the runs of b is left out") and "not to be read" in said


def test_containers_of_one_machine_are_one_machine(gramme, ledger):
    for host in ("c1", "c2"):
        for joules in (100, 101, 102):
            ledger.run(joules, experiment=host, host=host, boot="one boot")
    told = gramme.json("compare", "c1", "c2")
    assert {run["machine"] for side in told["sides"] for run in side["runs"]} == \
        {told["sides"][0]["runs"][0]["machine"]}
    assert "machine" not in {warning["code"] for warning in told["warnings"]}


def test_hostile_names_reach_no_terminal(gramme, ledger):
    evil = "\x1b[31m<script>\u202e"
    for joules in (100, 101):
        ledger.run(joules, experiment=evil)
        ledger.run(joules, experiment="b", metrics=[(1, evil, 1)])
    for words in ((evil, "b"), ("b", evil), ("nope", "b"), ("b", evil, "--metric", evil),
                  ("b", evil, "--metric", "x")):
        done = gramme("compare", *words)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr
    assert gramme.json("compare", evil, "b")["sides"][0]["side"] == evil


def test_pareto_tells_who_dominates_whom(paper, ledger):
    ledger.run(9000, experiment="big", project="paper", metrics=[(1, "accuracy", 0.9)])
    done = paper("compare", "--pareto", "accuracy")
    assert done.returncode == 0, done.stderr
    rows = {line.split()[1]: line for line in done.stdout.splitlines() if line[:1].isdigit()}
    assert "on the front" in rows["distilled"]
    assert "distilled" in rows["big"]
    told = paper.json("compare", "--pareto", "accuracy", "base", "big")
    assert [row["experiment"] for row in told["experiments"]] == ["base", "big"]
    assert told["experiments"][1]["dominated_by"] == "paper/base"
