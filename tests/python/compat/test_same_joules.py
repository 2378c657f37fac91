# SPDX-License-Identifier: Apache-2.0
"""One training under every way to track it has the same joules: on a made-up machine of known
power they lie within one period's power of each other, and within what was really drawn.
"""
import csv
import json

import pytest

J_PER_KWH = 3.6e6
HIGH_W, LOW_W, PERIOD_S = 90.0, 30.0, 1.0  # the program's own period
MEAN_W = 1.15 * (HIGH_W + LOW_W) / 2  # of package and memory

# The training notes when each tracker was begun and ended, on the generator's clock.
TRAINING = """
import json, time
from contextlib import contextmanager
import gramme
from gramme.compat.codecarbon import EmissionsTracker
from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker

def train(seconds=2.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(20000))

@contextmanager
def timed(name, way):
    outer = [time.monotonic_ns()]
    with way() as entered:
        inner = [time.monotonic_ns()]
        yield entered
        inner.append(time.monotonic_ns())
    outer.append(time.monotonic_ns())
    times[name] = {"outer": outer, "inner": inner}

times = {}
def ways():
    return {
        "track": lambda: gramme.track("track"),
        "impact": lambda: ImpactTracker("log"),
        "machine": lambda: EmissionsTracker(output_file="machine.csv"),
        "process": lambda: EmissionsTracker(output_file="process.csv", tracking_mode="process"),
    }
"""
NESTED = TRAINING + """
w = ways()
with timed("track", w["track"]) as run, timed("impact", w["impact"]):
    with timed("machine", w["machine"]), timed("process", w["process"]):
        train()
"""
ONE_BY_ONE = TRAINING + """
for name, way in ways().items():
    with timed(name, way) as entered:
        train()
    if name == "track":
        run = entered
"""
END = """
json.dump({"times": times, "track": run.summary.raw}, open("times.json", "w"))
"""


@pytest.fixture(autouse=True)
def folder_of_its_own(in_folder):
    return in_folder


def results(folder):
    """Joules by way, of the machine and of the run's share."""
    found = json.loads((folder / "times.json").read_text())
    (log,) = (folder / "log" / "impacttracker").iterdir()
    energies = {
        "track": found["track"]["energy"],
        "impact": json.loads(log.read_text())["run"]["energy"],
    }
    joules = {
        name: {"machine": energy["machine_j"]["value"], "share": energy["attributed_j"]["value"]}
        for name, energy in energies.items()
    }
    for name, key in (("machine", "machine"), ("process", "share")):
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        joules[name] = {key: float(row["energy_consumed"]) * J_PER_KWH}
        parts = float(row["cpu_energy"]) + float(row["ram_energy"])
        assert parts == pytest.approx(float(row["energy_consumed"]), rel=1e-6)
    return found["times"], joules


def truth(on, t0, t1):
    return sum(on.profile.joules(t0, t1, domain) for domain in ("package-0", "dram-0"))


def within_what_was_drawn(on, times, joules):
    """Never more; and no less than of the training, but for a first reading that a busy machine
    held up, which the run itself says."""
    for name, at in times.items():
        if "machine" in joules[name]:
            least, most = truth(on, *at["inner"]), truth(on, *at["outer"])
            assert joules[name]["machine"] <= most + 1e-3, name
            assert joules[name]["machine"] >= least - MEAN_W * PERIOD_S, name


@pytest.mark.parametrize("script", [NESTED, ONE_BY_ONE], ids=["nested", "one-by-one"])
def test_every_way_has_the_same_joules(script, live, metered, run_python, tmp_path):
    on = metered(live.Profile(HIGH_W, LOW_W, 40.0, 50), dram=1)
    document = tmp_path / "run.json"
    before = [on.program, "run", "-q", "--json", document, "--"]
    done = run_python(script + END, *map(str, before))
    assert (done.returncode, done.stderr) == (0, "")
    times, joules = results(tmp_path)
    within_what_was_drawn(on, times, joules)
    if script is NESTED:
        energy = json.loads(document.read_text())["energy"]
        joules["run"] = {
            "machine": energy["machine_j"]["value"], "share": energy["attributed_j"]["value"]}
        shares = [one["share"] for one in joules.values() if "share" in one]
        assert max(shares) - min(shares) <= MEAN_W * PERIOD_S, joules
        assert all(0 < share for share in shares)
    whole = [one["machine"] for one in joules.values() if "machine" in one]
    assert max(whole) - min(whole) <= MEAN_W * PERIOD_S, joules
