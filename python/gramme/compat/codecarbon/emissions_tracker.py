# SPDX-License-Identifier: Apache-2.0
"""The trackers and the decorators.

A tracker is one gramme run. A task is a section of it: its joules are read at its two ends. The
CSV file and the handlers are written at flush and stop, by the thread that calls them. Whatever
fails becomes one warning, and the code that is tracked goes on.
"""
from __future__ import annotations

import functools
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ..._errors import GrammeError
from .._quiet import add, harmless, is_other_rank, once, status_of
from . import _records as records
from ._place import place_of
from ._records import Figures
from ._settings import PLACE, UNSET, Settings
from .output import (
    BaseOutput,
    EmissionsData,
    FileOutput,
    OutputMethod,
    TaskEmissionsData,
    less,
)

if TYPE_CHECKING:
    from uuid import UUID

    from ..._run import Run
    from ..._summary import Progress


@dataclass
class _Task:
    """One section, and what was read at its ends."""

    name: str
    section: Any
    at_start: Figures
    figures: Optional[Figures] = None  # None: it goes on


class BaseEmissionsTracker:
    """What the two trackers share; parameters in the order of theirs."""

    def __init__(
        self,
        project_name: Optional[str] = UNSET,
        measure_power_secs: Optional[float] = UNSET,
        api_call_interval: Optional[int] = UNSET,
        api_endpoint: Optional[str] = UNSET,
        api_key: Optional[str] = UNSET,
        output_dir: Optional[str] = UNSET,
        output_file: Optional[str] = UNSET,
        output_methods: Any = UNSET,
        save_to_file: Optional[bool] = UNSET,
        save_to_api: Optional[bool] = UNSET,
        save_to_logger: Optional[bool] = UNSET,
        logging_logger: Any = UNSET,
        save_to_prometheus: Optional[bool] = UNSET,
        save_to_logfire: Optional[bool] = UNSET,
        prometheus_url: Optional[str] = UNSET,
        output_handlers: Any = UNSET,
        gpu_ids: Any = UNSET,
        emissions_endpoint: Optional[str] = UNSET,
        experiment_id: Optional[str] = UNSET,
        experiment_name: Optional[str] = UNSET,
        electricitymaps_api_token: Optional[str] = UNSET,
        co2_signal_api_token: Optional[str] = UNSET,
        tracking_mode: Optional[str] = UNSET,
        log_level: Any = UNSET,
        on_csv_write: Optional[str] = UNSET,
        logger_preamble: Optional[str] = UNSET,
        force_cpu_power: Optional[float] = UNSET,
        force_ram_power: Optional[float] = UNSET,
        pue: Optional[float] = UNSET,
        wue: Optional[float] = UNSET,
        force_carbon_intensity_g_co2e_kwh: Optional[float] = UNSET,
        force_mode_cpu_load: Optional[bool] = UNSET,
        allow_multiple_runs: Optional[bool] = UNSET,
        rapl_include_dram: Optional[bool] = UNSET,
        rapl_prefer_psys: Optional[bool] = UNSET,
        metadata: Any = UNSET,
        **more: Any,
    ) -> None:
        given = {key: value for key, value in locals().items() if key not in ("self", "more")}
        given.pop("__class__", None)
        self._begin_with(given, more)

    @harmless
    def _begin_with(self, given: dict[str, Any], more: Mapping[str, Any]) -> None:
        self.run_id = _new_uuid()
        self.final_emissions: Optional[float] = None
        self.final_emissions_data: Optional[EmissionsData] = None
        self._pid = os.getpid()
        self._run: Optional[Run] = None
        self._whole = False  # begun by start(), not by a first task
        self._tasks: dict[str, _Task] = {}
        self._active: Optional[_Task] = None
        self._so_far: Optional[Mapping[str, Any]] = None
        self._told_before: Optional[EmissionsData] = None
        self._progress: Optional[Progress] = None
        self._settings = Settings({**given, **more})
        self._handlers: list[Any] = list(self._settings.handlers)
        self._make_outputs()

    def _make_outputs(self) -> None:
        settings = self._settings
        if OutputMethod.CSV in settings.methods:
            self._handlers.append(
                FileOutput(settings.file, settings.folder, settings.on_csv_write)
            )
        logger = settings.get("logging_logger")
        if OutputMethod.LOGGER in settings.methods and logger is not None:
            self._handlers.append(logger)

    def _place(self) -> Optional[str]:
        """Where this runs, as far as the user said so."""
        return None

    _offline: Optional[bool] = None

    # --- the run -------------------------------------------------------------------------

    @harmless
    def start(self) -> None:
        """Begins to track. Does not wait for the first reading for more than 10 ms."""
        if self._run is not None:
            once(self, "again", "codecarbon: this tracker was already started")
            return
        self._track()
        self._whole = True

    def _track(self) -> None:
        place = self._place()
        self._run = self._run_in(place)
        if place is not None and not is_other_rank():
            self._run.progress()  # once it answers, the place is understood
            if not self._run.active and self._run.id is None and _has_program():
                self._run = self._run_in(None)
        self._began = time.monotonic()
        self._tasks.clear()
        self._told_before = self._so_far = self._progress = None

    def _run_in(self, place: Optional[str]) -> Run:
        from ..._run import track

        settings = self._settings
        tags = {"codecarbon_run_id": str(self.run_id), "codecarbon_mode": settings.mode}
        if settings.experiment_id is not None:
            tags["codecarbon_experiment_id"] = settings.experiment_id
        return track(
            experiment=settings.experiment,
            project=settings.project,
            tags=tags,
            period=settings.period_s,
            region=place,
            pue=settings.pue,
            offline=self._offline,
        )

    @harmless
    def stop(self) -> Optional[float]:
        """Ends the run, writes it, and returns kilograms of CO2e; None: not known."""
        return self._stop(0)

    def _stop(self, status: int) -> Optional[float]:
        run = self._run
        if run is None or os.getpid() != self._pid:
            if run is None:
                once(self, "stopped", "codecarbon: this tracker is not running")
            return self.final_emissions
        if self._active is not None:
            self.stop_task()
        summary = run.stop(status)
        self._run = None
        if summary is None and is_other_rank():
            return None  # the node's first rank has the row
        data = summary.raw if summary is not None else {"duration_s": self._seconds()}
        self.final_emissions_data = self._total(data)
        self.final_emissions = self.final_emissions_data.emissions
        self._persist(self.final_emissions_data, self._task_rows(data))
        for handler in self._handlers:
            self._tell(handler, "exit")
        return self.final_emissions

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _total(self, run: Mapping[str, Any]) -> EmissionsData:
        figures = records.figures_of(run, self._settings)
        if not self._whole:  # theirs: without start(), the tasks are all there is
            figures = _sum([self._task_figures(run, task) for task in self._tasks.values()])
        return records.record(run, self._settings, figures, str(self.run_id), self._whole)

    @harmless
    def flush(self) -> Optional[float]:
        """Writes the run so far and lets it go on. Kilograms of CO2e; None: not known."""
        if self._run is None or os.getpid() != self._pid:
            once(self, "unstarted", "codecarbon: start the tracker before flush")
            return None
        figures = self._now()
        if not self._whole:
            figures = _sum([self._at_end_or(task, figures) for task in self._tasks.values()])
        if figures.joules is None:
            once(self, "flush", "codecarbon: nothing is known of the run yet: no row")
            return None
        known = self._known()
        data = records.record(known, self._settings, figures, str(self.run_id))
        ended = [task for task in self._tasks.values() if task.figures is not None]
        self._persist(data, [self._task_row(known, task) for task in ended])
        return data.emissions

    # --- tasks ---------------------------------------------------------------------------

    @harmless
    def start_task(self, task_name: Optional[str] = None) -> None:
        """Begins a section of the run; begins the run where start() was not called."""
        if self._active is not None:
            once(self, "task", "codecarbon: a task is already tracked")
            return
        is_first = self._run is None
        if is_first:
            self._track()
            self._whole = False
        assert self._run is not None
        name = str(task_name or _new_uuid())
        if name in self._tasks:
            name += f"_{_new_uuid()}"
        section = self._run.section(name)
        section.__enter__()
        # A run that begins with its task has used nothing yet.
        at_start = Figures(0.0, 0.0) if is_first else self._now()
        self._active = self._tasks[name] = _Task(name, section, at_start)

    @harmless
    def stop_task(self, task_name: Optional[str] = None) -> Optional[EmissionsData]:
        """Ends the section and returns what it used."""
        task = self._active if task_name is None else self._tasks.get(task_name)
        if task is None or task.figures is not None:
            once(self, "no task", "codecarbon: no such task is tracked")
            return None
        task.section.__exit__(None, None, None)
        task.figures = _between(task.at_start, self._now())
        self._active = None
        known = self._known()
        return records.record(
            known, self._settings, self._task_figures(known, task), str(self.run_id)
        )

    def _now(self) -> Figures:
        """The run so far, by the meter; unknown where the sampler does not answer in time."""
        assert self._run is not None
        seconds, before = self._seconds(), self._progress
        progress = self._run.progress()
        if progress is None or progress is before:  # the last one known, not one of now
            return Figures(seconds, None)
        self._progress = progress
        joules = (
            progress.attributed_j if self._settings.mode == "process" else progress.machine_j
        )
        return Figures(seconds, joules)

    def _known(self) -> Mapping[str, Any]:
        """What the ledger knows of the run while it goes on: place, machine, intensity."""
        if self._so_far is None:
            assert self._run is not None
            self._so_far = {}
            if self._run.id is not None:
                from ..._ledger import show

                try:
                    self._so_far = show(self._run.id).raw
                except GrammeError as error:
                    once(self, "show", f"codecarbon: {error}")
        return self._so_far

    def _task_figures(self, run: Mapping[str, Any], task: _Task) -> Figures:
        """As the whole run's end has it, else as it was read at the task's end."""
        figures = task.figures or Figures(None, None)
        key = "attributed_j" if self._settings.mode == "process" else "machine_j"
        ended = run.get("state") != "running"  # until then the ledger lags behind
        for row in (run.get("sections") or ()) if ended else ():
            if row.get("name") == task.name and row.get(key) is not None:
                figures = replace(
                    figures, duration_s=row.get("duration_s"), joules=row[key].get("value")
                )
        if not records.part_is_known(run, self._settings):
            figures = replace(figures, joules=None)
        return records.by_family(run, self._settings, figures)

    def _at_end_or(self, task: _Task, now: Figures) -> Figures:
        return task.figures or _between(task.at_start, now)

    def _task_row(self, run: Mapping[str, Any], task: _Task) -> TaskEmissionsData:
        figures = self._task_figures(run, task)
        data = records.record(run, self._settings, figures, str(self.run_id))
        return TaskEmissionsData.of(task.name, data)

    def _task_rows(self, run: Mapping[str, Any]) -> list[TaskEmissionsData]:
        return [self._task_row(run, task) for task in self._tasks.values()]

    # --- out -----------------------------------------------------------------------------

    def _persist(self, total: EmissionsData, tasks: list[TaskEmissionsData]) -> None:
        delta = replace(total)
        if self._told_before is not None:
            delta.compute_delta_emission(self._told_before)
        self._told_before = total
        for handler in self._handlers:
            self._tell(handler, "out", total, delta)
            if tasks:
                self._tell(handler, "task_out", tasks, self._settings.experiment or "base")

    def _tell(self, handler: Any, method: str, *args: Any) -> None:
        try:
            getattr(handler, method)(*args)
        except Exception as error:
            name = type(handler).__name__
            once(self, f"{name}.{method}", f"codecarbon: {name}.{method}: {error}")

    # --- the rest of their face ----------------------------------------------------------

    def get_detected_hardware(self) -> dict[str, Any]:
        """What is known of the machine once a run goes on or has ended; None: not known."""
        data = self.final_emissions_data
        if self._run is not None:
            figures = Figures(None, None)
            data = records.record(self._known(), self._settings, figures, str(self.run_id))
        keys = ("ram_total_size", "cpu_count", "cpu_model", "gpu_count", "gpu_model")
        found: dict[str, Any] = {key: getattr(data, key, None) for key in keys}
        found["cpu_physical_count"] = None
        found["gpu_ids"] = list(self._settings.gpus) if self._settings.gpus else None
        return found

    def service_shutdown(self, signum: int, frame: object) -> None:
        """A signal handler that ends the run."""
        self._stop_as(128 + signum)

    def __enter__(self) -> BaseEmissionsTracker:
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._stop_as(status_of(kind, error))

    @harmless
    def _stop_as(self, status: int) -> None:
        self._stop(status)


class EmissionsTracker(BaseEmissionsTracker):
    """Finds out where it runs, as gramme is configured to."""


class OfflineEmissionsTracker(BaseEmissionsTracker):
    """Is told where it runs, and does not use the network."""

    _offline = True

    def __init__(
        self,
        *args: Any,
        country_iso_code: Optional[str] = UNSET,
        region: Optional[str] = UNSET,
        cloud_provider: Optional[str] = UNSET,
        cloud_region: Optional[str] = UNSET,
        country_2letter_iso_code: Optional[str] = UNSET,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            *args,
            country_iso_code=country_iso_code,
            region=region,
            cloud_provider=cloud_provider,
            cloud_region=cloud_region,
            country_2letter_iso_code=country_2letter_iso_code,
            **kwargs,
        )

    def _place(self) -> Optional[str]:
        return place_of(*(self._settings.text(key) for key in PLACE))


def _has_program() -> bool:
    from ..._program import find

    try:
        return bool(find())
    except GrammeError:
        return False


def _new_uuid() -> UUID:
    from uuid import uuid4  # brings platform, and that more

    return uuid4()


def _between(start: Figures, end: Figures) -> Figures:
    return Figures(less(end.duration_s, start.duration_s), less(end.joules, start.joules))


def _sum(parts: list[Figures]) -> Figures:
    return Figures(
        add(one.duration_s for one in parts),
        add(one.joules for one in parts),
        add(one.cpu_j for one in parts),
        add(one.gpu_j for one in parts),
        add(one.memory_j for one in parts),
    )


class TaskEmissionsTracker:
    """One task as a context, of a given tracker or of one of its own."""

    def __init__(
        self, task_name: Optional[str], tracker: Optional[BaseEmissionsTracker] = None
    ) -> None:
        self.is_default_tracker = tracker is None
        self.tracker = EmissionsTracker() if tracker is None else tracker
        self.task_name = task_name

    def __enter__(self) -> TaskEmissionsTracker:
        self.tracker.start_task(self.task_name)
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.tracker.stop_task()
        if self.is_default_tracker:
            self.tracker._stop_as(status_of(kind, error))


def track_emissions(
    fn: Optional[Callable[..., Any]] = None,
    project_name: Optional[str] = UNSET,
    measure_power_secs: Optional[float] = UNSET,
    api_call_interval: Optional[int] = UNSET,
    api_endpoint: Optional[str] = UNSET,
    api_key: Optional[str] = UNSET,
    output_dir: Optional[str] = UNSET,
    output_file: Optional[str] = UNSET,
    output_methods: Any = UNSET,
    save_to_file: Optional[bool] = UNSET,
    save_to_api: Optional[bool] = UNSET,
    save_to_logger: Optional[bool] = UNSET,
    logging_logger: Any = UNSET,
    save_to_prometheus: Optional[bool] = UNSET,
    save_to_logfire: Optional[bool] = UNSET,
    prometheus_url: Optional[str] = UNSET,
    output_handlers: Any = UNSET,
    gpu_ids: Any = UNSET,
    emissions_endpoint: Optional[str] = UNSET,
    experiment_id: Optional[str] = UNSET,
    experiment_name: Optional[str] = UNSET,
    electricitymaps_api_token: Optional[str] = UNSET,
    co2_signal_api_token: Optional[str] = UNSET,
    tracking_mode: Optional[str] = UNSET,
    log_level: Any = UNSET,
    on_csv_write: Optional[str] = UNSET,
    logger_preamble: Optional[str] = UNSET,
    offline: Optional[bool] = UNSET,
    country_iso_code: Optional[str] = UNSET,
    region: Optional[str] = UNSET,
    cloud_provider: Optional[str] = UNSET,
    cloud_region: Optional[str] = UNSET,
    country_2letter_iso_code: Optional[str] = UNSET,
    force_cpu_power: Optional[float] = UNSET,
    force_ram_power: Optional[float] = UNSET,
    pue: Optional[float] = UNSET,
    wue: Optional[float] = UNSET,
    force_carbon_intensity_g_co2e_kwh: Optional[float] = UNSET,
    allow_multiple_runs: Optional[bool] = UNSET,
    rapl_include_dram: Optional[bool] = UNSET,
    rapl_prefer_psys: Optional[bool] = UNSET,
    **more: Any,
) -> Any:
    """Decorates a function, or a coroutine function: each call is a run of its own.

    >>> @track_emissions(project_name="demo", save_to_file=False)          # doctest: +SKIP
    ... def train(): ...
    """
    given = {key: value for key, value in locals().items() if key not in ("fn", "more")}
    given.update(more)
    is_offline = given.pop("offline")

    def make() -> BaseEmissionsTracker:
        if is_offline is not UNSET and is_offline:
            return OfflineEmissionsTracker(**given)
        return EmissionsTracker(**{key: v for key, v in given.items() if key not in PLACE})

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return _wrapped(function, make)

    return decorate if fn is None else decorate(fn)


def track_task_emissions(
    fn: Optional[Callable[..., Any]] = None,
    tracker: Optional[BaseEmissionsTracker] = None,
    task_name: str = "",
) -> Any:
    """Decorates a function: each call is a task."""

    def make() -> TaskEmissionsTracker:
        return TaskEmissionsTracker(task_name, tracker)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return _wrapped(function, make)

    return decorate if fn is None else decorate(fn)


def _wrapped(
    function: Callable[..., Any],
    make: Callable[[], Union[BaseEmissionsTracker, TaskEmissionsTracker]],
) -> Callable[..., Any]:
    import inspect

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wait(*args: Any, **kwargs: Any) -> Any:
            with make():
                return await function(*args, **kwargs)

        return wait

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with make():
            return function(*args, **kwargs)

    return call


__all__ = [
    "BaseEmissionsTracker",
    "BaseOutput",
    "EmissionsTracker",
    "OfflineEmissionsTracker",
    "TaskEmissionsTracker",
    "track_emissions",
    "track_task_emissions",
]
