# SPDX-License-Identifier: Apache-2.0
"""The processor's attributes, and asserting them."""
from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from typing import Any

from ...._require import cpu_names
from .exceptions import CPUAttributeAssertionError

_KERNEL_KEYS = {"vendor_id": "vendor_id", "cpu family": "family", "model": "model"}
_KERNEL_KEYS["stepping"] = "stepping"


def get_my_cpu_info() -> dict[str, Any]:
    """Under py-cpuinfo's keys, older and newer ones: ``brand`` and ``brand_raw``, ``vendor_id``
    and ``vendor_id_raw``, ``hz_advertised`` and ``hz_advertised_friendly`` (as in the name),
    ``family``, ``model``, ``stepping``, ``flags``, ``arch_string_raw``, ``count``,
    ``usable_cpus``; each where it is known."""
    info: dict[str, Any] = {"arch_string_raw": platform.machine(), "count": os.cpu_count()}
    if hasattr(os, "sched_getaffinity"):
        info["usable_cpus"] = len(os.sched_getaffinity(0))
    info.update(_of_kernel())
    names = cpu_names()
    if len(names) == 1:
        info["brand"] = info["brand_raw"] = names[0]
        speed = re.search(r"@ (\d+(?:\.\d+)?) ?GHz", names[0])
        if speed:
            words = f"{float(speed[1]):.4f} GHz"
            info["hz_advertised"] = info["hz_advertised_friendly"] = words
    return info


def _of_kernel(path: str = "/proc/cpuinfo") -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            first = file.read().split("\n\n")[0]
    except OSError:
        return {}
    rows = dict(re.findall(r"^([\w ]+?)\s*: (.*?)\s*$", first, re.M))
    info: dict[str, Any] = {}
    for key, name in _KERNEL_KEYS.items():
        if key in rows:
            info[name] = int(rows[key]) if rows[key].isdigit() else rows[key]
    if "vendor_id" in info:
        info["vendor_id_raw"] = info["vendor_id"]
    if "flags" in rows:
        info["flags"] = sorted(rows["flags"].split())
    return info


def assert_cpus_by_attributes(attributes_set: Mapping[str, Any]) -> None:
    """Raises CPUAttributeAssertionError, saying what is here, unless each attribute is as it
    was given.

    >>> assert_cpus_by_attributes({"vendor_id": "GenuineIntel"})           # doctest: +SKIP
    """
    info = get_my_cpu_info()
    for key, value in attributes_set.items():
        if key not in info:
            known = ", ".join(sorted(info))
            text = f"the processor's {key} is not known; known: {known}"
            raise CPUAttributeAssertionError(text)
        if info[key] != value:
            text = f"the processor's {key} is {info[key]}, not {value}"
            raise CPUAttributeAssertionError(text)
