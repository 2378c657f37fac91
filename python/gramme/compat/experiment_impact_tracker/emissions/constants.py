# SPDX-License-Identifier: Apache-2.0
"""OVERRIDE_PUE of the environment when this was imported, else 1.58."""
from __future__ import annotations

from .._figures import usual_pue

PUE = usual_pue()
