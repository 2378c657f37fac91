# SPDX-License-Identifier: Apache-2.0
"""What the server's tests share: a ledger made up, the server on a port of its own, and ways to
ask it, well and badly. GRAMME names the program, GRAMME_BUILD its folder."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
import ledgers  # noqa: E402

BUILD = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build"))
PROGRAM = pathlib.Path(os.environ.get("GRAMME", BUILD / "gramme"))
SYSROOT = ROOT / "tests/sysroot/two-sockets-dram"
SANITIZED = "ASAN_OPTIONS" in os.environ or "asan" in BUILD.name
HOSTILE = "<script>alert(1)</script>\"'&\u202eevil\u202c</td>=cmd()../../x"


def pytest_configure(config):
    config.addinivalue_line("markers", "telling: also run under the sanitizers")


def wait_for(what, seconds=20.0):
    """The first true value of what(); asserts that it comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"it did not come true within {seconds} s")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def type(self):
        return (self.headers.get("Content-Type") or "").partition(";")[0]

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        assert self.type == "application/json", (self.status, self.type, self.body[:200])
        return json.loads(self.body)


class Server:
    """gramme serve, started and ended."""

    def __init__(self, *words, db, sysroot=SYSROOT, env=None):
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GRAMME")}
        self.env.update(GRAMME_OFFLINE="1", LC_ALL="C.UTF-8", TZ="UTC", **(env or {}))
        command = [PROGRAM, "serve", "--port", "0", "--db", db, *words]
        if sysroot:
            command += ["--sysroot", sysroot]
        self.process = subprocess.Popen([str(word) for word in command], env=self.env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = self.process.stdout.readline()
        found = re.fullmatch(r"http://(\[?[^/]*?\]?):(\d+)/\n", self.said)
        assert found, (self.said, self.process.poll(), self.process.stderr.read())
        self.host, self.port = found[1].strip("[]"), int(found[2])
        self.netloc = f"{found[1]}:{found[2]}"
        self.pid = self.process.pid

    def connection(self, timeout=30):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, path, method="GET", headers=None, body=None):
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, path, **headers):
        return self.ask(path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def socket(self, timeout=15):
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def raw(self, data, timeout=15):
        """What comes back for these bytes: an answer, or all until the server hangs up, or what
        there is when the time is over."""
        with self.socket(timeout) as sock:
            with contextlib.suppress(OSError):
                sock.sendall(data)
            return read_answer(sock, data.startswith(b"HEAD "))

    def rss_kib(self):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def children(self):
        path = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return path.read_text(encoding="ascii").split()

    def stop(self):
        """Ends it, which has to be quick and clean; what it said on stderr."""
        if self.process.poll() is None:
            self.process.terminate()
        errors = self.process.communicate(timeout=20)[1]
        assert self.process.returncode == 0, (self.process.returncode, errors)
        return errors


def final(got):
    """Without the answers before the answer: 100."""
    while re.match(rb"HTTP/1.. 1\d\d", got):
        got = got.partition(b"\r\n\r\n")[2]
    return got


def is_whole(got, head):
    """Whether an answer is complete, by its own words."""
    lines, found, body = final(got).partition(b"\r\n\r\n")
    if not found:
        return False
    length = re.search(rb"\r\nContent-Length: (\d+)", lines, re.I)
    bare = head or re.match(rb"HTTP/1.. 304", lines)
    return bool(bare) or (length is not None and len(body) >= int(length[1]))


def read_answer(sock, head=False):
    got = b""
    with contextlib.suppress(OSError):
        while not is_whole(got, head) and (chunk := sock.recv(65536)):
            got += chunk
    return got


def status_of(data):
    """Of what came back raw; 0: nothing, None: no status line."""
    data = final(data)
    if not data:
        return 0
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", data)
    return int(found[1]) if found else None


@pytest.fixture(scope="session")
def ledger(tmp_path_factory):
    """A ledger with two experiments, a failed run, and names meant to do harm."""
    if not ledgers.FORGE.exists():
        pytest.skip(f"there is no {ledgers.FORGE}: it makes the ledgers up")
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    made = ledgers.Ledger(path)
    for i in range(5):
        made.run(1000 + i, experiment="a", project="paper", name="train-a",
                 metrics=[(30, "accuracy", 0.9)])
        made.run(700 + i, experiment="b", project="paper", name="train-b",
                 metrics=[(30, "accuracy", 0.9)])
    made.run(50, name="broken", exit_status=1)
    made.hostile = made.run(60, name=HOSTILE, experiment=HOSTILE, project=HOSTILE)
    made.long = made.run(60, name="x" * 200)
    return made


def grow(path, count):
    """Runs, as many, each a copy of the newest one's row."""
    with sqlite3.connect(path) as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(run)") if row[1] != "key"]
        version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True,
                                 check=True).stdout.split()[1]
        db.execute("UPDATE run SET attributed_j = 100, machine_j = 200, version = ?", (version,))
        values = ", ".join({"id": "id || '-' || i", "name": "'run ' || i"}.get(n, f"run.{n}")
                           for n in names)
        db.execute(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                   f"INSERT INTO run ({', '.join(names)}) SELECT {values} FROM n, run "
                   "WHERE run.key = (SELECT max(key) FROM run)", (count,))


@pytest.fixture(scope="session")
def server(ledger):
    one = Server("--interval", "200ms", db=ledger.path)
    yield one
    errors = one.stop()
    assert "ERROR" not in errors and "runtime error" not in errors, errors


@pytest.fixture(scope="session")
def openapi():
    return json.loads((ROOT / "server/openapi.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def routes():
    """(method, path, handler) of each row."""
    text = (ROOT / "server/routes.def").read_text(encoding="utf-8")
    return re.findall(r'^ROUTE\((\w+), "([^"]+)", (\w+), "', text, re.M)
