#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ten minutes of everything at once: requests good and bad, viewers that come and go, a scrape
each second, the ledger changing. Prints a row each half minute, as CSV: what the server keeps
resident, its descriptors, its viewers. Fails when it grew by 2 MiB after FILLED_S, when the readings
that it keeps (600, 2 MiB) are all there.

    GRAMME=build/gramme GRAMME_BUILD=build tests/serve/soak.py [SECONDS]
"""
import contextlib
import pathlib
import random
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from conftest import Server, ledgers  # noqa: E402 it says where the rest is
import test_cost  # noqa: E402
import test_rough  # noqa: E402


FILLED_S = 150


def change(path, text):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE run SET name = ? WHERE key = 1", (text,))


def a_second(server, chance, viewers, number):
    """What is done in each: about 200 requests, and rest."""
    end = time.monotonic() + 1
    test_cost.ask_many(server, 150)
    for _ in range(40):
        server.raw(test_rough.made_up(chance), 0.02)
    assert server.get("/metrics").status == 200
    change(server.db, f"run {number}")
    while len(viewers) > 150:
        viewers.pop(chance.randrange(len(viewers))).close()
    for _ in range(5):
        sock = server.socket()
        sock.sendall(b"GET /api/v1/live/stream?history=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        viewers.append(sock)
    for sock in viewers:
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            while sock.recv(1 << 16):
                pass
    time.sleep(max(0, end - time.monotonic()))


def soak(folder, seconds):
    made = ledgers.Ledger(folder / "ledger.db")
    for i in range(5):
        made.run(100 + i, experiment="a")
    server = Server("--interval", "200ms", db=made.path)
    server.db = made.path
    chance = random.Random(1)
    viewers, first, began = [], None, time.monotonic()
    print("seconds,resident_kib,descriptors,viewers")
    for number in range(10**9):
        now = time.monotonic() - began
        if number % 30 == 0:
            print(f"{now:.0f},{server.rss_kib()},{server.fds()},{len(viewers)}", flush=True)
        if first is None and now > FILLED_S:
            first = server.rss_kib()
        if now > seconds:
            break
        a_second(server, chance, viewers, number)
    last = server.rss_kib()
    for sock in viewers:
        sock.close()
    errors = server.stop()
    print(f"after {FILLED_S} s {first} KiB, at the end {last} KiB; said: {errors or 'nothing'}")
    return int(first is not None and last - first > 2048)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="gramme-soak-") as scratch:
        sys.exit(soak(pathlib.Path(scratch), float(sys.argv[1]) if len(sys.argv) > 1 else 600))
