# SPDX-License-Identifier: Apache-2.0
"""gramme attach --link: a sampler told by another program's socket (docs/LINK.md). The other end
is here, by hand, as a package for any language would have it."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
from conftest import wait_for

WHEN = "=q"
END = "=iiQqq"


class Link:
    """The other end of a sampler's link; the sampler watches the process `pid`."""

    def __init__(self, gramme, pid, *words, aside=None):
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(20)
        fds = [theirs.fileno()]
        if aside is not None:
            words = ("--aside", aside, *words)
            fds.append(aside)
        with theirs:
            self.done = subprocess.run(
                [gramme.program, "attach", "--link", str(theirs.fileno()), *map(str, words),
                 str(pid)], env=gramme.env, cwd=gramme.folder, pass_fds=fds,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)

    def send(self, kind, data=b""):
        self.ours.sendall(kind + struct.pack("=I", len(data)) + data)

    def mark(self, name, t_ns=None):
        t_ns = time.monotonic_ns() if t_ns is None else t_ns
        self.send(b"M", struct.pack(WHEN, t_ns) + name.encode())

    def number(self, kind, name, value, t_ns=0):
        self.send(kind, struct.pack("=qd", t_ns, value) + name.encode())

    def end(self, status=0):
        self.send(b"E", struct.pack(END, status, 0, 0, 0, 0))

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.ours.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def message(self):
        head = self._read(5)
        return head[:1], self._read(struct.unpack("=I", head[1:])[0])

    def until(self, wanted):
        """The messages up to the wanted kind, by kind."""
        seen = {}
        while True:
            kind, data = self.message()
            seen.setdefault(kind, []).append(data)
            if kind == wanted:
                return seen

    def ready(self):
        run_id, _, control = self.until(b"R")[b"R"][0].decode().partition("\n")
        return run_id, control

    def result(self):
        return json.loads(self.until(b"D")[b"J"][0])


def said(kind, data):
    return kind + struct.pack("=I", len(data)) + data


def loss(value):
    return said(b"V", struct.pack("=qd", 0, value) + b"loss")


@pytest.fixture
def pipe():
    """Both ends: the one to read for the sampler, the one to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def ended_as(gramme, run_id):
    """The state of a run that has ended; the sampler is ready before the ledger has it."""
    return wait_for(lambda: [state for (state,) in gramme.rows(
        f"SELECT state FROM run WHERE id = '{run_id}'") if state != "running"])[0]


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_marks_metrics_work_and_tags_are_on_the_record(gramme, sleeper):
    link = Link(gramme, sleeper.pid, "--name", "train", "-t", "seed=1")
    assert link.done.returncode == 0, link.done.stderr
    run_id, _ = link.ready()
    link.mark("epoch:begin")
    link.number(b"V", "loss", 0.5)
    link.number(b"K", "tokens", 4096)
    link.number(b"K", "tokens", 1024)
    link.send(b"T", b"batch=32")
    link.send(b"C", b"lost-logs 12 metrics were lost")
    link.mark("epoch:end")
    link.end(0)
    run = link.result()
    assert run["id"] == run_id and run["name"] == "train" and run["state"] == "finished"
    assert run["exit_status"] == 0 and run["how"] == "begin"
    assert [m["name"] for m in run["marks"]] == ["epoch:begin", "epoch:end"]
    assert run["metrics"]["loss"]["last"] == 0.5
    assert run["tags"] == {"seed": "1", "batch": "32"}
    assert {"code": "lost-logs", "text": "12 metrics were lost"} in run["quality"]["warnings"]
    assert gramme.rows("SELECT unit, amount, count FROM work") == [("tokens", 5120.0, 2)]


def test_a_mark_is_where_it_was_said_and_never_outside_the_run(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    link.ready()
    said = time.monotonic_ns()
    time.sleep(0.2)
    link.mark("late to come", said)
    link.mark("before all", 1)
    link.mark("to come", said + 10**15)
    link.end()
    run = link.result()
    late, before, to_come = (m["t_s"] for m in run["marks"])
    assert late < to_come - 0.19 and before == 0 and to_come <= run["duration_s"]


def test_the_command_ends_at_once_and_its_sampler_is_nobodys_child(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    link.ready()
    wait_for(gramme.sampler_pid)
    with open(f"/proc/{gramme.sampler_pid()}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    assert int(fields[1]) != os.getpid() and int(fields[3]) != os.getsid(0)
    link.end()
    link.result()


def test_how_far_it_is_can_be_asked(gramme):
    work = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        link = Link(gramme, work.pid)
        link.ready()
        link.send(b"Q")
        first = json.loads(link.until(b"P")[b"P"][0])
        time.sleep(0.3)
        link.send(b"Q")
        second = json.loads(link.until(b"P")[b"P"][0])
        assert second["t_s"] >= first["t_s"] + 0.3
        assert set(second) == {"t_s", "attributed_j", "machine_j", "power_w", "carbon_kg", "kind"}
        assert second["attributed_j"] > first["attributed_j"] >= 0
        assert second["machine_j"] >= second["attributed_j"]
        link.end()
        link.result()
    finally:
        work.kill()
        work.wait()


def test_an_owner_that_is_killed_leaves_an_interrupted_run_with_all_it_said(gramme):
    owner = subprocess.Popen(["sleep", "60"])
    link = Link(gramme, owner.pid)
    link.ready()
    for i in range(50):
        link.number(b"V", "loss", i)
    link.mark("last word")
    owner.kill()
    owner.wait()
    run = link.result()
    assert run["state"] == "interrupted" and run["exit_status"] is None
    assert run["metrics"]["loss"]["count"] == 50
    assert run["marks"][-1]["name"] == "last word"


def test_a_closed_link_ends_the_run_as_interrupted(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    run_id, _ = link.ready()
    link.ours.close()
    assert ended_as(gramme, run_id) == "interrupted"


def test_an_end_that_nobody_waits_for_is_taken(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    run_id, _ = link.ready()
    link.end(3)
    link.ours.close()
    assert ended_as(gramme, run_id) == "failed"
    assert gramme.json("show", run_id)["exit_status"] == 3


def test_the_run_ends_with_its_owner_not_with_the_tree(gramme, sleeper):
    owner = subprocess.Popen(["sleep", "60"])
    link = Link(gramme, sleeper.pid, "--ends-with", owner.pid)
    link.ready()
    owner.kill()
    owner.wait()
    assert link.result()["state"] == "interrupted"
    assert sleeper.poll() is None


def test_a_peer_that_does_not_read_does_not_keep_the_sampler(gramme):
    owner = subprocess.Popen(["sleep", "60"])
    link = Link(gramme, owner.pid)
    run_id, _ = link.ready()
    sampler = wait_for(gramme.sampler_pid)
    for i in range(20000):  # a long result: more than a socket holds
        link.number(b"V", f"metric {i % 7}", i)
    owner.kill()
    owner.wait()
    wait_for(lambda: not os.path.exists(f"/proc/{sampler}"), 30)
    assert gramme.json("show", run_id)["metrics"]["metric 0"]["count"] > 2000


@pytest.mark.parametrize("junk", [b"\xff" * 64, b"M\0\0\0", b"M\xff\xff\xff\xff", b"",
                                  b"V\x04\0\0\0abcd", b"E\x01\0\0\0x", b"T\x03\0\0\0=ab",
                                  b"C\x02\0\0\0  "])
def test_nonsense_on_the_link_costs_the_run_at_most(gramme, sleeper, junk):
    link = Link(gramme, sleeper.pid)
    run_id, _ = link.ready()
    link.ours.sendall(junk)
    link.ours.shutdown(socket.SHUT_WR)
    assert ended_as(gramme, run_id) in ("interrupted", "failed")
    assert sleeper.poll() is None


def test_a_run_in_a_run_knows_it(gramme, sleeper):
    outer = Link(gramme, sleeper.pid, "-n", "outer")
    outer_id, _ = outer.ready()
    wait_for(lambda: gramme.rows("SELECT 1 FROM run"))
    inner = Link(gramme, sleeper.pid, "-n", "inner")
    inner.ready()
    wait_for(lambda: len(gramme.rows("SELECT 1 FROM run")) == 2)
    for link in (inner, outer):
        link.end()
        link.result()
    assert gramme.rows("SELECT inside FROM nested") == [(outer_id,)]


def test_what_is_wrong_is_said_on_the_link(gramme, sleeper):
    sleeper.kill()
    sleeper.wait()
    link = Link(gramme, sleeper.pid)
    assert link.done.returncode == 125
    kind, text = link.message()
    assert kind == b"W" and b"there is no process" in text
    with pytest.raises(EOFError):
        link.message()
    assert gramme.rows("SELECT 1 FROM run") == []


def test_a_place_that_is_none_is_a_warning_and_no_refusal(gramme, sleeper):
    link = Link(gramme, sleeper.pid, "--region", "nowhere at all")
    link.ready()
    link.end()
    said = link.until(b"D")
    run = json.loads(said[b"J"][0])
    assert any("nowhere at all" in w["text"] for w in run["quality"]["warnings"])
    assert b"nowhere at all" in said[b"W"][0] and run["state"] == "finished"


def test_the_control_socket_takes_work_and_goes_with_the_run(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    _, control = link.ready()
    env = {**gramme.env, "GRAMME_CONTROL": control}
    for words in (["mark", "here"], ["mark", "--work", "12", "images"],
                  ["mark", "--metric", "0.5", "loss"]):
        subprocess.run([gramme.program, *words], env=env, check=True)
    bad = subprocess.run([gramme.program, "mark", "--work", "1", "--metric", "2", "x"], env=env,
                         capture_output=True, text=True, check=False)
    assert bad.returncode == 2 and "one of them" in bad.stderr
    link.end()
    run = link.result()
    assert [m["name"] for m in run["marks"]] == ["here"]
    assert gramme.rows("SELECT unit, amount FROM work") == [("images", 12.0)]
    assert not os.path.exists(control)


def test_ten_thousand_marks_are_no_ten_thousand_readings(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    link.ready()
    begun = time.monotonic()
    for i in range(10000):
        link.mark(f"m{i}")
    link.end()
    run = link.result()
    took_s = time.monotonic() - begun
    assert len(run["marks"]) == 10000
    assert run["quality"]["samples"] < 100 + took_s * 1100


def test_a_stopped_sampler_stops_nobody_and_goes_on(gramme, sleeper):
    link = Link(gramme, sleeper.pid)
    run_id, _ = link.ready()
    sampler = wait_for(gramme.sampler_pid)
    os.kill(sampler, signal.SIGSTOP)
    link.mark("while it slept")
    link.end()
    os.kill(sampler, signal.SIGCONT)
    assert link.result()["marks"][0]["name"] == "while it slept"
    assert gramme.json("show", run_id)["state"] == "finished"


# --- aside: a pipe that is read whenever the sampler is awake ------------------------------------

def test_numbers_that_come_aside_are_on_the_record(gramme, sleeper, pipe):
    link = Link(gramme, sleeper.pid, aside=pipe[0])
    assert link.done.returncode == 0, link.done.stderr
    link.ready()
    work = said(b"K", struct.pack("=qd", 0, 2.0) + b"tokens")
    for value in range(1000):  # more than is taken in at once
        os.write(pipe[1], loss(value) + work)
    os.write(pipe[1], said(b"C", b"lost-logs 7 were lost") + said(b"M", bytes(8) + b"no reading"))
    os.write(pipe[1], said(b"E", struct.pack(END, 9, 0, 0, 0, 0)) + said(b"?", b"") + loss(-1))
    link.end()
    run = link.result()
    assert run["exit_status"] == 0 and run["marks"] == []
    assert [value for _, value in run["metrics"]["loss"]["values"]] == [*range(1000), -1]
    assert {"code": "lost-logs", "text": "7 were lost"} in run["quality"]["warnings"]
    assert gramme.rows("SELECT unit, amount, count FROM work") == [("tokens", 2000.0, 1000)]


def test_a_message_that_comes_aside_in_pieces_is_one(gramme, sleeper, pipe):
    link = Link(gramme, sleeper.pid, aside=pipe[0])
    link.ready()
    for byte in loss(0.5) + loss(0.25):
        os.write(pipe[1], bytes([byte]))
        link.send(b"B")  # the bell
    link.end()
    assert link.result()["metrics"]["loss"]["count"] == 2


def test_what_lies_aside_is_taken_when_the_owner_is_killed(gramme, pipe):
    owner = subprocess.Popen(["sleep", "60"])
    link = Link(gramme, owner.pid, "--period", "60s", aside=pipe[0])
    link.ready()
    for value in range(50):
        os.write(pipe[1], loss(value))
    os.write(pipe[1], loss(50)[:-1])
    owner.kill()
    owner.wait()
    run = link.result()
    assert run["state"] == "interrupted" and run["metrics"]["loss"]["count"] == 50


def test_what_lies_aside_is_taken_when_the_link_is_closed(gramme, sleeper, pipe):
    link = Link(gramme, sleeper.pid, aside=pipe[0])
    run_id, _ = link.ready()
    os.write(pipe[1], loss(1))
    link.ours.close()
    assert ended_as(gramme, run_id) == "interrupted"
    assert gramme.json("show", run_id)["metrics"]["loss"]["count"] == 1


def test_a_bell_empties_the_pipe(gramme, sleeper, pipe):
    link = Link(gramme, sleeper.pid, "--period", "60s", aside=pipe[0])
    link.ready()
    os.set_blocking(pipe[1], False)
    sent = 0
    with pytest.raises(BlockingIOError):
        while True:
            os.write(pipe[1], loss(sent))
            sent += 1
    link.send(b"B")
    os.set_blocking(pipe[1], True)
    os.write(pipe[1], loss(sent))  # would wait for ever
    link.end()
    assert link.result()["metrics"]["loss"]["count"] == sent + 1


@pytest.mark.parametrize("junk", [b"\xff" * 64, b"V\xff\xff\xff\xff", b"V\0\x40\0\0"])
def test_nonsense_aside_ends_the_run(gramme, sleeper, pipe, junk):
    link = Link(gramme, sleeper.pid, aside=pipe[0])
    run_id, _ = link.ready()
    os.write(pipe[1], loss(1) + junk)
    link.send(b"B")
    assert ended_as(gramme, run_id) == "interrupted"
    assert gramme.json("show", run_id)["metrics"]["loss"]["count"] == 1


def test_a_pipe_that_nobody_writes_costs_nothing(gramme, sleeper):
    read, write = os.pipe()
    link = Link(gramme, sleeper.pid, aside=read)
    for end in (read, write):
        os.close(end)
    link.ready()
    link.mark("still here")
    link.end()
    assert link.result()["marks"][0]["name"] == "still here"


def test_a_pipe_that_is_none_is_refused(gramme, sleeper):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [gramme.program, "attach", "--link", str(theirs.fileno()), "--aside", "999",
             str(sleeper.pid)], env=gramme.env, cwd=gramme.folder, pass_fds=[theirs.fileno()],
            capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 125 and "999 is no pipe" in done.stderr
