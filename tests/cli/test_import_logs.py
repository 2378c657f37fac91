# SPDX-License-Identifier: Apache-2.0
"""carbontracker's, Zeus's and MLPerf Power's logs, made here in their formats."""
import datetime
import json
import zipfile

import pytest


def take(gramme, *words, status=0):
    done = gramme("import", *words, "--json")
    assert done.returncode == status, done.stderr + done.stdout
    return json.loads(done.stdout)


def one(gramme, *words):
    (run,) = take(gramme, *words)["runs"]
    return run, gramme.json("show", run["id"])


def figures(run):
    return {name: figure["value"] for name, figure in run["figures"].items()}


def codes(shown):
    return {warning["code"] for warning in shown["quality"]["warnings"]}


# --- carbontracker ------------------------------------------------------------------------------------

STEM = "x_71.4_2024-06-01T120000Z_carbontracker"
HEAD = """\
2024-06-01 12:00:00 - carbontracker version 2.4.7
2024-06-01 12:00:00 - Only predicted and actual consumptions are multiplied by a PUE coefficient \
of 1.58 (a survey).
2024-06-01 12:00:01 - The following components were found: GPU with device(s) NVIDIA A, NVIDIA B. \
CPU with device(s) {cpu}.
2024-06-01 12:00:01 - Monitoring thread started.
"""
EPOCHS = """\
2024-06-01 12:00:31 - Epoch 1:
2024-06-01 12:00:31 - Duration: 0:00:30.00
2024-06-01 12:00:31 - Average power usage (W) for gpu: [100.0 200.0]
2024-06-01 12:00:31 - Average power usage (W) for cpu: [50.0 10.0]
2024-06-01 12:01:11 - Epoch 2:
2024-06-01 12:01:11 - Duration: 0:00:30.00
2024-06-01 12:01:11 - Average power usage (W) for gpu: [110.  190.]
2024-06-01 12:01:11 - Average power usage (W) for cpu: None
"""
TAIL = """\
2024-06-01 12:01:12 - Average carbon intensity during training was 58.25 gCO2eq/kWh at detected \
location: Copenhagen, Capital Region, DK.
2024-06-01 12:01:12 - Monitoring thread ended.
"""
OUTPUT = """\
2024-06-01 12:00:31 - CarbonTracker: 
Predicted consumption for 2 epoch(s):
\tTime:\t0:01:00
\tEnergy:\t0.005000000000 kWh
\tCO2eq:\t0.3 g
2024-06-01 12:01:12 - CarbonTracker: 
Actual consumption for 2 epoch(s):
\tTime:\t0:01:00
\tEnergy:\t0.008690000000 kWh
\tCO2eq:\t0.506192500000 g
"""


def carbontracker(folder, text=None, cpu="cpu:0, cpu:1", output=OUTPUT, stem=STEM):
    folder.mkdir(exist_ok=True)
    (folder / f"{stem}.log").write_text(
        HEAD.format(cpu=cpu) + (EPOCHS + TAIL if text is None else text))
    if output:
        (folder / f"{stem}_output.log").write_text(output)
    return folder


def test_epochs_are_their_powers_times_their_lengths_and_a_gap_lies_between(gramme, tmp_path):
    run, shown = one(gramme, carbontracker(tmp_path / "ct"), "--zone", "UTC")
    parts = {c["domain"]: c for c in shown["energy"]["components"]}
    assert parts["gpu-sum"]["machine_j"]["value"] == pytest.approx(2 * 300 * 30)
    assert parts["package-sum"]["machine_j"]["value"] == pytest.approx(60 * 30)
    assert parts["package-sum"]["kind"] == "measured"
    assert shown["energy"]["attributed_j"]["value"] == pytest.approx(19800)
    assert shown["started"] == "2024-06-01T12:00:01.000Z" and shown["duration_s"] == 71
    gaps = [(gap["domain"], gap["from_s"], gap["to_s"]) for gap in shown["quality"]["gaps"]]
    assert ("gpu-sum", 30, 40) in gaps and ("package-sum", 30, 71) in gaps
    assert shown["carbon"]["region"]["given"] == "DK"
    assert run["format"] == "carbontracker" and "whole-machine" in codes(shown)


def test_its_own_figures_are_told_and_a_prediction_is_no_energy(gramme, tmp_path):
    run, shown = one(gramme, carbontracker(tmp_path / "ct"), "--zone", "UTC")
    told = figures(run)
    assert told["energy"] == pytest.approx(1.58 * 19800 / 3.6e6)
    assert told["actual_energy"] == pytest.approx(told["energy"], rel=5e-6)
    assert told["predicted_energy"] == 0.005 and told["average_carbon_intensity"] == 58.25
    assert shown["energy"]["attributed_j"]["value"] == pytest.approx(19800)


def test_a_processor_without_a_meter_is_modelled(gramme, tmp_path):
    text = EPOCHS.replace("gpu: [", "gone: [") + TAIL
    _, shown = one(gramme, carbontracker(tmp_path / "ct", text, cpu="Intel(R) Xeon(R) CPU"),
                   "--zone", "UTC")
    parts = {c["domain"]: c for c in shown["energy"]["components"]}
    assert parts["cpu-model"]["kind"] == "modelled" and "modelled-processor" in codes(shown)


def test_the_zone_is_the_user_s_word_and_else_said_to_be_assumed(gramme, tmp_path):
    folder = carbontracker(tmp_path / "ct")
    assert take(gramme, folder, "--zone", "Europe/Copenhagen", "--dry-run")["runs"]
    _, shown = one(gramme, folder, "--zone", "Europe/Copenhagen")
    assert shown["started"] == "2024-06-01T10:00:01.000Z" and "zone-assumed" not in codes(shown)
    other = tmp_path / "other.db"
    done = gramme("import", folder, "--json", env={**gramme.env, "GRAMME_DB": str(other),
                                                   "TZ": "America/New_York"})
    (run,) = json.loads(done.stdout)["runs"]
    assert run["id"].startswith("20240601T160001")


def test_a_log_that_was_cut_is_an_interrupted_run(gramme, tmp_path):
    _, shown = one(gramme, carbontracker(tmp_path / "ct", EPOCHS, output=None), "--zone", "UTC")
    assert shown["state"] == "interrupted"


def test_each_log_has_its_own_output_beside_it(gramme, tmp_path):
    folder = carbontracker(tmp_path / "ct")
    carbontracker(folder, EPOCHS.replace("30.00", "29.00") + TAIL, stem="y[1]_carbontracker",
                  output=OUTPUT.replace("0.00869", "0.00777"))
    runs = take(gramme, folder, "--zone", "UTC")["runs"]
    assert sorted(figures(run)["actual_energy"] for run in runs) == [0.00777, 0.00869]
    with zipfile.ZipFile(tmp_path / "ct.zip", "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"logs/{path.name}")
    again = take(gramme, tmp_path / "ct.zip", "--zone", "UTC")["runs"]
    assert {run["state"] for run in again} == {"there"}


# --- Zeus -------------------------------------------------------------------------------------------------

ZEUS = "start_time,window_name,elapsed_time,gpu0_energy,gpu2_energy\n"


def test_joules_of_windows_in_windows_are_counted_once(gramme, tmp_path):
    (tmp_path / "z.csv").write_text(
        ZEUS + "1717200000.25,step,0.9,90.5,80.25\n1717200001.25,step,0.9,91,80\n"
        "1717200000.25,epoch,3.0,300,280\n1717200005.25,epoch,3.0,310,290\n")
    run, shown = one(gramme, tmp_path / "z.csv")
    parts = {c["domain"]: c["machine_j"]["value"] for c in shown["energy"]["components"]}
    assert parts == {"gpu-0": pytest.approx(610), "gpu-2": pytest.approx(570)}
    assert shown["started"] == "2024-06-01T00:00:00.250Z" and shown["duration_s"] == 8
    assert [(g["from_s"], g["to_s"]) for g in shown["quality"]["gaps"]] == [(3, 5), (3, 5)]
    assert figures(run) == {"gpu_energy": pytest.approx(1180)}
    assert shown["metrics"]["step energy_j"]["values"][0][1] == pytest.approx(170.75)
    assert shown["sections"][0]["name"] in ("step", "epoch")


def test_of_windows_that_cross_a_joule_is_taken_once(gramme, tmp_path):
    (tmp_path / "z.csv").write_text(
        ZEUS + "1717200000,a,10,100,0\n1717200005,b,10,200,0\n")
    _, shown = one(gramme, tmp_path / "z.csv")
    assert shown["energy"]["attributed_j"]["value"] == pytest.approx(200)
    assert "crossing-windows" in codes(shown)


def test_a_power_monitor_s_file_is_read_where_it_is_named(gramme, tmp_path):
    (tmp_path / "p.csv").write_text(
        "".join(f"{1717200000 + i / 10},100.0,50.0\n" for i in range(101)))
    assert gramme("import", tmp_path / "p.csv").returncode == 1
    _, shown = one(gramme, "zeus", tmp_path / "p.csv")
    assert shown["energy"]["attributed_j"]["value"] == pytest.approx(1500)


def test_what_a_board_did_not_tell_is_a_gap(gramme, tmp_path):
    (tmp_path / "z.csv").write_text(ZEUS + "1717200000,a,10,100,nan\n1717200010,a,10,100,50\n"
                                    "torn,line\n")
    _, shown = one(gramme, tmp_path / "z.csv")
    parts = {c["domain"]: c for c in shown["energy"]["components"]}
    assert parts["gpu-2"]["machine_j"]["value"] == 50
    assert parts["gpu-2"]["coverage_ratio"] == pytest.approx(0.5)
    assert "torn-lines" in codes(shown)


# --- MLPerf Power ----------------------------------------------------------------------------------------------

def session(folder, zone_s=-7200, watts=lambda i: 40 if i % 2 else 42, count=600, begin=True):
    """A session as mlcommons/power-dev leaves it: the analyzer's clock is zone_s off."""
    first = datetime.datetime(2021, 3, 3, 0, 53, 30, 900000)

    def clock(at):
        return at.strftime("%m-%d-%Y %H:%M:%S.%f")[:-3]

    for name in ("run_1", "ranging", "power"):
        (folder / name).mkdir(parents=True)
    (folder / "run_1/spl.txt").write_text("".join(
        f"Time,{clock(first + datetime.timedelta(seconds=i - zone_s))},Watts,{watts(i)},"
        "Volts,228.37,Amps,0.2,PF,0.5,Mark,2021-03-03_00-42-01_testing\n" for i in range(count)))
    (folder / "ranging/spl.txt").write_text(
        "Time,03-03-2021 02:42:30.170,Watts,1.0,Volts,2,Amps,1,PF,1,"
        "Mark,2021-03-03_00-42-01_ranging\n")
    if zone_s is not None:
        (folder / "power/server.json").write_text(f'{{\n    "timezone": {zone_s}\n}}\n')
    (folder / "power/client.json").write_text('{\n    "timezone": 0\n}\n')
    (folder / "power/ptd_logs.txt").write_text(
        "03-03-2021 00:42:18.783: Connected to YokogawaWT330E successfully\n")
    if begin:
        (folder / "run_1/mlperf_log_detail.txt").write_text("".join(
            f':::MLLOG {{"key": "{key}", "value": "{clock(at)}", "time_ms": 0.1}}\n'
            for key, at in (("power_begin", first + datetime.timedelta(seconds=9.2)),
                            ("power_end", first + datetime.timedelta(seconds=589.2)))))
    (folder / "run_1/mlperf_log_summary.txt").write_text("SUT name : x\nScenario : Offline\n")
    return folder


def test_the_wall_is_known_and_the_components_are_not(gramme, tmp_path):
    run, shown = one(gramme, session(tmp_path / "resnet"))
    energy = shown["energy"]
    assert energy["wall_j"]["value"] == pytest.approx(600 * 41)
    assert energy["wall_j"]["kind"] == "measured"
    assert energy["attributed_j"] is None and energy["facility_kwh"] is None
    assert shown["carbon"]["kg"] is None and "wall-only" in codes(shown)
    assert shown["started"] == "2021-03-03T00:53:29.900Z" and shown["duration_s"] == 600
    assert shown["name"] == "resnet" and shown["tags"] == {"scenario": "Offline", "sut": "x"}
    (part,) = energy["components"]
    assert part["label"] == "YokogawaWT330E" and part["boundary"] == "wall"
    assert not part["counted"]


def test_the_benchmark_s_window_is_told_by_its_own_arithmetic(gramme, tmp_path):
    run, _ = one(gramme, session(tmp_path / "resnet"))
    told = figures(run)
    assert told["power_duration"] == pytest.approx(580) and told["power_samples"] == 580
    assert told["average_power"] == pytest.approx(41)
    assert told["energy"] == pytest.approx(41 * 580)


def test_ranging_is_no_run_and_a_session_comes_in_once(gramme, tmp_path):
    folder = session(tmp_path / "resnet")
    assert len(take(gramme, folder)["runs"]) == 1
    (run,) = take(gramme, folder / "run_1" / "spl.txt")["runs"]
    assert run["state"] == "there"


def test_samples_that_are_missing_or_no_number_are_gaps(gramme, tmp_path):
    folder = session(tmp_path / "a", watts=lambda i: "nan" if i == 5 else 10, begin=False)
    lines = (folder / "run_1/spl.txt").read_text().splitlines(keepends=True)
    (folder / "run_1/spl.txt").write_text("".join(lines[:100] + lines[200:] + ["Time,torn"]))
    _, shown = one(gramme, folder)
    assert shown["energy"]["wall_j"]["value"] == pytest.approx(10 * 499)
    assert len(shown["quality"]["gaps"]) == 2 and "torn-lines" in codes(shown)


# --- all of them -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form, name, text", [
    ("carbontracker", "x_carbontracker.log", ""),
    ("carbontracker", "x_carbontracker.log", "no time in it\n"),
    ("zeus", "z.csv", ""), ("zeus", "z.csv", ZEUS), ("zeus", "z.csv", "a,b\nc"),
    ("zeus", "z.csv", "start_time,window_name,elapsed_time,gpu0_power\n1,a,1,1\n"),
    ("zeus", "z.csv", "start_time,window_name,elapsed_time\n1,a,1\n"),
    ("zeus", "z.csv", ZEUS.strip() + ",gpu1_energy" * 20 + "\n"),
    ("mlperf-power", "spl.txt", "Time,99-99-9999 99:99:99.999,Watts,1\n"),
    ("mlperf-power", "spl.txt", "Time,"),
])
def test_a_log_without_a_run_is_told(gramme, tmp_path, form, name, text):
    (tmp_path / name).write_text(text)
    done = gramme("import", form, tmp_path / name)
    assert done.returncode == 1 and done.stderr
    assert gramme.json("list")["runs"] == []


@pytest.mark.telling
def test_a_log_cut_anywhere_is_a_run_or_told(gramme, tmp_path):
    whole = {"x_carbontracker.log": HEAD.format(cpu="cpu:0") + EPOCHS + TAIL,
             "z.csv": ZEUS + "1717200000.25,step,0.9,90.5,80.25\n1717200001.25,b,0.9,91,80\n",
             "spl.txt": "Time,12-23-2020 10:21:51.496,Watts,23.4,Mark,a\n" * 2}
    for name, text in whole.items():
        for cut in range(0, len(text), max(1, len(text) // 12)):
            (tmp_path / name).write_text(text[:cut])
            done = gramme("import", tmp_path / name, "--dry-run")
            assert done.returncode in (0, 1), (name, cut, done.stderr)


def test_zeus_two_columns_of_one_board_are_refused_and_far_times_left_out(gramme):
    twice = gramme.folder / "twice.csv"
    twice.write_text("start_time,window_name,elapsed_time,gpu0_energy,gpu0_energy\n"
                     "1700000000,a,10,100,100\n")
    done = gramme("import", "zeus", twice)
    assert done.returncode == 1 and "two columns 'gpu0_energy'" in done.stderr + done.stdout
    far = gramme.folder / "far.csv"
    far.write_text("start_time,window_name,elapsed_time,gpu0_energy\n1700000000,a,10,1\n"
                   "8.9e9,c,9e9,5\n0,d,1,1\n")
    done = gramme("import", "zeus", far)
    assert done.returncode == 0, done.stderr
    run = gramme.json("show", "last")
    assert run["duration_s"] == 10 and run["energy"]["machine_j"]["value"] == 1
