# SPDX-License-Identifier: Apache-2.0
"""gramme top in a terminal of its own, looked at as text; and its lines for programs.

Screens come from a recording (--from), so that they are the same everywhere; a few tests watch
this machine, or a made-up one, to see that it can be done at all.
"""
import copy
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from conftest import ROOT, SYSROOT

pyte = pytest.importorskip("pyte", reason="python3-pyte, the terminal these tests look at, is "
                                          "not installed")

MADE = ROOT / "tests" / "golden" / "live-json-made.json"
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202eevil\u200b\n<b>"
READINGS = 12


@pytest.fixture(autouse=True)
def built(program):
    if not (program.parent / "gramme-top").exists():
        pytest.skip("gramme-top is not built: libncurses-dev is not there")


@pytest.fixture
def recording(gramme):
    """A reading every 2 s; 30 processes beside the one on the board."""
    made = json.loads(MADE.read_text(encoding="utf-8"))
    path = gramme.folder / "recording.jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for i in range(READINGS):
            line = copy.deepcopy(made)
            line["window_s"], line["watched_s"] = 2, 2 * (i + 1)
            line["processes"][0].update(name="python3")
            line["runs"][0].update(name="train")
            line["processes"] += [
                {"pid": 1000 + j, "name": f"worker-{j}", "user": "ana", "cpu_ratio": 0.5 + j / 100,
                 "cpu_w": 3 - j / 50, "gpu_w": None, "resident_bytes": (j + 1) << 20, "run": None}
                for j in range(30)]
            file.write(json.dumps(line) + "\n")
    return path


class Screen(pyte.Screen):
    """With what xterm has and pyte lacks: a letter repeated, and lines scrolled."""

    last = " "

    def draw(self, data):
        self.last = data[-1:] or self.last
        super().draw(data)

    def repeat_last(self, count=1):
        self.draw(self.last * count)

    def scroll(self, count, line, move):
        kept = self.cursor.y
        self.cursor.y = line
        for _ in range(count or 1):
            move()
        self.cursor.y = kept

    def scroll_up(self, count=1):
        self.scroll(count, self.margins.bottom if self.margins else self.lines - 1, self.index)

    def scroll_down(self, count=1):
        self.scroll(count, self.margins.top if self.margins else 0, self.reverse_index)


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat_last", "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"repeat_last", "scroll_up", "scroll_down"}


class Display:
    """gramme top on a terminal that pyte stands in for."""

    def __init__(self, gramme, *words, size=(24, 80), stdin=None, **env):
        self.size = size
        self.screen = Screen(size[1], size[0])
        self.stream = Stream(self.screen)
        self.raw = b""
        self.status = None
        self.master, self.slave = pty.openpty()
        self.resize(*size, tell=False)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [gramme.program, "top", *map(str, words)], cwd=gramme.folder,
            stdin=self.slave if stdin is None else stdin, stdout=self.slave,
            stderr=subprocess.PIPE, env={**gramme.env, "TERM": "xterm-256color", **env},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0))

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.screen.resize(rows, columns)

    def read(self, seconds=0.05):
        while select.select([self.master], [], [], seconds)[0]:
            data = os.read(self.master, 65536)
            self.raw += data
            self.stream.feed(data)
            seconds = 0

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines())

    def until(self, pattern, seconds=20.0):
        """Waits for it to stand on the screen; a pattern, or something to be true."""
        wanted = pattern if callable(pattern) else \
            lambda: re.search(pattern, self.text(), re.MULTILINE)
        end = time.monotonic() + seconds
        while not wanted():
            assert self.process.poll() is None or wanted(), \
                self.text() + self.process.stderr.read().decode()
            assert time.monotonic() < end, self.text()
            self.read()
        return self

    def press(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def end(self, seconds=10.0):
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, self.text()
            self.read()
        self.read()
        self.status = self.process.returncode
        return self

    def is_restored(self):
        modes = termios.tcgetattr(self.slave) == self.before
        left = b"\x1b[?1049l" in self.raw[self.raw.rfind(b"\x1b[?1049h"):]
        return modes and left and b"\x1b[?25l" not in self.raw[self.raw.rfind(b"\x1b[?1049l"):]

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def top(gramme):
    shown = []

    def start(*words, **more):
        shown.append(Display(gramme, *words, **more))
        return shown[-1]

    yield start
    for display in shown:
        display.close()


@pytest.fixture
def replay(top, recording):
    """The recording to its end: a screen that stands still."""
    def start(*words, **more):
        return top("--from", recording, "--interval", "200ms", *words, **more)

    return start


# --- the screen ------------------------------------------------------------------------------

def test_the_screen_at_80_by_24(replay):
    shown = replay().until("the recording has ended").lines()
    assert shown[0] == "gramme   367 W measured   147 g CO2e/h   DE 334 g/kWh, 2024   PUE 1.2"
    assert shown[1].startswith("cpu 44 % of 16   memory 9.0G of 64.0G   312 processes")
    assert shown[2] == "  500┤"
    assert re.match(r"    W│ +[▇█]+$", shown[3]), "367 W are 2.94 of 4 rows"
    assert re.match(r"    0│ +█+$", shown[5])
    assert re.match(r"      5 m 00 s ago   █ cpu  █ memory  █ gpu +now$", shown[6])
    assert shown[7].split() == ["COMPONENT", "W", "ENERGY", "SOURCE"]
    assert re.match(r"package-0 +61\.5 █+▏?\S? +3\.72 kJ powercap$", shown[8])
    assert re.match(r"dram-1 +- +120 J powercap$", shown[10])
    gpus = next(i for i, line in enumerate(shown) if line.startswith("GPU "))
    assert re.match(r"gpu-0 +301 +93 % █+▋ +2 NVIDIA H100 80GB HBM3$", shown[gpus + 1])
    runs = next(i for i, line in enumerate(shown) if line.startswith("RUN "))
    assert re.match(r"train +1 m 10 s +310 +20\.1 kJ +2\.24 g$", shown[runs + 1])
    table = next(i for i, line in enumerate(shown) if line.startswith("    PID "))
    assert shown[table].split() == ["PID", "USER", "W", "CPU", "%", "GPU", "W", "MEM", "NAME",
                                    "RUN"]
    assert shown[table + 1].split() == ["4242", "ana", "338", "650.0", "280", "4.0G", "python3",
                                        "train"]
    assert shown[22] == "the recording has ended; dram-1: no reading for 30 s"
    assert shown[23].startswith("q quit   h help   p pause   s sort: watts   c show: all")
    assert all(len(line) <= 80 for line in shown)


def test_numbers_stand_below_each_other(replay):
    shown = replay().until("the recording has ended").lines()
    table = next(i for i, line in enumerate(shown) if line.startswith("    PID "))
    ends = {name: shown[table].index(name) + len(name) for name in (" W", "CPU %", "MEM")}
    for line in shown[table + 1:22]:
        for end in ends.values():
            assert line[end - 1] != " " and line[end] == " ", line


@pytest.mark.parametrize("size, parts", [
    ((40, 120), ["┤", "COMPONENT", "GPU ", "RUN ", "PID"]),
    ((12, 40), ["COMPONENT", "RUN ", "PID"]),
    ((10, 40), ["PID"]),
])
def test_what_fits_is_shown(replay, size, parts):
    display = replay(size=size).until("the recording has ended")
    for part in parts:
        assert part in display.text()
    assert "367 W measured" in display.lines()[0]
    assert "q quit" in display.lines()[-1]
    assert "python3" in display.text()


@pytest.mark.parametrize("size", [(5, 40), (24, 30), (1, 20), (2, 2)])
def test_a_small_window_has_one_line(replay, size):
    display = replay(size=size)
    display.until(lambda: display.lines()[0].startswith("367 W"[:size[1] - 1]))
    assert not any(display.lines()[1:])


@pytest.mark.parametrize("term", ["xterm", "vt100", "linux", "screen", "ansi"])
def test_terminals_of_many_kinds_show_the_same(replay, term):
    display = replay(TERM=term).until("the recording has ended")
    assert "367 W measured" in display.lines()[0]
    assert "worker-0" in display.text()


def colours_in(raw):
    found = re.findall(rb"\x1b\[([\d;]*)m", raw)
    return [c for part in found for c in part.split(b";") if re.fullmatch(rb"[349][0-8]", c)
            and c not in (b"39", b"49")]


def test_colours_are_left_out_where_they_are_not_wanted_or_not_there(replay):
    assert colours_in(replay().until("has ended").raw)
    assert not colours_in(replay(NO_COLOR="1").until("has ended").raw)
    assert not colours_in(replay(TERM="vt100").until("has ended").raw)


def test_families_can_be_told_apart_without_colours(replay):
    assert "█ cpu  ▓ memory  ▒ gpu" in replay(NO_COLOR="1").until("has ended").text()


def test_where_the_locale_is_not_utf_8_all_is_ascii(replay):
    display = replay(LC_ALL="C").until("the recording has ended")
    assert display.raw.isascii()
    assert "# cpu  = memory  % gpu" in display.text()
    assert re.search(r"^package-0 .* #+ ", display.text(), re.MULTILINE)


def test_hostile_names_are_shown_and_do_nothing(top, gramme):
    line = json.loads(MADE.read_text(encoding="utf-8"))
    line["processes"][0]["name"] = HOSTILE
    line["processes"][0]["user"] = "\x9b31m"
    line["runs"][0]["name"] = HOSTILE
    line["components"][0]["domain"] = HOSTILE
    line["gpus"][0]["label"] = HOSTILE
    line["why"] = HOSTILE
    line["carbon"]["intensity_gpkwh"]["zone"] = "\x1bc"
    path = gramme.folder / "hostile.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    display = top("--from", path, "--interval", "200ms").until("the recording has ended")
    for bad in (b"\x1b]0;", b"owned\x07", b"\x1b[2Jevil", b"\x1bc", "\x9b".encode(),
                "\u202e".encode(), "\u200b".encode()):
        assert bad not in display.raw
    assert "?]0;owned??[2J?evil??<b>" in display.text()
    assert "q quit" in display.lines()[-1]


def test_a_machine_without_anything_says_so(top, gramme):
    path = ROOT / "tests" / "golden" / "live-json-nothing.json"
    display = top("--from", path, "--interval", "200ms").until("the recording has ended")
    assert "- W nothing to read   - g CO2e/h" in display.lines()[0]
    assert "no power is known here: gramme doctor" in display.text()
    assert not re.search(r"\b0(\.0+)? (W|J|g)\b", display.text())


def test_an_estimate_is_called_one(top, gramme):
    line = json.loads(MADE.read_text(encoding="utf-8"))
    for component in line["components"]:
        component.update(kind="modelled", source="model")
    line["process_power"]["kind"] = "modelled"
    path = gramme.folder / "estimate.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    display = top("--from", path, "--interval", "200ms").until("the recording has ended")
    assert "367 W ESTIMATE, no meter" in display.lines()[0]
    assert re.search(r"^    PID USER +W est\. ", display.text(), re.MULTILINE)
    assert "model, estimate" in display.text()


def test_a_line_that_is_none_is_left_out_and_said(top, gramme, recording):
    lines = recording.read_text(encoding="utf-8").splitlines()
    recording.write_text(f"{lines[0]}\nnonsense\n", encoding="utf-8")
    display = top("--from", recording, "--interval", "200ms")
    display.until("line 2 was left out: it is not JSON")
    assert "367 W" in display.lines()[0]


# --- keys ------------------------------------------------------------------------------------

def first_processes(display):
    lines = display.lines()
    table = next(i for i, line in enumerate(lines) if line.startswith("    PID "))
    return [line.split()[0] for line in lines[table + 1:22] if line.strip()]


def test_keys_sort_scroll_and_go_back(replay):
    display = replay().until("the recording has ended")
    assert first_processes(display)[:3] == ["4242", "1000", "1001"]
    display.press("s")
    display.until("sort: cpu")
    assert first_processes(display)[:3] == ["4242", "1029", "1028"]
    display.press("s")
    display.until("sort: memory")
    assert first_processes(display)[:3] == ["4242", "1029", "1028"]
    display.press("s")
    display.until("sort: watts")
    display.press(b"\x1bOB\x1bOB")
    display.until(lambda: first_processes(display)[0] == "1001")
    display.press(b"\x1b[6~")
    display.until(lambda: first_processes(display)[0] > "1003")
    display.press("k")
    display.press(b"\x1b[F\x1bOF\x1b[4~")
    display.until(lambda: first_processes(display)[-1] == "7", 5)
    display.press(b"\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~\x1b[5~")
    display.until(lambda: first_processes(display)[0] == "4242")


def test_the_chart_and_the_components_can_be_had_alone(replay):
    display = replay().until("the recording has ended")
    display.press("c")
    display.until("show: chart")
    assert "COMPONENT" not in display.text() and "ago" in display.text()
    display.press("c")
    display.until("show: components")
    assert "COMPONENT" in display.text() and "ago" not in display.text()
    display.press("c")
    display.until("show: all")


@pytest.mark.parametrize("key", ["h", "?"])
def test_help_names_the_keys_and_any_key_goes_back(replay, key):
    display = replay().until("the recording has ended")
    display.press(key)
    display.until(r"PgUp, PgDn +a page of them")
    display.press("x")
    display.until("COMPONENT")


def test_a_pause_stops_the_reading(top, recording):
    display = top("--from", recording, "--interval", "1m").until("367 W")
    display.press("p")
    display.until("PAUSED").until("p go on")
    display.press("+++++++++")
    display.until(r"every 0\.2 s")
    before = display.lines()[1]
    time.sleep(0.7)  # three readings, were it not paused
    display.read()
    assert display.lines()[1] == before
    display.press("p")
    display.until("the recording has ended")
    assert "PAUSED" not in display.text()


def test_the_interval_can_be_changed(replay):
    display = replay().until("the recording has ended")
    display.press("-")
    display.until(r"every 0\.5 s")
    display.press("-----------")
    display.until("every 60 s")
    display.press("+")
    display.until("every 30 s")


def test_the_window_can_be_resized_while_it_runs(replay):
    display = replay().until("the recording has ended")
    for rows, columns in ((40, 120), (12, 40), (3, 20), (10, 40), (24, 80)):
        display.resize(rows, columns)
        if rows >= 10:
            display.until(lambda: "q quit" in display.lines()[-1] and
                          display.lines()[0].startswith("gramme   367 W"))
        else:
            display.until(lambda: not any(display.lines()[1:]) and
                          display.lines()[0].startswith("367 W"))
        assert all(len(line) <= columns for line in display.lines())
    assert "COMPONENT" in display.text()


# --- the end ---------------------------------------------------------------------------------

@pytest.mark.telling
def test_quitting_leaves_the_terminal_as_it_was(replay):
    display = replay().until("COMPONENT")
    assert termios.tcgetattr(display.slave) != display.before
    display.press("q")
    assert display.end().status == 0
    assert display.is_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(replay, number):
    display = replay().until("COMPONENT")
    display.process.send_signal(number)
    assert display.end().status == -number
    assert display.is_restored()


def test_the_interrupt_key_ends_it(replay):
    display = replay().until("COMPONENT")
    display.press(b"\x03")
    assert display.end().status == -signal.SIGINT
    assert display.is_restored()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_leaves_the_terminal_as_it_was(replay, number):
    display = replay(ASAN_OPTIONS="handle_segv=0:handle_abort=0").until("COMPONENT")
    display.process.send_signal(number)
    assert display.end().status == -number
    assert display.is_restored()


def test_count_ends_it_by_itself(replay):
    display = replay("--count", "3").end()
    assert display.status == 0
    assert display.is_restored()


def test_it_runs_without_anybody_at_the_keys(top, recording):
    display = top("--from", recording, "--interval", "200ms", "--count", READINGS,
                  stdin=subprocess.DEVNULL)
    assert display.end().status == 0


@pytest.mark.parametrize("term", ["no-such-terminal", "dumb", ""])
def test_a_terminal_that_cannot_be_drawn_on_is_said(top, recording, term):
    # What ncurses has made by then it does not free.
    display = top("--from", recording, TERM=term,
                  ASAN_OPTIONS="detect_leaks=0").end()
    assert display.status == 1
    assert b"TERM=" in display.process.stderr.read()
    assert not display.raw


def test_a_source_that_fails_ends_it_in_good_order(top, gramme):
    display = top("--from", gramme.folder).end()
    assert display.status == 1
    assert str(gramme.folder).encode() in display.process.stderr.read()
    assert termios.tcgetattr(display.slave) == display.before


# --- this machine ----------------------------------------------------------------------------

@pytest.mark.telling
def test_this_machine_has_numbers_at_once(top):
    display = top("--interval", "1m").until(r"\d+ processes", 15)
    display.until(r"^ +\d+ \S+ +\S+ +[\d.]+ ")
    assert re.match(r"gramme   ([\d.]+ .?W|- W nothing)", display.lines()[0])


def test_a_machine_that_has_nothing_can_be_watched(top):
    display = top("--sysroot", SYSROOT / "nothing-at-all", "--interval", "200ms").until("q quit")
    display.press("q")
    assert display.end().status == 0


# --- for programs ----------------------------------------------------------------------------

@pytest.mark.telling
def test_json_is_a_line_a_reading(gramme):
    done = gramme("top", "--json", "--count", "2", "--interval", "300ms")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["schema"] for line in lines] == ["gramme.live/1"] * 2
    assert all(line["window_s"] > 0 for line in lines), "the first has powers already"
    assert lines[1]["watched_s"] > lines[0]["watched_s"]


def test_what_json_writes_can_be_shown(gramme, top):
    done = gramme("top", "--json", "--count", "2", "--interval", "200ms")
    (gramme.folder / "own.jsonl").write_text(done.stdout, encoding="utf-8")
    top("--from", "own.jsonl", "--interval", "200ms").until("the recording has ended")


@pytest.mark.telling
def test_without_a_terminal_it_names_json(gramme):
    done = gramme("top")
    assert done.returncode == 2
    assert "--json" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", [["--interval", "0"], ["--interval", "10ms"],
                                   ["--interval", "2h"], ["--interval", "x"], ["--count", "0"],
                                   ["--count", "1.5"], ["--count", "x"], ["word"],
                                   ["--from", "x", "--json"]])
def test_what_is_misunderstood_is_2(gramme, words):
    done = gramme("top", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("gramme top: ")


def test_a_recording_that_is_not_there_is_said(gramme):
    done = gramme("top", "--from", "nowhere.jsonl")
    assert done.returncode == 1
    assert "nowhere.jsonl" in done.stderr


def test_no_other_command_loads_the_terminals_library(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    assert "ncurses" not in done.stdout
    assert pathlib.Path(program.parent / "gramme-top").exists()
