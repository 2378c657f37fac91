# SPDX-License-Identifier: Apache-2.0
"""Hardware parity: figures of two machines do not compare, so a run may ask for its own."""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Mapping
from typing import Any, Optional

from ._errors import GrammeError, WrongMachine

# The kernel keeps some of what is built in: a node with "256 GB" has about 251 GiB.
_MEMORY_RATIO = 0.95


def require(
    *,
    gpu: Optional[str] = None,
    cpu: Optional[str] = None,
    gpus: Optional[int] = None,
    memory_gib: Optional[float] = None,
    hostname: Optional[str] = None,
) -> None:
    """Raises `WrongMachine`, saying what is here, unless this machine is as asked.

    ``gpu`` and ``cpu`` are words of the model's name, each of which must be in it as a word:
    ``"H100"``, ``"EPYC 9354"``; every GPU must fit. ``gpus`` is how many there are, exactly, as
    far as this process may see them (CUDA_VISIBLE_DEVICES hides none here). ``memory_gib`` is
    the least, with a twentieth off for what the kernel keeps. ``hostname`` may have ``*`` and
    ``?``. What cannot be found out does not fit. Raises ValueError for a number below 0.

    >>> require(gpu="H100", gpus=8, cpu="EPYC 9354")                       # doctest: +SKIP
    """
    if (gpus is not None and gpus < 0) or (memory_gib is not None and memory_gib < 0):
        raise ValueError("gpus and memory_gib are 0 or more")
    wrong: list[str] = []
    if hostname is not None:
        _check_name(hostname, wrong)
    if cpu is not None:
        _check_cpu(cpu, wrong)
    if memory_gib is not None:
        _check_memory(memory_gib, wrong)
    if gpu is not None or gpus is not None:
        _check_gpus(gpu, gpus, wrong)
    if wrong:
        raise WrongMachine("this is not the machine that was asked for: " + "; ".join(wrong))


def fits(wanted: str, name: str) -> bool:
    """Is each word of ``wanted`` a word of ``name``? An A100 is no A10.

    >>> fits("h100", "NVIDIA H100 80GB HBM3"), fits("A10", "NVIDIA A100-SXM4-40GB")
    (True, False)
    """
    have = set(_words(name))
    return all(word in have for word in _words(wanted))


def _words(text: str) -> list[str]:
    text = re.sub(r"\((?:r|tm|c)\)", " ", text.lower())
    return re.findall(r"[a-z0-9.]+", text)


def _check_name(wanted: str, wrong: list[str]) -> None:
    here = os.uname().nodename
    if not fnmatch.fnmatchcase(here.lower(), wanted.lower()):
        wrong.append(f"its name is {here}, not {wanted}")


def _check_cpu(wanted: str, wrong: list[str]) -> None:
    names = cpu_names()
    if not names:
        wrong.append(f"its processor's name cannot be found out, and {wanted} was asked for")
    elif not all(fits(wanted, name) for name in names):
        wrong.append(f"its processor is {', '.join(names)}, not {wanted}")


def _check_memory(wanted: float, wrong: list[str]) -> None:
    have = memory_bytes()
    if have is None:
        wrong.append("its memory's size cannot be found out")
    elif have < wanted * 2**30 * _MEMORY_RATIO:
        wrong.append(f"it has {have / 2**30:.1f} GiB of memory, not {wanted:g}")


def _check_gpus(wanted: Optional[str], count: Optional[int], wrong: list[str]) -> None:
    names = gpu_names()
    here = ", ".join(names) or "none was found"
    if count is not None and len(names) != count:
        wrong.append(f"it has {len(names)} GPUs ({here}), not {count}")
    elif wanted is not None and not names and count is None:
        wrong.append(f"no GPU was found, and {wanted} was asked for")
    elif wanted is not None and not all(fits(wanted, name) for name in names):
        wrong.append(f"its GPUs are {here}, not {wanted}")


def cpu_names(path: str = "/proc/cpuinfo") -> list[str]:
    """The names of the processors here, each once; empty where they cannot be found out."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.findall(r"^model name\s*:\s*(.+?)\s*$", file.read(), re.M)
    except OSError:
        found = []
    machine = None if found else _sources().get("machine")  # ARM's kernel gives no names
    return sorted(set(found)) or ([machine] if isinstance(machine, str) else [])


def memory_bytes(path: str = "/proc/meminfo") -> Optional[int]:
    """All memory of the machine; None: not known."""
    try:
        with open(path, encoding="utf-8") as file:
            found = re.search(r"^MemTotal:\s*(\d+) kB", file.read(), re.M)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def gpu_names() -> list[str]:
    """The names of the GPUs that this process may see, one each, by the program's sources; else
    by nvidia-smi; else as the driver lists them."""
    return _gpus_of_program() or _gpus_of_smi() or _gpus_of_driver()


def _sources() -> Mapping[str, Any]:
    from ._program import ask

    try:
        data = json.loads(ask(["sources", "--json"]))
    except (GrammeError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _gpus_of_program() -> list[str]:
    boards: dict[str, str] = {}  # several sources may read one board
    for source in _sources().get("sources", []):
        for domain in source.get("domains", []):
            if domain.get("family") == "gpu" and domain.get("label"):
                boards.setdefault(str(domain.get("domain")), str(domain["label"]))
    return list(boards.values())


def _gpus_of_smi() -> list[str]:
    import subprocess

    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def _gpus_of_driver(folder: str = "/proc/driver/nvidia/gpus") -> list[str]:
    names = []
    try:
        for entry in sorted(os.listdir(folder)):
            with open(os.path.join(folder, entry, "information"), encoding="utf-8") as file:
                found = re.search(r"^Model:\s*(.+?)\s*$", file.read(), re.M)
            names.append(found[1] if found else "a GPU without a name")
    except OSError:
        pass
    return names
