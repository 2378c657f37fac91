# SPDX-License-Identifier: Apache-2.0
"""Which rank of a distributed job this process is, and whose tree it should track.

Eight ranks on one node must be the node's joules once. So either one rank of a node tracks the
launcher's whole tree (``ranks="node"``), or each tracks its own (``"each"``); the shares of
disjoint trees may be added.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple, Optional

_CLIMB_MAX = 16  # wrappers between a launcher and its rank
_FIRST_NAMESPACE = 0xEFFFFFFC  # of process ids: the machine's own; a container has another


class Place(NamedTuple):
    """Where a process stands among the ranks of its job; None: not told by the launcher."""

    rank: int
    world_size: int
    local_rank: int
    local_size: Optional[int]
    node: Optional[str]
    job: Optional[str]
    sign: str  # the variable that only ranks have, not their launcher


class Plan(NamedTuple):
    """What to track: nothing (another rank does), or the tree of a process."""

    root: Optional[int]
    tags: Mapping[str, str]
    experiment: Optional[str]


class _Launcher(NamedTuple):
    """The variables by which a kind of launcher tells a rank what it is."""

    needs: tuple[str, ...]
    rank: str
    world: tuple[str, ...]
    local: str
    local_size: tuple[str, ...]
    node: tuple[str, ...]


# The innermost first: torchrun may itself be a task of Slurm. A Slurm batch script has PROCID
# and NTASKS without being a rank; only a step has STEP_ID.
_LAUNCHERS = (
    _Launcher(
        ("RANK", "LOCAL_RANK", "WORLD_SIZE"),
        "RANK", ("WORLD_SIZE",), "LOCAL_RANK", ("LOCAL_WORLD_SIZE",),
        ("GROUP_RANK", "NODE_RANK"),
    ),
    _Launcher(
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
        "OMPI_COMM_WORLD_RANK", ("OMPI_COMM_WORLD_SIZE",), "OMPI_COMM_WORLD_LOCAL_RANK",
        ("OMPI_COMM_WORLD_LOCAL_SIZE",), ("NODE_RANK",),
    ),
    _Launcher(
        ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
        "PMI_RANK", ("PMI_SIZE",), "MPI_LOCALRANKID", ("MPI_LOCALNRANKS",), ("NODE_RANK",),
    ),
    _Launcher(
        ("SLURM_STEP_ID", "SLURM_PROCID", "SLURM_LOCALID"),
        "SLURM_PROCID", ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"), "SLURM_LOCALID",
        ("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"), ("SLURM_NODEID",),
    ),
)  # fmt: skip


def place_of(env: Mapping[str, str]) -> Optional[Place]:
    """What the launcher of this process says in the environment; None: it is no rank of many.

    >>> place_of({"RANK": "3", "LOCAL_RANK": "1", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2",
    ...           "GROUP_RANK": "1", "TORCHELASTIC_RUN_ID": "abc"})[:6]
    (3, 4, 1, 2, '1', 'torchelastic:abc')
    """
    for launcher in _LAUNCHERS:
        if all(name in env for name in launcher.needs):
            place = _read(launcher, env)
            if place is not None:
                return place if place.world_size > 1 else None
    return None


def _read(launcher: _Launcher, env: Mapping[str, str]) -> Optional[Place]:
    rank, local = _number(env.get(launcher.rank)), _number(env.get(launcher.local))
    world = _number(_first(launcher.world, env))
    if rank is None or local is None or world is None:
        return None
    node = _first(launcher.node, env)
    size = _local_size(_first(launcher.local_size, env), _number(node))
    # Not the rank: a cluster's operator gives torchrun itself RANK and WORLD_SIZE, of its node.
    return Place(rank, world, local, size, node, _job(env), launcher.local)


def _first(names: tuple[str, ...], env: Mapping[str, str]) -> Optional[str]:
    return next((env[name] for name in names if env.get(name)), None)


def _number(text: Optional[str]) -> Optional[int]:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _local_size(text: Optional[str], node: Optional[int]) -> Optional[int]:
    """Of ``"8"``, or of Slurm's list of all nodes, ``"8(x3),2"``.

    >>> _local_size("8(x3),2", 3), _local_size("8(x3),2", 0), _local_size("?", 0)
    (2, 8, None)
    """
    sizes: list[int] = []
    for part in (text or "").split(","):
        found = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part.strip())
        if not found:
            return None
        sizes += [int(found[1])] * min(int(found[2] or 1), 1 << 16)
    if len(sizes) == 1:
        return sizes[0]
    return sizes[node] if node is not None and node < len(sizes) else None


def _job(env: Mapping[str, str]) -> Optional[str]:
    """The id that all ranks of the job share. torchrun's own is "none" when none was given."""
    elastic = env.get("TORCHELASTIC_RUN_ID")
    if elastic and elastic != "none":
        return f"torchelastic:{elastic}"
    for name, kind in (
        ("SLURM_JOB_ID", "slurm"),
        ("PBS_JOBID", "pbs"),
        ("LSB_JOBID", "lsf"),
        ("OMPI_MCA_ess_base_jobid", "openmpi"),
        ("PMIX_NAMESPACE", "pmix"),
    ):
        if env.get(name):
            return f"{kind}:{env[name]}"
    return None


def plan(ranks: str, env: Mapping[str, str], experiment: Optional[str]) -> Plan:
    """What this process tracks when asked for ``"node"`` or ``"each"``."""
    place = place_of(env)
    if place is None:
        # Lightning's own launcher starts the other ranks below rank 0, and names no RANK.
        many = (_number(env.get("WORLD_SIZE")) or 0) > 1 and "RANK" not in env
        below = many and (_number(env.get("LOCAL_RANK")) or 0) > 0
        return Plan(None if below and ranks == "node" else os.getpid(), {}, experiment)
    tags = {"rank": str(place.rank), "world_size": str(place.world_size)}
    tags["node"] = place.node if place.node is not None else os.uname().nodename
    if place.job is not None:
        tags["job"] = place.job
        experiment = experiment or place.job
    if ranks == "each":
        return Plan(os.getpid(), tags, experiment)
    if place.local_rank != 0:
        return Plan(None, tags, experiment)
    alone = place.local_size is None or place.local_size < 2
    return Plan(os.getpid() if alone else _launcher_pid(place.sign), tags, experiment)


def _launcher_pid(sign: str) -> int:
    """The nearest ancestor that is no rank itself: between it and us may be wrappers, a shell
    or ``numactl``, which have our rank's variables and none of the other ranks below them. A
    container's first process may be the launcher, a machine's is not."""
    pid = parent = os.getppid()
    for _ in range(_CLIMB_MAX):
        if pid <= 0 or (pid == 1 and not _in_container()):
            break
        parent = pid
        if not _has_variable(pid, sign):
            return pid
        pid = _parent_of(pid)
    return parent if parent > 1 or (parent == 1 and _in_container()) else os.getpid()


def _in_container() -> bool:
    """Process 1 is the first of a container, and all below it is this job's."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino != _FIRST_NAMESPACE
    except OSError:
        return False


def _has_variable(pid: int, name: str) -> bool:
    """False as well where another user's environment is closed to us: a batch system's own."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return b"\0" + name.encode() + b"=" in b"\0" + file.read()
    except OSError:
        return False


def _parent_of(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0
