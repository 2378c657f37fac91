# SPDX-License-Identifier: Apache-2.0
"""What a summary says of sections, metrics and work, in the form the tests compare."""


def spans(summary, name):
    """From when to when, of each passage through a section, by its marks; outer ones first. Marks
    of threads may come in another order than they were said in."""
    found, opened = [], []
    for mark in sorted(summary.marks, key=lambda mark: mark.t_s):
        if mark.name == f"{name}:begin":
            opened.append(len(found))
            found.append([mark.t_s, None])
        elif mark.name == f"{name}:end":
            found[opened.pop()][1] = mark.t_s
    assert not opened, f"{name} was not left"
    return [tuple(span) for span in found]


def passes(summary):
    """How often each section was passed through; each has its time within the run's."""
    names = dict.fromkeys(
        mark.name[: -len(":begin")] for mark in summary.marks if mark.name.endswith(":begin"))
    found = {}
    for name in names:
        each = spans(summary, name)
        assert all(0 <= begin <= end for begin, end in each)
        found[name] = len(each)
    assert {section.name: section.count for section in summary.sections} == found
    return found


def logged(summary, name):
    """All values of a metric."""
    return [value for _, value in summary.metrics[name].values]


def worked(summary):
    """Amounts by unit."""
    return {unit: work.amount for unit, work in summary.work.items()}


def within(inner, outer):
    return outer[0] <= inner[0] and inner[1] <= outer[1]
