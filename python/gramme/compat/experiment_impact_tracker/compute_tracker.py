# SPDX-License-Identifier: Apache-2.0
"""The tracker, and the functions beside it.

What fails becomes one warning, and the code goes on; the one exception is
`ImpactTracker.get_latest_info_and_check_for_errors`, which is called to be told.
"""
from __future__ import annotations

import atexit
import logging
import os
import queue
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Optional

from .._quiet import harmless, is_other_rank, once, status_at_exit, status_of
from . import _folder
from ._figures import overriding_pue
from ._info import initial_info

if TYPE_CHECKING:
    from ..._run import Run

SLEEP_TIME = 1  # seconds between samples, the program's own default
STOP_MESSAGE = "Stop"

_log = logging.getLogger(__name__)


class MonitorError(RuntimeError):
    """The monitor is gone, and the run is measured no more."""


class ImpactTracker:
    """Tracks this process and all it starts, from `launch_impact_monitor` or ``with`` to
    `stop`, the end of the ``with``, or the end of the process.

    >>> with ImpactTracker("logs/seed-1"):                                 # doctest: +SKIP
    ...     train()
    """

    def __init__(self, logdir: _folder.Path) -> None:
        self.logdir = logdir
        self.logger = _log
        self.launched = False
        self._run: Optional[Run] = None
        self._record: Optional[_folder.Record] = None
        self._latest: Optional[dict[str, Any]] = None
        self._pid = os.getpid()

    @property
    def initial_info(self) -> dict[str, Any]:
        """What is known of the machine before the run."""
        return gather_initial_info(self.logdir)

    @harmless
    def launch_impact_monitor(self) -> None:
        """Begins the run. Returns in milliseconds."""
        from ..._run import track

        if self.launched:
            once(self, "launched", "this impact tracker was already launched")
            return
        self.launched = True
        self._pid = os.getpid()
        self._run = track(
            tags={"logdir": os.path.abspath(os.fspath(self.logdir))}, pue=overriding_pue()
        )
        atexit.register(self._at_exit)
        if self._run.active or not is_other_rank():
            self._record = _folder.Record(self.logdir)
            self._note()

    @harmless
    def _note(self) -> None:
        """The run's id, as soon as it is known, so that a killed process can be found."""
        if self._record is not None and self._run is not None and self._run.id is not None:
            self._record.know(self._run.id)

    def get_latest_info_and_check_for_errors(self) -> Optional[dict[str, Any]]:
        """What is known so far: ``timestamp``, and of gramme's own ``t_s``, ``attributed_j``,
        ``machine_j``, ``power_w``, ``carbon_kg`` and ``kind``; None before there is anything.

        Raises MonitorError when the monitor is gone though the run was not stopped.
        """
        run = self._run
        if run is None or os.getpid() != self._pid:
            return self._latest
        progress = run.progress()
        if not run.active and not is_other_rank():
            raise MonitorError("the monitor is gone: this run is not measured any more")
        self._note()
        if progress is not None:
            names = ("t_s", "attributed_j", "machine_j", "power_w", "carbon_kg", "kind")
            self._latest = {"timestamp": time.time()}
            self._latest.update((name, getattr(progress, name, None)) for name in names)
        return self._latest

    @harmless
    def stop(self) -> None:
        """Ends the run, and writes its result to the log folder."""
        self._stop(0)

    def _stop(self, status: int) -> None:
        run, self._run = self._run, None
        if run is None or os.getpid() != self._pid:
            return
        atexit.unregister(self._at_exit)
        summary = run.stop(status)
        if self._record is not None:
            self._record.know(run.id, summary.raw if summary is not None else None)

    @harmless
    def _at_exit(self) -> None:
        self._stop(status_at_exit())

    @harmless
    def _stop_as(self, status: int) -> None:
        self._stop(status)

    def __enter__(self) -> ImpactTracker:
        if self.launched:
            raise ValueError("an impact tracker that was launched cannot be entered")
        self.launch_impact_monitor()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._stop_as(status_of(kind, error))


def gather_initial_info(log_dir: _folder.Path) -> dict[str, Any]:
    """What is known of the machine before the run. The folder's older runs stay."""
    return initial_info()


def read_latest_stats(log_dir: _folder.Path) -> Optional[Mapping[str, Any]]:
    """The gramme.run/1 of the newest run in the folder; None where there is none."""
    rows = list(_folder.runs_of(log_dir))
    return rows[-1] if rows else None


class _Monitor:
    """The handle that `launch_power_monitor` gives in place of a process."""

    def __init__(self, tracker: ImpactTracker) -> None:
        self._tracker = tracker

    def is_alive(self) -> bool:
        """True while the run goes on."""
        return self._tracker._run is not None and self._tracker._run.active

    def terminate(self) -> None:
        """Ends the run."""
        self._tracker.stop()

    def join(self, timeout: Optional[float] = None) -> None:
        """Returns at once: what was to be waited for, terminate() waited for."""


class _Queue(queue.SimpleQueue[Any]):
    """Takes `STOP_MESSAGE`; is empty, since what goes wrong is a warning."""

    def __init__(self, tracker: ImpactTracker) -> None:
        self._tracker = tracker

    def put(self, item: Any, block: bool = True, timeout: Optional[float] = None) -> None:
        if item == STOP_MESSAGE:
            self._tracker.stop()


def launch_power_monitor(
    log_dir: _folder.Path,
    initial_info: Optional[Mapping[str, Any]] = None,
    logger: Optional[logging.Logger] = None,
) -> tuple[_Monitor, _Queue]:
    """Begins a run; a handle with ``terminate()``, and a queue that takes ``STOP_MESSAGE``."""
    tracker = ImpactTracker(log_dir)
    tracker.launch_impact_monitor()
    return _Monitor(tracker), _Queue(tracker)
