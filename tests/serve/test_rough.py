# SPDX-License-Identifier: Apache-2.0
"""Badly meant requests: 10,000 from a seeded fuzzer, slow ones, half ones, many at once."""
import contextlib
import os
import random
import socket
import time

import pytest
from conftest import Server, read_answer, status_of, wait_for

pytestmark = pytest.mark.telling
SEED = int(os.environ.get("GRAMME_FUZZ_SEED", "4726"))
COUNT = int(os.environ.get("GRAMME_FUZZ_COUNT", "10000"))
FINE = {200, 303, 304, 400, 401, 404, 405, 409, 413, 414, 421, 431, 501, 503, 505}

PATHS = ["/", "/assets/page.css", "/runs/last", "/compare", "/leaderboard", "/signin", "/healthz",
         "/metrics", "/api/v1/runs", "/api/v1/runs/last", "/api/v1/runs/last/statement",
         "/api/v1/live", "/api/v1/openapi.json", "/api/v1/compare?side=a&side=b",
         "/api/v1/runs?limit=3", "/api/v1/leaderboard?format=csv"]
METHODS = ["GET"] * 12 + ["HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT",
                          "PATCH", "get", "FOO", "", "G\0T", "GET" * 50]
VERSIONS = ["HTTP/1.1"] * 9 + ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1x", "", "XTTP/1.1",
                               "HTTP/1.11", "http/1.1"]
PIECES = ["%00", "%", "%2e%2e", "..", "//", "/", "?", "&", "=", "#", "%ff", "\u202e", "<script>",
          "'", '"', "\\", ";", "%0d%0a", "+", "{id}", "limit=501", "limit=0", "side=", "x" * 300,
          "since=7d", "until=", "history=1", "format=text", "level=1e308", "target=nan", "%41"]
HEADERS = ["Accept: text/html", "Accept: application/openmetrics-text", "If-None-Match: *",
           "If-None-Match: \"x\"", "Range: bytes=0-1", "Content-Length: 5", "Content-Length: -5",
           "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked",
           "Transfer-Encoding: gzip", "Expect: 100-continue", "Connection: close",
           "Connection: upgrade", "Upgrade: h2c", "Authorization: Bearer x", "Cookie: a=b; c",
           "Host: evil.example", "Last-Event-ID: 99999999999999999999999", " folded", ":", "x",
           "X: " + "y" * 5000, "\0: \0", "Content-Type: multipart/form-data; boundary=\"",
           "Last-Event-ID: -1"]


def twist(chance, data):
    """The same with some of its bytes changed, left out or twice."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        what = chance.randrange(3)
        if what == 0:
            data[at] = chance.randrange(256)
        elif what == 1 and len(data) > 1:
            del data[at]
        else:
            data[at:at] = data[at:at + chance.randint(1, 20)]
    return bytes(data)


def made_up(chance):
    path = chance.choice(PATHS)
    while chance.random() < 0.45:
        at = chance.randint(0, len(path))
        path = path[:at] + chance.choice(PIECES) + path[at:]
    lines = [f"{chance.choice(METHODS)} {path} {chance.choice(VERSIONS)}"]
    if chance.random() < 0.93:
        lines.append(chance.choice(["Host: localhost", "Host: 127.0.0.1:4726", "Host: evil"]))
    lines += chance.choices(HEADERS, k=chance.randrange(4))
    data = "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n"
    if chance.random() < 0.1:
        data += chance.randbytes(chance.randrange(2000))
    if chance.random() < 0.25:
        data = twist(chance, data)
    return data if chance.random() < 0.98 else chance.randbytes(chance.randint(1, 3000))


def test_10000_random_requests_do_no_harm(server):
    """What is cut short gets no answer: for those the wait is short. Every tenth of a second's
    worth is beside a good request that has to be served."""
    chance = random.Random(SEED)
    seen = {}
    for i in range(COUNT):
        data = made_up(chance)
        status = status_of(server.raw(data, 0.05))
        seen[status] = seen.get(status, 0) + 1
        assert status in FINE | {0}, (SEED, i, status, data[:500])
        if i % 100 == 0:
            assert server.get("/healthz").status == 200
            assert server.process.poll() is None, (SEED, i, data[:500])
    print(f"\nseed {SEED}: {dict(sorted(seen.items()))}")
    assert {200, 400, 404, 405} <= set(seen)


def test_parts_of_requests_do_no_harm(server):
    """Each beginning of a good request, hung up on."""
    good = b"GET /api/v1/runs?limit=2 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
    for end in range(len(good) + 1):
        with server.socket() as sock:
            sock.sendall(good[:end])
    assert server.get("/api/v1/runs?limit=2").status == 200


def test_requests_in_one_go_are_answered_in_order(server):
    with server.socket() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                     b"GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n"
                     b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        got = b""
        while chunk := sock.recv(65536):
            got += chunk
    statuses = [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200]


def test_slow_clients_are_shed_while_others_are_served(ledger):
    """Some give a byte now and then, which an idle time-out would let live for ever; some nothing;
    some ask and do not read."""
    server = Server(db=ledger.path)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        socks = [stack.enter_context(server.socket()) for _ in range(60)]
        for sock in socks[20:]:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHo")
        began = time.monotonic()
        for sock in socks:
            sock.setblocking(False)

        def alive():
            count = 0
            for i, sock in enumerate(socks):
                with contextlib.suppress(OSError):
                    if i >= 20:
                        sock.send(b"x")
                    try:
                        count += sock.recv(1000) != b""
                    except BlockingIOError:
                        count += 1
            return count

        def shed():
            assert server.get("/healthz").status == 200
            time.sleep(0.3)
            return alive() == 0

        wait_for(shed, 30)
        print(f"\n60 slow clients were gone after {time.monotonic() - began:.1f} s")
        assert server.process.poll() is None


def test_more_connections_than_there_is_room_for_do_not_lock_others_out(ledger):
    server = Server(db=ledger.path)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        for _ in range(700):
            stack.enter_context(server.socket())
        for _ in range(50):
            assert server.get("/healthz").status == 200
        assert server.fds() < 600
        assert server.rss_kib() < 100000


def test_a_reader_that_does_not_read_is_not_waited_for(ledger):
    """It asks for much and takes nothing: the rest is served at once."""
    server = Server(db=ledger.path)
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        for _ in range(30):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            sock.connect((server.host, server.port))
            sock.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        for _ in range(20):
            assert server.get("/api/v1/runs").status == 200


def test_the_same_question_at_once_is_answered_to_all(server):
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.socket()) for _ in range(100)]
        for sock in socks:
            sock.sendall(b"GET /api/v1/runs?limit=7 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answers = [read_answer(sock) for sock in socks]
    assert {status_of(answer) for answer in answers} == {200}
    assert len({answer.partition(b"\r\n\r\n")[2] for answer in answers}) == 1


def test_too_many_questions_are_refused_and_nothing_is_lost(server):
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.socket()) for _ in range(200)]
        for i, sock in enumerate(socks):
            sock.sendall(f"GET /api/v1/runs?limit=50&search=q{i} HTTP/1.1\r\nHost: localhost"
                         "\r\n\r\n".encode())
        statuses = [status_of(read_answer(sock)) for sock in socks]
    assert set(statuses) <= {200, 503} and 200 in statuses
    wait_for(lambda: server.get("/api/v1/runs").status == 200)


def test_it_ends_while_others_wait_and_watch(ledger):
    server = Server("--interval", "200ms", db=ledger.path)
    with contextlib.ExitStack() as stack:
        for path in ["/api/v1/live/stream", "/api/v1/runs?limit=9", "/metrics"] * 5:
            sock = stack.enter_context(server.socket())
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        errors = server.stop()
    assert errors == ""
