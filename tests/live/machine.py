# SPDX-License-Identifier: Apache-2.0
"""A made-up machine of known power, a run of the program on it, and the truth of the two.

The truth is worked out here a second time, from the profile alone: nothing is asked of the
generator but the instants at which it was read.
"""

import json
import os
import pathlib
import subprocess
import time

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build-test"
GRAMME = pathlib.Path(os.environ.get("GRAMME", BUILD / "gramme")).absolute()
HOUSE = GRAMME.parent
METER_FS = pathlib.Path(os.environ.get("METER_FS", HOUSE / "tests/live/meter-fs")).absolute()
WORK = METER_FS.parent / "live-work"
FAKE_NVML = METER_FS.parent.parent / "fakes/libnvidia-ml.so.1"

S_NS = 10**9
MS_NS = 10**6
STEP_J = 61e-6
PERMILLE = {"package": 1000, "core": 600, "uncore": 50, "dram": 150, "psys": 1400}


def now_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


class Profile:
    """Watts as the generator has them: high first, then low; joules as an exact integral."""

    def __init__(self, high_w=50.0, low_w=None, period_ms=1000.0, duty_pct=50):
        self.high_uw = round(high_w * 1e6)
        self.low_uw = self.high_uw if low_w is None else round(low_w * 1e6)
        self.period_ns = round(period_ms * 1e6)
        self.high_ns = self.period_ns * duty_pct // 100
        self.words = [f"square={self.low_uw / 1e6}:{high_w}:{period_ms}:{duty_pct}"]

    def integral(self, t_ns):
        """Since the clock's 0, in uW ns."""
        whole, rest = divmod(t_ns, self.period_ns)
        high = min(rest, self.high_ns)
        period = self.high_uw * self.high_ns + self.low_uw * (self.period_ns - self.high_ns)
        return whole * period + self.high_uw * high + self.low_uw * (rest - high)

    def joules(self, t0_ns, t1_ns, zone="package-0"):
        part, _, package = zone.partition("-")
        scale = PERMILLE[part] * (100 + 25 * int(package or 0)) / 100000
        return (self.integral(t1_ns) - self.integral(t0_ns)) * scale / 1e15

    @property
    def most_w(self):
        return max(self.high_uw, self.low_uw) / 1e6


class Meter:
    """A mounted generator. Use as a context; control() takes README.md's words."""

    def __init__(self, folder, profile=None, **words):
        self.profile = profile or Profile()
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "machine"
        self.log = self.folder / "reads"
        self.words = self.profile.words + [f"{key}={value}" for key, value in words.items()]
        self.process = None

    def __enter__(self):
        self.root.mkdir(parents=True)
        self.process = subprocess.Popen(
            [METER_FS, self.root, f"log={self.log}", *self.words],
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while not (self.root / "control").exists():
            if self.process.poll() is not None:
                raise OSError(self.process.stderr.read().strip())
            if time.monotonic() > deadline:
                raise OSError("the file system was not mounted within 20 s")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        subprocess.run(["fusermount3", "-u", "-z", self.root], capture_output=True, check=False)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()

    def control(self, line):
        with open(self.root / "control", "wb", buffering=0) as file:
            file.write(line.encode())

    def reads(self, zone="package-0", way=None):
        """The instants at which a zone was read with success."""
        if not self.log.exists():
            return []
        rows = [line.split() for line in self.log.read_text().splitlines()]
        return [int(t) for t, w, z, err in rows if z == zone and way in (None, w) and err == "0"]


class Result:
    """What one run said, and when its command and its launcher began and ended."""

    def __init__(self, status, errors, doc, began, ended, work):
        self.status = status
        self.errors = errors
        self.doc = doc
        self.began_ns = began
        self.ended_ns = ended
        self.t0_ns, self.t1_ns, self.cpu_ns = work or (None, None, None)

    def part(self, domain):
        for part in self.doc["energy"]["components"]:
            if part["domain"] == domain:
                return part
        raise KeyError(domain)

    def joules(self, domain=None):
        quantity = (self.part(domain) if domain else self.doc["energy"])["machine_j"]
        return None if quantity is None else quantity["value"]

    def warnings(self, code=None):
        rows = self.doc["quality"]["warnings"]
        return [row["text"] for row in rows if code in (None, row["code"])]

    @property
    def gaps(self):
        return self.doc["quality"]["gaps"]

    def gaps_of(self, domain):
        return [gap for gap in self.gaps if gap["domain"] == domain]

    @property
    def broken(self):
        """Gaps other than that of a first reading which a busy machine held up."""
        return [gap for gap in self.gaps if gap["why"] != "opened after the start"]

    @property
    def coverage(self):
        return self.doc["quality"]["coverage_ratio"]


class Run:
    """A run that goes on: start it, do harm, then result()."""

    def __init__(self, folder, root, command, *options, env=None, verb="run", stdin=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.json = self.folder / "run.json"
        self.db = self.folder / "gramme.db"
        self.work_file = self.folder / "work"
        self.env = {
            **os.environ,
            "GRAMME_DB": str(self.db),
            "GRAMME_OFFLINE": "1",
            "XDG_CONFIG_HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            **(env or {}),
        }
        if len(str(self.folder)) > 60:  # a socket's name has 108 bytes
            self.env["XDG_RUNTIME_DIR"] = "/tmp"
        words = [GRAMME, verb, "--json", self.json, *options]
        words += ["--sysroot", root] if root else []
        words += ["--", *command] if verb == "run" else command
        self.began_ns = now_ns()
        self.process = subprocess.Popen(
            [str(word) for word in words],
            env=self.env,
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words):
        """Another command on the same ledger."""
        return subprocess.run(
            [str(word) for word in (GRAMME, *words)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def runs(self):
        return json.loads(self.ask("list", "--json").stdout)["runs"]

    def result(self, timeout=60):
        _, errors = self.process.communicate(timeout=timeout)
        ended_ns = now_ns()
        doc = json.loads(self.json.read_text()) if self.json.exists() else None
        work = None
        if self.work_file.exists() and self.work_file.read_text():
            work = tuple(int(word) for word in self.work_file.read_text().split())
        return Result(self.process.returncode, errors, doc, self.began_ns, ended_ns, work)


def work(folder, what, ms, count=1):
    return [WORK, pathlib.Path(folder) / "work", what, str(count), str(ms)]


def run(folder, root, what="sleep", ms=600, count=1, options=(), **more):
    started = Run(folder, root, work(folder, what, ms, count), *options, **more)
    return started.result()


def sampler_of(run_process):
    """The sampler's process: the program once more, in a session of its own. When the launcher
    has ended, any process of the run's."""
    try:
        ours = os.getsid(run_process.process.pid)
    except ProcessLookupError:
        ours = None
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = pathlib.Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            session = os.getsid(int(name))
        except OSError:
            continue
        if str(run_process.json).encode() in words and session != ours:
            return int(name)
    return None
