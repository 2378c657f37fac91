# SPDX-License-Identifier: Apache-2.0
"""gramme run answers what the command answered, and 125, 126, 127 for what is its own."""
import signal

import pytest


@pytest.mark.telling
@pytest.mark.parametrize("status", [0, 1, 2, 3, 124, 125, 126, 127, 128, 255])
def test_the_exit_status_is_the_commands(gramme, status):
    assert gramme("run", "--", "sh", "-c", f"exit {status}").returncode == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV,
                                    signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1])
def test_a_signal_that_ends_the_command_is_128_and_its_number(gramme, number):
    done = gramme("run", "--", "sh", "-c", f"kill -{int(number)} $$")
    assert done.returncode == 128 + number
    assert gramme.json("show")["exit_status"] == 128 + number


@pytest.mark.telling
@pytest.mark.parametrize("word", ["/nowhere/at/all", "no-such-command", "./no-such-file"])
def test_a_command_that_is_not_found_is_127(gramme, word):
    done = gramme("run", "--", word)
    assert done.returncode == 127
    assert word in done.stderr
    assert gramme.json("list")["runs"] == [], "what never began is not in the ledger"


def test_a_command_that_is_not_executable_is_126(gramme):
    (gramme.folder / "data").write_text("no program\n")
    done = gramme("run", "--", "./data")
    assert done.returncode == 126
    assert "./data" in done.stderr
    assert gramme("run", "--", gramme.folder).returncode == 126


@pytest.mark.telling
@pytest.mark.parametrize("words", [
    ["--no-such-option", "--", "true"], ["--period", "0", "--", "true"],
    ["--period", "2h", "--", "true"], ["--period", "1parsec", "--", "true"],
    ["--period", "nan", "--", "true"], ["--pue", "0.5", "--", "true"],
    ["--pue", "x", "--", "true"], ["--pue", "inf", "--", "true"], ["--tag", "x", "--", "true"],
    ["--tag", "=x", "--", "true"], [], ["--"], ["--name"], ["--sysroot", "/nowhere", "--", "true"],
    ["--config", "/nowhere", "--", "true"]])
def test_what_is_wrong_before_the_command_begins_is_125(gramme, words):
    mark = gramme.folder / "began"
    words = [f"touch {mark}" if w == "true" else w for w in words]
    done = gramme("run", *words)
    assert done.returncode == 125
    assert done.stderr.startswith("gramme run: ")
    assert done.stdout == ""
    assert not mark.exists()


def test_the_status_is_the_commands_even_when_nothing_can_be_recorded(gramme):
    gramme.env["GRAMME_DB"] = "/proc/no/where.db"
    assert gramme("run", "--", "sh", "-c", "exit 7").returncode == 7


def test_the_status_is_the_commands_even_when_the_json_cannot_be_written(gramme):
    done = gramme("run", "--json", "/proc/no/where.json", "--", "sh", "-c", "exit 7")
    assert done.returncode == 7
    assert "/proc/no/where.json" in done.stderr


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "ALRM", "WINCH"])
def test_a_signal_sent_to_gramme_reaches_the_command_once(gramme, name, python):
    script = ("import signal, time\n"
              "got = []\n"
              f"signal.signal(signal.SIG{name}, lambda *a: got.append(1))\n"
              "print('ready', flush=True)\n"
              "end = time.monotonic() + 10\n"
              "while not got and time.monotonic() < end: time.sleep(0.01)\n"
              "time.sleep(0.1)\n"
              "print(len(got))\n"
              "raise SystemExit(42)\n")
    run = gramme.start("run", "-q", "--", python, "-c", script)
    assert run.stdout.readline() == b"ready\n"
    run.send_signal(getattr(signal, f"SIG{name}"))
    out, _ = run.communicate(timeout=20)
    assert out == b"1\n"
    assert run.returncode == 42


def test_sigterm_ends_a_command_that_does_not_catch_it(gramme):
    run = gramme.start("run", "-q", "--", "sh", "-c", "echo ready; exec sleep 60")
    assert run.stdout.readline() == b"ready\n"
    run.terminate()
    assert run.wait(10) == 128 + signal.SIGTERM
    run.communicate()
    assert gramme.json("show")["state"] == "failed"
