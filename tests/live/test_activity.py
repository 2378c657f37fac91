# SPDX-License-Identifier: Apache-2.0
"""Who used the machine: CPU time against the kernel's own account, and the share of joules."""

import os
import subprocess
import time

import checks
import pytest
from machine import WORK, Meter, Profile, Run, work

HERTZ = os.sysconf("SC_CLK_TCK")


def busy_s():
    """user nice system irq softirq steal of all CPUs; guest time is in user already."""
    with open("/proc/stat", encoding="ascii") as file:
        words = [int(word) for word in file.readline().split()[1:]]
    return (sum(words[:3]) + sum(words[5:8])) / HERTZ


def cpu_of(place, what, count, ms, *options):
    place.mkdir(exist_ok=True)
    with Meter(place, Profile(50)) as meter:
        return Run(place, meter.root, work(place, what, ms, count), *options).result()


@pytest.mark.parametrize("way", ["cgroup", "tree"])
@pytest.mark.parametrize("what, count, ms", [("tree", 2000, 1), ("orphans", 20, 60)])
def test_the_cpu_time_of_a_tree_is_the_kernels(place, what, count, ms, way):
    """Children of a millisecond; grandchildren of their own sessions, whose parents are gone."""
    options = ["--no-cgroup"] if way == "tree" else []
    result = cpu_of(place, what, count, ms, *options)
    truth_s = result.cpu_ns / 1e9
    seen_s = result.doc["activity"]["cpu_s"]
    print(f"{what} by {way}: {seen_s:.4f} of {truth_s:.4f} s")
    assert truth_s >= count * ms / 1000
    assert seen_s >= 0.995 * truth_s
    # The rest is the birth and the end of processes, which no process sees of itself.
    assert seen_s <= 1.005 * truth_s + 0.020 + count * 0.0003


@pytest.mark.parametrize("what, count, ms", [("tree", 1000, 1), ("burn", 2, 400)])
def test_the_cpu_time_of_an_attached_tree_is_the_kernels(place, what, count, ms):
    out = place / "work"
    words = [WORK, out, "go", what, str(count), str(ms)]
    with Meter(place, Profile(50)) as meter:
        with subprocess.Popen(words, stdin=subprocess.PIPE) as worker:
            run = Run(place, meter.root, [worker.pid], "--period", "100ms", verb="attach")
            deadline = time.monotonic() + 20
            # The second row is there: the first reading was.
            while len(meter.reads()) < 8 and time.monotonic() < deadline:
                time.sleep(0.02)
            worker.stdin.write(b"g")
            worker.stdin.flush()
            worker.wait()
            result = run.result()
    truth_s = result.cpu_ns / 1e9
    seen_s = result.doc["activity"]["cpu_s"]
    print(f"attached {what}: {seen_s:.4f} of {truth_s:.4f} s")
    assert 0.98 * truth_s - 0.02 <= seen_s <= 1.02 * truth_s + 0.03


def shares(result):
    part = result.part("package-0")
    return part["attributed_j"]["value"] / part["machine_j"]["value"]


@pytest.mark.parametrize("crowd", [0, 1])
def test_the_command_pays_for_its_own_share_of_the_work(place, crowd):
    """Alone, and with a busy stranger beside it: u / U, both of them the kernel's."""
    with Meter(place, Profile(50), limit_w=125) as meter:
        stranger = [
            subprocess.Popen([WORK, place / f"other{i}", "spin", "1", "4000"]) for i in range(crowd)
        ]
        before_s = busy_s()
        run = Run(place, meter.root, work(place, "spin", 2500), "--period", "100ms")
        run.process.wait()
        machine_s = busy_s() - before_s
        result = run.result()
        for process in stranger:
            process.wait()
    truth = result.cpu_ns / 1e9 / machine_s
    print(f"share {shares(result):.3f}, truth {truth:.3f}")
    checks.within(result, meter)
    # /proc/stat counts in ticks of 10 ms on each CPU. Read from outside it holds what the start
    # and the end of gramme and the rest of the machine used as well: it can only be more.
    ticks_s = 2 * os.cpu_count() / HERTZ
    seen_s = result.doc["activity"]["machine_cpu_s"]
    assert seen_s <= machine_s + ticks_s
    assert shares(result) >= truth - 0.02 - ticks_s / machine_s
    assert abs(shares(result) - result.cpu_ns / 1e9 / seen_s) <= 0.03 + ticks_s / seen_s
    if crowd:
        # The stranger wants a CPU all the time: the command cannot have been nearly alone.
        assert shares(result) <= 0.75
    energy = result.doc["energy"]
    assert energy["attributed_j"]["value"] <= energy["machine_j"]["value"] * (1 + 1e-9)
    if energy["marginal_j"] is not None:
        assert energy["marginal_j"]["value"] <= energy["attributed_j"]["value"] * (1 + 1e-9)


def test_the_shares_of_two_runs_at_once_sum_to_no_more_than_the_whole(place):
    with Meter(place, Profile(50), limit_w=125) as meter:
        runs = []
        for name in ("a", "b"):
            folder = place / name
            folder.mkdir()
            runs.append(Run(folder, meter.root, work(folder, "spin", 2000), "--period", "100ms"))
        results = [run.result() for run in runs]
    attributed = sum(r.doc["energy"]["attributed_j"]["value"] for r in results)
    ended_ns = max(r.ended_ns for r in results)
    most = meter.profile.joules(min(r.began_ns for r in results), ended_ns)
    assert attributed <= most * 1.02
    assert all(r.doc["energy"]["attributed_j"]["value"] > 0 for r in results)
