# SPDX-License-Identifier: Apache-2.0
"""The wire between this process and the sampler, whose ends the sampler inherits.

What it must know now goes by a stream socket, and wakes it. What can wait goes aside, by a
pipe: numbers, which carry the times at which they were said. Nobody sleeps on the pipe, so
that a write costs some microseconds and moves no other process to a processor; the sampler
empties it whenever it is awake, and at the end, however this process ended. We ring when much
is there. Numbers that are said again and again wait here a moment, to be written together.

A message is a kind, a length and bytes. Ours are sent by one call that does not wait: the
kernel takes a small one whole or not at all, so that messages of threads and of forked children
never mix, and no lock is held over it. What the kernel does not take is kept, up to `KEPT_MAX`
messages, and goes out with the next call.

Descriptors are looked at before each use: code that closes all descriptors, and then opens its
own, must not find our messages in its files.
"""

from __future__ import annotations

import collections
import fcntl
import os
import select
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional, Union

from ._text import name_bytes

KEPT_MAX = 10_000  # messages that wait for a sampler that is slow
WAIT_NS = 50_000_000  # as long as numbers may wait for others to be written with
WAIT_MAX = 100  # and as often as they may be told of
NUMBERS_MAX = 16  # at once; more do not wait
AGAIN_NS = 1_000_000_000  # and such do as came so shortly before
SAID_MAX = 1_000  # names that are known
RING_AFTER = 512  # messages aside: a pipe holds some 2,000, and what it does not take is kept
RING_NS = 1_000_000_000  # and so long after the last ring: a sampler that is gone is noticed
SEND_MAX = 4_096  # bytes of one send: what the kernel does not cut; of a pipe it is PIPE_BUF
MESSAGE_MAX = 64 << 20  # bytes; more is nonsense
_FD_MIN = 200  # ours lies high, out of the way of code that counts descriptors from 3
_LAST_S = 0.05  # that a program which closed its socket takes to be gone
_HEAD = struct.Struct("=cI")
_NUMBER = struct.Struct("=cIqd")  # a head, when, how much; and the name
_INT_MAX = 1 << 53  # a double has them all
_Held = tuple[int, bytes, Mapping[str, float]]  # when, the kind, numbers by name
_unreaped: list[int] = []  # programs that did not end with their links

# What the sampler inherits must not depend on what this process ignores: an ignored SIGCHLD
# would take its children's ends from it. Python itself ignores SIGPIPE and SIGXFSZ.
_TO_DEFAULT = (
    signal.SIGCHLD,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGPIPE,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGXFSZ,
)


class LinkLost(Exception):
    """The sampler is gone, or what it says is no message of ours; the text says which."""


def message(kind: bytes, data: bytes = b"") -> bytes:
    """One message as bytes.

    >>> message(b"Q")
    b'Q\\x00\\x00\\x00\\x00'
    """
    return _HEAD.pack(kind, len(data)) + data


def _numbers(now_ns: int, kind: bytes, values: Mapping[str, float]) -> Iterator[bytes]:
    for name, value in values.items():
        data = name_bytes(name)
        size = _NUMBER.size - _HEAD.size + len(data)
        yield _NUMBER.pack(kind, size, now_ns, value) + data


class Pipe:
    """The end of a pipe, in what `Way` wants of a socket."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def send(self, data: bytes, flags: int) -> int:
        """All or nothing, up to `SEND_MAX` bytes. Flags are a socket's. Raises OSError."""
        return os.write(self._fd, data)

    def detach(self) -> int:
        fd, self._fd = self._fd, -1
        return fd

    def close(self) -> None:
        os.close(self.detach())


class Way:
    """One way out. Any thread, and any forked child, may `tell`."""

    def __init__(self, end: Union[socket.socket, Pipe]) -> None:
        self._way = end
        self._inode = os.fstat(end.fileno()).st_ino
        self._own_outbox()

    def _own_outbox(self) -> None:
        self._pid = os.getpid()
        self._outbox: collections.deque[Union[bytes, _Held]] = collections.deque()
        # The handler of a signal may come in anywhere: it may raise, or call us again. So locks
        # are taken by `with` alone, and are those that their own thread may take again.
        self._flushing = threading.RLock()
        self._flusher = 0  # the thread that sends what was kept
        self.lost = 0  # messages that found no room

    def tell(self, *messages: bytes) -> None:
        """Sends, without waiting; keeps what cannot be sent now. Raises LinkLost."""
        if os.getpid() != self._pid:
            # A forked child: what its parent kept is the parent's to send, and a lock that
            # another thread held at the fork would never be free again.
            self._own_outbox()
        if self._outbox and len(self._outbox) + len(messages) > KEPT_MAX:
            self._flush()
        if len(messages) == 1:
            if self._outbox or not self._send(messages[0]):
                self._keep(messages)
        elif messages:
            for batch in _batches(messages):
                if self._outbox or not self._send(b"".join(batch)):
                    self._keep(batch)
        if self._outbox:
            self._flush()

    def _keep(self, batch: Sequence[bytes]) -> None:
        for one in batch:
            if len(self._outbox) < KEPT_MAX:
                self._outbox.append(one)
            else:
                self.lost += 1

    def _send(self, data: bytes) -> bool:
        """False: not now. Never waits, and raises no SIGPIPE."""
        self._look()
        try:
            sent = self._way.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno is None:  # not the kernel's: the handler of a signal raised it
                raise
            raise LinkLost("the sampler is gone") from error
        if sent != len(data):
            raise LinkLost("the socket to the sampler took half a message")
        return True

    def _flush(self) -> None:
        if self._flusher:
            return  # another thread is at it, or the code that a signal interrupted
        with self._flushing:
            self._flusher = threading.get_ident()
            try:
                while self._outbox and self._send_first():
                    pass
                if self.lost and not self._outbox:
                    self._tell_lost()
            finally:
                self._flusher = 0

    def _send_first(self) -> bool:
        """As many as one send takes. Another thread may add to them meanwhile."""
        batch: list[bytes] = []
        size = 0
        for at in range(len(self._outbox)):
            one = self._outbox[at]
            data = one if isinstance(one, bytes) else b"".join(_numbers(*one))
            size += len(data)
            if batch and size > SEND_MAX:
                break
            batch.append(data)
        if not self._send(b"".join(batch)):
            return False
        for _ in batch:
            self._outbox.popleft()
        return True

    def _tell_lost(self) -> None:
        text = f"lost-logs {self.lost} messages could not be sent: the sampler was slow"
        if self._send(message(b"C", text.encode())):
            self.lost = 0

    def flush(self, deadline: float) -> bool:
        """Waits until all that was kept is sent; False when it is not by then."""
        self._flush()
        while self._outbox or self.lost:
            if not self._wait(select.POLLOUT, deadline):
                return False
            self._flush()
        return True

    def _wait(self, events: int, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= 0.0:
            return False
        self._look()
        poll = select.poll()
        poll.register(self._way.fileno(), events)
        return bool(poll.poll(left * 1000.0 + 1.0))

    def _look(self) -> None:
        """Is the descriptor still ours? User code may have closed it."""
        try:
            if os.fstat(self._way.fileno()).st_ino == self._inode:
                return
        except OSError as error:
            if error.errno is None:
                raise
        self._way.detach()
        raise LinkLost("the socket to the sampler was closed by this process")

    def close(self) -> None:
        """Closes nothing that is no longer ours. May be called again."""
        try:
            self._look()
        except LinkLost:
            return
        self._way.close()


class Link(Way):
    """Our ends. Any thread, and any forked child, may `tell` and `note`; `receive` is for the
    process that began it."""

    def __init__(
        self, end: socket.socket, child: Optional[int], aside: Optional[Pipe] = None
    ) -> None:
        super().__init__(end)
        self._end = end
        self._child = child  # the program that forks the sampler, until it is reaped
        self._aside = Way(aside) if aside is not None else None
        self._noted = 0  # messages aside since it was last rung for them
        self._rung_ns = time.monotonic_ns()
        self._wrote_ns = -WAIT_NS
        self._said: dict[str, int] = {}  # names of numbers, and when each came last
        self._is_full = False
        self._maker = os.getpid()
        self.child_status: Optional[int] = None
        self._inbox = bytearray()
        self._reading = threading.RLock()
        self._reader = 0  # the thread that reads
        self._ended = False

    def _own_outbox(self) -> None:
        super()._own_outbox()
        self._child = None  # it is the parent's

    def tell(self, *messages: bytes) -> None:
        """Sends, without waiting; keeps what cannot be sent now. Raises LinkLost."""
        if self._aside is not None and self._aside._outbox:
            self._aside.tell()
        super().tell(*messages)
        self._noted, self._rung_ns = 0, time.monotonic_ns()  # a message is a bell
        if self._child is not None:
            self.reap()

    def hold(self, kind: bytes, values: Mapping[str, Any], now_ns: int) -> bool:
        """Keeps numbers that may wait, to be written with those to come: plain ones, of names
        that `note` had a moment ago. values are the caller's no more. False: not kept.

        A short step that is full of other things finds nothing of this in its caches: it is the
        number of things touched that counts, and so little is done here, and more later."""
        aside = self._aside
        if (
            aside is None
            or now_ns - self._wrote_ns >= WAIT_NS
            or len(aside._outbox) >= WAIT_MAX
            or len(values) > NUMBERS_MAX
            or os.getpid() != self._maker  # a child may end by os._exit
        ):
            return False
        said = self._said
        for name, value in values.items():
            # What is no number yet may be another one by the time it is written.
            type_of = type(value)
            if type_of is not float and (type_of is not int or abs(value) > _INT_MAX):
                return False
            if now_ns - said.get(name, -AGAIN_NS) >= AGAIN_NS or (kind == b"K" and value < 0):
                return False
            said[name] = now_ns
        aside._outbox.append((now_ns, kind, values))
        self._noted += len(values)
        return True

    def note(self, kind: bytes, values: Mapping[str, float], now_ns: int) -> None:
        """Sends numbers, which need not wake the sampler, and those that were kept; keeps what
        cannot be sent now. now_ns is time.monotonic_ns(). Raises LinkLost."""
        if len(self._said) + len(values) > SAID_MAX:
            self._said.clear()
        self._said.update(dict.fromkeys(values, now_ns))
        messages = list(_numbers(now_ns, kind, values))
        aside = self._aside
        if aside is None:
            self.tell(*messages)
            return
        aside.tell(*messages)
        self._wrote_ns = now_ns
        self._noted += len(messages)
        was_full, self._is_full = self._is_full, bool(aside._outbox)
        if (
            self._noted >= RING_AFTER
            or now_ns - self._rung_ns >= RING_NS
            or (self._is_full and not was_full)
        ):
            self._ring(now_ns)

    def _ring(self, now_ns: int) -> None:
        self._noted, self._rung_ns = 0, now_ns
        super().tell(message(b"B"))

    def flush(self, deadline: float) -> bool:
        """Waits until all that was kept is sent; False when it is not by then."""
        aside = self._aside
        if aside is not None:
            aside.tell()
            if aside._outbox or aside.lost:
                self._ring(time.monotonic_ns())
                if not aside.flush(deadline):
                    return False
        return super().flush(deadline)

    # --- hearing -------------------------------------------------------------------------

    def receive(self, deadline: float = 0.0) -> list[tuple[bytes, bytes]]:
        """The messages that are here, (kind, bytes) each; waits for one until the deadline
        (time.monotonic). Raises LinkLost at the end of the stream, once all was given."""
        if os.getpid() != self._pid or self._reader == threading.get_ident():
            return []
        if self._reader and deadline == 0.0:
            return []
        with self._reading:
            self._reader = threading.get_ident()
            try:
                messages = self._read(deadline)
            finally:
                self._reader = 0
        if self._ended and not messages:
            raise LinkLost("the sampler is gone")
        return messages

    def _read(self, deadline: float) -> list[tuple[bytes, bytes]]:
        self._fill()
        messages = self._take()
        while not messages and not self._ended and self._wait(select.POLLIN, deadline):
            self._fill()
            messages = self._take()
        return messages

    def _fill(self) -> None:
        self._look()
        while not self._ended:
            try:
                data = self._end.recv(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno is None:
                    raise
                data = b""
            self._inbox += data
            self._ended = not data

    def _take(self) -> list[tuple[bytes, bytes]]:
        messages: list[tuple[bytes, bytes]] = []
        at = 0
        while len(self._inbox) - at >= _HEAD.size:
            kind, size = _HEAD.unpack_from(self._inbox, at)
            if size > MESSAGE_MAX or not kind.isalpha():
                if messages:
                    break  # they are given first; the next call comes here again
                raise LinkLost("what came from the sampler is no message")
            if len(self._inbox) - at - _HEAD.size < size:
                break
            at += _HEAD.size
            messages.append((kind, bytes(self._inbox[at : at + size])))
            at += size
        del self._inbox[:at]
        return messages

    # --- its ends ------------------------------------------------------------------------

    def reap(self, deadline: float = 0.0) -> None:
        """Takes the end of the program that forked the sampler, so that it is no zombie."""
        while self._child is not None and os.getpid() == self._pid:
            try:
                pid, status = os.waitpid(self._child, os.WNOHANG)
            except ChildProcessError:  # SIGCHLD is ignored, or somebody else waited
                self._child = None
                return
            if pid:
                self._child, self.child_status = None, status
            elif time.monotonic() >= deadline:
                return
            else:
                time.sleep(0.0005)

    def ended_badly(self) -> Optional[str]:
        """How the program that should have forked the sampler ended, where it was not well."""
        if not self.child_status:
            return None
        if os.WIFSIGNALED(self.child_status):
            return f"the program gramme was ended by signal {os.WTERMSIG(self.child_status)}"
        status = os.WEXITSTATUS(self.child_status)
        why = ": an option was not understood" if status == 2 else ""
        return f"the program gramme ended with status {status}{why}"

    def close(self) -> None:
        """Ends it; closes nothing that is no longer ours. May be called again."""
        self.reap(time.monotonic() + _LAST_S)
        if self._child is not None and os.getpid() == self._pid:
            _unreaped.append(self._child)
        if self._aside is not None:
            self._aside.close()
        super().close()


def _batches(messages: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Cut where one send would become too long."""
    batches: list[Sequence[bytes]] = []
    first = size = 0
    for at, one in enumerate(messages):
        if size and size + len(one) > SEND_MAX:
            batches.append(messages[first:at])
            first, size = at, 0
        size += len(one)
    return [*batches, messages[first:]]


def open_link(program: str, args: Sequence[str], env: Mapping[str, str]) -> Link:
    """Starts ``program attach --link 3 --aside 4 ARGS`` with the other ends as its descriptors.

    Raises OSError or ValueError where that cannot be done.
    """
    for pid in _unreaped.copy():
        if _is_over(pid):
            _unreaped.remove(pid)
    ours, theirs = _pair()
    aside, its_end = _pipe()
    words = [program, "attach", "--link", "3", *(["--aside", "4"] if aside else []), *args]
    try:
        child = os.posix_spawn(
            program,
            words,
            env,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
                (os.POSIX_SPAWN_DUP2, theirs.fileno(), 3),
                *([(os.POSIX_SPAWN_DUP2, its_end, 4)] if aside else []),
            ],
            setpgroup=0,  # ^C at the terminal is for the job
            setsigmask=[],
            setsigdef=_TO_DEFAULT,
        )
    except BaseException:
        ours.close()
        if aside is not None:
            aside.close()
        raise
    finally:
        theirs.close()
        if aside is not None:
            os.close(its_end)
    return Link(ours, child, aside)


def _pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    # The kernel takes as much as it lets anybody have; a message costs it some 800 bytes.
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    return _high(ours), _high(theirs)


def _pipe() -> tuple[Optional[Pipe], int]:
    """A pipe, and the end of it that is to be read; None where none can be had: it is spared.

    Ours can be read as well, so that a sampler which is gone leaves it with a reader, and no
    write is answered by a SIGPIPE."""
    its_end, plain = map(_high_fd, os.pipe())
    try:
        both = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
        return Pipe(_high_fd(os.open(f"/proc/self/fd/{plain}", both))), its_end
    except OSError as error:
        os.close(its_end)
        if error.errno is None:
            raise
        return None, -1
    finally:
        os.close(plain)


def _is_over(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def _high(end: socket.socket) -> socket.socket:
    return socket.socket(fileno=_high_fd(end.detach()))


def _high_fd(fd: int) -> int:
    """The same as a descriptor that is high, and closed by exec."""
    for least in (_FD_MIN, 10):
        try:
            high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError as error:
            if error.errno is None:
                raise
            continue
        os.close(fd)
        return high
    return fd
