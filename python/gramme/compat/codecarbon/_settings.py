# SPDX-License-Identifier: Apache-2.0
"""A tracker's settings: what was given, else CodeCarbon's own configuration, else its defaults.

The configuration is theirs, so that it need not be written again: ``~/.codecarbon.config``,
``.codecarbon.config`` here, and ``CODECARBON_…`` in the environment, later ones first.
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Optional

from ..._errors import warn
from .output import OutputMethod

UNSET: Any = type("Unset", (), {"__repr__": lambda self: "<unset>", "__slots__": ()})()

# Accepted, and without a meaning here; why, for the one warning that says so.
WITHOUT_MEANING = {
    "api_call_interval": "nothing is sent to their service",
    "api_endpoint": "nothing is sent to their service",
    "api_key": "nothing is sent to their service",
    "save_to_api": "nothing is sent to their service",
    "emissions_endpoint": "nothing is sent; give output_handlers",
    "save_to_prometheus": "gramme serve has /metrics",
    "prometheus_url": "gramme serve has /metrics",
    "save_to_logfire": "nothing is sent; give output_handlers",
    "electricitymaps_api_token": "gramme takes keys from its own configuration",
    "co2_signal_api_token": "gramme takes keys from its own configuration",
    "force_cpu_power": "joules are read, or estimated with an interval",
    "force_ram_power": "joules are read, or estimated with an interval",
    "force_mode_cpu_load": "joules are read, or estimated with an interval",
    "rapl_prefer_psys": "the platform's meter is shown beside the sum (wall_j), never in it",
    "metadata": "gramme export writes BoAmps",
}
# Their values that ask for nothing.
_NOTHING = (None, False, "", 0)
# Nothing to be told of: gramme logs nothing, and concurrent runs are always weighed apart;
# memory with a counter is always counted.
SILENT = ("log_level", "logger_preamble", "allow_multiple_runs", "rapl_include_dram")
_PERIOD_MAX_S = 3600.0  # the program's own
_NO_MEANING_METHODS = {
    OutputMethod.API: "save_to_api",
    OutputMethod.PROMETHEUS: "save_to_prometheus",
    OutputMethod.LOGFIRE: "save_to_logfire",
    OutputMethod.BOAMPS: "metadata",
}


def configuration() -> dict[str, str]:
    """What their files and their environment say. A file that cannot be read says nothing."""
    import configparser

    found: dict[str, str] = {}
    for folder in (os.path.expanduser("~"), os.curdir):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(os.path.join(folder, ".codecarbon.config"), encoding="utf-8")
        except (configparser.Error, OSError, ValueError):
            continue
        if parser.has_section("codecarbon"):
            found.update(parser.items("codecarbon"))
    for key, value in os.environ.items():
        if key.lower().startswith("codecarbon_"):
            found[key.lower()[len("codecarbon_") :]] = value
    return found


class Settings:
    """The settings of one tracker. Numbers that are none are left out, with a warning."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {key: value for key, value in given.items() if value is not UNSET}
        self._file = configuration()
        self._told: set[str] = set()
        self.project: Optional[str] = self.text("project_name")
        self.experiment: Optional[str] = self.text("experiment_name")
        self.experiment_id: Optional[str] = self.text("experiment_id")
        period_s = self.number("measure_power_secs", least=0.0)
        self.period_s = None if period_s is None else min(max(period_s, 1e-3), _PERIOD_MAX_S)
        self.pue = self.number("pue", least=1.0)
        self.wue = self.number("wue", least=0.0)
        self.forced_gpkwh = self.number("force_carbon_intensity_g_co2e_kwh", least=0.0)
        self.folder = self.text("output_dir") or os.curdir
        self.file = self.text("output_file") or "emissions.csv"
        self.mode = self._choice("tracking_mode", "machine", "process")
        self.on_csv_write = self._choice("on_csv_write", "append", "update")
        self.gpus = self._gpus()
        self.handlers = self._list("output_handlers") or []
        self.methods = self._methods()
        self._tell_unused()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a parameter, of whatever type it was given in."""
        if key in self._given:
            return self._given[key]
        return self._file.get(key, default)

    def text(self, key: str) -> Optional[str]:
        """As text; None where it is not set, or empty."""
        value = self.get(key)
        return None if value is None or value == "" else str(value)

    def number(self, key: str, least: float) -> Optional[float]:
        """As a finite number of at least so much."""
        value = self.get(key)
        if value is None or value is False or value == "":
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not least <= number < float("inf"):
            warn(f"codecarbon: {key}={value!r} is not a number of {least:g} or more: not used")
            return None
        return number

    def flag(self, key: str, default: bool) -> bool:
        """As true or false."""
        value = self.get(key, default)
        return value.strip().lower() == "true" if isinstance(value, str) else bool(value)

    def _list(self, key: str) -> Optional[list[Any]]:
        value = self.get(key)
        if value is None or isinstance(value, (list, tuple, set, frozenset)):
            return None if value is None else list(value)
        warn(f"codecarbon: {key}={value!r} is no list: not used")
        return None

    def _choice(self, key: str, usual: str, other: str) -> str:
        value = self.text(key) or usual
        if value not in (usual, other):
            warn(f"codecarbon: {key}={value!r} is neither {usual!r} nor {other!r}: {usual!r}")
            return usual
        return value

    def _gpus(self) -> Optional[tuple[str, ...]]:
        value = self.get("gpu_ids")
        if value is None:
            value = os.environ.get("CUDA_VISIBLE_DEVICES") or None
        if value is None:
            value = os.environ.get("ROCR_VISIBLE_DEVICES") or None
        if value is None:
            return None
        rows = value.split(",") if isinstance(value, str) else self._list("gpu_ids")
        if rows is None:
            return None
        return tuple(str(one).strip() for one in rows if str(one).strip())

    def _methods(self) -> set[OutputMethod]:
        given = self.get("output_methods")
        if given is None:
            methods = {OutputMethod.CSV} if self.flag("save_to_file", True) else set()
            if self.flag("save_to_logger", False):
                methods.add(OutputMethod.LOGGER)
            return methods
        rows = given.split(",") if isinstance(given, str) else self._list("output_methods")
        methods = set()
        for row in [OutputMethod.CSV] if rows is None else rows:
            try:
                methods.add(OutputMethod(row.strip() if isinstance(row, str) else row))
            except ValueError:
                warn(f"codecarbon: there is no output method {row!r}")
        return methods

    def _tell_unused(self) -> None:
        unused = {key for key in WITHOUT_MEANING if self._given.get(key) not in _NOTHING}
        silent = self.methods & _NO_MEANING_METHODS.keys()
        unused |= {_NO_MEANING_METHODS[one] for one in silent}
        if unused:
            words = "; ".join(f"{key} ({WITHOUT_MEANING[key]})" for key in sorted(unused))
            warn(f"codecarbon: without a meaning here: {words}")
        strange = sorted(set(self._given) - KNOWN)
        if strange:
            warn(f"codecarbon: not known here: {', '.join(strange)}")


# Theirs, in their order; the signatures are made of the same names.
PARAMETERS = (
    "project_name",
    "measure_power_secs",
    "api_call_interval",
    "api_endpoint",
    "api_key",
    "output_dir",
    "output_file",
    "output_methods",
    "save_to_file",
    "save_to_api",
    "save_to_logger",
    "logging_logger",
    "save_to_prometheus",
    "save_to_logfire",
    "prometheus_url",
    "output_handlers",
    "gpu_ids",
    "emissions_endpoint",
    "experiment_id",
    "experiment_name",
    "electricitymaps_api_token",
    "co2_signal_api_token",
    "tracking_mode",
    "log_level",
    "on_csv_write",
    "logger_preamble",
    "force_cpu_power",
    "force_ram_power",
    "pue",
    "wue",
    "force_carbon_intensity_g_co2e_kwh",
    "force_mode_cpu_load",
    "allow_multiple_runs",
    "rapl_include_dram",
    "rapl_prefer_psys",
    "metadata",
)
PLACE = (
    "country_iso_code",
    "region",
    "cloud_provider",
    "cloud_region",
    "country_2letter_iso_code",
)
KNOWN = {*PARAMETERS, *PLACE}
