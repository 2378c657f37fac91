# SPDX-License-Identifier: Apache-2.0
"""What becomes of a run when the program, the ledger or the command is treated badly.

A step of the wall clock cannot be made here without making it for everyone; the unit tests of
the sampler have it, on a clock of their own.
"""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

import checks
import pytest
from machine import GRAMME, S_NS, WORK, Meter, Profile, Run, run, sampler_of, work

together = pytest.mark.together


def begun(started):
    while not started.work_file.exists():
        assert started.process.poll() is None, started.process.stderr.read()
        time.sleep(0.01)


def sound(db):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as file:
        return file.execute("pragma integrity_check").fetchone()[0] == "ok"


@together
def test_a_mark_takes_a_reading_at_that_instant(place):
    script = f"sleep 0.25; '{GRAMME}' mark half; '{GRAMME}' mark --metric 0.5 loss; sleep 0.25"
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, ["sh", "-c", script], "--period", "30s")
        result = started.result()
        assert result.status == 0, result.errors
        (mark,) = result.doc["marks"]
        assert mark["name"] == "half"
        assert 0.2 < mark["t_s"] < result.doc["duration_s"]
        assert result.doc["metrics"]["loss"]["last"] == 0.5
        # Start, mark and end, though no tick ever came.
        assert result.doc["quality"]["samples"] >= 3
        quiet_ns = S_NS // 5
        marked = [
            t for t in meter.reads() if result.began_ns + quiet_ns < t < max(meter.reads()) - quiet_ns
        ]
        assert marked, "the counter was not read at the mark"


@together
@pytest.mark.parametrize("command, status", [("/no/such/program", 127), ("/etc/passwd", 126)])
def test_a_command_that_cannot_be_begun_leaves_no_run(place, command, status):
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, [command])
        result = started.result()
        assert result.status == status
        deadline = time.monotonic() + 5
        while started.runs() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not started.runs()


@together
def test_the_commands_status_and_signal_come_through(place):
    with Meter(place, Profile(50)) as meter:
        first = Run(place / "a", meter.root, ["sh", "-c", "exit 7"]).result()
        second = Run(place / "b", meter.root, ["sh", "-c", "kill -9 $$"]).result()
    assert (first.status, first.doc["state"]) == (7, "failed")
    assert (second.status, second.doc["state"]) == (137, "failed")


@together
def test_a_sampler_that_is_stopped_for_a_while_loses_ticks_and_no_joule(place):
    with Meter(place, Profile(80, 20, 37, 40)) as meter:
        started = Run(place, meter.root, work(place, "sleep", 4000), "--period", "50ms")
        begun(started)
        time.sleep(0.4)
        sampler = sampler_of(started)
        os.kill(sampler, signal.SIGSTOP)
        time.sleep(3)
        os.kill(sampler, signal.SIGCONT)
        result = started.result()
        checks.exact(result, meter)
        assert result.doc["quality"]["missed"] >= 55
        assert not result.broken


@together
def test_a_sampler_that_is_stopped_over_many_wraps_says_so(place):
    """20 J at 80 W wrap each 0.25 s: what two seconds cost cannot be known, and is not 0."""
    with Meter(place, Profile(80), range_uj=20_000_000) as meter:
        started = Run(place, meter.root, work(place, "sleep", 3000))
        begun(started)
        time.sleep(0.3)
        sampler = sampler_of(started)
        os.kill(sampler, signal.SIGSTOP)
        time.sleep(2)
        os.kill(sampler, signal.SIGCONT)
        result = started.result()
        checks.never_more(result, meter)
        assert result.warnings("wrap-lost")
        truth = meter.profile.joules(result.t0_ns, result.t1_ns)
        # The interval around the number holds the truth.
        assert result.part("package-0")["machine_j"]["high"] >= truth


@together
def test_a_command_that_is_stopped_goes_on_and_so_does_its_run(place):
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, work(place, "sleep", 700), "--period", "50ms")
        begun(started)
        command = int(
            subprocess.run(
                ["pgrep", "-P", str(started.process.pid)], capture_output=True, text=True, check=True
            ).stdout.split()[0]
        )
        os.kill(command, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(command, signal.SIGCONT)
        result = started.result()
        assert result.status == 0
        checks.exact(result, meter)
        assert result.doc["duration_s"] > 1.4


@together
def test_a_sampler_that_is_killed_leaves_an_interrupted_run_of_all_but_5_s(place):
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, work(place, "sleep", 7500), "--period", "100ms")
        begun(started)
        time.sleep(6.5)
        os.kill(sampler_of(started), signal.SIGKILL)
        killed_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        result = started.result()
        assert result.status == 0
        assert "interrupted" in result.errors
        (row,) = started.runs()
        assert row["state"] == "interrupted"
        doc = json.loads(started.ask("show", "--json", row["id"]).stdout)
        kept = doc["energy"]["machine_j"]["value"]
        most = meter.profile.joules(result.began_ns, killed_ns)
        assert most - 5 * 50 <= kept <= most + checks.tolerance(most)
        assert sound(started.db)


@together
def test_a_launcher_that_is_killed_leaves_the_command_and_its_run(place):
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, work(place, "sleep", 1500), "--period", "100ms")
        begun(started)
        started.process.kill()
        started.process.wait()
        deadline = time.monotonic() + 20
        while not started.work_file.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        t0, t1, _ = (int(word) for word in started.work_file.read_text().split())
        assert t1 - t0 >= 1.5 * S_NS
        while (rows := started.runs())[0]["state"] == "running" and time.monotonic() < deadline:
            time.sleep(0.05)
        doc = json.loads(started.ask("show", "--json", rows[0]["id"]).stdout)
        assert rows[0]["state"] != "running"
        assert doc["exit_status"] is None
        # That the first reading was late, nobody is left to say.
        truth = meter.profile.joules(t0 + 10 * checks.LATE_NS, t1)
        assert doc["energy"]["machine_j"]["value"] >= truth - checks.tolerance(truth)
        assert any(w["code"] == "launcher-lost" for w in doc["quality"]["warnings"])
        started.process.communicate()


@together
def test_a_launcher_that_is_killed_before_the_first_reading_leaves_the_run(place):
    with Meter(place, Profile(50)) as meter:
        meter.control("slow_ms=300")
        started = Run(place, meter.root, work(place, "sleep", 2500), "--period", "100ms")
        begun(started)
        started.process.kill()
        started.process.communicate()
        deadline = time.monotonic() + 20
        while not (rows := started.runs()) or rows[0]["state"] == "running":
            assert time.monotonic() < deadline, rows
            time.sleep(0.05)
        doc = json.loads(started.ask("show", "--json", rows[0]["id"]).stdout)
        assert doc["energy"]["machine_j"]["value"] > 0
        assert any(w["code"] == "launcher-lost" for w in doc["quality"]["warnings"])


class SmallDisk:
    """A tmpfs of half a megabyte for the ledger. A context; skips where it may not be made."""

    def __init__(self, folder, kib=512):
        self.folder = pathlib.Path(folder)
        self.kib = kib

    def __enter__(self):
        self.folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={self.kib}k", "tmpfs", self.folder]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return self

    def fill(self):
        with open(self.folder / "ballast", "wb", buffering=0) as file:
            for size in (4096, 512, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def free(self):
        (self.folder / "ballast").unlink()

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=False)


@together
def test_a_disk_that_is_full_to_the_end_leaves_the_numbers_and_says_so(place):
    with Meter(place, Profile(50)) as meter, SmallDisk(place / "disk") as disk:
        env = {"GRAMME_DB": str(disk.folder / "gramme.db")}
        started = Run(place, meter.root, work(place, "sleep", 5500), "--period", "10ms", env=env)
        begun(started)
        time.sleep(0.3)
        disk.fill()
        result = started.result()
        assert result.status == 0
        checks.exact(result, meter)
        assert "energy" in result.errors
        said = [line for line in result.errors.splitlines() if line.startswith("gramme: ")]
        assert said and "full" in said[0], result.errors
        disk.free()
        assert sound(disk.folder / "gramme.db")
        # The ledger works again.
        again = Run(place / "again", meter.root, ["true"], env=env)
        assert again.result().status == 0
        assert [row["state"] for row in again.runs()][0] == "finished"


@together
def test_a_disk_that_has_room_again_at_the_end_keeps_the_run_whole(place):
    with Meter(place, Profile(50)) as meter, SmallDisk(place / "disk") as disk:
        env = {"GRAMME_DB": str(disk.folder / "gramme.db")}
        started = Run(place, meter.root, work(place, "sleep", 5500), "--period", "10ms", env=env)
        begun(started)
        time.sleep(0.3)
        disk.fill()
        time.sleep(4.4)
        disk.free()
        result = started.result()
        assert result.status == 0
        checks.exact(result, meter)
        (row,) = started.runs()
        assert row["state"] == "finished"
        doc = json.loads(started.ask("show", "--json", row["id"]).stdout)
        assert doc["energy"]["machine_j"] == result.doc["energy"]["machine_j"]
        assert doc["quality"]["samples"] == result.doc["quality"]["samples"]
        assert sound(disk.folder / "gramme.db")


@together
def test_no_sensor_at_all_is_an_estimate_and_called_one(place):
    root = place / "machine"
    root.mkdir()
    (root / "proc").symlink_to("/proc")
    result = run(place, root, "burn", 1200)
    energy = result.doc["energy"]
    assert energy["machine_j"]["kind"] == "modelled"
    assert energy["attributed_j"]["kind"] == "modelled"
    assert {part["kind"] for part in energy["components"]} == {"modelled"}
    assert "ESTIMATE" in result.errors
    assert result.warnings("no-meter")
    assert energy["machine_j"]["value"] > 0
    assert energy["machine_j"]["low"] < energy["machine_j"]["value"] < energy["machine_j"]["high"]


@together
def test_nothing_is_left_behind(place):
    """No socket, no cgroup, no process of the run."""
    with Meter(place, Profile(50)) as meter:
        started = Run(place, meter.root, [WORK, place / "work", "sleep", "1", "300"])
        result = started.result()
        run_id = result.doc["id"]
        sockets = pathlib.Path(started.env["XDG_RUNTIME_DIR"]).glob(f"gramme-{run_id}*")
        deadline = time.monotonic() + 3
        while sampler_of(started) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not sampler_of(started)
        assert not list(sockets)
        left = subprocess.run(
            ["find", "/sys/fs/cgroup", "-maxdepth", "3", "-name", f"*{run_id}*"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert left.stdout == ""
