# SPDX-License-Identifier: Apache-2.0
"""Counters that fail, vanish, stop and lie: what is recorded is never more than the truth,
what is lost is named, and the command never knows."""

import signal
import time

import checks
import pytest
from machine import MS_NS, S_NS, Meter, Profile, Run, work

pytestmark = pytest.mark.together

WAYS = {
    "powercap": {},
    "perf": {"powercap": 0, "perf": 1},
    "msr": {"powercap": 0, "msr": 1},
}
POWER_W = 60


def harm(place, *lines, ms=1200, options=("--period", "40ms"), **words):
    """A run in whose middle each of the lines is given to the generator, 0.25 s apart."""
    with Meter(place, Profile(POWER_W), **words) as meter:
        run = Run(place, meter.root, work(place, "sleep", ms), *options)
        while not run.work_file.exists():
            time.sleep(0.01)
        for line in lines:
            time.sleep(0.25)
            meter.control(line)
        result = run.result()
    assert result.status == 0
    checks.never_more(result, meter)
    return result, meter


def nothing_lost(result, meter):
    checks.exact(result, meter)
    assert not result.broken
    assert result.coverage > 0.9


def gap_named(result, meter, why):
    """What is not in a gap is counted, to 3 ms and 2 ticks; what is in it is not."""
    gaps = result.gaps_of("package-0")
    assert any(gap["why"] == why for gap in gaps), (result.gaps, why)
    lost_s = sum(gap["to_s"] - gap["from_s"] for gap in gaps)
    assert 0 < lost_s <= result.doc["duration_s"] * 1.001
    covered = 1 - lost_s / result.doc["duration_s"]
    # Rows count whole or not at all, and those in which a counter has just stopped still do:
    # a tick and a half down, 0.1 s and that up.
    off_s = (result.coverage - covered) * result.doc["duration_s"]
    assert -0.06 < off_s < 0.16
    least = (result.doc["duration_s"] - lost_s - 0.083) * POWER_W
    assert result.joules("package-0") >= least, (result.joules("package-0"), least, gaps)
    assert "gap" in result.errors


@pytest.mark.parametrize("way", WAYS)
def test_one_failed_read_costs_nothing(place, way):
    nothing_lost(*harm(place, "fail=EIO count=1", **WAYS[way]))


@pytest.mark.parametrize("way", WAYS)
def test_each_third_read_failing_costs_nothing(place, way):
    nothing_lost(*harm(place, "fail=EIO every=3", "fail=EIO every=3", "clear", **WAYS[way]))


@pytest.mark.parametrize("way", ["powercap", "perf"])
def test_a_permission_taken_and_given_back_costs_nothing(place, way):
    nothing_lost(*harm(place, "fail=EACCES", "clear", **WAYS[way]))


@pytest.mark.parametrize("way", WAYS)
def test_garbage_for_a_while_costs_nothing(place, way):
    nothing_lost(*harm(place, "garbage", "clear", **WAYS[way]))


def test_a_file_that_goes_and_comes_with_its_count_costs_nothing(place):
    nothing_lost(*harm(place, "vanish", "return"))


@pytest.mark.parametrize("way", ["powercap", "perf"])
def test_a_counter_that_comes_back_at_0_is_a_gap(place, way):
    gap_named(*harm(place, "vanish", "return reset=1", **WAYS[way]), "the counter began anew")


def test_a_counter_that_stands_still_and_catches_up_loses_nothing(place):
    nothing_lost(*harm(place, "freeze", "thaw"))


def test_a_counter_that_stands_still_for_good_is_a_gap(place):
    gap_named(*harm(place, "freeze"), "the counter stood still")


def test_a_counter_that_never_moves_is_not_0_joules(place):
    with Meter(place, Profile(POWER_W)) as meter:
        meter.control("freeze")
        run = Run(place, meter.root, work(place, "sleep", 500), "--period", "40ms")
        result = run.result()
    assert result.joules("package-0") is None
    assert result.doc["energy"]["machine_j"] is None
    assert result.gaps_of("package-0")


def test_a_counter_that_goes_back_is_no_wrap_of_262_kJ(place):
    gap_named(*harm(place, "back=20000000"), "the counter went back")


def test_a_counter_that_fails_to_the_end_is_a_gap(place):
    gap_named(*harm(place, "fail=EIO"), "could not be read")


def test_garbage_to_the_end_is_a_gap(place):
    gap_named(*harm(place, "garbage"), "could not be read")


def test_a_part_that_is_lost_does_not_take_the_others_along(place):
    result, meter = harm(place, "vanish zone=dram-0", dram=1)
    checks.exact(result, meter, "package-0")
    checks.never_more(result, meter, "dram-0")
    assert result.gaps_of("dram-0") and not result.gaps_of("package-0")
    assert result.coverage < 0.9


def test_a_machine_that_goes_away_altogether_is_a_gap(place):
    with Meter(place, Profile(POWER_W)) as meter:
        run = Run(place, meter.root, work(place, "sleep", 1200), "--period", "40ms")
        time.sleep(0.7)
        meter.process.send_signal(signal.SIGKILL)
        result = run.result()
    assert result.status == 0
    checks.never_more(result, meter)
    gap_named(result, meter, "could not be read")


def test_a_machine_that_cannot_be_read_at_all_is_not_known(place):
    """Neither 0 J nor an estimate, and none is spoken of."""
    with Meter(place, Profile(POWER_W)) as meter:
        meter.process.send_signal(signal.SIGKILL)
        meter.process.wait()
        result = Run(place, meter.root, work(place, "sleep", 200)).result()
    assert result.status == 0
    assert result.doc["energy"]["machine_j"] is None
    assert result.doc["energy"]["attributed_j"] is None
    assert "not known" in result.errors
    assert "ESTIMATE" not in result.errors
    assert not any("is an estimate" in text for text in result.warnings())


def test_a_slow_sensor_does_not_hold_up_the_command(place):
    """Three reads of 0.7 s come before the first row: the command is let go before one ends."""
    with Meter(place, Profile(POWER_W)) as meter:
        meter.control("slow_ms=700")
        result = Run(place, meter.root, work(place, "sleep", 3500)).result()
    assert result.status == 0
    assert result.t0_ns - result.began_ns < 700 * MS_NS
    checks.never_more(result, meter)
    assert result.warnings("late-start"), result.warnings()
    lost_s = (result.t1_ns - result.t0_ns) / S_NS - result.doc["duration_s"]
    assert lost_s > 0.5
    assert result.joules("package-0") is not None


def test_a_slow_read_in_the_middle_loses_nothing(place):
    result, meter = harm(place, "slow_ms=200", "clear")
    checks.exact(result, meter)
    assert result.doc["quality"]["missed"] > 0


def test_a_value_that_comes_late_is_no_absurd_step(place):
    """Taken, and handed over 1.2 s later: 72 J lie between it and the next, in no time."""
    nothing_lost(*harm(place, "late_ms=1200", "clear", ms=2200))
