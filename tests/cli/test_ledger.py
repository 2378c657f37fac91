# SPDX-License-Identifier: Apache-2.0
"""The way of a run through the ledger: list, show, statement, tag, rm, marks."""
import json
import re
import subprocess

import pytest


def tracked(gramme, *options, command=("true",)):
    done = gramme("run", "-q", "--json", "-", *options, "--", *command)
    return json.loads(done.stdout[done.stdout.index("{"):])


@pytest.mark.telling
def test_a_run_goes_the_round(gramme):
    run = tracked(gramme, "-n", "base", "-e", "lr", "-p", "paper", "-t", "seed=1", "-t", "x=a=b")
    assert run["tags"] == {"seed": "1", "x": "a=b"}
    assert (run["experiment"], run["project"]) == ("lr", "paper")
    shown = gramme.json("show", run["id"])
    assert shown == gramme.json("show", "base") == gramme.json("show", "last")
    assert shown["energy"] == run["energy"]
    assert gramme("tag", run["id"], "seed=2", "dataset=digits", "x=").returncode == 0
    assert gramme.json("show")["tags"] == {"seed": "2", "dataset": "digits"}
    assert gramme("rm", run["id"]).returncode == 0
    assert gramme.json("list")["runs"] == []


def test_the_list_is_newest_first_and_filters(gramme):
    for name, project in (("a", "one"), ("b", "two"), ("c", "two")):
        tracked(gramme, "-n", name, "-p", project)
    names = [r["name"] for r in gramme.json("list")["runs"]]
    assert names == ["c", "b", "a"]
    assert [r["name"] for r in gramme.json("list", "--project", "two")["runs"]] == ["c", "b"]
    assert [r["name"] for r in gramme.json("list", "--limit", "1")["runs"]] == ["c"]
    assert [r["name"] for r in gramme.json("list", "-n", "a")["runs"]] == ["a"]
    assert gramme.json("list", "--project", "none")["runs"] == []
    text = gramme("list").stdout
    assert [line.split()[1] for line in text.splitlines()[1:4]] == ["c", "b", "a"]


def test_a_run_is_named_by_the_beginning_of_its_id(gramme):
    first, second = tracked(gramme), tracked(gramme)
    assert gramme.json("show", first["id"][:-1])["id"] == first["id"]
    both = gramme("show", first["id"][:4])
    assert both.returncode == 1
    assert gramme("rm", first["id"][:4]).returncode == 1
    assert len(gramme.json("list")["runs"]) == 2
    assert first["id"] != second["id"]


def test_rm_goes_on_after_one_that_is_not_there(gramme):
    run = tracked(gramme)
    done = gramme("rm", "nothing", run["id"])
    assert done.returncode == 1
    assert gramme.json("list")["runs"] == []


@pytest.mark.parametrize("tag", ["", "x", "=x", "k" * 300 + "=v", "k=" + "v" * 5000])
def test_what_is_no_tag_is_refused(gramme, tag):
    tracked(gramme)
    assert gramme("tag", "last", tag).returncode == 1
    assert gramme.json("show")["tags"] == {}


def test_hostile_names_are_only_names(gramme):
    name = "x'; DROP TABLE run; -- \"%s\" \x1b[31m\n</script>"
    tracked(gramme, "-n", name, "-p", name, "-e", name, "-t", f"k={name}")
    shown = gramme.json("show")
    assert (shown["name"], shown["project"]) == (name, name)
    assert shown["tags"] == {"k": name}
    for words in (["list"], ["show"], ["show", "--summary"], ["statement"]):
        text = gramme(*words).stdout
        assert "\x1b" not in text, words
    assert len(gramme("list").stdout.splitlines()) == 2


@pytest.mark.telling
def test_marks_and_metrics_come_from_inside(gramme):
    script = (f"{gramme.program} mark begin && {gramme.program} mark --metric 0.5 accuracy && "
              f"{gramme.program} mark --metric -1e-3 loss && {gramme.program} mark end")
    run = tracked(gramme, command=("sh", "-ec", script))
    assert run["exit_status"] == 0
    assert [m["name"] for m in run["marks"]] == ["begin", "end"]
    assert run["marks"][0]["t_s"] <= run["marks"][1]["t_s"] <= run["duration_s"]
    assert set(run["metrics"]) == {"accuracy", "loss"}


def test_a_mark_that_is_too_long_is_an_error_and_no_harm(gramme):
    script = f"{gramme.program} mark $(printf 'x%.0s' $(seq 2000)); test $? = 1"
    run = tracked(gramme, command=("sh", "-c", script))
    assert run["exit_status"] == 0


def test_the_run_id_is_known_inside(gramme):
    done = gramme("run", "-q", "--", "sh", "-c", "echo $GRAMME_RUN_ID")
    assert done.stdout.strip() == gramme.json("show")["id"]


def test_a_run_inside_a_run_is_two_runs(gramme):
    done = gramme("run", "-q", "-n", "outer", "--", gramme.program, "run", "-q", "-n", "inner",
                  "--", "sh", "-c", "exit 6")
    assert done.returncode == 6
    assert sorted(r["name"] for r in gramme.json("list")["runs"]) == ["inner", "outer"]


def test_runs_at_the_same_time_are_all_kept(gramme):
    runs = [gramme.start("run", "-q", "-n", f"r{i}", "--period", "20ms", "--", "sleep", "0.3")
            for i in range(8)]
    assert [r.wait(30) for r in runs] == [0] * 8
    for run in runs:
        run.communicate()
    listed = gramme.json("list")["runs"]
    assert sorted(r["name"] for r in listed) == [f"r{i}" for i in range(8)]
    assert {r["state"] for r in listed} == {"finished"}


def test_the_statement_says_that_an_estimate_is_one(gramme):
    run = tracked(gramme, command=("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"))
    text = " ".join(gramme("statement").stdout.split())
    kind = (run["energy"]["attributed_j"] or {}).get("kind")
    assert run["id"] in text
    assert "Henderson" in text
    if kind == "modelled":
        assert "estimate" in text and "measured" not in text.split(". ")[0]


def test_no_number_is_made_of_nothing(gramme):
    """On a machine of which nothing is known there is null, never 0."""
    run = tracked(gramme, "--sysroot", str(gramme.folder))
    energy = run["energy"]["attributed_j"]
    assert energy is None or energy["kind"] in ("modelled", "assumed")
    if energy is None:
        assert run["carbon"]["kg"] is None
        assert run["quality"]["warnings"]


def test_show_is_text_that_fits_a_terminal(gramme):
    gramme("run", "-q", "--", "true", cwd="/")  # a long folder's name is not broken
    text = gramme("show").stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    assert re.search(r"^energy", text, re.M)


def test_a_closed_pipe_is_no_crash(gramme):
    tracked(gramme)
    done = subprocess.run(["sh", "-c", f"{gramme.program} show | head -1"], env=gramme.env,
                          capture_output=True, text=True, timeout=30)
    assert len(done.stdout.splitlines()) == 1
