# SPDX-License-Identifier: Apache-2.0
"""What their data_utils is called for from outside."""
from __future__ import annotations

import os
from typing import Any

from . import _folder
from ._info import info_of

BASE_LOG_PATH = _folder.FOLDER + "/"


def load_initial_info(log_dir: _folder.Path) -> dict[str, Any]:
    """What is known of the newest run in the folder, under their keys.

    Raises FileNotFoundError where there is none of ours."""
    runs = list(_folder.runs_of(log_dir))
    if not runs:
        raise FileNotFoundError(f"there is no run of gramme in {os.fspath(log_dir)}")
    return info_of(runs[-1] or {})


def safe_file_path(file_path: str) -> str:
    """The same path, once its folder is there."""
    os.makedirs(os.path.dirname(file_path) or os.curdir, exist_ok=True)
    return file_path
