# SPDX-License-Identifier: Apache-2.0
"""gramme.run/1 to CodeCarbon's columns.

``tracking_mode="machine"`` is what the whole machine drew (``machine_j``), ``"process"`` the
run's share of it (``attributed_j``). Like theirs, energies and powers contain the PUE of the
row, which is 1 unless one was given. Emissions are the row's energy times the run's intensity.
"""
from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..._summary import number, text
from .._quiet import add, part, times
from ._settings import Settings
from .output import EmissionsData, rate

_KWH_PER_J = 1 / 3.6e6


@dataclass(frozen=True)
class Figures:
    """Of some stretch of a run, in joules before any PUE."""

    duration_s: Optional[float]
    joules: Optional[float]
    cpu_j: Optional[float] = None
    gpu_j: Optional[float] = None
    memory_j: Optional[float] = None


def figures_of(run: Mapping[str, Any], settings: Settings) -> Figures:
    """Of a whole run, by family."""
    rows = _counted(run, settings)
    key = _key(settings)
    if settings.gpus is not None and settings.mode == "machine":
        whole = add(_joules(row, key) for row in rows)  # other boards are not the tracker's
    else:
        whole = number(part(run, "energy", key, "value"))
    families = {
        family: add(_joules(row, key) for row in rows if row.get("family") == family)
        for family in ("cpu", "gpu", "memory")
    }
    return Figures(
        number(run.get("duration_s")),
        whole,
        families["cpu"],
        families["gpu"],
        families["memory"],
    )


def by_family(run: Mapping[str, Any], settings: Settings, figures: Figures) -> Figures:
    """A part of a run: its joules are of one family where the run's are, else not known."""
    families = {row.get("family") for row in _counted(run, settings)}
    only = families.pop() if len(families) == 1 else None
    return Figures(
        figures.duration_s,
        figures.joules,
        *(figures.joules if only == one else None for one in ("cpu", "gpu", "memory")),
    )


def part_is_known(run: Mapping[str, Any], settings: Settings) -> bool:
    """Whether the joules of a part of the run are those of the tracker's boards: of a part only
    the whole machine's are told."""
    if settings.gpus is None or settings.mode == "process":
        return True
    return not any(_is_foreign(row, settings) for row in _rows(run) if row.get("counted"))


def gpkwh_of(run: Mapping[str, Any], settings: Settings) -> Optional[float]:
    """Grammes of CO2e a kWh over the run: the one that was forced, else what the run's carbon
    is to its energy, which is the mean by time of use; else the factor it goes by."""
    if settings.forced_gpkwh is not None:
        return settings.forced_gpkwh
    kilograms = number(part(run, "carbon", "kg", "value"))
    kwh = number(part(run, "energy", "facility_kwh", "value"))
    if kilograms is not None and kwh:
        return kilograms * 1e3 / kwh
    return number(part(run, "carbon", "intensity_gpkwh", "value"))


def record(
    run: Mapping[str, Any],
    settings: Settings,
    figures: Figures,
    run_id: str,
    whole: bool = False,
) -> EmissionsData:
    """A row. ``run`` gives what is the same for all of it: place, machine, intensity; and how
    busy the machine was, where the figures are the ``whole`` run's."""
    import platform  # brings subprocess with it in older Pythons

    pue = 1.0 if settings.pue is None else settings.pue
    energy_kwh, cpu_kwh, gpu_kwh, ram_kwh = (
        times(joules, _KWH_PER_J, pue)
        for joules in (figures.joules, figures.cpu_j, figures.gpu_j, figures.memory_j)
    )
    seconds = figures.duration_s
    grammes = times(energy_kwh, gpkwh_of(run, settings))
    kilograms = times(grammes, 1e-3)
    region = part(run, "carbon", "region")
    boards = part(run, "hardware", "gpus")
    names = [str(part(board, "name") or "") for board in boards] if boards else []
    return EmissionsData(
        timestamp=datetime.datetime.now().strftime("%Y-%m-%dT%H:%M:%S"),
        project_name=settings.project or "codecarbon",
        run_id=run_id,
        experiment_id=settings.experiment_id,
        duration=seconds,
        emissions=kilograms,
        emissions_rate=rate(kilograms, seconds),
        cpu_power=rate(times(figures.cpu_j, pue), seconds),
        gpu_power=rate(times(figures.gpu_j, pue), seconds),
        ram_power=rate(times(figures.memory_j, pue), seconds),
        cpu_energy=cpu_kwh,
        gpu_energy=gpu_kwh,
        ram_energy=ram_kwh,
        energy_consumed=energy_kwh,
        water_consumed=times(energy_kwh, settings.wue),
        country_name=None,
        country_iso_code=text(part(region, "country")),
        region=text(part(region, "zone")),
        cloud_provider=text(part(region, "cloud")),
        cloud_region=text(part(region, "cloud_region")),
        os=platform.platform(),
        python_version=platform.python_version(),
        codecarbon_version=_version(run),
        cpu_count=_whole(part(run, "hardware", "cpu", "threads")),
        cpu_model=text(part(run, "hardware", "cpu", "name")),
        gpu_count=len(names) if isinstance(boards, list) else None,
        gpu_model=_models(names),
        longitude=None,
        latitude=None,
        ram_total_size=times(number(part(run, "hardware", "memory_bytes")), 1 / 2**30),
        tracking_mode=settings.mode,
        cpu_utilization_percent=_cpu_percent(run) if whole else None,
        gpu_utilization_percent=_gpu_percent(run) if whole else None,
        on_cloud=("Y" if part(region, "cloud") else "N") if region else None,
        pue=pue,
        wue=settings.wue,
    )


def _rows(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = part(run, "energy", "components")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _counted(run: Mapping[str, Any], settings: Settings) -> list[Mapping[str, Any]]:
    rows = [row for row in _rows(run) if row.get("counted")]
    if settings.gpus is None or settings.mode == "process":
        return rows
    return [row for row in rows if not _is_foreign(row, settings)]


def _is_foreign(row: Mapping[str, Any], settings: Settings) -> bool:
    """A board that gpu_ids does not name, by its number or the beginning of its UUID."""
    if row.get("family") != "gpu" or settings.gpus is None:
        return False
    domain, device = str(row.get("domain") or ""), str(row.get("device") or "")
    return not any(
        domain == f"gpu-{one}" if one.isdigit() else device.startswith(one)
        for one in settings.gpus
    )


def _key(settings: Settings) -> str:
    return "attributed_j" if settings.mode == "process" else "machine_j"


def _joules(row: Mapping[str, Any], key: str) -> Optional[float]:
    return number(part(row, key, "value"))


def _whole(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _models(names: list[str]) -> Optional[str]:
    """As theirs: "2 x NVIDIA A100".

    >>> _models(["A", "A", "B"])
    '2 x A1 x B'
    """
    seen = dict.fromkeys(names)
    return "".join(f"{names.count(name)} x {name}" for name in seen) or None


def _version(run: Mapping[str, Any]) -> str:
    """What wrote the row: not CodeCarbon, and the file should say so."""
    version = text(part(run, "tracker", "version"))
    return f"gramme {version}" if version else "gramme"


def _cpu_percent(run: Mapping[str, Any]) -> Optional[float]:
    busy_s = number(part(run, "activity", "machine_cpu_s"))
    threads = number(part(run, "hardware", "cpu", "threads"))
    seconds = number(run.get("duration_s"))
    if busy_s is None or not threads or not seconds:
        return None
    return min(100.0, busy_s / (threads * seconds) * 100.0)


def _gpu_percent(run: Mapping[str, Any]) -> Optional[float]:
    rows = part(run, "activity", "gpu")
    ratios = [number(part(row, "machine_sm_ratio")) for row in rows] if rows else []
    whole = add(ratios)
    return None if whole is None else whole / len(ratios) * 100.0
