# SPDX-License-Identifier: Apache-2.0
"""gramme run --live: a line on the terminal while the command runs, and nothing anywhere else."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import pytest
from conftest import wait_for

LINE = re.compile(rb"\rgramme  (?:\d+ m )?\d+ s   ")
BUSY = "import time\nend = time.monotonic() + {}\nwhile time.monotonic() < end: pass"
UNITS = {"uJ": 1e-6, "mJ": 1e-3, "J": 1, "kJ": 1e3, "Wh": 3600}


class Terminal:
    """A program on a terminal of its own, as the leader of its session."""

    def __init__(self, gramme, *words, columns=80, before=None, **env):
        self.text = b""
        self.status = None
        words = [gramme.program, *map(str, words)]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
                os.chdir(gramme.folder)
                if before:
                    before()
                os.execve(words[0], words, {**gramme.env, "TERM": "xterm", **env})
            finally:
                os._exit(99)

    def resize(self, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self, seconds=0.0):
        """Takes what came; False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += more
        return bool(more)

    def until(self, pattern, seconds=20.0):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert self.read(0.1) or re.search(pattern, self.text), self.text
            assert time.monotonic() < end, self.text
        return self

    def finish(self, seconds=30.0):
        """Everything it printed, and its exit status."""
        end = time.monotonic() + seconds
        while self.read(0.1):
            assert time.monotonic() < end, self.text
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return self

    def lines(self):
        """The live lines as they were drawn, without what erases."""
        found = re.findall(rb"\r(gramme  [^\r\n\x1b]*)", self.text)
        return [line.decode() for line in found if LINE.match(b"\r" + line)]


def joules(text):
    value, unit = re.search(r"([\d.]+) (uJ|mJ|k?J|Wh)\b", text).groups()
    return float(value) * UNITS[unit]


@pytest.mark.telling
def test_a_line_is_drawn_in_place_and_gone_before_the_summary(gramme):
    done = Terminal(gramme, "run", "--live", "--", "sleep", "2.6").finish()
    assert done.status == 0
    assert len(done.lines()) >= 2
    before, summary = done.text.rsplit(b"\r\x1b[K\r", 1)
    assert b"\n" not in before, "it was drawn on one line"
    assert summary.startswith(b"gramme  sleep  finished")


def test_the_joules_of_the_line_are_those_of_the_run(gramme, python):
    done = Terminal(gramme, "run", "--live", "--json", "out.json", "--", python, "-c",
                    BUSY.format(4.5)).finish()
    result = json.loads((gramme.folder / "out.json").read_text(encoding="utf-8"))
    final = result["energy"]["attributed_j"]["value"]
    seen = [joules(line) for line in done.lines()]
    assert seen == sorted(seen)
    # The last word is at most a tick and the time to the next one old.
    assert final * (1 - 2.5 / result["duration_s"]) <= seen[-1] <= final * 1.01
    assert "estimate:" in done.lines()[-1] or result["energy"]["attributed_j"]["kind"] != "modelled"


def test_the_grammes_of_the_line_are_those_of_the_place(gramme, python):
    done = Terminal(gramme, "run", "--live", "--region", "FR", "--pue", "1.5", "--json", "out.json",
                    "--", python, "-c", BUSY.format(2.4)).finish()
    result = json.loads((gramme.folder / "out.json").read_text(encoding="utf-8"))
    line = done.lines()[-1]
    value, unit = re.search(r"([\d.]+) (ug|mg|g) CO2e", line).groups()
    kg = float(value) * {"ug": 1e-9, "mg": 1e-6, "g": 1e-3}[unit]
    per_j = result["carbon"]["intensity_gpkwh"]["value"] * 1.5 / 3.6e6 / 1e3
    assert kg == pytest.approx(joules(line) * per_j, rel=0.02)


@pytest.mark.telling
def test_nothing_is_drawn_where_there_is_no_terminal(gramme):
    done = gramme("run", "--live", "--", "sleep", "1.3")
    assert done.returncode == 0
    assert done.stderr.startswith("gramme  sleep  finished")
    assert "\r" not in done.stderr and "\x1b" not in done.stderr


def test_nothing_is_drawn_where_nobody_asked(gramme):
    done = Terminal(gramme, "run", "--", "sleep", "1.3").finish()
    assert done.text.startswith(b"gramme  sleep  finished")


@pytest.mark.parametrize("command, status", [("exit 7", 7), ("kill -9 $$", 137)])
def test_the_exit_status_is_the_commands_with_a_line_as_well(gramme, command, status):
    done = Terminal(gramme, "run", "--live", "--", "sh", "-c", f"sleep 1.2; {command}").finish()
    assert done.lines()
    assert done.status == status


def test_a_command_that_is_not_found_is_127_still(gramme):
    done = Terminal(gramme, "run", "--live", "--", "no-such-command").finish()
    assert (done.status, done.lines()) == (127, [])


@pytest.mark.parametrize("name", ["TERM", "HUP", "USR1", "WINCH"])
def test_a_signal_reaches_the_command_once_with_a_line_as_well(gramme, python, name):
    script = ("import signal, time\n"
              "got = []\n"
              f"signal.signal(signal.SIG{name}, lambda *a: got.append(1))\n"
              "print('ready', flush=True)\n"
              "end = time.monotonic() + 10\n"
              "while not got and time.monotonic() < end: time.sleep(0.01)\n"
              "time.sleep(0.1)\n"
              "print('got', len(got))\n"
              "raise SystemExit(42)\n")
    run = Terminal(gramme, "run", "--live", "--", python, "-c", script).until(LINE)
    os.kill(run.pid, getattr(signal, f"SIG{name}"))
    run.finish()
    assert b"got 1\r\n" in run.text
    assert run.status == 42


def test_the_interrupt_key_ends_both(gramme):
    run = Terminal(gramme, "run", "--live", "--", "sleep", "20").until(LINE)
    os.write(run.fd, b"\x03")
    run.finish()
    assert run.status == -signal.SIGINT
    assert b"sleep  failed by signal 2" in run.text


def test_a_terminal_that_is_held_holds_nothing_up(gramme):
    """^S stops what is written to a terminal; a signal must still reach the command."""
    script = ("trap 'echo caught > caught; exit 5' TERM; echo ready > ready; "
              "while :; do sleep 0.05; done")
    run = Terminal(gramme, "run", "--live", "--", "sh", "-c", script).until(LINE)
    os.write(run.fd, b"\x13")
    count = len(run.lines())
    time.sleep(2.5)  # two lines that cannot be written
    os.kill(run.pid, signal.SIGTERM)
    wait_for((gramme.folder / "caught").exists)
    assert len(run.lines()) <= count + 1
    os.write(run.fd, b"\x11")
    assert run.finish().status == 5


def test_quiet_and_live_are_a_contradiction(gramme):
    done = gramme("run", "--quiet", "--live", "--", "touch", "began")
    assert done.returncode == 125
    assert "--quiet" in done.stderr and "--live" in done.stderr
    assert not (gramme.folder / "began").exists()


def test_a_job_in_the_background_draws_nothing(gramme):
    """Its group is not the terminal's: a parent holds that."""
    def into_background():
        if os.fork() > 0:
            os.wait()
            os._exit(0)
        os.setpgid(0, 0)

    done = Terminal(gramme, "run", "--live", "--", "sleep", "2.2", before=into_background).finish()
    assert done.lines() == []
    assert b"sleep  finished" in done.text


def test_a_line_fits_the_terminal_as_wide_as_it_is_now(gramme):
    run = Terminal(gramme, "run", "--live", "--", "sleep", "4.4", columns=30).until(LINE)
    run.until(rb"CO2e|\x1b\[K  \r.*\x1b\[K  ")
    narrow = run.lines()
    run.resize(100)
    run.until(rb"CO2e").finish()
    assert narrow and all(len(line) + 2 < 30 for line in narrow)
    assert not any(line.rstrip()[-1].isdigit() for line in narrow), "a figure is cut in two"
    assert any("CO2e" in line for line in run.lines()[len(narrow):])


def test_a_terminal_that_knows_nothing_gets_no_escapes(gramme):
    done = Terminal(gramme, "run", "--live", "--", "sleep", "2.2", TERM="dumb").finish()
    assert done.lines()
    assert b"\x1b" not in done.text.split(b"sleep  finished")[0]


def test_the_last_mark_is_shown_and_cannot_steer_the_terminal(gramme):
    script = (f"'{gramme.program}' mark 'epoch 3'; sleep 1.3; "
              f"'{gramme.program}' mark \"$(printf 'x\\033[2Jy')\"; sleep 1.5")
    done = Terminal(gramme, "run", "--live", "--", "sh", "-c", script).finish()
    assert any("(epoch 3)" in line for line in done.lines())
    assert any("(x\\x1b[2Jy)" in line for line in done.lines())
    assert b"\x1b[2J" not in done.text


def test_a_sampler_that_is_lost_is_said_and_the_command_goes_on(gramme):
    run = Terminal(gramme, "run", "--live", "--", "sh", "-c", "sleep 4; exit 3").until(LINE)
    os.kill(wait_for(gramme.sampler_pid), signal.SIGKILL)
    run.until(rb"no longer measured").finish()
    assert run.status == 3
    assert b"the sampler's process was lost" in run.text


def test_a_sampler_that_ends_early_has_told_its_numbers(gramme):
    run = Terminal(gramme, "run", "--live", "--", "sleep", "5").until(LINE)
    os.kill(wait_for(gramme.sampler_pid), signal.SIGTERM)
    run.finish()
    assert run.status == 0
    assert b"sleep  interrupted" in run.text
    assert b"sampler's process was lost" not in run.text


def test_attach_has_a_line_too(gramme):
    other = os.posix_spawnp("sleep", ["sleep", "30"], os.environ)
    try:
        run = Terminal(gramme, "attach", "--live", other).until(LINE)
        os.kill(run.pid, signal.SIGINT)
        run.finish()
    finally:
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
    assert run.status == 0
    assert b"\r\x1b[K\rgramme  sleep  " in run.text
