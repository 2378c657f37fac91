# SPDX-License-Identifier: Apache-2.0
"""What the command line's tests share: the program, a ledger of each test's own, and waiting.

GRAMME names the program; without it the build folder's is taken.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSROOT = ROOT / "tests" / "sysroot"


def pytest_configure(config):
    config.addinivalue_line("markers", "telling: also run under the sanitizers")


def wait_for(what, seconds=10.0):
    """The first true value of what(); asserts that it comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"it did not come true within {seconds} s")


class Gramme:
    """The program with an environment and a ledger of its own."""

    def __init__(self, program, folder, runtime):
        self.program = str(program)
        self.folder = folder
        self.runtime = runtime
        self.db = folder / "ledger.db"
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("GRAMME", "XDG_")) and k not in ("NO_COLOR", "TZ")}
        self.env.update(HOME=str(folder / "home"), GRAMME_DB=str(self.db), LC_ALL="C.UTF-8",
                        XDG_RUNTIME_DIR=str(runtime), GRAMME_OFFLINE="1")
        (folder / "home").mkdir()

    def __call__(self, *words, **more):
        """Runs it; stdout and stderr are text unless said otherwise."""
        more = {"env": self.env, "cwd": self.folder, "capture_output": True, "text": True,
                "timeout": 60, "stdin": subprocess.DEVNULL, **more}
        if "input" in more:
            more.pop("stdin")
        return subprocess.run([self.program, *map(str, words)], **more)

    def start(self, *words, **more):
        more = {"env": self.env, "cwd": self.folder, "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen([self.program, *map(str, words)], **more)

    def json(self, *words):
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self, sql):
        """From the ledger's file itself; nothing when it is not there yet."""
        if not self.db.exists():
            return []
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=5) as db:
            try:
                return db.execute(sql).fetchall()
            except sqlite3.OperationalError:
                return []

    def sampler_pid(self):
        rows = self.rows("SELECT tracker_pid FROM run ORDER BY key DESC LIMIT 1")
        return rows[0][0] if rows and rows[0][0] else None


@pytest.fixture(scope="session")
def program():
    path = pathlib.Path(os.environ.get("GRAMME", ROOT / "build" / "gramme"))
    if not path.exists():
        pytest.exit(f"there is no {path}: make build, or set GRAMME", returncode=3)
    return path.resolve()


@pytest.fixture
def gramme(program, tmp_path):
    # A socket's name is short: 107 bytes.
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as runtime:
        yield Gramme(program, tmp_path, pathlib.Path(runtime))


@pytest.fixture
def python():
    return sys.executable
