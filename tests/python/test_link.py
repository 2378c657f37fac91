# SPDX-License-Identifier: Apache-2.0
"""The wire's own promises, over a socket pair and with no program."""
import os
import signal
import socket
import struct
import threading
import time

import pytest

from gramme import _link, _text
from gramme._link import Link, LinkLost, message


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    link = Link(ours, None)
    yield link, theirs
    link.close()
    theirs.close()


@pytest.fixture
def three_ends(ends):
    """A link with its pipe, and the other ends of both."""
    pipe, its_end = _link._pipe()
    os.set_blocking(its_end, False)
    link = Link(ends[0]._end, None, pipe)
    yield link, ends[1], its_end
    link._aside.close()
    os.close(its_end)


def everything(end):
    """All that lies in a socket or a pipe, as messages."""
    data = bytearray()
    while True:
        try:
            part = os.read(end, 1 << 20) if isinstance(end, int) else end.recv(
                1 << 20, socket.MSG_DONTWAIT)
        except BlockingIOError:
            break
        if not part:
            break
        data += part
    found = []
    while data:
        kind, size = struct.unpack_from("=cI", data)
        assert len(data) >= 5 + size, "half a message"
        found.append((kind, bytes(data[5 : 5 + size])))
        del data[: 5 + size]
    return found


def test_a_message_has_a_kind_a_length_and_bytes(ends):
    link, theirs = ends
    link.tell(message(b"Q"), message(b"T", b"a=1"))
    assert everything(theirs) == [(b"Q", b""), (b"T", b"a=1")]


def test_what_does_not_fit_is_kept_in_order_and_sent_later(ends):
    link, theirs = ends
    for n in range(5000):
        link.tell(message(b"M", b"%d" % n))
    assert link._outbox and not link.lost
    got = []
    while not got or link._outbox:
        got += everything(theirs)
        link.flush(time.monotonic() + 0.01)
    got += everything(theirs)
    assert [int(data) for _, data in got] == list(range(5000))


def test_what_finds_no_room_is_counted_and_told(ends, monkeypatch):
    monkeypatch.setattr(_link, "KEPT_MAX", 10)
    link, theirs = ends
    for n in range(5000):
        link.tell(message(b"M", b"%d" % n))
    assert len(link._outbox) == 10 and link.lost
    lost, got = link.lost, everything(theirs)
    assert link.flush(time.monotonic() + 5)
    got += everything(theirs)
    assert [int(data) for kind, data in got if kind == b"M"] == list(range(5000 - lost))
    (told,) = [data.decode() for kind, data in got if kind == b"C"]
    assert told.startswith(f"lost-logs {lost} ")
    assert link.lost == 0


def test_a_batch_that_found_no_room_is_not_cut(ends):
    link, theirs = ends
    big = [message(b"V", b"x" * 100) for _ in range(300)]
    for _ in range(20):
        link.tell(*big)
    got = []
    while link._outbox:
        got += everything(theirs)  # asserts that none is half
        link.flush(time.monotonic() + 0.01)
    assert len(got + everything(theirs)) == 6000


def test_messages_of_threads_and_children_never_mix(ends):
    link, theirs = ends
    got, stop = bytearray(), threading.Event()

    def read():
        theirs.settimeout(0.05)
        while True:
            try:
                got.extend(theirs.recv(1 << 16))
            except socket.timeout:
                if stop.is_set():
                    return

    def tell(sign):
        for n in range(300):
            link.tell(*[message(b"V", sign * (n % 90 + 1))] * (n % 3 + 1))
        assert link.flush(time.monotonic() + 20)

    reader = threading.Thread(target=read)
    pids = []
    for sign in (b"x", b"y"):
        pid = os.fork()
        if pid == 0:
            try:
                tell(sign)
            finally:
                os._exit(0)
        pids.append(pid)
    reader.start()
    tellers = [threading.Thread(target=tell, args=(sign,)) for sign in (b"a", b"b", b"c")]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    for pid in pids:
        os.waitpid(pid, 0)
    stop.set()
    reader.join()
    counts = {}
    while got:
        kind, size = struct.unpack_from("=cI", got)
        assert kind == b"V" and size <= 90
        body = bytes(got[5 : 5 + size])
        assert len(set(body)) == 1, body
        counts[body[:1]] = counts.get(body[:1], 0) + 1
        del got[: 5 + size]
    assert counts == dict.fromkeys((b"a", b"b", b"c", b"x", b"y"), 600)


# --- aside ---------------------------------------------------------------------------------------

def say(link, value, now_ns, kind=b"V", **more):
    """As a run does."""
    values = {"n": value, **more}
    is_held = link.hold(kind, values, now_ns)
    if not is_held:
        link.note(kind, values, now_ns)
    return is_held


def numbers(messages):
    return [struct.unpack_from("=qd", data)[1] for kind, data in messages if kind in (b"V", b"K")]


def test_what_goes_aside_does_not_lie_in_the_socket(three_ends):
    link, theirs, aside = three_ends
    link.note(b"V", {"loss": 0.5, "ä": 2}, 7)
    assert everything(aside) == [
        (b"V", struct.pack("=qd", 7, 0.5) + b"loss"),
        (b"V", struct.pack("=qd", 7, 2.0) + "ä".encode())]
    assert everything(theirs) == []


def test_what_may_wait_goes_with_the_next_and_in_order(three_ends):
    link, theirs, aside = three_ends
    t = link._rung_ns
    assert not say(link, 1.0, t)  # the first goes at once
    assert say(link, 2.0, t + 1)
    assert say(link, 3, t + _link.WAIT_NS - 1, kind=b"K")
    assert numbers(everything(aside)) == [1]
    assert not say(link, 4.0, t + _link.WAIT_NS)
    assert everything(aside) == [
        (kind, struct.pack("=qd", t + when, value) + b"n") for kind, when, value in (
            (b"V", 1, 2.0), (b"K", _link.WAIT_NS - 1, 3.0), (b"V", _link.WAIT_NS, 4.0))]
    assert say(link, 7.0, t + _link.WAIT_NS + 3)
    link.tell(message(b"M", b"now"))
    assert numbers(everything(aside)) == [7] and everything(theirs) == [(b"M", b"now")]
    assert say(link, 8.0, t + _link.WAIT_NS + 4)
    assert link.flush(time.monotonic())
    assert numbers(everything(aside)) == [8] and everything(theirs) == []


def test_only_plain_numbers_of_names_that_came_just_now_wait(three_ends):
    link, _, aside = three_ends
    t = link._rung_ns

    class Tensor(float):
        pass

    assert not say(link, 1.0, t)
    for value in (True, Tensor(2.0), 1 << 60, "3", None):
        assert not link.hold(b"V", {"n": value}, t + 1), value
    assert not link.hold(b"V", {"new": 1.0}, t + 1)
    assert not link.hold(b"V", {"n": 1.0, "new": 1.0}, t + 1)
    assert not link.hold(b"K", {"n": -1.0}, t + 1)
    assert link.hold(b"K", {"n": 1.0}, t + 1)
    link._wrote_ns = t + _link.AGAIN_NS + 1
    assert not link.hold(b"V", {"n": 1.0}, t + _link.AGAIN_NS + 1)


def test_names_without_end_are_not_remembered_without_end(three_ends):
    link, _, aside = three_ends
    for n in range(3 * _link.SAID_MAX):
        link.note(b"V", {f"n{n}": 1.0}, link._rung_ns)
        assert len(link._said) <= _link.SAID_MAX
        everything(aside)


def test_no_more_wait_than_is_bounded(three_ends):
    link, _, aside = three_ends
    t = link._rung_ns
    got = []
    for n in range(1 + 2 * (_link.WAIT_MAX + 1)):
        say(link, n, t)
        assert len(link._aside._outbox) <= _link.WAIT_MAX
        got += numbers(everything(aside))
    assert got == list(range(1 + 2 * (_link.WAIT_MAX + 1)))


def test_it_is_rung_when_much_lies_aside_and_once_a_second(three_ends):
    link, theirs, aside = three_ends
    t = link._rung_ns
    for n in range(_link.RING_AFTER):
        assert everything(theirs) == []
        link.note(b"V", {"n": n}, t)
    assert everything(theirs) == [(b"B", b"")]
    link.note(b"V", {"n": 0}, t + _link.RING_NS - 1)
    assert everything(theirs) == []
    link.note(b"V", {"n": 0}, t + _link.RING_NS)
    assert everything(theirs) == [(b"B", b"")]
    link.note(b"V", {"n": 0}, t + _link.RING_NS + 1)
    assert everything(theirs) == []


def test_a_full_pipe_is_rung_for_and_nothing_of_it_is_lost(three_ends, monkeypatch):
    monkeypatch.setattr(_link, "RING_AFTER", 1 << 60)
    monkeypatch.setattr(_link, "KEPT_MAX", 1000)
    link, theirs, aside = three_ends
    for n in range(10_000):
        link.note(b"V", {"n": n}, link._rung_ns)
        assert n > 100 or not link._aside._outbox
    assert 0 < link._aside.lost < 10_000
    assert everything(theirs) == [(b"B", b"")]
    lost, said = link._aside.lost, everything(aside)
    while link._aside._outbox or link._aside.lost:
        link.flush(time.monotonic())
        said += everything(aside)
    assert numbers(said) == list(range(10_000 - lost))
    (text,) = [data.decode() for kind, data in said if kind == b"C"]
    assert text.startswith(f"lost-logs {lost} ")


def test_more_than_one_write_takes_is_cut_between_messages(three_ends):
    link, _, aside = three_ends
    t = link._rung_ns
    names = [str(n).rjust(100, "n") for n in range(_link.NUMBERS_MAX)]
    wide = {name: 1.0 for name in names}
    link.note(b"V", wide, t)
    for n in range(20):
        assert link.hold(b"V", {name: n for name in names}, t + 1)
    link.note(b"V", {str(n).rjust(100, "m"): 0.5 for n in range(300)}, t + 2)
    said = []
    while link._aside._outbox or not said:
        said += everything(aside)
        link.flush(time.monotonic())
    said += everything(aside)
    assert numbers(said) == [1.0] * 16 + [n for n in range(20) for _ in names] + [0.5] * 300


def test_a_child_sends_at_once_and_nothing_of_its_parent(three_ends):
    link, _, aside = three_ends
    t = link._rung_ns
    say(link, 1, t)
    assert say(link, 2, t)
    pid = os.fork()
    if pid == 0:
        say(link, 3, t)
        say(link, 4, t)
        link.tell(message(b"M", b"x"))
        os._exit(0)
    os.waitpid(pid, 0)
    assert numbers(everything(aside)) == [1, 3, 4]
    assert say(link, 5, t)
    link.tell(message(b"M", b"x"))
    assert numbers(everything(aside)) == [2, 5]


def test_what_threads_let_wait_is_sent_once(three_ends):
    link, _, aside = three_ends
    got, each = [], 2000

    def note(who):
        for n in range(who * each, (who + 1) * each):
            say(link, n, time.monotonic_ns())

    tellers = [threading.Thread(target=note, args=(who,)) for who in range(4)]
    for teller in tellers:
        teller.start()
    while any(teller.is_alive() for teller in tellers):
        got += numbers(everything(aside))
    while not link.flush(time.monotonic()) or link._aside._outbox:
        got += numbers(everything(aside))
    got += numbers(everything(aside))
    assert sorted(got) == list(range(4 * each))


def test_a_reader_that_is_gone_ends_nobody(three_ends):
    """SIGPIPE may be one's end: many a program for a terminal asks for that."""
    link, theirs, aside = three_ends
    theirs.close()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.close(aside)
        link.note(b"V", {"n": 1}, link._rung_ns)
        with pytest.raises(LinkLost):
            link.note(b"V", {"n": 1}, link._rung_ns + _link.RING_NS)
        os._exit(7)
    assert os.waitpid(pid, 0)[1] == 7 << 8


def test_a_descriptor_that_is_no_pipe_of_ours_is_left_alone(three_ends, tmp_path):
    link, _, _ = three_ends
    fd = link._aside._way.fileno()
    with open(tmp_path / "theirs", "wb") as file:
        os.dup2(file.fileno(), fd)
        with pytest.raises(LinkLost, match="closed by this process"):
            link.note(b"V", {"n": 1}, link._rung_ns)
        link._aside.close()
        os.fstat(fd)  # is still open
    assert (tmp_path / "theirs").read_bytes() == b""
    os.close(fd)


def test_answers_may_come_in_pieces(ends):
    link, theirs = ends
    for byte in message(b"J", b"{}"):
        assert link.receive() == []
        theirs.send(bytes([byte]))
    assert link.receive() == [(b"J", b"{}")]
    assert link.receive(time.monotonic() + 0.01) == []


def test_what_was_said_before_the_end_is_heard(ends):
    link, theirs = ends
    theirs.send(message(b"W", b"why") + message(b"D") + message(b"J", b"half")[:-1])
    theirs.close()
    assert link.receive() == [(b"W", b"why"), (b"D", b"")]
    with pytest.raises(LinkLost, match="gone"):
        link.receive()


def test_what_was_said_before_nonsense_is_heard(ends):
    link, theirs = ends
    theirs.send(message(b"W", b"why") + b"\xff" * 9)
    assert link.receive() == [(b"W", b"why")]
    with pytest.raises(LinkLost, match="no message"):
        link.receive()


@pytest.mark.parametrize("data", [b"\x00\x00\x00\x00\x00", b"J\xff\xff\xff\xff", b"\xff" * 9])
def test_nonsense_is_refused(ends, data):
    link, theirs = ends
    theirs.send(data)
    with pytest.raises(LinkLost, match="no message"):
        link.receive()


def test_the_other_end_gone_is_known_at_the_next_word(ends):
    link, theirs = ends
    theirs.close()
    with pytest.raises(LinkLost):
        link.tell(message(b"Q"))


def test_a_descriptor_that_is_not_ours_is_left_alone(ends):
    link, _ = ends
    fd = link._end.fileno()
    read, write = os.pipe()
    os.dup2(write, fd)
    with pytest.raises(LinkLost, match="closed by this process"):
        link.tell(message(b"Q"))
    link.close()
    os.fstat(fd)  # is still open
    for one in (read, write, fd):
        os.close(one)


@pytest.mark.parametrize("name, data", [
    ("a", b"a"), ("ä" * 61, "ä".encode() * 60), ("x\ny\x9b", "x\ufffdy\ufffd".encode()),
    (7, b"7"), ("\ud800", b"?"), ("€" * 41, "€".encode() * 40), ("", b"")])
def test_names_are_short_and_without_controls(name, data):
    assert _text.name_bytes(name) == data
