# SPDX-License-Identifier: Apache-2.0
"""What a summary says of sections, metrics and work, in the form the tests compare."""


def passes(summary):
    """How often each section was passed through; each has its time within the run's."""
    found = {}
    for section in summary.sections:
        found[section.name] = section.count
        assert len(section.each) == section.count
        for begin, end, _ in section.each:
            assert 0 <= begin <= end <= summary.duration_s + 1e-6
    return found


def logged(summary, name):
    """All values of a metric."""
    return [value for _, value in summary.metrics[name].values]


def worked(summary):
    """Amounts by unit."""
    return {unit: work.amount for unit, work in summary.work.items()}


def span(summary, name, index=0):
    """From when to when, of one passage through a section."""
    section = next(one for one in summary.sections if one.name == name)
    return section.each[index][:2]


def within(inner, outer):
    return outer[0] <= inner[0] and inner[1] <= outer[1]
