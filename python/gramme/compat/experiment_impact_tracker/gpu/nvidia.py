# SPDX-License-Identifier: Apache-2.0
"""The boards' attributes, and asserting them."""
from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from ...._require import gpu_names
from .exceptions import GPUAttributeAssertionError

_FIELDS = {"name": "name", "memory.total": "total_memory", "driver_version": "driver_version"}


def is_nvidia_compatible(*args: Any, **kwargs: Any) -> bool:
    """Whether there is a board."""
    return bool(gpu_names())


def get_gpu_info(*args: Any, **kwargs: Any) -> list[dict[str, str]]:
    """One dict a board: ``name``, and where nvidia-smi is there ``total_memory`` ("81559 MiB")
    and ``driver_version``. Empty where no board is found."""
    return _of_smi() or [{"name": name} for name in gpu_names()]


def _of_smi() -> list[dict[str, str]]:
    import subprocess

    try:
        done = subprocess.run(
            ["nvidia-smi", f"--query-gpu={','.join(_FIELDS)}", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    rows = csv.reader(io.StringIO(done.stdout), skipinitialspace=True)
    return [dict(zip(_FIELDS.values(), row)) for row in rows if len(row) == len(_FIELDS)]


def assert_gpus_by_attributes(attributes_set: Mapping[str, Any]) -> None:
    """Raises GPUAttributeAssertionError, saying what is here, unless every board has these
    attributes; also where there is no board. Newer drivers put "NVIDIA" before a name: it may
    be there or not.

    >>> assert_gpus_by_attributes({"name": "GeForce GTX TITAN X"})         # doctest: +SKIP
    """
    boards = get_gpu_info()
    if not boards:
        raise GPUAttributeAssertionError("no GPU was found here")
    for i, board in enumerate(boards):
        for key, value in attributes_set.items():
            if key not in board:
                known = ", ".join(sorted(board))
                raise GPUAttributeAssertionError(f"GPU {i}: {key} is not known; known: {known}")
            if not _same(board[key], value):
                raise GPUAttributeAssertionError(f"GPU {i}: {key} is {board[key]}, not {value}")


def _same(here: str, wanted: Any) -> bool:
    """
    >>> _same("NVIDIA TITAN V", "TITAN V"), _same("NVIDIA A100", "A10")
    (True, False)
    """
    return here == wanted or here == f"NVIDIA {wanted}" or f"NVIDIA {here}" == wanted
