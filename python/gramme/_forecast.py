# SPDX-License-Identifier: Apache-2.0
"""What the epochs to come will use, from those that were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Optional

from ._summary import Forecast, Progress, Quantity

# Student's t, two-sided 95 %, by degrees of freedom; from 30 on the last one serves.
_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def forecast_of(known: Sequence[tuple[int, Progress]], total: int) -> Optional[Forecast]:
    """Of what was known after so many epochs, in order; epochs in a row may have been too quick
    for an answer each. None before two states are known."""
    if len(known) < 2 or total < 1:
        return None
    done, last = known[-1]
    passes = [after - before for (before, _), (after, _) in zip(known, known[1:])]
    return Forecast(
        done,
        total,
        _whole([p.t_s for _, p in known], passes, total - done, "derived"),
        _whole([p.attributed_j for _, p in known], passes, total - done, last.kind),
        _whole([p.carbon_kg for _, p in known], passes, total - done, last.kind),
    )


def _whole(
    known: Sequence[Optional[float]], passes: Sequence[int], left: int, kind: Optional[str]
) -> Optional[Quantity]:
    """What is known now, and ``left`` more like those before. The first step is left out of
    the mean as soon as there are two others: it compiles, fills caches and reads files."""
    values = [value for value in known if value is not None]
    if len(values) != len(known):
        return None
    steps = [after - before for before, after in zip(values, values[1:])]
    if len(steps) > 2:
        steps, passes = steps[1:], passes[1:]
    epochs, count, left = sum(passes), len(steps), max(left, 0)
    mean = sum(steps) / epochs
    value = values[-1] + left * mean
    source = f"the mean of {epochs} epochs" if epochs > 1 else "one epoch"
    if count < 2:
        return Quantity(value, None, None, kind, source)
    # Of a step of several epochs the variance is theirs added.
    squares = sum((step - n * mean) ** 2 / n for step, n in zip(steps, passes))
    spread = math.sqrt(squares / (count - 1))
    t95 = _T95[min(count - 1, len(_T95)) - 1]
    # Of a sum of epochs to come: each varies, and their common mean is known so well only.
    half = t95 * spread * math.sqrt(left + left * left / epochs)
    return Quantity(value, max(value - half, values[-1]), value + half, kind, source)
