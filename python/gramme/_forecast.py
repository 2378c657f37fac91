# SPDX-License-Identifier: Apache-2.0
"""What the epochs to come will use, from those that were: METHOD E-21, as src/calc/forecast.c
has it. Both give the rows of tests/method/E-21.csv, which hold them together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ._summary import Forecast, Progress, Quantity

_BINS = 64
_APART = 0.9  # of the distance that would be even
_KEPT_MIN = 5  # bins make the rate, where there are so many, and at least a third of all
_NEIGHBOUR_MIN = 5  # bins, to say how neighbours go together
_NEIGHBOUR_MAX = 0.9
_UNSEEN = 0.01  # what nobody has seen yet may draw otherwise, k = 1: assumed
_Z95 = 1.959963984540054


class Foretold(NamedTuple):
    """The whole, its 95 % interval (None after one step), and where the rate begins."""

    value: float
    low: Optional[float]
    high: Optional[float]
    begin: float


class _Tail(NamedTuple):
    first: int
    width: float
    rate: float
    variance: float


def forecast_of(known: Sequence[tuple[int, Progress]], total: int) -> Optional[Forecast]:
    """Of what was known after so many epochs, in order; epochs in a row may have been too quick
    for an answer each. None before two states are known."""
    if len(known) < 2 or total < 1:
        return None
    done, last = known[-1]
    passed = [n for n, _ in known]
    return Forecast(
        done,
        total,
        _quantity(passed, [p.t_s for _, p in known], total, "derived"),
        _quantity(passed, [p.attributed_j for _, p in known], total, last.kind),
        _quantity(passed, [p.carbon_kg for _, p in known], total, last.kind),
    )


def _quantity(
    passed: Sequence[int], known: Sequence[Optional[float]], total: int, kind: Optional[str]
) -> Optional[Quantity]:
    values = [value for value in known if value is not None]
    if len(values) != len(known):
        return None
    whole = foretold(list(zip(passed, values)), max(total, passed[-1]))
    if whole is None:
        return None
    epochs = passed[-1] - int(whole.begin)
    source = f"the mean of {epochs} epochs" if epochs > 1 else "one epoch"
    return Quantity(whole.value, whole.low, whole.high, kind, source)


def foretold(
    points: Sequence[tuple[float, float]], end: float, unseen: float = _UNSEEN
) -> Optional[Foretold]:
    """y at x = ``end`` of points (x, y) so far. None before there are two."""
    if len(points) < 2:
        return None
    widths, rates, begins = _bins(points)
    tail = _tail(widths, rates)
    x_now, y_now = points[-1]
    left = end - x_now
    value = y_now + tail.rate * left
    if len(rates) < 2:
        return Foretold(value, None, None, begins[tail.first])
    like = _neighbours(rates[tail.first :], tail.rate)
    alone = max((len(rates) - tail.first) * (1 - like) / (1 + like), 2.0)
    spread = math.sqrt(tail.variance / alone * (left * left + left * tail.width))
    half = math.hypot(
        _t95(math.floor(alone) - 1) * spread, _Z95 * unseen * abs(tail.rate) * left
    )
    return Foretold(value, max(value - half, y_now), value + half, begins[tail.first])


def _bins(
    points: Sequence[tuple[float, float]],
) -> tuple[list[float], list[float], list[float]]:
    """Widths, rates and begins of at most 64: when they are full each two become one."""
    kept: list[tuple[float, float]] = []
    apart = 0.0
    for x, y in points:
        if kept and x - kept[-1][0] < apart:
            continue
        if len(kept) == _BINS + 1:
            kept = kept[::2]
            apart = _APART * (kept[-1][0] - kept[0][0]) / (len(kept) - 1)
            if x - kept[-1][0] < apart:
                continue
        kept.append((x, y))
    edges = kept[:-1] + [points[-1]]  # the last bin goes up to the newest point
    widths = [b[0] - a[0] for a, b in zip(kept, edges[1:])]
    rates = [(b[1] - a[1]) / width for a, b, width in zip(kept, edges[1:], widths)]
    return widths, rates, [x for x, _ in kept]


def _tail(widths: Sequence[float], rates: Sequence[float]) -> _Tail:
    """White's rule: the beginning (it compiles, fills caches, reads files) is left out as far
    as that makes the mean of the rest surest."""
    count = len(rates)
    kept_min = max(-(-count // 3), min(count - 1, _KEPT_MIN), 2)
    least, best = math.inf, None
    for first in range(max(count - kept_min, 0) + 1):
        n = count - first
        width = sum(widths[first:])
        rate = sum(w * r for w, r in zip(widths[first:], rates[first:])) / width
        squares = sum(w * (r - rate) ** 2 for w, r in zip(widths[first:], rates[first:]))
        variance = squares / width * n / (n - 1) if n > 1 else 0.0
        error = variance * (n - 1) / n / n
        if best is None or error < least:
            least, best = error, _Tail(first, width, rate, variance)
    assert best is not None
    return best


def _neighbours(rates: Sequence[float], rate: float) -> float:
    """By how much of it a bin is like the one before."""
    if len(rates) < _NEIGHBOUR_MIN:
        return 0.0
    off = [r - rate for r in rates]
    own = sum(o * o for o in off)
    together = sum(a * b for a, b in zip(off, off[1:]))
    return min(max(together / own, 0.0), _NEIGHBOUR_MAX) if own > 0 else 0.0


def _inside(t: float, df: int) -> float:
    """P(|T| <= t) of Student's t: Abramowitz and Stegun 26.7.3, 26.7.4."""
    angle = math.atan2(t, math.sqrt(df))
    cos2 = math.cos(angle) ** 2
    odd = df % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(1 + odd, df, 2):
        total += term
        term *= cos2 * k / (k + 1)
    if odd:
        return (angle + math.sin(angle) * total) * 2 / math.pi
    return math.sin(angle) * total


def _t95(df: int) -> float:
    """Student's t, two-sided 95 %."""
    low, high = 0.0, 13.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, df) < 0.95 else (low, middle)
    return (low + high) / 2
