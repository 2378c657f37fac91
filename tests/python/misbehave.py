# SPDX-License-Identifier: Apache-2.0
"""A program in gramme's place that does as FAKE_MODE says; what it hears goes to FAKE_LOG, a
line a message: kind, and the bytes after the head in hex.

good      answers as the sampler does, with a run of 42 J
silent    says nothing, and reads everything
stopped   says that it is ready, and never reads again
slow      reads nothing for a second, then is good
dies      ready, then gone at the first mark
garbage   sends what is no message
huge      announces a message of 4 GB
cut       sends half a message and is gone
crash     ends by a signal before it began
refuses   ends with status 125 and a sentence on the link
badjson   answers with a result that is no JSON
"""
import json
import os
import signal
import socket
import struct
import sys
import time

MODE = os.environ["FAKE_MODE"]
HEAD = struct.Struct("=cI")
RUN = {
    "schema": "gramme.run/1", "id": "fake-1", "name": "fake", "state": "finished",
    "energy": {"attributed_j": {"value": 42.0, "low": 40.0, "high": 44.0, "kind": "measured",
                                "source": "fake"}},
}


class Gone(Exception):
    pass


def send(link, kind, data=b""):
    link.sendall(HEAD.pack(kind, len(data)) + data)


def read(link, size):
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        if not part:
            raise Gone
        data += part
    return data


def said_aside(aside, log):
    """What is there; nothing there asks for an answer."""
    data = b""
    while True:
        try:
            part = os.read(aside, 1 << 20)
        except BlockingIOError:
            part = b""
        if not part:
            break
        data += part
    while data:
        kind, size = HEAD.unpack_from(data)
        print(kind.decode(), data[HEAD.size : HEAD.size + size].hex(), file=log, flush=True)
        data = data[HEAD.size + size :]


def messages(link, aside, log):
    while True:
        try:
            kind, size = HEAD.unpack(read(link, HEAD.size))
            data = read(link, size)
        finally:
            said_aside(aside, log)
        print(kind.decode(), data.hex(), file=log, flush=True)
        yield kind, data


def serve(link, aside, log):
    if MODE == "garbage":
        link.sendall(b"\xff\x00\x01\x02 what is this?" * 100)
    elif MODE == "huge":
        link.sendall(HEAD.pack(b"J", 0xFFFFFFFF))
    elif MODE == "cut":
        link.sendall(HEAD.pack(b"W", 1000) + b"half")
        return
    elif MODE != "silent":
        send(link, b"R", b"fake-1\n/nowhere")
    if MODE == "stopped":
        time.sleep(60)
    if MODE == "slow":
        time.sleep(1)
    asked = 0
    for kind, _ in messages(link, aside, log):
        if MODE == "dies" and kind == b"M":
            return
        if kind == b"Q" and MODE != "silent":
            asked += 1
            send(link, b"P", json.dumps({
                "t_s": 1.0 * asked, "attributed_j": 10.0 * asked, "machine_j": None,
                "power_w": 10.0, "carbon_kg": None, "kind": "measured"}).encode())
        if kind == b"E" and MODE != "silent":
            send(link, b"I", b"fake-1")
            send(link, b"J", b"{" if MODE == "badjson" else json.dumps(RUN).encode())
            send(link, b"D")


def main():
    link = socket.socket(fileno=int(sys.argv[sys.argv.index("--link") + 1]))
    aside = int(sys.argv[sys.argv.index("--aside") + 1])
    os.set_blocking(aside, False)
    if MODE == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if MODE == "refuses":
        send(link, b"W", b"'banana' is not a period from 1ms to 1h")
        sys.exit(125)
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(os.environ["FAKE_LOG"], "a") as log:
        print("args", " ".join(sys.argv[1:]), file=log, flush=True)
        print("pid", os.getpid(), file=log, flush=True)
        try:
            serve(link, aside, log)
        except (Gone, OSError):
            pass
        print("end", file=log, flush=True)


main()
