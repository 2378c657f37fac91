# SPDX-License-Identifier: Apache-2.0
"""CodeCarbon's interface (3.x) over gramme.

    from codecarbon import EmissionsTracker                 # before
    from gramme.compat.codecarbon import EmissionsTracker   # after

Parameters, methods, ``final_emissions_data`` and ``emissions.csv`` are theirs in name, order
and unit; the numbers are gramme's. What gramme does not know is None, and an empty cell, never
0.
"""
from __future__ import annotations

from .emissions_tracker import (
    EmissionsTracker,
    OfflineEmissionsTracker,
    TaskEmissionsTracker,
    track_emissions,
    track_task_emissions,
)
from .output import OutputMethod

__all__ = [
    "EmissionsTracker",
    "OfflineEmissionsTracker",
    "OutputMethod",
    "TaskEmissionsTracker",
    "track_emissions",
    "track_task_emissions",
]
