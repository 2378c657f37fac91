# SPDX-License-Identifier: Apache-2.0
"""experiment-impact-tracker's interface, as its users call it."""
import datetime
import json
import math
import os
import pickle
import signal
import time
import warnings

import pytest

import gramme
from gramme import _program
from gramme.compat.experiment_impact_tracker import compute_tracker
from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker, MonitorError
from gramme.compat.experiment_impact_tracker.cpu.common import (
    assert_cpus_by_attributes,
    get_my_cpu_info,
)
from gramme.compat.experiment_impact_tracker.cpu.exceptions import CPUAttributeAssertionError
from gramme.compat.experiment_impact_tracker.data_interface import DataInterface
from gramme.compat.experiment_impact_tracker.data_utils import load_initial_info
from gramme.compat.experiment_impact_tracker.gpu import nvidia
from gramme.compat.experiment_impact_tracker.gpu.exceptions import GPUAttributeAssertionError
from gramme.compat.experiment_impact_tracker.utils import gather_additional_info


@pytest.fixture(autouse=True)
def folder_of_its_own(in_folder):
    return in_folder


def burn(seconds=0.03):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def tracked(folder, seconds=0.05):
    with ImpactTracker(folder):
        burn(seconds)
    return gramme.show("last")


# --- tracking ----------------------------------------------------------------------------


def test_launch_and_stop_leave_a_result_in_the_folder(tmp_path):
    tracker = ImpactTracker(str(tmp_path / "log"))
    tracker.launch_impact_monitor()
    burn()
    tracker.stop()
    (path,) = (tmp_path / "log" / "impacttracker").iterdir()
    data = json.loads(path.read_text())
    summary = gramme.show("last")
    assert data["schema"] == "gramme.compat/1"
    assert data["id"] == data["run"]["id"] == summary.id
    assert data["run"]["energy"]["attributed_j"] is not None
    assert summary.tags["logdir"] == str(tmp_path / "log")


def test_two_contexts_one_after_another(tmp_path):
    """Two runs in one process."""
    tracked(tmp_path / "a")
    tracked(tmp_path / "b")
    both = DataInterface([tmp_path / "a", tmp_path / "b"])
    a, b = DataInterface([str(tmp_path / "a")]), DataInterface(str(tmp_path / "b"))
    assert a.kg_carbon + b.kg_carbon == both.kg_carbon
    assert a.total_power + b.total_power == both.total_power
    assert a.exp_len_hours + b.exp_len_hours == both.exp_len_hours
    assert a.PUE == b.PUE == both.PUE


def test_a_second_run_in_a_folder_adds_to_the_first(tmp_path):
    first = tracked(tmp_path)
    second = tracked(tmp_path)
    expected = first.energy.facility_kwh.value + second.energy.facility_kwh.value
    assert DataInterface(tmp_path).total_power == pytest.approx(expected)


def test_an_exception_passes_and_the_run_has_ended(tmp_path):
    with pytest.raises(KeyError):
        with ImpactTracker(tmp_path):
            raise KeyError("mine")
    summary = gramme.show("last")
    assert (summary.state, summary.exit_status) == ("failed", 1)


def test_a_launched_tracker_cannot_be_entered(tmp_path):
    tracker = ImpactTracker(tmp_path)
    tracker.launch_impact_monitor()
    with pytest.raises(ValueError, match="launched"):
        tracker.__enter__()
    tracker.stop()
    tracker.stop()


def test_what_is_latest(tmp_path):
    tracker = ImpactTracker(tmp_path)
    assert tracker.get_latest_info_and_check_for_errors() is None
    tracker.launch_impact_monitor()
    burn()
    info = tracker.get_latest_info_and_check_for_errors()
    assert abs(info["timestamp"] - time.time()) < 60
    assert "attributed_j" in info
    tracker.stop()
    assert tracker.get_latest_info_and_check_for_errors() == info


def test_checking_for_errors_tells_that_the_monitor_is_gone(tmp_path, no_program):
    with pytest.warns(gramme.GrammeWarning):
        tracker = ImpactTracker(tmp_path)
        tracker.launch_impact_monitor()
        with pytest.raises(MonitorError):
            tracker.get_latest_info_and_check_for_errors()
        tracker.stop()
    with pytest.warns(gramme.GrammeWarning):
        assert math.isnan(DataInterface(tmp_path).kg_carbon)


@pytest.mark.parametrize("folder", ["/proc/nothing", "file/below"])
def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, folder):
    (tmp_path / "file").write_text("")
    with pytest.warns(gramme.GrammeWarning):
        with ImpactTracker(folder):
            burn()
    assert gramme.show("last").state == "finished"


def test_a_script_that_never_stops_is_written_at_its_end(run_python, tmp_path):
    done = run_python("""
from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker
tracker = ImpactTracker("log")
tracker.launch_impact_monitor()
sum(range(10**6))
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert DataInterface(tmp_path / "log").kg_carbon > 0
    summary = gramme.show("last")
    assert summary.state == "finished"
    (path,) = (tmp_path / "log" / "impacttracker").iterdir()
    assert json.loads(path.read_text())["run"]["id"] == summary.id  # also without the ledger


def test_a_script_that_was_killed_is_found_in_the_ledger(run_python, tmp_path, kept):
    done = run_python("""
import os, time
from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker
tracker = ImpactTracker("log")
tracker.launch_impact_monitor()
while tracker.get_latest_info_and_check_for_errors() is None:
    time.sleep(0.01)
sum(range(10**6))
os.kill(os.getpid(), 9)
""")
    assert done.returncode == -signal.SIGKILL
    (path,) = (tmp_path / "log" / "impacttracker").iterdir()
    assert json.loads(path.read_text())["run"] is None
    summary = kept("script.py")
    assert summary.state == "interrupted"
    assert DataInterface(tmp_path / "log").kg_carbon == summary.carbon.kg.value


def test_launch_power_monitor_gives_a_handle_and_a_queue(tmp_path):
    monitor, queue = compute_tracker.launch_power_monitor(tmp_path, {}, None)
    assert monitor.is_alive()
    assert queue.empty()
    queue.put(compute_tracker.STOP_MESSAGE)
    assert not monitor.is_alive()
    monitor.terminate()
    monitor.join()
    assert compute_tracker.read_latest_stats(tmp_path)["state"] == "finished"


def test_a_forked_child_neither_ends_the_run_nor_writes(tmp_path):
    tracker = ImpactTracker(tmp_path)
    tracker.launch_impact_monitor()
    waits, goes = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            tracker.get_latest_info_and_check_for_errors()
            os.close(goes)
            os.read(waits, 1)  # until its parent has stopped
            tracker.stop()
        finally:
            os._exit(0)
    burn()
    tracker.stop()
    (path,) = (tmp_path / "impacttracker").iterdir()
    written = path.read_bytes()
    os.close(goes)
    os.waitpid(pid, 0)
    os.close(waits)
    assert path.read_bytes() == written
    assert DataInterface(tmp_path).kg_carbon > 0


# --- figures -----------------------------------------------------------------------------


def test_figures_have_their_names_and_units(tmp_path):
    summary = tracked(tmp_path, 0.1)
    figures = gather_additional_info({}, tmp_path)
    assert figures["total_power"] == summary.energy.facility_kwh.value
    assert figures["estimated_carbon_impact_kg"] == summary.carbon.kg.value
    assert figures["exp_len_hours"] * 3600 == pytest.approx(summary.duration_s)
    assert figures["cpu_hours"] * 3600 == pytest.approx(summary.activity.cpu_s)
    assert figures["kw_hr_cpu"] * 3.6e6 == pytest.approx(summary.energy.attributed_j.value)
    assert figures["total_power"] == pytest.approx(
        figures["kw_hr_cpu"] * summary.carbon.pue.value, rel=1e-6)
    assert not {"kw_hr_gpu", "gpu_hours", "average_realtime_carbon_intensity", "pue"} & set(figures)


def test_a_pue_can_be_given_when_reading_and_when_running(tmp_path, monkeypatch):
    summary = tracked(tmp_path / "a")
    joules, kilograms = summary.energy.attributed_j.value, summary.carbon.kg.value
    assert DataInterface(tmp_path).PUE == summary.carbon.pue.value == 1.58
    monkeypatch.setenv("OVERRIDE_PUE", "1.1")
    data = DataInterface(tmp_path)
    assert data.PUE == 1.1
    assert data.total_power * 3.6e6 == pytest.approx(1.1 * joules, rel=1e-6)
    assert data.kg_carbon == pytest.approx(kilograms * 1.1 / 1.58)
    assert tracked(tmp_path / "b").carbon.pue.value == 1.1
    monkeypatch.delenv("OVERRIDE_PUE")
    mean = DataInterface(tmp_path).PUE
    assert 1.1 < mean < 1.58
    monkeypatch.setenv("OVERRIDE_PUE", "a lot")
    with pytest.warns(gramme.GrammeWarning, match="OVERRIDE_PUE"):
        assert DataInterface(tmp_path).PUE == mean


def test_folders_are_found_below_and_counted_once(tmp_path):
    tracked(tmp_path / "x" / "1")
    tracked(tmp_path / "x" / "2")
    whole = DataInterface(tmp_path).kg_carbon
    for given in ([tmp_path, tmp_path / "x"], [tmp_path / "x", tmp_path / "x" / "1"],
                  [tmp_path / "x" / "1" / "impacttracker", tmp_path / "x" / "2"]):
        assert DataInterface(given).kg_carbon == whole


def test_a_sum_with_an_unknown_part_is_not_known(tmp_path):
    summary = tracked(tmp_path / "a")
    tracked(tmp_path / "b")
    (path,) = (tmp_path / "b" / "impacttracker").iterdir()
    data = json.loads(path.read_text())
    data["run"]["carbon"]["kg"] = None
    path.write_text(json.dumps(data))
    with pytest.warns(gramme.GrammeWarning, match="carbon of 1 of 2 runs"):
        both = DataInterface(tmp_path)
    assert math.isnan(both.kg_carbon)
    assert both.total_power > summary.energy.facility_kwh.value


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "other/1"}',
                                  '{"schema": "gramme.compat/1", "id": 7, "run": 7}',
                                  '{"schema": "gramme.compat/1", "id": "20200101T000000-00000000"}',
                                  '{"schema": "gramme.compat/1", "run": {"energy": 7}}'])
def test_a_broken_file_is_a_warning_and_nothing_is_made_up(tmp_path, text):
    (tmp_path / "impacttracker").mkdir()
    (tmp_path / "impacttracker" / "gramme-1.json").write_text(text)
    with pytest.warns(gramme.GrammeWarning):
        data = DataInterface(tmp_path)
    assert math.isnan(data.kg_carbon) and math.isnan(data.total_power)


def test_no_run_is_no_zero(tmp_path):
    with pytest.warns(gramme.GrammeWarning, match="no run"):
        assert math.isnan(DataInterface(tmp_path).kg_carbon)
    with pytest.raises(FileNotFoundError):
        gather_additional_info({}, tmp_path)
    with pytest.raises(FileNotFoundError):
        load_initial_info(tmp_path)


def test_what_is_known_of_the_run(tmp_path):
    before = datetime.datetime.now() - datetime.timedelta(seconds=0.1)
    summary = tracked(tmp_path)
    info = load_initial_info(tmp_path)
    assert before <= info["experiment_start"] < info["experiment_end"]
    assert info["experiment_end"] <= datetime.datetime.now() + datetime.timedelta(seconds=0.1)
    assert info["region"]["id"] == summary.carbon.zone
    factor = info["region_carbon_intensity_estimate"]
    assert factor["carbonIntensity"] == summary.carbon.intensity_gpkwh.value


@pytest.fixture
def importing(db):
    try:
        words = _program.ask(["import", "--help"])
    except gramme.GrammeError:
        words = ""
    if "\n  experiment-impact-tracker " not in words:
        pytest.skip("this program does not import logs of experiment-impact-tracker")


def original_log(folder, hours=2, watts=100.0):
    """A log in the predecessor's form: one sample a minute, the last at the end."""
    start = datetime.datetime(2020, 1, 1, 12, 0, 0)
    folder = folder / "impacttracker"
    folder.mkdir(parents=True)
    t0 = start.timestamp()
    lines = [
        {"timestamp": t0 + 30 + 60 * i, "rapl_power_draw_absolute": 150.0,
         "rapl_estimated_attributable_power_draw": watts,
         "cpu_time_seconds": {"7": {"user": 60.0 * i, "system": 0.0}},
         "average_relative_cpu_utilization": 0.5, "absolute_cpu_utilization": 1.0,
         "process_ids": [7]}
        for i in range(60 * hours)
    ]
    (folder / "data.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
    info = {
        "experiment_start": start,
        "experiment_end": start + datetime.timedelta(hours=hours),
        "experiment_impact_tracker_version": "0.1.8",
        "cpu_info": {"brand": "Intel(R) Xeon(R) CPU E5-2630 v3 @ 2.40GHz"},
        "region": {"id": "US-CA", "type": "Feature", "properties": {"zoneName": "US-CA"}},
        "region_carbon_intensity_estimate": {"_source": "made up", "carbonIntensity": 250.0},
        "python_package_info": [],
    }
    (folder / "info.pkl").write_bytes(pickle.dumps(info, protocol=4))
    return watts / 1000.0 * hours * 1.58


def test_a_log_of_the_predecessor_has_its_own_figures(tmp_path, importing):
    kwh = original_log(tmp_path / "old")
    data = DataInterface(tmp_path / "old")
    assert data.total_power == pytest.approx(kwh, rel=1e-6)
    assert data.kg_carbon == pytest.approx(kwh * 0.25, rel=1e-6)
    assert data.exp_len_hours == pytest.approx(2.0)
    assert data.PUE == pytest.approx(1.58)
    assert len(gramme.ledger()) == 0  # reading keeps nothing
    summary = tracked(tmp_path / "new")
    both = DataInterface(tmp_path)
    assert both.total_power == pytest.approx(kwh + summary.energy.facility_kwh.value)


def test_a_log_of_the_predecessor_that_is_broken_is_a_warning(tmp_path):
    (tmp_path / "impacttracker").mkdir()
    (tmp_path / "impacttracker" / "data.json").write_text("no json\n")
    with pytest.warns(gramme.GrammeWarning):
        assert math.isnan(DataInterface(tmp_path).total_power)


# --- assertions --------------------------------------------------------------------------


def test_the_processor_that_is_here_is_accepted_and_another_is_not():
    info = get_my_cpu_info()
    assert_cpus_by_attributes({"count": info["count"]})
    if "brand" in info:
        assert_cpus_by_attributes({"brand": info["brand"], "brand_raw": info["brand"]})
    with pytest.raises(CPUAttributeAssertionError, match="not Z80"):
        assert_cpus_by_attributes({"arch_string_raw": "Z80"})
    with pytest.raises(CPUAttributeAssertionError, match="not known"):
        assert_cpus_by_attributes({"colour": "green"})
    assert issubclass(CPUAttributeAssertionError, gramme.WrongMachine)


@pytest.fixture
def boards(tmp_path, monkeypatch):
    """boards("A, 1 MiB, 2", …) is what nvidia-smi says."""

    def put(*lines):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = "#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines)
        (folder / "nvidia-smi").write_text(script)
        (folder / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    return put


def test_every_board_must_have_the_attributes(boards):
    boards("NVIDIA TITAN V, 12066 MiB, 535.1", "NVIDIA TITAN V, 12066 MiB, 535.1")
    nvidia.assert_gpus_by_attributes({"name": "TITAN V"})
    nvidia.assert_gpus_by_attributes({"name": "NVIDIA TITAN V", "total_memory": "12066 MiB"})
    with pytest.raises(GPUAttributeAssertionError, match="GPU 0: name is NVIDIA TITAN V"):
        nvidia.assert_gpus_by_attributes({"name": "TITAN X"})
    with pytest.raises(GPUAttributeAssertionError, match="not known"):
        nvidia.assert_gpus_by_attributes({"colour": "green"})
    boards("NVIDIA TITAN V, 12066 MiB, 535.1", "NVIDIA A100, 40960 MiB, 535.1")
    with pytest.raises(GPUAttributeAssertionError, match="GPU 1"):
        nvidia.assert_gpus_by_attributes({"name": "TITAN V"})


def test_no_board_is_the_wrong_machine(boards, monkeypatch):
    boards("no devices were found")
    monkeypatch.setattr(nvidia, "gpu_names", list)
    assert not nvidia.is_nvidia_compatible()
    with pytest.raises(GPUAttributeAssertionError, match="no GPU"):
        nvidia.assert_gpus_by_attributes({"name": "TITAN V"})


def test_nothing_is_said_where_nothing_is_wrong(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracked(tmp_path)
        DataInterface(tmp_path)
        load_initial_info(tmp_path)
