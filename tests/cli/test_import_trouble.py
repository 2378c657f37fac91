# SPDX-License-Identifier: Apache-2.0
"""gramme import, killed or refused half way: whole runs are left, and it goes on from there."""
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import made_logs as made  # noqa: E402
from ledgers import Ledger  # noqa: E402

RUNS = 300


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Many runs, no two alike."""
    root = tmp_path_factory.mktemp("many")
    for i in range(RUNS):
        made.eit_folder(root / f"run{i:04d}", rows=30, intensity=100.0 + i)
    return root


def other(gramme, name):
    return {**gramme.env, "GRAMME_DB": str(gramme.folder / name)}


def exported(gramme, env):
    """Every run by its id, without what tells when it was imported and weighed."""
    runs = {}
    for line in gramme("export", "--format", "jsonl", env=env).stdout.splitlines():
        run = json.loads(line)
        run.pop("imported", None)
        run["record"].pop("import", None)
        for weighing in run["record"].get("weighings", ()):
            weighing.pop("at_unix_ns")
        runs[run["id"]] = run
    return runs


def originals(db):
    with sqlite3.connect(db) as ledger:
        return ledger.execute("SELECT count(*), count(DISTINCT run) FROM import_original").fetchone()


def sizes(db):
    total = 0
    for part in (str(db), f"{db}-wal"):
        try:
            total += os.stat(part).st_size
        except FileNotFoundError:
            pass
    return total


def check_goes_on(gramme, logs):
    """What is there is whole; the rest comes with the next import; then all is as if nothing had
    been. Returns how many runs there were."""
    clean = other(gramme, "clean.db")
    assert gramme("import", logs, env=clean).returncode == 0
    want = exported(gramme, clean)
    assert len(want) == RUNS
    there = exported(gramme, gramme.env) if gramme.db.exists() else {}
    assert all(want[run] == line for run, line in there.items())
    answer = gramme.json("import", logs)
    states = [run["state"] for run in answer["runs"]]
    assert (states.count("there"), states.count("new")) == (len(there), RUNS - len(there))
    assert exported(gramme, gramme.env) == want
    assert originals(gramme.db) == (2 * RUNS, RUNS)
    with sqlite3.connect(gramme.db) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return len(there)


@pytest.mark.parametrize("written", [1, 400_000, 1_600_000])
def test_killed_at_any_time_it_leaves_whole_runs_and_goes_on_from_there(gramme, logs, written):
    child = gramme.start("import", logs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None and sizes(gramme.db) < written:
        pass
    child.kill()
    assert child.wait() == -signal.SIGKILL, "it was done before it could be killed"
    assert check_goes_on(gramme, logs) < RUNS


def test_a_full_disk_ends_it_with_a_sentence_and_leaves_whole_runs(gramme, logs):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    done = gramme("import", logs, preexec_fn=limit)
    assert done.returncode == 1
    assert str(gramme.db) in done.stderr and "space" in done.stderr
    assert check_goes_on(gramme, logs) < RUNS


def test_a_log_that_may_not_be_read_is_not_the_ledger_s_fault(gramme, tmp_path):
    folder = tmp_path / "two"
    made.eit_folder(folder / "a")
    (made.eit_folder(folder / "b", rows=7) / "impacttracker/data.json").chmod(0)
    if os.access(folder / "b/impacttracker/data.json", os.R_OK):
        pytest.skip("root may read everything")
    done = gramme("import", folder, "--json")
    assert len(json.loads(done.stdout)["runs"]) == 1


def test_what_the_ledger_refuses_of_one_line_leaves_the_others_in(gramme):
    ledger = Ledger(gramme.db)
    runs = [ledger.run(10 + i, name=f"run {i}", marks=[(1, "no" if i == 1 else "yes")])
            for i in range(3)]
    gramme("export", "--format", "jsonl", "-o", "a.jsonl")
    env = other(gramme, "strict.db")
    assert gramme("import", "a.jsonl", env=env).returncode == 0
    for run in runs:
        assert gramme("rm", run, env=env).returncode == 0
    with sqlite3.connect(env["GRAMME_DB"]) as db:
        db.execute("CREATE TRIGGER strict BEFORE INSERT ON mark WHEN NEW.name = 'no' "
                   "BEGIN SELECT RAISE(ABORT, 'that word is not wanted'); END")
    done = gramme("import", "a.jsonl", "--json", env=env)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert {run["id"] for run in answer["runs"]} == {runs[0], runs[2]}
    (failure,) = answer["failures"]
    assert failure["file"].endswith("a.jsonl: line 2") and "not wanted" in str(failure)
    with sqlite3.connect(env["GRAMME_DB"]) as db:
        assert {row[0] for row in db.execute("SELECT id FROM run")} == {runs[0], runs[2]}


@pytest.mark.parametrize("change, code", [
    ({"cpu_time_seconds": {"1": {"user": 1e300, "system": 0}}}, "cpu-time-absurd"),
    ({"cpu_time_seconds": {"1": {"user": 2e10, "system": 0}}}, "cpu-time-absurd"),
    ({"absolute_cpu_utilization": 5e5, "average_relative_cpu_utilization": 1e-300}, None),
    ({"timestamp": made.start_unix() + 3e9}, None),
])
def test_absurd_numbers_are_not_known(gramme, tmp_path, change, code):
    data = "".join(json.dumps(made.sample(i, **(change if i == 5 else {}))) + "\n"
                   for i in range(6))
    told = made.info()
    folder = made.eit_folder(tmp_path / "run", data=data, told=told)
    answer = gramme.json("import", folder)
    (run,) = answer["runs"]
    assert code is None or code in {flag["code"] for flag in run["flags"]}
    (scope_ns,) = gramme.rows("SELECT scope_cpu_ns FROM run")[0]
    assert (scope_ns is None) == (code is not None)
    assert gramme("show", run["id"]).returncode == 0
