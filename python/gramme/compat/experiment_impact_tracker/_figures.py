# SPDX-License-Identifier: Apache-2.0
"""A folder's runs to the figures of experiment-impact-tracker, by its names and in its units.

Its "power" is energy in kWh. ``total_power`` and the carbon contain the PUE: the run's own, or
OVERRIDE_PUE of the environment at the time of reading, as theirs.
"""
from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ..._errors import GrammeError, warn
from ..._summary import number, text
from .._quiet import add, part, times
from . import _folder

_PUE = 1.58  # Uptime Institute 2018, and what the predecessor took
_KWH_PER_J = 1 / 3.6e6


class Figures(NamedTuple):
    """Of one run. None: not known, or not on this machine."""

    estimated_carbon_impact_kg: Optional[float] = None
    total_power: Optional[float] = None
    exp_len_hours: Optional[float] = None
    cpu_hours: Optional[float] = None
    gpu_hours: Optional[float] = None
    kw_hr_cpu: Optional[float] = None
    kw_hr_gpu: Optional[float] = None
    average_realtime_carbon_intensity: Optional[float] = None
    pue: Optional[float] = None


def overriding_pue() -> Optional[float]:
    """OVERRIDE_PUE of the environment; None where it is not set, or no number of 1 or more."""
    word = os.environ.get("OVERRIDE_PUE")
    if not word:
        return None
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if 1.0 <= value < math.inf:
        return value
    warn(f"OVERRIDE_PUE is {word!r}, not a number of 1 or more: not used")
    return None


def usual_pue() -> float:
    """Theirs: OVERRIDE_PUE, else 1.58."""
    return overriding_pue() or _PUE


def figures_of(logdir: _folder.Path) -> list[Figures]:
    """Of all runs in one folder, ours and those of a log of theirs."""
    rows = [Figures() if run is None else of_run(run) for run in _folder.runs_of(logdir)]
    if _folder.is_original(logdir):
        rows.append(_of_log(logdir))
    pue = overriding_pue()
    return rows if pue is None else [_with_pue(row, pue) for row in rows]


def of_run(run: Mapping[str, Any]) -> Figures:
    """Of a gramme.run/1."""
    rows = part(run, "energy", "components")
    counted = [row for row in rows if row.get("counted")] if rows else []
    cpu_j = add(_joules(row) for row in counted if row.get("family") in ("cpu", "memory"))
    gpu_j = add(_joules(row) for row in counted if row.get("family") == "gpu")
    seconds = number(run.get("duration_s"))
    boards = part(run, "activity", "gpu")
    busy = add(number(part(board, "sm_ratio")) for board in boards) if boards else None
    return Figures(
        number(part(run, "carbon", "kg", "value")),
        number(part(run, "energy", "facility_kwh", "value")),
        times(seconds, 1 / 3600),
        times(number(part(run, "activity", "cpu_s")), 1 / 3600),
        times(busy, seconds, 1 / 3600),
        times(cpu_j, _KWH_PER_J),
        times(gpu_j, _KWH_PER_J),
        _live_intensity(run),
        number(part(run, "carbon", "pue", "value")),
    )


def _joules(row: Mapping[str, Any]) -> Optional[float]:
    return number(part(row, "attributed_j", "value"))


def _live_intensity(run: Mapping[str, Any]) -> Optional[float]:
    """g/kWh, where all of it is of the run's own time."""
    intensity = part(run, "carbon", "intensity_gpkwh")
    covered = number(part(intensity, "covered_ratio"))
    if text(part(intensity, "resolution")) in (None, "year") or (covered or 0.0) < 1.0:
        return None
    return number(part(intensity, "value"))


def _of_log(logdir: _folder.Path) -> Figures:
    """Of a log of theirs, by their own arithmetic; nothing is kept of the reading."""
    from ..._program import ask

    words = ["import", "--dry-run", "--json", "--method=original", "experiment-impact-tracker"]
    folder = os.path.join(os.path.abspath(os.fspath(logdir)), _folder.FOLDER)
    try:
        answer = json.loads(ask([*words, folder]))
        (run,) = answer["runs"]
        given = {key: number(part(value, "value")) for key, value in run["figures"].items()}
    except (GrammeError, ValueError, KeyError, TypeError) as error:
        warn(f"the log in {folder} cannot be read: {error}")
        return Figures()
    known = {key: given[key] for key in Figures._fields if key in given}
    parts = [given[key] for key in ("kw_hr_cpu", "kw_hr_gpu") if given.get(key) is not None]
    bare, whole = add(parts), given.get("total_power")
    # The figures have nine digits, and their quotient no more.
    known["pue"] = round(whole / bare, 6) if whole is not None and bare else None
    return Figures(**known)


def _with_pue(row: Figures, pue: float) -> Figures:
    """Energy and carbon are both in proportion to it."""
    scale = pue / row.pue if row.pue else None
    return row._replace(
        estimated_carbon_impact_kg=times(row.estimated_carbon_impact_kg, scale),
        total_power=times(row.total_power, scale),
        pue=pue,
    )


def together(rows: Iterable[Figures], key: str) -> Optional[float]:
    """The sum of one figure over runs; None as soon as one run's is not known."""
    return add(getattr(row, key) for row in rows)
