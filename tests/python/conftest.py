# SPDX-License-Identifier: Apache-2.0
"""What the package's tests share: the program (GRAMME, else the build folder's), a ledger of each
test's own, jobs in processes of their own, and a program that misbehaves as it is told.
"""
from __future__ import annotations

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "python"))

import gramme  # noqa: E402

# Of launchers: what this suite runs under must not make its jobs ranks.
OTHERS = ("GRAMME", "XDG_", "SLURM_", "OMPI_", "PMI", "MPI_", "TORCHELASTIC", "PYTHONWARN")
RANKS = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "NODE_RANK")


def wait_for(what, seconds=15.0):
    """The first true value of what(); asserts that it comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"it did not come true within {seconds} s")


@pytest.fixture(scope="session")
def program():
    path = pathlib.Path(os.environ.get("GRAMME", ROOT / "build" / "gramme"))
    if not path.exists():
        pytest.exit(f"there is no {path}: make build, or set GRAMME", returncode=3)
    return path.resolve()


@pytest.fixture
def db(program, tmp_path, monkeypatch):
    """An empty ledger, and an environment in which nothing else of this machine's user counts;
    of this process too."""
    for name in list(os.environ):
        if name.startswith(OTHERS) or name in RANKS:
            monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as runtime:  # a socket's name is short
        for name, value in {
            "GRAMME": program,
            "GRAMME_DB": tmp_path / "ledger.db",
            "GRAMME_OFFLINE": "1",
            "HOME": tmp_path / "home",
            "XDG_RUNTIME_DIR": runtime,
            "PYTHONPATH": ROOT / "python",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }.items():
            monkeypatch.setenv(name, str(value))
        yield tmp_path / "ledger.db"


@pytest.fixture
def job(db, tmp_path):
    """job(code, …) runs it as a script in a process of its own; job.start(code) does not wait.
    The script may say things on stdout; `gramme`, `os`, `sys`, `time` are imported."""
    return Job(tmp_path)


class Job:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def _command(self, code):
        self.count += 1
        path = self.folder / f"job{self.count}.py"
        path.write_text("import gramme, os, signal, sys, time\n" + textwrap.dedent(code))
        return [sys.executable, str(path)]

    def __call__(self, code, **more):
        more = {"capture_output": True, "text": True, "timeout": 60, "cwd": self.folder, **more}
        if not more.keys() & {"stdin", "input"}:
            more["stdin"] = subprocess.DEVNULL
        return subprocess.run(self._command(code), **more)

    def start(self, code, **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "cwd": self.folder,
                "stderr": subprocess.PIPE, "text": True, **more}
        return subprocess.Popen(self._command(code), **more)


@pytest.fixture
def kept(db):
    """kept(name) waits until the run of that name has ended, and gives its summary."""

    def wait(name=None, state=None):
        def ended():
            if not db.exists():
                return None
            try:
                rows = gramme.ledger(name=name)
            except gramme.GrammeError:  # the file is there, its tables are not yet
                return None
            wanted = [r for r in rows if (r.state == state if state else r.state != "running")]
            return wanted[0] if wanted else None

        return gramme.show(wait_for(ended).id)

    return wait


@pytest.fixture
def sampler_pid(db):
    """sampler_pid() is that of the newest run, once it is in the ledger."""

    def find():
        url = f"file:{db}?mode=ro"
        with contextlib.closing(sqlite3.connect(url, uri=True, timeout=5)) as ledger:
            row = ledger.execute("SELECT tracker_pid FROM run ORDER BY key DESC").fetchone()
            return row[0]

    return find


@pytest.fixture
def fake(db, tmp_path, monkeypatch):
    """fake(mode) puts a program in the sampler's place; see misbehave.py."""

    def put(mode):
        path = tmp_path / "fake-gramme"
        path.write_text(f"#!{sys.executable} -S\n" + (HERE / "misbehave.py").read_text())
        path.chmod(0o755)
        monkeypatch.setenv("GRAMME", str(path))
        monkeypatch.setenv("FAKE_MODE", mode)
        monkeypatch.setenv("FAKE_LOG", str(tmp_path / "fake.log"))
        return tmp_path / "fake.log"

    return put
