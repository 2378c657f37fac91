# SPDX-License-Identifier: Apache-2.0
"""What is said of a machine and a run's outset, under the predecessor's keys."""
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Optional

from ..._summary_json import time_of
from .._quiet import part


def initial_info() -> dict[str, Any]:
    """Before a run: when, and on which processor. Boards and place are in the run's result."""
    from .cpu.common import get_my_cpu_info

    return {"experiment_start": datetime.datetime.now(), "cpu_info": get_my_cpu_info()}


def info_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """Of a gramme.run/1: what is known of it. Times are local and naive, as theirs."""
    info: dict[str, Any] = {}
    started = _local(run.get("started"))
    if started is not None:
        info["experiment_start"] = started
        seconds = run.get("duration_s")
        if run.get("state") != "running" and isinstance(seconds, (int, float)):
            info["experiment_end"] = started + datetime.timedelta(seconds=seconds)
    name = part(run, "hardware", "cpu", "name")
    if name is not None:
        info["cpu_info"] = {"brand": name, "brand_raw": name}
        threads = part(run, "hardware", "cpu", "threads")
        if threads is not None:
            info["cpu_info"]["count"] = threads
    boards = part(run, "hardware", "gpus")
    if boards:
        info["gpu_info"] = [{"name": board.get("name")} for board in boards]
    zone = part(run, "carbon", "region", "zone")
    if zone is not None:
        info["region"] = {"id": zone, "properties": {"zoneName": zone}, "type": "Feature"}
    intensity = part(run, "carbon", "intensity_gpkwh")
    if intensity is not None:
        info["region_carbon_intensity_estimate"] = {
            "carbonIntensity": intensity.get("value"),
            "_source": intensity.get("source"),
        }
    packages = part(run, "software", "python", "packages")
    if packages is not None:
        info["python_package_info"] = packages
    info["experiment_impact_tracker_version"] = f"gramme {part(run, 'tracker', 'version')}"
    return info


def _local(started: Any) -> Optional[datetime.datetime]:
    when = time_of(started)
    return None if when is None else when.astimezone().replace(tzinfo=None)
