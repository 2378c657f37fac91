# SPDX-License-Identifier: Apache-2.0
"""CodeCarbon's interface, as its users call it."""
import asyncio
import csv
import dataclasses
import json
import os
import time
import warnings

import pytest

import gramme
from gramme import _program
from gramme.compat import codecarbon
from gramme.compat.codecarbon import (
    EmissionsTracker,
    OfflineEmissionsTracker,
    OutputMethod,
    TaskEmissionsTracker,
    track_emissions,
    track_task_emissions,
)
from gramme.compat.codecarbon.output import BaseOutput, EmissionsData, FileOutput, LoggerOutput

COLUMNS = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,"
    "gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,"
    "country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,"
    "ram_total_size,tracking_mode,cpu_utilization_percent,gpu_utilization_percent,"
    "ram_utilization_percent,ram_used_gb,on_cloud,pue,wue"
)
J_PER_KWH = 3.6e6


@pytest.fixture(autouse=True)
def folder_of_its_own(in_folder):
    return in_folder


def burn(seconds=0.03):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def rows(path="emissions.csv"):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(data):
    """gramme's own record of the run that a row is of."""
    for row in gramme.ledger():
        summary = row.summary()
        if summary.tags.get("codecarbon_run_id") == data.run_id:
            return summary
    raise AssertionError("the run is not in the ledger")


# --- a run -------------------------------------------------------------------------------


def test_start_and_stop_give_kilograms_and_a_row():
    tracker = EmissionsTracker(project_name="digits", measure_power_secs=0.1)
    tracker.start()
    burn()
    kilograms = tracker.stop()
    assert kilograms == tracker.final_emissions == tracker.final_emissions_data.emissions
    assert kilograms > 0
    (row,) = rows()
    assert ",".join(row) == COLUMNS
    assert float(row["emissions"]) == kilograms
    assert row["project_name"] == "digits"
    assert row["run_id"] == str(tracker.run_id)


def test_the_run_is_in_the_ledger_with_what_was_given():
    with EmissionsTracker(project_name="p", experiment_name="e", experiment_id="7",
                          measure_power_secs=0.5) as tracker:
        burn()
    summary = of(tracker.final_emissions_data)
    assert (summary.project, summary.experiment) == ("p", "e")
    assert summary.tags["codecarbon_experiment_id"] == "7"
    assert summary.raw["tracker"]["period_s"] == 0.5
    assert rows()[0]["experiment_id"] == "7"


def test_machine_mode_is_the_whole_machines_energy_and_process_mode_the_runs_share():
    for mode, key in (("machine", "machine_j"), ("process", "attributed_j")):
        with EmissionsTracker(tracking_mode=mode) as tracker:
            burn()
        data, energy = tracker.final_emissions_data, of(tracker.final_emissions_data).energy
        expected = getattr(energy, key).value
        assert data.energy_consumed * J_PER_KWH == pytest.approx(expected, rel=1e-6)
        assert data.tracking_mode == mode
    assert energy.attributed_j.value < energy.machine_j.value


def test_parts_add_up_and_powers_are_energies_over_time():
    with EmissionsTracker() as tracker:
        burn(0.1)
    data = tracker.final_emissions_data
    parts = [one for one in (data.cpu_energy, data.gpu_energy, data.ram_energy) if one is not None]
    assert sum(parts) == pytest.approx(data.energy_consumed, rel=1e-6)
    assert data.cpu_power * data.duration == pytest.approx(data.cpu_energy * J_PER_KWH)
    assert data.emissions_rate * data.duration == pytest.approx(data.emissions)


def test_what_is_not_known_is_an_empty_cell_and_never_0():
    with EmissionsTracker() as tracker:
        burn()
    (row,) = rows()
    unknown = ("country_name", "longitude", "latitude", "ram_used_gb", "ram_utilization_percent",
               "water_consumed", "wue", "gpu_utilization_percent", "experiment_id")
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown, "")
    assert all(getattr(tracker.final_emissions_data, name) is None for name in unknown)


def test_energy_and_power_contain_the_pue_as_theirs_and_water_is_wue_times_energy():
    with EmissionsTracker(pue=1.5, wue=2.0) as tracker:
        burn()
    data, summary = tracker.final_emissions_data, of(tracker.final_emissions_data)
    joules = summary.energy.machine_j.value
    assert data.energy_consumed * J_PER_KWH == pytest.approx(1.5 * joules, rel=1e-6)
    assert data.water_consumed == pytest.approx(2.0 * data.energy_consumed)
    assert (data.pue, data.wue) == (1.5, 2.0)
    assert summary.carbon.pue.value == 1.5


def test_without_a_pue_the_rows_is_1_and_the_ledgers_its_own():
    with EmissionsTracker(tracking_mode="process") as tracker:
        burn()
    data, summary = tracker.final_emissions_data, of(tracker.final_emissions_data)
    assert data.pue == 1.0
    pue = summary.carbon.pue.value
    assert pue > 1.0
    assert data.emissions * pue == pytest.approx(summary.carbon.kg.value, rel=1e-6)


def test_a_forced_intensity_is_used():
    with EmissionsTracker(force_carbon_intensity_g_co2e_kwh=100.0) as tracker:
        burn()
    data = tracker.final_emissions_data
    assert data.emissions == pytest.approx(data.energy_consumed * 0.1)


def test_the_file_says_that_gramme_wrote_it():
    with EmissionsTracker():
        pass
    assert rows()[0]["codecarbon_version"].startswith("gramme ")


# --- places ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, country, zone",
    [
        ({"country_iso_code": "FRA"}, "FRA", "FR"),
        ({"country_iso_code": "USA", "region": "california"}, "USA", "US-CA"),
        ({"country_iso_code": "CAN", "region": "Quebec"}, "CAN", None),
        ({"country_2letter_iso_code": "de"}, "DEU", "DE"),
        ({"cloud_provider": "gcp", "cloud_region": "europe-west1"}, "BEL", "BE"),
    ],
)
def test_an_offline_tracker_is_where_it_is_told(given, country, zone):
    with OfflineEmissionsTracker(**given) as tracker:
        pass
    data = tracker.final_emissions_data
    assert data.country_iso_code == country
    if zone:
        assert data.region == zone
    assert data.on_cloud == ("Y" if "cloud_provider" in given else "N")
    assert data.cloud_provider == given.get("cloud_provider")


def test_a_place_that_nobody_knows_does_not_cost_the_joules():
    with pytest.warns(gramme.GrammeWarning, match="XYZ"):
        with OfflineEmissionsTracker(country_iso_code="XYZ") as tracker:
            burn()
    assert tracker.final_emissions_data.energy_consumed > 0
    assert tracker.final_emissions_data.country_iso_code != "XYZ"


# --- the file ----------------------------------------------------------------------------


def test_each_run_adds_a_row():
    for _ in range(3):
        with EmissionsTracker():
            pass
    assert len({row["run_id"] for row in rows()}) == 3


def test_output_dir_and_output_file_are_obeyed(tmp_path):
    (tmp_path / "out").mkdir()
    with EmissionsTracker(output_dir="out", output_file="here.csv"):
        pass
    assert len(rows("out/here.csv")) == 1
    assert not os.path.exists("emissions.csv")


@pytest.mark.parametrize("given", [{"save_to_file": False}, {"output_methods": []},
                                   {"output_methods": [OutputMethod.LOGGER]}])
def test_nothing_is_written_where_nothing_is_wanted(given):
    with EmissionsTracker(**given) as tracker:
        burn()
    assert tracker.final_emissions > 0
    assert not os.path.exists("emissions.csv")


@pytest.mark.parametrize("how, count", [("append", 3), ("update", 1)])
def test_flush_writes_the_run_so_far(how, count):
    tracker = EmissionsTracker(on_csv_write=how)
    tracker.start()
    burn()
    first = tracker.flush()
    burn()
    second = tracker.flush()
    last = tracker.stop()
    assert 0 < first < second <= last * (1 + 1e-6)
    assert len(rows()) == count
    assert float(rows()[-1]["emissions"]) == last


def test_update_leaves_other_runs_rows():
    with EmissionsTracker():
        pass
    other = rows()[0]
    with EmissionsTracker(on_csv_write="update") as tracker:
        tracker.flush()
    assert rows()[0] == other
    assert len(rows()) == 2


def test_a_file_with_other_columns_is_put_aside():
    with open("emissions.csv", "w", encoding="utf-8") as file:
        file.write("timestamp,emissions\n2021-01-01T00:00:00,1\n")
    for name in ("emissions.csv.bak", "emissions.csv_0.bak"):
        with EmissionsTracker():
            pass
        assert ",".join(rows()[0]) == COLUMNS
        assert rows(name)[0] == {"timestamp": "2021-01-01T00:00:00", "emissions": "1"}
        with open("emissions.csv", "w", encoding="utf-8") as file:
            file.write("timestamp,emissions\n2021-01-01T00:00:00,1\n")


def test_columns_in_another_order_keep_it():
    header = COLUMNS.split(",")[::-1]
    with open("emissions.csv", "w", encoding="utf-8") as file:
        file.write(",".join(header) + "\n")
    with EmissionsTracker(project_name="a, b") as tracker:
        pass
    (row,) = rows()
    assert list(row) == header
    assert row["project_name"] == "a, b"
    assert row["run_id"] == str(tracker.run_id)


def test_a_line_that_was_cut_does_not_swallow_the_next():
    with EmissionsTracker():
        pass
    with open("emissions.csv", "rb+") as file:
        file.seek(-1, os.SEEK_END)
        file.truncate()
    with EmissionsTracker() as tracker:
        pass
    assert [row["run_id"] for row in rows()][-1] == str(tracker.run_id)
    assert len(rows()) == 2


def test_many_processes_write_one_file(tmp_path):
    data = EmissionsData(**{field.name: None for field in dataclasses.fields(EmissionsData)})
    children = []
    for i in range(8):
        pid = os.fork()
        if pid == 0:
            try:
                for k in range(25):
                    data.run_id = f"{i}.{k}"
                    how = "update" if k % 5 == 0 else "append"
                    FileOutput("emissions.csv", ".", how).out(data, data)
            finally:
                os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    assert len({row["run_id"] for row in rows()}) == len(rows()) == 200


# --- tasks -------------------------------------------------------------------------------


def test_a_task_inside_a_run_is_told_alone():
    tracker = EmissionsTracker()
    tracker.start()
    burn(0.05)
    tracker.start_task("train")
    burn(0.1)
    task = tracker.stop_task()
    burn(0.05)
    tracker.stop()
    whole = tracker.final_emissions_data
    assert 0 < task.energy_consumed < whole.energy_consumed
    assert 0.09 < task.duration < whole.duration
    (row,) = rows(f"emissions_base_{tracker.run_id}.csv")
    assert row["task_name"] == "train"
    assert float(row["energy_consumed"]) == pytest.approx(task.energy_consumed, rel=0.5)


def test_without_start_the_tasks_are_the_run():
    tracker = EmissionsTracker(experiment_name="e")
    tasks = []
    for name in ("load", "train", "train"):
        tracker.start_task(name)
        burn(0.05)
        tasks.append(tracker.stop_task())
        time.sleep(0.1)
    tracker.stop()
    whole, told = tracker.final_emissions_data, rows(f"emissions_e_{tracker.run_id}.csv")
    for key in ("energy_consumed", "emissions", "duration"):
        assert getattr(whole, key) == pytest.approx(sum(float(row[key]) for row in told))
    # What each task was told at its end is by a reading some milliseconds off.
    assert whole.energy_consumed == pytest.approx(sum(t.energy_consumed for t in tasks), rel=0.5)
    assert whole.energy_consumed < of(whole).energy.machine_j.value / J_PER_KWH
    names = [row["task_name"] for row in told]
    assert names[:2] == ["load", "train"]
    assert names[2].startswith("train_")


def test_a_task_that_was_not_stopped_ends_with_the_run():
    tracker = EmissionsTracker()
    tracker.start_task("t")
    burn()
    assert tracker.stop() > 0
    assert len(rows(f"emissions_base_{tracker.run_id}.csv")) == 1


def test_a_task_of_another_name_or_none_is_one_warning_and_nothing():
    tracker = EmissionsTracker()
    with pytest.warns(gramme.GrammeWarning, match="no such task"):
        assert tracker.stop_task() is None
    tracker.start()
    assert tracker.stop_task("never") is None
    tracker.stop()


def test_task_context_and_decorator():
    tracker = EmissionsTracker()

    @track_task_emissions(tracker=tracker, task_name="called")
    def work(x):
        return x + 1

    with TaskEmissionsTracker("context", tracker=tracker):
        burn()
    assert work(1) == 2
    tracker.stop()
    names = [row["task_name"] for row in rows(f"emissions_base_{tracker.run_id}.csv")]
    assert names == ["context", "called"]


# --- decorators --------------------------------------------------------------------------


def test_the_decorator_with_and_without_parentheses():
    @track_emissions
    def bare(x):
        """What it does."""
        return x + 1

    @track_emissions(project_name="given", offline=True, country_iso_code="DEU")
    def given(x, *, y):
        return x + y

    assert (bare(1), given(1, y=2)) == (2, 3)
    assert (bare.__name__, bare.__doc__) == ("bare", "What it does.")
    first, second = rows()
    assert (first["project_name"], second["project_name"]) == ("codecarbon", "given")
    assert second["country_iso_code"] == "DEU"


def test_a_coroutine_is_tracked_until_its_end():
    @track_emissions
    async def wait():
        await asyncio.sleep(0.2)
        return 7

    assert asyncio.run(wait()) == 7
    # A first reading that a busy machine held up is later than the start.
    assert float(rows()[0]["duration"]) > 0.1


def test_an_exception_passes_through_and_the_run_has_failed():
    @track_emissions
    def fails():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fails()
    assert len(rows()) == 1
    summary = gramme.show("last")
    assert (summary.state, summary.exit_status) == ("failed", 1)


# --- settings ----------------------------------------------------------------------------


def test_configuration_is_read_from_their_files_and_environment(tmp_path, monkeypatch):
    (tmp_path / "home" / ".codecarbon.config").write_text(
        "[codecarbon]\nproject_name=home\npue=1.1\noutput_file=home.csv\n")
    (tmp_path / ".codecarbon.config").write_text(
        "[codecarbon]\nproject_name=here 100%\npue=1.2\nsave_to_api=true\n")
    monkeypatch.setenv("CODECARBON_PUE", "1.3")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing was asked for in the code
        with EmissionsTracker() as tracker:
            pass
    data = tracker.final_emissions_data
    assert (data.project_name, data.pue) == ("here 100%", 1.3)
    assert os.path.exists("home.csv")
    with EmissionsTracker(project_name="given", pue=1.4) as tracker:
        pass
    data = tracker.final_emissions_data
    assert (data.project_name, data.pue) == ("given", 1.4)


def test_what_has_no_meaning_is_told_once():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with EmissionsTracker(api_key="k", save_to_api=True, force_cpu_power=100,
                              log_level="error", allow_multiple_runs=True, save_to_logfire=False):
            pass
    (one,) = told
    assert one.category is gramme.GrammeWarning
    words = str(one.message)
    assert all(name in words for name in ("api_key", "save_to_api", "force_cpu_power"))
    assert not any(name in words for name in ("log_level", "allow_multiple_runs", "logfire"))
    assert one.filename == __file__


@pytest.mark.parametrize("given", [{"pue": 0.5}, {"pue": "much"}, {"wue": -1},
                                   {"measure_power_secs": "nan"}, {"tracking_mode": "gpu"},
                                   {"on_csv_write": "w"}, {"output_methods": "csv,paper"},
                                   {"parameter_of_tomorrow": 1}, {"output_methods": 5},
                                   {"gpu_ids": 5}, {"output_handlers": "x"},
                                   {"output_dir": "/no/such/folder"}])
def test_wrong_settings_are_warnings_and_the_job_goes_on(given):
    with pytest.warns(gramme.GrammeWarning):
        with EmissionsTracker(**given) as tracker:
            burn()
    assert tracker.final_emissions > 0


def test_handlers_of_ones_own_are_told():
    class Mine(BaseOutput):
        def __init__(self):
            self.told = []

        def out(self, total, delta):
            self.told.append((total, delta))

        def task_out(self, data, experiment_name):
            self.told.append((data, experiment_name))

        def exit(self):
            self.told.append("exit")

    mine = Mine()
    tracker = EmissionsTracker(output_handlers=[mine], save_to_file=False)
    tracker.start()
    burn()
    tracker.flush()
    tracker.start_task("t")
    tracker.stop_task()
    tracker.stop()
    (first, _), (total, delta), (tasks, name), last = mine.told
    assert last == "exit"
    assert delta.emissions == pytest.approx(total.emissions - first.emissions)
    assert (tasks[0].task_name, name) == ("t", "base")


def test_a_handler_that_fails_harms_neither_the_others_nor_the_job():
    class Fails(BaseOutput):
        def out(self, total, delta):
            raise OSError("full")

    with pytest.warns(gramme.GrammeWarning, match="Fails.out: full"):
        with EmissionsTracker(output_handlers=[Fails()]):
            pass
    assert len(rows()) == 1


def test_a_logger_is_given_json():
    class Log:
        def log(self, level, msg):
            self.said = msg

    log = Log()
    with EmissionsTracker(save_to_logger=True, logging_logger=LoggerOutput(log),
                          save_to_file=False) as tracker:
        burn()
    assert json.loads(log.said)["emissions"] == tracker.final_emissions
    assert json.loads(tracker.final_emissions_data.toJSON())["wue"] is None


@pytest.mark.parametrize("seconds, kept", [(7200, 3600.0), (1e-9, 1e-3), (0, 1e-3), ("2", 2.0)])
def test_a_period_out_of_range_is_the_nearest_in_it(seconds, kept):
    with EmissionsTracker(measure_power_secs=seconds) as tracker:
        pass
    assert of(tracker.final_emissions_data).raw["tracker"]["period_s"] == kept


# --- trouble -----------------------------------------------------------------------------


def test_without_the_program_the_job_goes_on_and_the_row_has_empty_cells(no_program):
    with pytest.warns(gramme.GrammeWarning):
        tracker = EmissionsTracker()
        tracker.start()
        tracker.start_task("t")
        tracker.stop_task()
        assert tracker.flush() is None
        assert tracker.stop() is None
    (row,) = rows()
    assert row["energy_consumed"] == row["emissions"] == row["cpu_energy"] == ""


def test_stop_without_start_and_twice():
    tracker = EmissionsTracker()
    with pytest.warns(gramme.GrammeWarning):
        assert tracker.stop() is None
        assert tracker.flush() is None
    tracker.start()
    first = tracker.stop()
    assert tracker.stop() == first
    assert len(rows()) == 1


def test_a_forked_child_neither_ends_the_run_nor_writes():
    tracker = EmissionsTracker()
    tracker.start()
    pid = os.fork()
    if pid == 0:
        try:
            tracker.stop()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert not os.path.exists("emissions.csv")
    burn()
    assert tracker.stop() > 0
    assert len(rows()) == 1


def test_eight_ranks_on_a_node_are_one_row(run_python, in_folder):
    code = """
import os, subprocess, sys
from gramme.compat.codecarbon import EmissionsTracker
if "LOCAL_RANK" in os.environ:
    with EmissionsTracker():
        pass
else:
    env = {"WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "4", "TORCHELASTIC_RUN_ID": "x"}
    ranks = [subprocess.Popen([sys.executable, *sys.argv],
                              env={**os.environ, **env, "RANK": str(i), "LOCAL_RANK": str(i)})
             for i in range(4)]
    assert all(rank.wait() == 0 for rank in ranks)
"""
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows()) == 1


def test_everything_public_is_there():
    assert all(hasattr(codecarbon, name) for name in codecarbon.__all__)


# --- the program's own files of this form ------------------------------------------------


def test_the_programs_export_has_the_same_columns():
    with EmissionsTracker(tracking_mode="process") as tracker:
        burn()
    text = _program.ask(["export", "--format=codecarbon", of(tracker.final_emissions_data).id])
    (ours,), (exported,) = rows(), list(csv.DictReader(text.splitlines()))
    assert list(exported) == list(ours)
    for name in ("cpu_count", "cpu_model", "ram_total_size", "country_iso_code"):
        if exported[name] and ours[name]:
            assert exported[name] == ours[name] or float(exported[name]) == pytest.approx(
                float(ours[name]), rel=1e-6)


def test_the_program_reads_the_file(tmp_path):
    with EmissionsTracker(tracking_mode="process") as tracker:
        burn()
    other = tmp_path / "other.db"
    words = ["import", "--json", "codecarbon", str(tmp_path / "emissions.csv")]
    answer = json.loads(_program.ask(words, db=other))
    assert (len(answer["runs"]), answer["failures"]) == (1, [])
    joules = gramme.ledger(db=other)[0].attributed_j
    expected = tracker.final_emissions_data.energy_consumed * J_PER_KWH
    assert joules == pytest.approx(expected, rel=1e-4)
