# SPDX-License-Identifier: Apache-2.0
"""Boards: eight of the stand-in library's, and one of a hwmon chip."""

import time

import checks
import pytest
from machine import FAKE_NVML, MS_NS, Meter, Profile, Run, now_ns, run, work

pytestmark = pytest.mark.together

STEP_NS = 100 * MS_NS  # a board's counter moves this often


def boards(place, *lines):
    path = place / "nvml"
    new = place / "nvml.new"
    new.write_text("\n".join(lines) + "\n")
    new.rename(path)
    return {"GRAMME_FAKE_NVML": str(path)}


def gpu_only(place):
    if not FAKE_NVML.exists():
        pytest.skip(f"{FAKE_NVML} is not built")
    (place / "machine/lib").mkdir(parents=True)
    (place / "machine/lib/libnvidia-ml.so.1").symlink_to(FAKE_NVML)
    return place / "machine"


def board_run(place, root, env, ms=900):
    return Run(place, root, work(place, "sleep", ms), "--period", "100ms", env=env)


def least_and_most(result, watts, late_s=0.15):
    """A vendor's library is opened after the command was let go, and its counter has steps."""
    least = watts * ((result.t1_ns - result.t0_ns) / 1e9 - late_s - STEP_NS / 1e9)
    most = watts * ((result.ended_ns - result.began_ns + STEP_NS) / 1e9)
    return least, most


def test_eight_boards_are_summed_where_only_they_can_be_read(place):
    root = gpu_only(place)
    watts = [100 + 50 * index for index in range(8)]
    env = boards(place, *(f"board {i} power_w={w}" for i, w in enumerate(watts)))
    result = board_run(place, root, env).result()
    assert result.status == 0
    parts = [p for p in result.doc["energy"]["components"] if p["family"] == "gpu"]
    assert len(parts) == 8 and all(part["counted"] for part in parts)
    for part, w in zip(parts, watts):
        least, most = least_and_most(result, w)
        assert least <= part["machine_j"]["value"] <= most, part
        assert part["kind"] == "measured"
    checks.summed(result, *(part["domain"] for part in parts))


def test_a_board_that_is_lost_in_the_middle_is_a_gap_of_its_own(place):
    """Its counter is read once a second: what is lost is that and what came after."""
    root = gpu_only(place)
    env = boards(place, "board 0 power_w=200", "board 1 power_w=300")
    started = board_run(place, root, env, ms=3300)
    while not started.work_file.exists():
        time.sleep(0.01)
    time.sleep(2.4)
    boards(place, "board 0 power_w=200", "board 1 power_w=300 error=lost")
    lost_ns = now_ns()
    result = started.result()
    least, most = least_and_most(result, 200)
    assert least <= result.joules("gpu-0") <= most
    assert {gap["domain"] for gap in result.broken} == {"gpu-1"}
    before_s = (lost_ns - result.began_ns) / 1e9
    assert 300 * (before_s - 1.5) <= result.joules("gpu-1") <= 300 * (before_s + 0.1)
    assert result.coverage < 0.9


def test_a_board_that_is_lost_at_once_is_not_said_to_stand_still(place):
    root = gpu_only(place)
    env = boards(place, "board 0 power_w=200", "board 1 power_w=300")
    started = board_run(place, root, env, ms=1300)
    while not started.work_file.exists():
        time.sleep(0.01)
    time.sleep(0.4)
    boards(place, "board 0 power_w=200", "board 1 power_w=300 error=lost")
    result = started.result()
    assert {gap["domain"] for gap in result.broken} == {"gpu-1"}
    assert result.part("gpu-1")["counted"]
    assert not result.warnings("dead-meter")
    assert result.coverage < 0.9


def test_a_board_without_a_counter_has_its_power_integrated(place):
    root = gpu_only(place)
    env = boards(place, "board 0 energy=none power=instant power_w=250")
    result = board_run(place, root, env, ms=1200).result()
    least, most = least_and_most(result, 250)
    assert least <= result.joules("gpu-0") <= most


def test_the_power_of_a_hwmon_board_is_integrated_beside_the_package(place):
    """Every 20 ms of a wave of 400 ms: within the trapezoid's bound, half a jump a turn."""
    profile = Profile(80, 20, 400, 50)
    with Meter(place, profile, amdgpu=1, limit_w=125) as meter:
        result = run(place, meter.root, "sleep", 1500, options=["--period", "20ms"])
        checks.exact(result, meter, "package-0", "powercap")
        reads = meter.reads(way="hwmon")
        truth = profile.joules(min(t for t in reads if t > result.began_ns), max(reads))
        jumps = 2 * (result.ended_ns - result.began_ns) / profile.period_ns + 2
        paces = [b - a for a, b in zip(reads, reads[1:])]
        bound = jumps * 60 * 0.5 * max(paces) / 1e9 + 80 * 0.05
        assert abs(result.joules("amdgpu-0") - truth) <= bound
        checks.summed(result, "package-0", "amdgpu-0")
