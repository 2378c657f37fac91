# SPDX-License-Identifier: Apache-2.0
"""What their utils is called for from outside."""
from __future__ import annotations

import time
from typing import Any

from . import _folder
from ._figures import Figures, figures_of, together


def get_timestamp(*args: Any, **kwargs: Any) -> float:
    """Now, in seconds since 1970."""
    return time.time()


def gather_additional_info(info: Any, logdir: _folder.Path) -> dict[str, float]:
    """The figures of a folder, under their names and in their units (kWh, kg, hours, g/kWh);
    what is not known is not in it. ``info`` is not needed.

    Raises FileNotFoundError where there is no run."""
    rows = figures_of(logdir)
    if not rows:
        raise FileNotFoundError(f"there is no run of a tracker in {logdir}")
    data = {key: together(rows, key) for key in Figures._fields if key != "pue"}
    if len(rows) > 1:  # a mean, of which there is no sum
        data["average_realtime_carbon_intensity"] = None
    return {key: value for key, value in data.items() if value is not None}
