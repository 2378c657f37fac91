# SPDX-License-Identifier: Apache-2.0
"""The figures of log folders: gramme's own runs, and logs of experiment-impact-tracker itself,
which ``gramme import`` reads."""
from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Union

from ..._errors import warn
from . import _folder
from ._figures import Figures, figures_of, together, usual_pue


class DataInterface:
    """The sums over all runs in all folders below ``logdirs``.

    ``kg_carbon`` kg of CO2e, ``total_power`` kWh with the PUE, ``exp_len_hours`` hours, ``PUE``
    the one they contain. A sum of which a part is not known is NaN, with a warning, not what is
    known of it; so is one over folders without a run.

    >>> DataInterface(["logs/seed-1", "logs/seed-2"]).kg_carbon            # doctest: +SKIP
    0.0031
    """

    def __init__(self, logdirs: Union[_folder.Path, Iterable[_folder.Path]]) -> None:
        rows = [row for one in _folder.folders(logdirs) for row in figures_of(one)]
        if not rows:
            warn(f"there is no run of a tracker in {logdirs}")
        self.kg_carbon = _sum(rows, "estimated_carbon_impact_kg", "carbon")
        self.total_power = _sum(rows, "total_power", "energy")
        self.exp_len_hours = _sum(rows, "exp_len_hours", "length")
        self.PUE = _pue(rows)


def _sum(rows: list[Figures], key: str, what: str) -> float:
    unknown = sum(getattr(row, key) is None for row in rows)
    if unknown:
        warn(f"the {what} of {unknown} of {len(rows)} runs is not known: nor is the sum")
    whole = together(rows, key)
    return math.nan if whole is None else whole


def _pue(rows: list[Figures]) -> float:
    """One for all; of runs with different ones, what the sums contain on the whole."""
    ratios = {row.pue for row in rows}
    if len(ratios) == 1:
        (only,) = ratios
        return math.nan if only is None else only
    if not rows:
        return usual_pue()
    bare = 0.0
    for row in rows:
        if row.pue is None or row.total_power is None:
            return math.nan
        bare += row.total_power / row.pue
    return sum(row.total_power or 0.0 for row in rows) / bare if bare else math.nan
