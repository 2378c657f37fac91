# SPDX-License-Identifier: Apache-2.0
"""What lies in a log folder: ``LOGDIR/impacttracker/gramme-TIME-PID-N.json``, one a run.

A second run in a folder is a file of its own, and the folder's figures are those of all its
runs: a run that failed and was begun again has used its energy too.

    {"schema": "gramme.compat/1", "id": "20261123T083757-7f3a9c", "db": null, "pid": 4711,
     "host": "node1", "started": "2026-11-23T08:37:57Z", "run": null}

``run`` is null while the run goes on, and then its gramme.run/1; a process that was killed
leaves null, and the ledger is asked by ``id``. ``db`` is the ledger, null: the usual one.
"""
from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, Union

from ..._errors import GrammeError, warn
from .._quiet import replace_file

SCHEMA = "gramme.compat/1"
FOLDER = "impacttracker"
_TRIES = 1000

Path = Union[str, "os.PathLike[str]"]


class Record:
    """One run's file, while this process writes it. Raises OSError where it cannot."""

    def __init__(self, logdir: Path) -> None:
        folder = os.path.join(os.fspath(logdir), FOLDER)
        os.makedirs(folder, exist_ok=True)
        now = datetime.datetime.now(datetime.timezone.utc)
        db = os.environ.get("GRAMME_DB")
        self._data: dict[str, Any] = {
            "schema": SCHEMA,
            "id": None,
            "db": os.path.abspath(db) if db else None,
            "pid": os.getpid(),
            "host": os.uname().nodename,
            "started": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "run": None,
        }
        self.path = _new_file(folder, f"gramme-{now:%Y%m%dT%H%M%SZ}-{os.getpid()}")
        self._write()

    def know(self, run_id: Optional[str], run: Optional[Mapping[str, Any]] = None) -> None:
        """Adds the run's id, and its result at its end."""
        if run_id == self._data["id"] and run is None:
            return
        self._data["id"] = run_id
        self._data["run"] = run
        self._write()

    def _write(self) -> None:
        replace_file(self.path, json.dumps(self._data, indent=1) + "\n")


def _new_file(folder: str, stem: str) -> str:
    for i in range(_TRIES):
        path = os.path.join(folder, f"{stem}-{i}.json")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
            return path
        except FileExistsError:
            continue
    raise OSError(f"{folder} is full of files {stem}-…")


def folders(logdirs: Union[Path, Iterable[Path]]) -> list[str]:
    """Every folder below these that holds a tracker's folder, each once, in order of name."""
    if isinstance(logdirs, (str, os.PathLike)):
        logdirs = [logdirs]
    found = {}
    for logdir in logdirs:
        for path, names, _ in os.walk(os.fspath(logdir)):
            if FOLDER in names:
                found[os.path.realpath(path)] = path
            if os.path.basename(os.path.normpath(path)) == FOLDER:
                above = os.path.dirname(os.path.abspath(path))
                found.setdefault(os.path.realpath(above), above)
    return [found[key] for key in sorted(found)]


def runs_of(logdir: Path) -> Iterator[Optional[Mapping[str, Any]]]:
    """The gramme.run/1 of each run of ours in one such folder, oldest first; None: it is there,
    and nothing of it is known."""
    folder = os.path.join(os.fspath(logdir), FOLDER)
    for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
        if name.startswith("gramme-") and name.endswith(".json"):
            yield _read(os.path.join(folder, name))


def _read(path: str) -> Optional[Mapping[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError) as error:
        warn(f"{path} cannot be read: {error}")
        return None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        warn(f"{path} is not of the form {SCHEMA}")
        return None
    run = data.get("run")
    if isinstance(run, dict):
        return run
    return _ask(data.get("id"), data.get("db"), path)


def _ask(run_id: Any, db: Any, path: str) -> Optional[Mapping[str, Any]]:
    """Of a run that has not ended, or whose process was killed."""
    if not isinstance(run_id, str):
        warn(f"{path} tells neither a result nor a run of the ledger")
        return None
    from ..._ledger import show

    try:
        return show(run_id, db=db if isinstance(db, str) else None).raw
    except GrammeError as error:
        warn(f"{path}: its run {run_id} is not known: {error}")
        return None


def is_original(logdir: Path) -> bool:
    """Whether it holds a log of experiment-impact-tracker itself."""
    folder = os.path.join(os.fspath(logdir), FOLDER)
    return any(os.path.isfile(os.path.join(folder, name)) for name in ("data.json", "data.csv"))
