# SPDX-License-Identifier: Apache-2.0
"""The example scripts, as a user runs them: each in seconds, each with a run in the ledger."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("track_*.py"))


def run_example(path, env):
    return subprocess.run([sys.executable, path], env=env, capture_output=True, text=True,
                          timeout=240, stdin=subprocess.DEVNULL, check=False)


@pytest.fixture
def env(db, tmp_path):
    return {**os.environ, "GRAMME_DB": str(db), "PYTHONPATH": str(ROOT / "python"),
            "PYTHONWARNINGS": "error::UserWarning:gramme", "OMP_NUM_THREADS": "1"}


def test_there_are_five():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs_and_is_in_the_ledger(path, env):
    import gramme

    done = run_example(path, env)
    if done.stderr.startswith("skipped: "):
        assert done.returncode == 1
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "energy" in done.stdout
    (row,) = gramme.ledger(db=env["GRAMME_DB"])
    assert (row.state, row.experiment) == ("finished", "examples")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs_without_the_program_too(path, env):
    done = run_example(path, {**env, "GRAMME": "/nonexistent", "PYTHONWARNINGS": "default"})
    if done.stderr.startswith("skipped: "):
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GrammeWarning" in done.stderr
