# SPDX-License-Identifier: Apache-2.0
"""What the command reads and writes is its own."""
import hashlib
import json
import os
import subprocess
import time

import pytest

NOISE = ("import os, sys, hashlib\n"
         "data = bytes(range(256)) * 8192\n"
         "os.write(2, b'begin\\x00\\xff\\n')\n"
         "sys.stdout.buffer.write(data); sys.stdout.flush()\n"
         "os.write(2, b'end without a newline')\n")


def test_stdout_is_untouched_byte_for_byte(gramme, python):
    done = gramme("run", "--", python, "-c", NOISE, text=False)
    assert done.stdout == bytes(range(256)) * 8192
    assert done.stderr.startswith(b"begin\x00\xff\nend without a newline")


@pytest.mark.telling
def test_quiet_adds_nothing_at_all(gramme, python):
    done = gramme("run", "--quiet", "--", python, "-c", NOISE, text=False)
    assert done.stdout == bytes(range(256)) * 8192
    assert done.stderr == b"begin\x00\xff\nend without a newline"


def test_quiet_is_quiet_about_a_ledger_that_cannot_be_written(gramme):
    gramme.env["GRAMME_DB"] = "/proc/no/where.db"
    done = gramme("run", "-q", "--", "echo", "hi")
    assert (done.stdout, done.stderr) == ("hi\n", "")


def test_the_summary_is_one_short_text_on_stderr(gramme):
    done = gramme("run", "--", "true")
    assert done.stdout == ""
    assert 3 <= len(done.stderr.splitlines()) <= 12
    assert all(len(line) <= 90 for line in done.stderr.splitlines())


@pytest.mark.telling
def test_stdin_reaches_the_command(gramme):
    data = os.urandom(1 << 20)
    done = gramme("run", "-q", "--", "sha256sum", input=data, text=False)
    assert done.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_stdin_is_left_to_who_comes_after(gramme):
    shell = f"{gramme.program} run -q -- head -c 2 | cat; cat"
    with open(gramme.folder / "in", "wb") as file:
        file.write(b"abcdef")
    with open(gramme.folder / "in", "rb") as file:
        done = subprocess.run(["sh", "-c", shell], stdin=file, env=gramme.env,
                              capture_output=True, timeout=30, check=True)
    assert done.stdout == b"abcdef"


def test_a_pipe_ends_when_the_command_ends(gramme):
    began = time.monotonic()
    shell = f"{gramme.program} run -q -- sh -c 'echo one; sleep 0.2' | cat"
    done = subprocess.run(["sh", "-c", shell], env=gramme.env, capture_output=True,
                          timeout=30, check=True)
    assert done.stdout == b"one\n"
    assert time.monotonic() - began < 5


def test_the_sampler_holds_none_of_the_callers_descriptors(gramme):
    read, write = os.pipe()
    run = gramme.start("run", "-q", "--", "sh", "-c", "echo ready; exec sleep 20",
                       pass_fds=(write,))
    os.close(write)
    assert run.stdout.readline() == b"ready\n"
    end = time.monotonic() + 5
    while not gramme.sampler_pid() and time.monotonic() < end:
        time.sleep(0.01)
    pid = gramme.sampler_pid()
    pipe = os.readlink(f"/proc/self/fd/{read}")
    held = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    run.terminate()
    run.communicate(timeout=10)
    os.close(read)
    assert pipe not in held
    assert not [name for name in held if name.startswith("pipe:")]


@pytest.mark.telling
def test_json_to_a_file_is_the_run(gramme):
    done = gramme("run", "-q", "--name", "first", "--json", "out.json", "--", "echo", "hi")
    assert done.stdout == "hi\n"
    result = json.loads((gramme.folder / "out.json").read_text(encoding="utf-8"))
    assert result["schema"] == "gramme.run/1"
    assert (result["name"], result["state"], result["exit_status"]) == ("first", "finished", 0)
    assert result["command"] == ["echo", "hi"]
    assert result["id"] == gramme.json("show")["id"]


def test_what_gramme_cost_is_one_figure(gramme):
    gramme("run", "-q", "--json", "out.json", "--", "true")
    result = json.loads((gramme.folder / "out.json").read_text(encoding="utf-8"))
    assert result["tracker"] == gramme.json("show")["tracker"]


def test_json_dash_comes_after_the_commands_output(gramme):
    done = gramme("run", "-q", "--json", "-", "--", "echo", "hi")
    first, rest = done.stdout.split("\n", 1)
    assert first == "hi"
    assert json.loads(rest)["exit_status"] == 0


def test_the_words_of_the_command_are_passed_as_they_are(gramme):
    words = ["", " ", "a b", "--name", "-q", "*", "$HOME", "\n", "ü", "--"]
    done = gramme("run", "-q", "--", "printf", "%s\\0", *words)
    assert done.stdout.split("\0")[:-1] == words
    assert gramme.json("show")["command"][2:] == words


def test_a_command_in_bytes_that_are_no_text_is_run_and_shown(gramme):
    done = gramme("run", "-q", "--", "printf", "%s", os.fsdecode(b"\xff\xfe"), text=False)
    assert done.stdout == b"\xff\xfe"
    assert gramme.json("show")["command"][0] == "printf"
