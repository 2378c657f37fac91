# SPDX-License-Identifier: Apache-2.0
"""gramme import: logs made here in the form of other trackers' come out with their figures."""
import csv
import json
import os
import pathlib
import pickle
import shutil
import struct
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import made_logs as made  # noqa: E402

EIT = "experiment-impact-tracker"


@pytest.fixture
def eit(tmp_path):
    """A folder for runs, and a maker of one."""
    root = tmp_path / "logs"
    return lambda name="run", **more: made.eit_folder(root / name, **more)


def imported(gramme, *words):
    return gramme.json("import", *words)


def only(answer):
    assert not answer["failures"]
    assert len(answer["runs"]) == 1
    return answer["runs"][0]


def codes(run):
    return {flag["code"] for flag in run["flags"]}


# --- experiment-impact-tracker ---------------------------------------------------------------


@pytest.mark.parametrize("intensity", [300.0, None])
@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_its_figures_come_out_by_its_arithmetic(gramme, eit, protocol, intensity):
    told = made.info(ends_after_s=60.25)
    rows = [made.sample(i, intensity=intensity) for i in range(6)]
    if intensity:
        for i in (0, 3):
            rows[i]["realtime_carbon_intensity"] = "n/a"
        rows[4]["realtime_carbon_intensity"] = 410.5
    folder = eit(told=told, protocol=protocol, data="".join(json.dumps(r) + "\n" for r in rows))
    run = only(imported(gramme, folder, "--method", "original"))
    for name, value in made.eit_figures(told, rows).items():
        assert run["figures"][name]["value"] == pytest.approx(value, rel=2e-7), name
    assert run["figures"]["total_power"]["unit"] == "kWh"
    assert ("no-live-intensity" in codes(run)) == (intensity is None)
    text = gramme("import", folder, "--method", "original").stdout
    assert "total_power = " in text and "already there" in text


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kathmandu",
                                  "Pacific/Kiritimati", "America/St_Johns", "Europe/London"])
def test_the_importing_machine_s_zone_changes_nothing(gramme, eit, zone):
    gramme.env["TZ"] = zone
    run = only(imported(gramme, eit()))
    shown = gramme.json("show", run["id"])
    assert shown["started"] == "2020-03-02T00:30:00.250Z"
    assert shown["zone"] == "+09:30"
    assert "zone-doubtful" not in codes(run)


def test_a_zone_that_is_given_holds_and_an_unlikely_one_is_told(gramme, eit):
    folder = eit(told=made.info())
    run = only(imported(gramme, folder, "--zone", "+10:30"))
    assert "zone-doubtful" in codes(run)
    assert gramme.json("show", run["id"])["started"] == "2020-03-01T23:30:00.250Z"


def test_a_zone_that_puts_the_samples_before_the_start_is_refused(gramme, eit):
    done = gramme("import", eit(), "--zone", "+08:30")
    assert done.returncode == 1
    assert "samples are not between" in done.stderr


def test_a_zone_that_does_not_exist_is_said(gramme, eit):
    done = gramme("import", eit(), "--zone", "Mars/Olympus")
    assert done.returncode == 1
    assert "Mars/Olympus" in done.stderr


def test_ours_is_by_the_trapezoid_and_the_tool_s_shares(gramme, eit):
    rows = [made.sample(i, rapl_power_draw_absolute=w, nvidia_draw_absolute=100.0)
            for i, w in enumerate((80.0, 120.0, 120.0))]
    run = only(imported(gramme, eit(told=made.info(ends_after_s=17.5),
                                    data="".join(json.dumps(r) + "\n" for r in rows))))
    shown = gramme.json("show", run["id"])
    parts = {c["domain"]: c for c in shown["energy"]["components"]}
    assert parts["package-sum"]["machine_j"]["value"] == pytest.approx(100 * 8 + 120 * 8, rel=1e-6)
    assert parts["package-sum"]["share_ratio"] == pytest.approx(0.25, rel=1e-3)
    # The run is the board's only client.
    assert parts["gpu-sum"]["attributed_j"]["value"] == pytest.approx(1600, rel=1e-6)
    # 16 s of 17.5 have samples around them; the rest is a gap, and no energy.
    assert shown["quality"]["coverage_ratio"] == pytest.approx(16 / 17.5, rel=1e-3)
    assert shown["energy"]["attributed_j"]["low"] < shown["energy"]["attributed_j"]["value"]


def test_another_client_of_the_board_has_its_part(gramme, eit):
    both = {"(0, 4000)": {"sm": 30.0}, "(0, 77)": {"sm": 10.0}}
    run = only(imported(gramme, eit(per_gpu_average_estimated_utilization_absolute=both)))
    parts = {c["domain"]: c for c in gramme.json("show", run["id"])["energy"]["components"]}
    assert parts["gpu-sum"]["share_ratio"] == pytest.approx(0.75, abs=0.01)


def test_boards_that_nobody_used_are_not_the_run_s(gramme, eit):
    run = only(imported(gramme, eit(rows=30, told=made.info(ends_after_s=240, gpus=4),
                                    nvidia_draw_absolute=400.0,
                                    nvidia_estimated_attributable_power_draw=250.0)))
    parts = {c["domain"]: c for c in gramme.json("show", run["id"])["energy"]["components"]}
    assert 0.2 < parts["gpu-sum"]["share_ratio"] < 0.7
    assert "boards-summed" in codes(run)


def test_a_tail_that_was_never_seen_is_flagged_and_not_counted(gramme, eit):
    short = only(imported(gramme, eit("short", tail_s=4.0)))
    long = only(imported(gramme, eit("long", tail_s=4000.0)))
    assert "extrapolated-tail" not in codes(short)
    assert "extrapolated-tail" in codes(long)
    # Ours holds the same joules, and says that it may be far more; theirs grew with the tail.
    assert long["ours"]["attributed_j"]["value"] == short["ours"]["attributed_j"]["value"]
    assert long["ours"]["attributed_j"]["high"] > 10 * short["ours"]["attributed_j"]["high"]
    assert long["figures"]["total_power"]["value"] > 10 * short["figures"]["total_power"]["value"]


def test_torn_lines_are_left_out_and_told(gramme, eit):
    text = made.lines(6)
    last = only(imported(gramme, eit("last", data=text[:-200])))
    assert "torn-line" in codes(last)
    parts = text.splitlines(True)
    parts[2] = parts[2][:100] + "\n"
    inner = only(imported(gramme, eit("inner", data="".join(parts))))
    assert "torn-lines" in codes(inner)


@pytest.mark.parametrize("version,flagged", [("0.1.1", True), ("0.1.8", True), ("0.1.9", False),
                                             ("0.2.0", False), ("unknown", False)])
def test_memory_counted_twice_goes_by_the_version(gramme, eit, version, flagged):
    run = only(imported(gramme, eit(told=made.info(ends_after_s=44.5, version=version))))
    assert ("memory-counted-twice" in codes(run)) == flagged


def test_a_run_that_was_killed_ends_with_its_last_sample(gramme, eit):
    run = only(imported(gramme, eit(told=made.info())))
    assert "no-end" in codes(run)
    assert run["duration_s"] == pytest.approx(40.5, abs=1e-6)
    assert gramme.json("show", run["id"])["state"] == "interrupted"


def test_without_info_the_samples_are_taken_and_its_figures_are_not_known(gramme, eit):
    folder = eit()
    (folder / "impacttracker" / "info.pkl").unlink()
    run = only(imported(gramme, folder))
    assert "no-info" in codes(run)
    assert run["figures"] == {}
    assert run["ours"]["attributed_j"]["value"] > 0


def test_the_table_of_its_first_months_is_read(gramme, tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    rows = [made.sample(i) for i in range(5)]
    with open(folder / "data.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    told = made.info(ends_after_s=40)
    (folder / "info.pkl").write_bytes(pickle.dumps(told, protocol=2))
    run = only(imported(gramme, folder))
    for name, value in made.eit_figures(told, rows).items():
        assert run["figures"][name]["value"] == pytest.approx(value, rel=2e-7), name


def test_hardware_and_packages_are_kept(gramme, eit):
    shown = gramme.json("show", only(imported(gramme, eit()))["id"])
    assert shown["hardware"]["cpu"]["name"] == "Made CPU 1000"
    assert shown["hardware"]["gpus"][0]["name"] == "Made GPU"
    assert shown["software"]["python"]["packages"]["made-3"] == "1.3"


# --- again, from elsewhere --------------------------------------------------------------------


def test_read_again_from_anywhere_it_is_the_same_run(gramme, eit, tmp_path):
    folder = eit()
    first = only(imported(gramme, folder))
    assert first["state"] == "new"
    moved = tmp_path / "moved" / "elsewhere"
    shutil.copytree(folder, moved)
    zipped = made.eit_zip(tmp_path / "run.zip", folder)
    deep = made.eit_zip(tmp_path / "deep.zip", folder, at="a/b/")
    for path in (folder, moved, zipped, deep, folder / "impacttracker" / "data.json"):
        again = only(imported(gramme, path))
        assert (again["state"], again["id"]) == ("there", first["id"])
        assert again["ours"] == first["ours"]
    assert gramme.rows("SELECT count(*) FROM run") == [(1,)]
    assert gramme("import", folder).returncode == 0


def test_one_call_takes_the_same_run_once(gramme, eit, tmp_path):
    folder = eit()
    zipped = made.eit_zip(tmp_path / "run.zip", folder)
    states = sorted(run["state"] for run in imported(gramme, folder, zipped)["runs"])
    assert states == ["new", "there"]


def test_the_bytes_are_kept_as_they_were_read(gramme, eit, tmp_path):
    folder = eit()
    run = only(imported(gramme, folder))
    out = tmp_path / "out"
    done = gramme("export", run["id"], "--format", "original", "-o", f"{out}/")
    assert done.returncode == 0, done.stderr
    found = {p.name: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    for name in ("data.json", "info.pkl"):
        assert (folder / "impacttracker" / name).read_bytes() in found.values()


def test_a_look_keeps_nothing(gramme, eit):
    folder = eit()
    run = only(imported(gramme, folder, "--dry-run"))
    assert run["state"] == "would" and run["ours"]["attributed_j"]["value"] > 0
    assert not gramme.db.exists()
    new = only(imported(gramme, folder))
    assert new["state"] == "new" and new["id"] == run["id"]
    assert only(imported(gramme, folder, "--dry-run"))["state"] == "there"


def test_what_the_caller_says_goes_before_the_log(gramme, eit):
    run = only(imported(gramme, eit(), "-p", "paper", "-e", "sweep", "-t", "seed=1", "--region", "DE",
                        "--pue", "1.2"))
    shown = gramme.json("show", run["id"])
    assert (shown["project"], shown["experiment"], shown["tags"]) == ("paper", "sweep", {"seed": "1"})
    assert shown["carbon"]["region"]["country"] == "DEU"
    assert shown["carbon"]["pue"]["value"] == pytest.approx(1.2)
    assert shown["how"] == "import"


def test_a_place_that_no_table_knows_is_dropped_and_told(gramme, eit):
    told = made.info(ends_after_s=44.5, region={"id": "ATLANTIS-7"})
    assert "region-unknown" in codes(only(imported(gramme, eit(told=told))))


# --- many, and bad ones among them -------------------------------------------------------------


def test_one_bad_log_leaves_the_others_in(gramme, eit, tmp_path):
    good = eit("good")
    eit("empty", data="{}\n")
    eit("torn", data=made.lines(1)[:300])
    (tmp_path / "logs" / "bad.zip").write_bytes(b"PK\x03\x04 and nothing")
    done = gramme("import", good.parent, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert [run["name"] for run in answer["runs"]] == ["good"]
    assert any("bad.zip" in failure["file"] for failure in answer["failures"])


def test_a_folder_of_many_runs_is_gone_through_once_whatever_links_there_are(gramme, eit):
    for i in range(150):
        folder = eit(f"group{i % 7}/run{i}", rows=3, rapl_power_draw_absolute=50.0 + i)
    root = folder.parent.parent
    (root / "group0" / "up").symlink_to(root)
    (root / "group1" / "self").symlink_to(".")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "data.json")
    answer = imported(gramme, root)
    assert len(answer["runs"]) == 150 and not answer["failures"]
    assert len({run["id"] for run in answer["runs"]}) == 150


@pytest.mark.parametrize("what", ["nothing", "folder", "text"])
def test_what_is_no_log_is_said(gramme, tmp_path, what):
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    if what == "text":
        path.write_text("hello")
    done = gramme("import", path)
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert not gramme.rows("SELECT * FROM run")


def test_misuse_is_said(gramme, eit):
    folder = eit()
    assert gramme("import").returncode == 2
    assert gramme("import", "codecarbon").returncode == 2
    assert gramme("import", folder, "--method", "mine").returncode == 2
    assert gramme("import", folder, "--pue", "0").returncode == 2
    assert gramme("import", folder, "--tag", "nothing").returncode == 1
    assert gramme("import", folder, "--region", "Atlantis").returncode == 1
    assert EIT in gramme("import", "--help").stdout


# --- hostile ----------------------------------------------------------------------------------


class Calls:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_pickle_that_carries_code_runs_none_of_it(gramme, eit, tmp_path):
    never = tmp_path / "never"
    run = only(imported(gramme, eit("calls", told=Calls(never))))
    assert "info-unreadable" in codes(run)
    told = made.info(ends_after_s=44.5, region=Calls(never))
    only(imported(gramme, eit("inside", told=told, rapl_power_draw_absolute=70.0)))
    assert not never.exists()


@pytest.mark.parametrize("bad", ["cut", "loops", "lies", "empty", "huge"])
def test_a_pickle_that_is_broken_leaves_the_samples(gramme, eit, bad):
    folder = eit(bad)
    path = folder / "impacttracker" / "info.pkl"
    good = path.read_bytes()
    loop = {}
    loop["region"] = loop["cpu_info"] = loop
    path.write_bytes({"cut": good[:200], "loops": pickle.dumps(loop), "empty": b"",
                      "lies": b"\x80\x04\x8d" + b"\xff" * 8 + b"x.",
                      "huge": b"]" * (9 << 20)}[bad])
    run = only(imported(gramme, folder))
    assert codes(run) & {"info-unreadable", "no-info"}
    assert run["ours"]["attributed_j"]["value"] > 0


def test_an_archive_that_is_a_bomb_or_overlaps_is_refused(gramme, eit, tmp_path):
    folder = eit()
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", made.lines(3))
    data = bytearray(bomb.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at:at + 4] = struct.pack("<I", 0x3f000000)
    bomb.write_bytes(bytes(data))
    overlap = made.eit_zip(tmp_path / "overlap.zip", folder)
    data = bytearray(overlap.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 42
    data[at:at + 4] = struct.pack("<I", 0)
    overlap.write_bytes(bytes(data))
    for path in (bomb, overlap):
        done = gramme("import", path)
        assert done.returncode == 1
        assert "damaged" in done.stderr
    assert not gramme.rows("SELECT * FROM run")


def test_an_archive_s_bytes_that_do_not_unpack_are_refused(gramme, tmp_path):
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", made.lines(200))
    data = bytearray(path.read_bytes())
    data[40:60] = b"\xff" * 20
    path.write_bytes(bytes(data))
    done = gramme("import", path)
    assert done.returncode == 1
    assert "cannot be unpacked" in done.stderr


def test_names_from_a_log_are_safe_on_a_terminal(gramme, tmp_path):
    path = made.codecarbon_csv(tmp_path / "emissions.csv",
                               [made.codecarbon_row(project_name="\x1b[31mred\x07\u202e",
                                                    codecarbon_version="\x1b]0;x\x07")])
    done = gramme("import", path)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout


# --- CodeCarbon -------------------------------------------------------------------------------


def test_codecarbon_s_rows_are_runs_with_its_figures(gramme, tmp_path):
    path = made.codecarbon_csv(tmp_path / "emissions.csv",
                               [made.codecarbon_row(),
                                made.codecarbon_row(run_id="made-2", timestamp="2024-05-31T12:00:00")])
    answer = imported(gramme, "codecarbon", path, "--zone", "Europe/Paris")
    assert len(answer["runs"]) == 2 and not answer["failures"]
    first = min(answer["runs"], key=lambda run: run["id"])
    assert first["figures"]["energy_consumed"] == {"value": 0.0046, "unit": "kWh"}
    shown = gramme.json("show", first["id"])
    assert shown["started"] == "2024-05-31T08:37:33.000Z"
    parts = {c["domain"]: c for c in shown["energy"]["components"]}
    # A constant processor is a model, and stands beside what was measured.
    assert parts["gpu-sum"]["kind"] == "measured" and parts["gpu-sum"]["counted"]
    assert parts["gpu-sum"]["machine_j"]["value"] == pytest.approx(0.003 * 3.6e6, rel=1e-6)
    assert shown["carbon"]["region"]["country"] == "FRA"
    assert "whole-machine" in codes(first)
    assert imported(gramme, path)["runs"][0]["state"] == "there"


def test_codecarbon_s_rows_of_one_run_are_one_run(gramme, tmp_path):
    rows = [made.codecarbon_row(timestamp=f"2024-05-31T10:{40 + i}:00", duration=60.0 * (i + 1),
                                cpu_energy=0.001 * (i + 1)) for i in range(4)]
    run = only(imported(gramme, made.codecarbon_csv(tmp_path / "emissions.csv", rows)))
    assert run["duration_s"] == 240
    assert "rows-of-one-run" in codes(run)


def test_codecarbon_s_zero_is_not_known(gramme, tmp_path):
    run = only(imported(gramme, made.codecarbon_csv(
        tmp_path / "emissions.csv",
        [made.codecarbon_row(cpu_energy=0.0, gpu_energy=0.0, gpu_model="", gpu_count="")])))
    domains = {c["domain"] for c in gramme.json("show", run["id"])["energy"]["components"]}
    assert domains == {"memory-model"}
    assert "energy-zero" in codes(run)


@pytest.mark.parametrize("watts,energy_kwh,kind", [
    (42.5, 42.5 * 3.0, "modelled"),  # half of 85 W, all the time
    (42.5, 42.5 * 2.4, "modelled"),  # and less what it took to begin: a fifth of a short run
    (42.5, 31.7 * 3.0, "modelled"),
    (31.742871, 30.4 * 3.0, "measured"),  # the last reading, and the sum of all
])
def test_codecarbon_s_rated_power_is_never_a_measurement(gramme, tmp_path, watts, energy_kwh, kind):
    path = made.codecarbon_csv(tmp_path / "emissions.csv", [made.codecarbon_row(
        duration=3.0, cpu_power=watts, cpu_energy=energy_kwh / 3.6e6)])
    shown = gramme.json("show", only(imported(gramme, path))["id"])
    (cpu,) = [c for c in shown["energy"]["components"] if c["family"] == "cpu"]
    assert cpu["kind"] == kind


@pytest.mark.parametrize("change", [
    lambda record: record["run"].update(duration_ns=2**63 - 1),
    lambda record: record["run"].update(started_unix_ns=2**63 - 1),
    lambda record: record["run"].update(period_ns=2**63 - 1),
    lambda record: record.update(marks=[[-2**63, "a:begin"], [2**63 - 1, "a:end"]]),
    lambda record: record.update(metrics=[[2**63 - 1, "a", 1.0]]),
    lambda record: record.update(gaps=[[0, 0, 2**63 - 1, "late"]] * 3),
])
def test_a_time_that_no_run_has_is_refused(gramme, eit, tmp_path, change):
    run = only(imported(gramme, eit()))["id"]
    line = json.loads(gramme("export", run, "--format", "jsonl").stdout)
    line["record"]["import"] = None
    line["record"]["run"]["id"] = "another"
    change(line["record"])
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    done = gramme("import", tmp_path / "a.jsonl")
    assert done.returncode == 1 and "is not understood" in done.stderr


def test_gaps_of_a_century_each_leave_the_leaderboard(gramme, eit, tmp_path):
    run = only(imported(gramme, eit()))["id"]
    line = json.loads(gramme("export", run, "--format", "jsonl").stdout)
    line["record"]["import"] = None
    line["record"]["run"].update(id="another", experiment="e")
    line["record"]["gaps"] = [[0, 0, 3 * 10**18, "late"]] * 9
    (tmp_path / "a.jsonl").write_text(json.dumps(line))
    assert gramme("import", tmp_path / "a.jsonl").returncode == 0
    assert gramme("leaderboard").returncode == 0


def test_codecarbon_s_bad_rows_are_told_by_their_line(gramme, tmp_path):
    path = made.codecarbon_csv(tmp_path / "emissions.csv",
                               [made.codecarbon_row(duration="long"), made.codecarbon_row()])
    done = gramme("import", path, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and len(answer["runs"]) == 1
    assert answer["failures"][0]["file"].endswith("line 2")


def test_codecarbon_s_columns_may_come_and_go(gramme, tmp_path):
    wide = made.codecarbon_csv(tmp_path / "wide.csv", [made.codecarbon_row(water_consumed=0.0)],
                               made.COLUMNS[:3] + ["later_column"] + made.COLUMNS[3:])
    plain = made.codecarbon_csv(tmp_path / "emissions.csv", [made.codecarbon_row()])
    first = only(imported(gramme, wide))
    assert only(imported(gramme, plain))["id"] == first["id"]
    old = made.codecarbon_csv(tmp_path / "old.csv", [made.codecarbon_row(run_id="")],
                              ["timestamp", "experiment_id", "project_name", "duration", "emissions",
                               "energy_consumed", "country_name", "country_iso_code", "region"])
    run = only(imported(gramme, old))
    assert run["ours"]["attributed_j"] is None
    assert run["figures"]["energy_consumed"]["value"] == 0.0046
