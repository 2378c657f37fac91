# SPDX-License-Identifier: Apache-2.0
"""What is kept, what it costs, and that it costs no more later."""
import array
import concurrent.futures
import contextlib
import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import termios

import ledgers
import pytest
from conftest import SANITIZED, Server, grow, read_answer, status_of, wait_for

RUNS = 10000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    if not ledgers.FORGE.exists():
        pytest.skip(f"there is no {ledgers.FORGE}: it makes the ledgers up")
    path = tmp_path_factory.mktemp("large") / "ledger.db"
    ledgers.Ledger(path).run(100, seconds=2)
    grow(path, RUNS - 1)
    server = Server(db=path)
    server.db = path
    yield server
    server.stop()


def test_what_the_reader_has_is_not_sent_again(large):
    first = large.get("/api/v1/runs")
    assert first.status == 200 and len(first.json["runs"]) == 50
    again = large.get("/api/v1/runs", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert large.get("/api/v1/runs", If_None_Match='"other"').status == 200
    page = large.get("/")
    assert large.get("/", If_None_Match=f'"x", {page.headers["ETag"]}').status == 304


def test_a_change_of_the_ledger_is_seen_at_once(large):
    before = large.get("/api/v1/runs?limit=1")
    assert large.get("/api/v1/runs?limit=1").headers["ETag"] == before.headers["ETag"]
    with contextlib.closing(sqlite3.connect(large.db)) as db, db:
        db.execute("UPDATE run SET name = 'renamed' WHERE id = ?",
                   (before.json["runs"][0]["id"],))
    after = large.get("/api/v1/runs?limit=1", If_None_Match=before.headers["ETag"])
    assert after.status == 200 and after.json["runs"][0]["name"] == "renamed"


def test_what_is_kept_is_not_made_again(large):
    """The proof is that nobody is forked: the process' children have used no more CPU time."""
    def children_ticks():
        with open(f"/proc/{large.pid}/stat", encoding="ascii") as file:
            return [int(field) for field in file.read().rpartition(")")[2].split()[13:15]]
    large.get("/api/v1/runs?limit=500")
    wait_for(lambda: not large.children())
    before = children_ticks()
    for _ in range(300):
        assert large.get("/api/v1/runs?limit=500").status == 200
    # Ten seconds may pass here on a slow machine: once more is no harm.
    assert sum(children_ticks()) - sum(before) <= 60


def pipe_of(pid):
    """The pipe that a cook writes its answer to, opened to be looked into; None: it has none."""
    with contextlib.suppress(OSError):
        for fd in sorted(int(name) for name in os.listdir(f"/proc/{pid}/fd")):
            if fd > 2 and os.readlink(f"/proc/{pid}/fd/{fd}").startswith("pipe:"):
                return os.open(f"/proc/{pid}/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK)
    return None


def sockets_of(pid):
    """Connections that would stay open for their peers as long as it holds them."""
    fds = [f"/proc/{pid}/fd/{name}" for name in os.listdir(f"/proc/{pid}/fd")]
    return [fd for fd in fds if os.readlink(fd).startswith("socket:")]


def cut_short(server, path):
    """The answer where its cook is killed in the middle of writing it, which does not end while
    nobody reads: it is longer than what a pipe holds. None: it was too quick."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answer = pool.submit(server.get, path)
        while not (cooks := server.children()) and not answer.done():
            pass
        os.kill(server.pid, signal.SIGSTOP)
        try:
            pipe = pipe_of(cooks[0]) if cooks else None
            if pipe is None:
                return None
            waiting = array.array("i", [0])

            def is_begun():
                fcntl.ioctl(pipe, termios.FIONREAD, waiting)
                return waiting[0] >= 4096
            wait_for(is_begun)
            assert not sockets_of(cooks[0])
            os.kill(int(cooks[0]), signal.SIGKILL)
            os.close(pipe)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        return answer.result()


def test_half_an_answer_is_none_and_is_not_kept(large):
    for limit in range(400, 500):
        path = f"/api/v1/runs?limit={limit}"
        wait_for(lambda: not large.children())
        answer = cut_short(large, path)
        if answer:
            break
    assert (answer.status, "error" in answer.json) == (503, True)
    again = large.get(path)
    assert again.status == 200 and len(again.json["runs"]) == limit


def wrk(server, path, seconds=3):
    done = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}", f"http://{server.netloc}{path}"],
                          capture_output=True, text=True, timeout=60, check=True)
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def test_requests_a_second_of_the_list_beside_those_of_healthz(large):
    if not shutil.which("wrk"):
        pytest.skip("wrk is not installed: tools/setup test")
    bare = wrk(large, "/healthz")
    rate = wrk(large, "/api/v1/runs")
    print(f"\nthe list of {RUNS} runs: {rate:.0f} a second; /healthz: {bare:.0f}; "
          f"ratio {rate / bare:.2f}")
    assert rate > 0


def ask_many(server, count):
    """Over a few connections, one after another; each is closed by us now and then."""
    paths = ["/api/v1/runs", "/", "/healthz", "/api/v1/runs?limit=5", "/assets/page.css",
             "/api/v1/live", "/metrics", "/nope", "/api/v1/openapi.json"]
    for start in range(0, count, 200):
        with server.socket() as sock:
            for i in range(start, min(start + 200, count)):
                sock.sendall(f"GET {paths[i % len(paths)]} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             .encode())
                assert status_of(read_answer(sock)) in (200, 404)


def watch_and_go(server, viewers=200):
    with contextlib.ExitStack() as stack:
        for _ in range(viewers):
            sock = stack.enter_context(server.socket())
            sock.sendall(b"GET /api/v1/live/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b" 200 " in sock.recv(1000)


def test_memory_does_not_grow(ledger):
    """What is kept by its bounds is filled first: readings are, at the quickest interval, by 2 MiB
    at most."""
    server = Server("--interval", "1m", db=ledger.path)
    try:
        for _ in range(2):
            ask_many(server, 3000)
            watch_and_go(server)
            wait_for(lambda: server.fds() < 40)
        wait_for(lambda: server.fds() < 40)
        before, fds = server.rss_kib(), server.fds()
        ask_many(server, 20000)
        watch_and_go(server)
        wait_for(lambda: server.fds() <= fds + 1)
        after = server.rss_kib()
        print(f"\nresident: {before} KiB before, {after} KiB after 20,000 requests and 200 viewers")
        if not SANITIZED:
            assert after - before < 2048
    finally:
        server.stop()
