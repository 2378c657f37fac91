#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the joules go: epochs, sections, metrics and joules a unit of work.

    pip install ./python && python3 examples/track_sections.py

A character model (which letter follows which) learns from Python's own licence text.
"""
import collections
import math

import gramme

TEXT = (str(license.__doc__) + "".join(credits.__doc__ or "") + __doc__) * 400


def prepared():
    return [ord(letter) % 128 for letter in TEXT]


def trained(counts, letters):
    for before, after in zip(letters, letters[1:]):
        counts[before][after] += 1
    return len(letters) - 1


def surprise(counts, letters):
    """Bits a letter that the model did not foresee."""
    total = 0.0
    for before, after in zip(letters, letters[1:]):
        row = counts[before]
        total -= math.log2((row[after] + 1) / (sum(row.values()) + 128))
    return total / (len(letters) - 1)


with gramme.track("letters", experiment="examples", tags={"order": 1}) as run:
    with run.section("prepare"):
        letters = prepared()
    held_out, letters = letters[:2000], letters[2000:]
    counts = collections.defaultdict(collections.Counter)
    for _ in run.epochs(range(5)):
        with run.section("train"):
            run.work(letters=trained(counts, letters))
        with run.section("eval"):
            run.log(bits=surprise(counts, held_out))
    if run.forecast:
        print("forecast", run.forecast)

print(run.summary)
if run.summary:  # None where nothing could be measured: the training went on all the same
    for section in run.summary.sections:
        print(f"{section.name:8} {section.count} times  {section.attributed_j}")
