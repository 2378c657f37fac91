# SPDX-License-Identifier: Apache-2.0
"""gramme calibrate and gramme model wall: the machine at its plug."""
import json
import math
import pathlib
import random
import socket
import sqlite3
import subprocess
import time

import pytest

from ledgers import FORGE, HARDWARE, NS, START_S

A_W, B, SCREEN_W, AHEAD_S = 42.0, 1.17, 25.0, 90
RUNS, RUN_S, PAUSE_S = 5, 300, 60
DESKTOP = {**HARDWARE, "cpu": {"name": "AMD Ryzen 9 5950X", "chips": 1, "threads": 32}}


def profile(rng, seconds):
    """Watts of the components, a load for 20 to 90 s."""
    watts, until = [], 0
    for t in range(seconds):
        if t >= until:
            until, load = t + rng.uniform(20, 90), rng.uniform(20, 220)
        watts.append(load + rng.gauss(0, 1))
    return watts


class Machine:
    """Five recorded runs, and a plug meter that saw them all."""

    def __init__(self, gramme, host, hardware=DESKTOP):
        self.gramme, self.rng = gramme, random.Random(5)
        seconds = PAUSE_S + RUNS * (RUN_S + PAUSE_S)
        self.watts = profile(self.rng, seconds)
        self.ids = []
        for i in range(RUNS):
            self.record(PAUSE_S + i * (RUN_S + PAUSE_S), i, host, hardware)

    def record(self, first, number, host, hardware):
        joules, rows = 0.0, []
        for s in range(RUN_S + 1):
            rows.append(f"{s * NS} {round(joules * 1e6)}\n")
            joules += self.watts[first + s] if s < RUN_S else 0
        subprocess.run([str(FORGE), str(self.gramme.db), "DE", str((START_S + first) * NS)],
                       input="".join(rows), text=True, check=True)
        run = f"20240601T{number:06d}-{number:08x}"
        with sqlite3.connect(self.gramme.db) as db:
            (key,) = db.execute("SELECT max(key) FROM run").fetchone()
            db.execute("UPDATE run SET id = ? WHERE key = ?", (run, key))
            db.execute("INSERT INTO inventory VALUES (?, ?, ?)",
                       (key, json.dumps(hardware), json.dumps({"hostname": host})))
        self.ids.append(run)

    def plug(self, path, every=10):
        """Means over ten seconds in whole watts, a clock ahead, a screen, a hole."""
        lines, wander = ["time,power_w"], 0.0
        wall = []
        for w in self.watts:
            wander = 0.975 * wander + 0.44 * self.rng.gauss(0, 1)
            wall.append(A_W + B * w + SCREEN_W + wander)
        for t in range(every, len(wall), every):
            if not 900 < t < 960:
                mean = sum(wall[t - every:t]) / every
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START_S + t + AHEAD_S))
                lines.append(f"{stamp},{mean:.0f}")
        path.write_text("\n".join(lines) + "\n")
        return path


@pytest.fixture
def machine(gramme):
    return Machine(gramme, socket.gethostname())


def wall_of(gramme, run):
    shown = gramme.json("show", run)
    return shown["energy"]["wall_j"], shown


def test_a_class_of_machine_has_a_wall(gramme):
    got = gramme.json("model", "wall", "--class", "desktop", "--energy-j", 360000,
                      "--duration-s", 3600)
    assert got["schema"] == "gramme.wall/1" and got["class"] == "desktop"
    assert got["wall_j"]["value"] == pytest.approx(40 * 3600 + 1.2 * 360000)
    assert got["wall_j"]["kind"] == "modelled"
    half = 1.959964 * math.hypot(20 * 3600, 0.06 * 360000)
    assert got["wall_j"]["high"] == pytest.approx(576000 + half, rel=1e-6)
    assert got["wall_j"]["low"] < got["low90_j"] < got["high90_j"] < got["wall_j"]["high"]
    assert got["a_w"]["value"] == 40 and got["b_ratio"]["value"] == pytest.approx(1.2)
    assert "318 runs" in got["source"]


@pytest.mark.parametrize("words", [
    ["--class", "toaster", "--energy-j", 1, "--duration-s", 1],
    ["--class", "server", "--energy-j", -1, "--duration-s", 1],
    ["--class", "server", "--energy-j", 1, "--duration-s", 0],
    ["--class", "server", "--energy-j", "nan", "--duration-s", 1],
    ["--class", "server"],
    [],
])
def test_what_is_no_machine_has_none(gramme, words):
    done = gramme("model", "wall", *words)
    assert done.returncode in (1, 2)
    assert done.stdout == "" and done.stderr


def test_a_meter_s_log_makes_this_machine_s_line(gramme, machine, tmp_path):
    before, _ = wall_of(gramme, machine.ids[0])
    assert "class desktop" in before["source"]
    made = gramme.json("calibrate", "--csv", machine.plug(tmp_path / "plug.csv"))["made"]
    assert made["runs"] == RUNS and made["meter"] == "plug.csv"
    assert made["a_w"]["low"] < A_W + SCREEN_W < made["a_w"]["high"]
    assert made["b_ratio"]["low"] < B < made["b_ratio"]["high"]
    assert made["a_w"]["high"] - made["a_w"]["low"] < 20
    assert made["clock_offset_s"] == pytest.approx(AHEAD_S, abs=3)
    wall, shown = wall_of(gramme, machine.ids[0])
    assert wall["kind"] == "modelled" and "this machine's calibration" in wall["source"]
    truth = (A_W + SCREEN_W) * RUN_S + B * sum(machine.watts[PAUSE_S:PAUSE_S + RUN_S])
    assert wall["low"] < truth < wall["high"]
    assert wall["value"] == pytest.approx(truth, rel=0.03)
    assert shown["energy"]["machine_j"]["value"] < wall["value"]
    assert "this machine's calibration" in " ".join(gramme("show", machine.ids[0]).stdout.split())


def test_named_runs_alone_are_taken(gramme, machine, tmp_path):
    plug = machine.plug(tmp_path / "plug.csv")
    made = gramme.json("calibrate", "--csv", plug, "--look-only", "--run", machine.ids[1],
                       machine.ids[2])["made"]
    assert made["runs"] == 2
    assert gramme.json("calibrate", "--show")["kept"] == []


def test_another_board_makes_it_stale(gramme, machine, tmp_path):
    gramme.json("calibrate", "--csv", machine.plug(tmp_path / "plug.csv"))
    changed = {**DESKTOP, "gpus": [{"domain": "gpu-0", "name": "NVIDIA RTX 4090", "tdp_w": 450}]}
    with sqlite3.connect(gramme.db) as db:
        db.execute("UPDATE inventory SET hardware_json = ? WHERE run = (SELECT max(key) FROM run)",
                   (json.dumps(changed),))
    wall, shown = wall_of(gramme, machine.ids[-1])
    assert "class desktop" in wall["source"]
    assert "calibration-stale" in [w["code"] for w in shown["quality"]["warnings"]]
    _, old = wall_of(gramme, machine.ids[0])
    assert "calibration-stale" not in [w["code"] for w in old["quality"]["warnings"]]


def test_what_is_kept_is_shown_and_forgotten(gramme, machine, tmp_path):
    gramme.json("calibrate", "--csv", machine.plug(tmp_path / "plug.csv"))
    kept = gramme.json("calibrate", "--show")
    assert len(kept["kept"]) == 1 and kept["file"].endswith(".calibration.csv")
    assert pathlib.Path(kept["file"]).stat().st_mode & 0o777 == 0o600
    assert gramme.json("calibrate", "--forget")["forgotten"] == 1
    assert gramme.json("calibrate", "--show")["kept"] == []
    assert "class desktop" in wall_of(gramme, machine.ids[0])[0]["source"]


def test_another_machine_s_runs_are_left_out(gramme, tmp_path):
    machine = Machine(gramme, "ada")
    with sqlite3.connect(gramme.db) as db:
        db.execute("UPDATE inventory SET software_json = ? WHERE run = (SELECT max(key) FROM run)",
                   (json.dumps({"hostname": "bob"}),))
    got = gramme.json("calibrate", "--csv", machine.plug(tmp_path / "plug.csv"))
    assert got["made"]["machine"] == "ada" and got["made"]["runs"] == RUNS - 1
    assert got["left_out"] == 1 and "another machine" in got["why_left_out"]


@pytest.mark.parametrize("text, why", [
    ("time,foo\n1,2\n", "no column of watts"),
    ("when,watts\n1,2\n", "no column of times"),
    ("time,watts\nx,2\n", "no three rows"),
    ("time,watts\n1,2\n2,2\n3,2\n", "no run of the ledger"),
])
def test_a_log_that_says_nothing_is_told(gramme, machine, tmp_path, text, why):
    path = tmp_path / "plug.csv"
    path.write_text(text)
    done = gramme("calibrate", "--csv", path)
    assert done.returncode == 1 and why in done.stderr and str(path) in done.stderr


def test_a_meter_of_something_else_makes_no_line(gramme, machine, tmp_path):
    path, rng = tmp_path / "plug.csv", random.Random(1)
    path.write_text("time,watts\n" + "".join(
        f"{START_S + t},{rng.uniform(50, 250):.1f}\n" for t in range(0, 1800, 10)))
    done = gramme("calibrate", "--csv", path)
    assert done.returncode == 1 and "do not go together" in done.stderr


def test_an_even_load_tells_no_line_apart(gramme, machine, tmp_path):
    with sqlite3.connect(gramme.db) as db:
        db.execute("DELETE FROM run")
    machine.watts = [100.0] * len(machine.watts)
    machine.record(PAUSE_S, 77, "ada", DESKTOP)
    done = gramme("calibrate", "--csv", machine.plug(tmp_path / "plug.csv"))
    assert done.returncode == 1 and "hardly changed" in done.stderr


def test_an_estimate_is_calibrated_only_when_asked(gramme, machine, tmp_path):
    with sqlite3.connect(gramme.db) as db:
        db.execute("UPDATE domain SET kind = 'modelled'")
    plug = machine.plug(tmp_path / "plug.csv")
    done = gramme("calibrate", "--csv", plug)
    assert done.returncode == 1 and "--modelled" in done.stderr
    assert gramme.json("calibrate", "--csv", plug, "--modelled")["made"]["kind"] == "modelled"
    assert "calibration" in wall_of(gramme, machine.ids[0])[0]["source"]


def test_steps_of_load_are_a_run(gramme):
    bare = gramme("calibrate", "--guided", "--minutes", "0.02", "--sysroot", "/nowhere-at-all")
    assert bare.returncode == 1
    got = gramme.json("calibrate", "--guided", "--minutes", "0.02", "--modelled")
    shown = gramme.json("show", got["recorded"])
    assert shown["name"] == "calibrate" and shown["state"] == "finished"
    assert [m["name"] for m in shown["marks"]].count("idle") == 3
    assert shown["duration_s"] > 1


@pytest.mark.parametrize("words", [[], ["--csv", "x", "--show"], ["--show", "--forget"]])
def test_one_thing_is_asked_at_a_time(gramme, words):
    done = gramme("calibrate", *words)
    assert done.returncode == 2 and "--guided" in done.stderr
