# SPDX-License-Identifier: Apache-2.0
"""What a tracker hands out: the records, the file, and the face of a handler of one's own.

The names, the order and the units of the fields are CodeCarbon's: kWh, kg, W, s, litres.
"""
from __future__ import annotations

import csv
import dataclasses
import enum
import fcntl
import io
import json
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Optional

from .._quiet import replace_file

Number = Optional[float]
Text = Optional[str]


class OutputMethod(str, enum.Enum):
    """Where figures go. CSV and LOGGER have a meaning here; the others are for services that
    gramme does not send to."""

    CSV = "csv"
    API = "api"
    LOGGER = "logger"
    PROMETHEUS = "prometheus"
    LOGFIRE = "logfire"
    BOAMPS = "boamps"


class _Record:
    """What the two records share."""

    @property
    def values(self) -> OrderedDict[str, Any]:
        """Field to value, in the order of the columns."""
        return OrderedDict(
            (field.name, getattr(self, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        )

    def toJSON(self) -> str:  # noqa: N802: their name
        """As JSON; what is not known is null."""
        return json.dumps(self.values, sort_keys=True, indent=4)


@dataclass
class EmissionsData(_Record):
    """A run's figures. None: not known."""

    timestamp: str
    project_name: Text
    run_id: str
    experiment_id: Text
    duration: Number
    emissions: Number
    emissions_rate: Number
    cpu_power: Number
    gpu_power: Number
    ram_power: Number
    cpu_energy: Number
    gpu_energy: Number
    ram_energy: Number
    energy_consumed: Number
    water_consumed: Number
    country_name: Text
    country_iso_code: Text
    region: Text
    cloud_provider: Text
    cloud_region: Text
    os: Text
    python_version: Text
    codecarbon_version: Text
    cpu_count: Optional[int]
    cpu_model: Text
    gpu_count: Optional[int]
    gpu_model: Text
    longitude: Number
    latitude: Number
    ram_total_size: Number
    tracking_mode: str
    cpu_utilization_percent: Number = None
    gpu_utilization_percent: Number = None
    ram_utilization_percent: Number = None
    ram_used_gb: Number = None
    on_cloud: Text = None
    pue: Number = None
    wue: Number = None

    def compute_delta_emission(self, previous_emission: EmissionsData) -> None:
        """Makes this the difference to an earlier record of the same run."""
        for name in _ADDITIVE:
            setattr(self, name, less(getattr(self, name), getattr(previous_emission, name)))
        self.emissions_rate = rate(self.emissions, self.duration)


_ADDITIVE = (
    "duration",
    "emissions",
    "cpu_energy",
    "gpu_energy",
    "ram_energy",
    "energy_consumed",
    "water_consumed",
)


@dataclass
class TaskEmissionsData(_Record):
    """A task's figures. None: not known."""

    task_name: str
    timestamp: str
    project_name: Text
    run_id: str
    duration: Number
    emissions: Number
    emissions_rate: Number
    cpu_power: Number
    gpu_power: Number
    ram_power: Number
    cpu_energy: Number
    gpu_energy: Number
    ram_energy: Number
    energy_consumed: Number
    water_consumed: Number
    country_name: Text
    country_iso_code: Text
    region: Text
    cloud_provider: Text
    cloud_region: Text
    os: Text
    python_version: Text
    codecarbon_version: Text
    cpu_count: Optional[int]
    cpu_model: Text
    gpu_count: Optional[int]
    gpu_model: Text
    longitude: Number
    latitude: Number
    ram_total_size: Number
    tracking_mode: str
    cpu_utilization_percent: Number = None
    gpu_utilization_percent: Number = None
    ram_utilization_percent: Number = None
    ram_used_gb: Number = None
    on_cloud: Text = None

    @classmethod
    def of(cls, name: str, data: EmissionsData) -> TaskEmissionsData:
        """The record of the task of this name."""
        shared = {field.name for field in dataclasses.fields(cls)} - {"task_name"}
        return cls(task_name=name, **{key: getattr(data, key) for key in shared})


def less(value: Number, other: Number) -> Number:
    """A difference, None where one of the two is not known."""
    return None if value is None or other is None else value - other


def rate(amount: Number, seconds: Number) -> Number:
    """An amount a second; None where it is not known, and of no time.

    >>> rate(6.0, 3.0), rate(1.0, 0.0), rate(None, 3.0)
    (2.0, None, None)
    """
    return None if amount is None or not seconds else amount / seconds


class BaseOutput:
    """A handler of one's own: override what is wanted. `live_out` is never called here, since
    no thread of gramme runs in this process."""

    def out(self, total: EmissionsData, delta: EmissionsData) -> None:
        """At flush and stop: the run so far, and since the last time."""

    def live_out(self, total: EmissionsData, delta: EmissionsData) -> None:
        """Never called."""

    def task_out(self, data: list[TaskEmissionsData], experiment_name: str) -> None:
        """At flush and stop of a run that had tasks."""

    def exit(self) -> None:
        """After the last."""


class LoggerOutput(BaseOutput):
    """Each record as a line of JSON to a ``logging`` logger."""

    def __init__(self, logger: Any, severity: int = logging.INFO) -> None:
        self.logger = logger
        self.logging_severity = severity

    def out(self, total: EmissionsData, delta: EmissionsData) -> None:
        self.logger.log(self.logging_severity, msg=json.dumps(total.values))


class FileOutput(BaseOutput):
    """The CSV file: a row a record, appended, or put in place of the same run's row."""

    def __init__(
        self, output_file_name: str, output_dir: str, on_csv_write: str = "append"
    ) -> None:
        if on_csv_write not in ("append", "update"):
            raise ValueError(f"on_csv_write is {on_csv_write!r}, neither 'append' nor 'update'")
        self.output_file_name = output_file_name
        self.output_dir = output_dir
        self.on_csv_write = on_csv_write
        self.save_file_path = os.path.join(output_dir, output_file_name)

    def out(self, total: EmissionsData, delta: EmissionsData) -> None:
        """Writes the row. A file with other columns is first put aside, as ``.bak``."""
        values = total.values
        # Several trackers may write to one file at once; whoever waits looks again, because the
        # other may have put the file aside.
        while True:
            with open(self.save_file_path, "a+", encoding="utf-8", newline="") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not _is_still(file.fileno(), self.save_file_path):
                    continue
                file.seek(0)
                old = file.read()
                header = next(csv.reader(io.StringIO(old, newline="")), [])
                if header and sorted(header) != sorted(values):
                    _put_aside(self.save_file_path)
                    continue
                columns = header or list(values)
                row = [cell(values[name]) for name in columns]
                if header and self.on_csv_write == "update":
                    self._update(old, columns, row, total.run_id)
                else:
                    file.write(_lines([row] if header else [columns, row], old))
                return

    def _update(self, old: str, columns: list[str], row: list[str], run_id: str) -> None:
        rows = list(csv.reader(io.StringIO(old, newline="")))
        at = columns.index("run_id")
        same = [one for one in rows[1:] if len(one) > at and one[at] == run_id]
        if len(same) <= 1:  # more: somebody appended on purpose
            rows = [one for one in rows if not any(one is other for other in same)]
        replace_file(self.save_file_path, _lines([*rows, row], ""))

    def task_out(self, data: list[TaskEmissionsData], experiment_name: str) -> None:
        """The tasks of one run, in a file of their own."""
        name = f"emissions_{experiment_name}_{data[0].run_id}.csv".replace(os.sep, "_")
        rows = [list(data[0].values)]
        rows += [[cell(value) for value in one.values.values()] for one in data]
        replace_file(os.path.join(self.output_dir, name), _lines(rows, ""))


def cell(value: Any) -> str:
    """What is not known is an empty cell.

    >>> cell(None), cell(0.1), cell("N")
    ('', '0.1', 'N')
    """
    return "" if value is None else str(value)


def _lines(rows: list[list[str]], before: str) -> str:
    text = io.StringIO(newline="")
    if before and not before.endswith("\n"):  # a line that was cut
        text.write("\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _is_still(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def _put_aside(path: str) -> None:
    """Theirs: emissions.csv.bak, then emissions.csv_0.bak, emissions.csv_1.bak …"""
    other, i = f"{path}.bak", 0
    while os.path.lexists(other):
        other, i = f"{path}_{i}.bak", i + 1
    os.rename(path, other)
