# SPDX-License-Identifier: Apache-2.0
"""Held against CodeCarbon itself, where it is installed: signatures, records, columns, files."""
import csv
import dataclasses
import inspect
import os

import pytest

theirs = pytest.importorskip("codecarbon", reason="codecarbon is not installed")

import codecarbon.emissions_tracker as their_trackers  # noqa: E402
from codecarbon.output_methods import emissions_data as their_data  # noqa: E402
from codecarbon.output_methods.file import FileOutput as TheirFile  # noqa: E402

import gramme.compat.codecarbon.emissions_tracker as our_trackers  # noqa: E402
from gramme.compat.codecarbon import _settings, output  # noqa: E402


@pytest.fixture(autouse=True)
def folder_of_its_own(in_folder):
    return in_folder


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return [one.name for one in found if one.kind is not inspect.Parameter.VAR_KEYWORD]


@pytest.mark.parametrize(
    "name",
    ["BaseEmissionsTracker.__init__", "EmissionsTracker.__init__",
     "OfflineEmissionsTracker.__init__", "track_emissions", "TaskEmissionsTracker.__init__",
     "track_task_emissions", "BaseEmissionsTracker.start_task", "BaseEmissionsTracker.stop_task",
     "BaseEmissionsTracker.start", "BaseEmissionsTracker.stop", "BaseEmissionsTracker.flush",
     "BaseEmissionsTracker.service_shutdown", "BaseEmissionsTracker.get_detected_hardware"],
)
def test_parameters_are_theirs_in_their_order(name):
    def of(module):
        found = module
        for word in name.split("."):
            found = getattr(found, word)
        return parameters(found)

    assert of(our_trackers) == of(their_trackers)


def test_every_parameter_is_known_to_the_settings():
    assert set(parameters(their_trackers.BaseEmissionsTracker.__init__)) <= {
        "self", *_settings.PARAMETERS}


@pytest.mark.parametrize("name", ["EmissionsData", "TaskEmissionsData"])
def test_fields_are_theirs_in_their_order(name):
    ours, others = (
        [field.name for field in dataclasses.fields(getattr(module, name))]
        for module in (output, their_data)
    )
    assert ours == others


@pytest.mark.parametrize("name", ["out", "live_out", "task_out", "exit"])
def test_a_handler_written_for_them_fits(name):
    from codecarbon.output_methods.base_output import BaseOutput

    assert parameters(getattr(output.BaseOutput, name)) == parameters(getattr(BaseOutput, name))


def test_output_methods_are_theirs():
    assert [(m.name, m.value) for m in output.OutputMethod] == [
        (m.name, m.value) for m in theirs.OutputMethod]
    with pytest.warns(Warning, match="metadata|save_to"):
        chosen = our_trackers.EmissionsTracker(output_methods=list(theirs.OutputMethod))
    assert output.OutputMethod.CSV in chosen._settings.methods


def header(path="emissions.csv"):
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def their_run(**given):
    tracker = theirs.OfflineEmissionsTracker(country_iso_code="FRA", log_level="critical", **given)
    tracker.start()
    tracker.stop()
    return tracker


def our_run(**given):
    with our_trackers.OfflineEmissionsTracker(country_iso_code="FRA", **given) as tracker:
        sum(range(100000))
    return tracker


def test_a_file_of_theirs_and_one_of_ours_have_one_header():
    their_run(output_file="theirs.csv")
    our_run(output_file="ours.csv")
    assert header("theirs.csv") == header("ours.csv")


@pytest.mark.parametrize("first, second", [(their_run, our_run), (our_run, their_run)])
def test_both_add_to_one_file(first, second):
    first()
    second()
    assert [name for name in os.listdir(".") if ".csv" in name] == ["emissions.csv"]
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv("emissions.csv")
    assert len(frame) == 2
    assert frame["duration"].notna().all()
    assert (frame["energy_consumed"] >= 0).all()


def test_their_reader_takes_our_rows():
    tracker = our_run()
    data = tracker.final_emissions_data
    record = their_data.EmissionsData(**data.values)
    assert TheirFile("emissions.csv", ".").has_valid_headers(record)
    TheirFile("emissions.csv", ".", "update").out(record, None)
    pandas = pytest.importorskip("pandas")
    (run_id,) = pandas.read_csv("emissions.csv")["run_id"]
    assert run_id == str(tracker.run_id)


def test_units_are_theirs():
    """Of a machine in common: what both know of it is the same number."""
    with our_trackers.EmissionsTracker(save_to_file=False) as ours:
        pass
    others = their_run(save_to_file=False)
    mine, other = ours.final_emissions_data, others.final_emissions_data
    assert mine.cpu_count == other.cpu_count
    assert mine.ram_total_size == pytest.approx(other.ram_total_size, rel=1e-3)
    assert mine.os == other.os
    assert mine.python_version == other.python_version
    assert len(mine.timestamp) == len(other.timestamp)
