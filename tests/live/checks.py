# SPDX-License-Identifier: Apache-2.0
"""What must hold of every run's joules."""

import machine

LATE_NS = 10 * machine.MS_NS


def tolerance(joules):
    """One counter step, and the nine digits of the JSON."""
    return machine.STEP_J + abs(joules) * 2e-8 + 2e-6


def within(result, meter, domain="package-0"):
    """No less than the command used, no more than was used from launch to end."""
    joules = result.joules(domain)
    profile = meter.profile
    least = profile.joules(result.t0_ns, result.t1_ns, domain)
    most = profile.joules(result.began_ns, result.ended_ns, domain)
    assert joules is not None, result.warnings()
    assert joules <= most + tolerance(most), (joules, least, most)
    if not result.warnings("late-start"):
        # Until then the sampler may be late without a word.
        least = profile.joules(result.t0_ns + LATE_NS, result.t1_ns, domain)
        assert joules >= least - tolerance(least), (joules, least, most)
    return joules


def exact(result, meter, domain="package-0", way=None, update_ns=0):
    """The joules are those between two instants at which the counter was read: one before the
    command began, one after its end. Returns how long before and after, in nanoseconds."""
    joules = within(result, meter, domain)
    reads = meter.reads(domain, way)
    last = max(reads)
    late = result.warnings("late-start")
    assert last >= result.t1_ns, "no reading after the command's end"
    for first in reversed([t for t in reads if late or t <= result.t0_ns + LATE_NS]):
        ends = (first - first % update_ns, last - last % update_ns) if update_ns else (first, last)
        truth = meter.profile.joules(*ends, domain)
        if abs(joules - truth) <= tolerance(truth):
            return result.t0_ns - first, last - result.t1_ns
    raise AssertionError(f"{domain}: {joules} J are between no two readings that were made")


def never_more(result, meter, domain="package-0"):
    joules = result.joules(domain)
    most = meter.profile.joules(result.began_ns, result.ended_ns, domain)
    assert joules is None or joules <= most + tolerance(most), (joules, most)
    return joules


def summed(result, *domains):
    """The sum is of these parts and no others."""
    counted = [p["domain"] for p in result.doc["energy"]["components"] if p["counted"]]
    assert sorted(counted) == sorted(domains)
    parts = sum(result.joules(domain) for domain in domains)
    assert abs(result.joules() - parts) <= 1e-5 + parts * 1e-7
