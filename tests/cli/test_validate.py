# SPDX-License-Identifier: Apache-2.0
"""gramme validate: every method's error on data whose truth is known, or on one's own."""
import csv
import io
import json
import os
import pty
import subprocess

import pytest
from conftest import ROOT

HEAD = "cpu_name,chips,cores,threads,mhz,memory_gb,year,vendor,load_ratio,measured_w\n"


def methods(answer, suite):
    (one,) = [s for s in answer["suites"] if s["name"] == suite]
    return {m["name"]: m for m in one["methods"]}


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The suite that takes seconds, once."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRAMME_")}
    env.update(HOME=str(tmp_path_factory.mktemp("home")), GRAMME_OFFLINE="1")
    program = os.environ.get("GRAMME") or ROOT / "build/gramme"
    done = subprocess.run([program, "validate", "--suite", "servers", "--json"], env=env,
                          capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


def own(gramme, text):
    path = gramme.folder / "own.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(gramme, text):
    done = gramme("validate", "--csv", own(gramme, text))
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr


def test_the_formulas_of_other_tools_err_as_is_known_of_them(servers):
    assert servers["schema"] == "gramme.validate/1"
    by = methods(servers, "servers")
    for name, low, high in (("TDP x load", 0.42, 0.46), ("half TDP", 0.44, 0.48),
                            ("CodeCarbon 2", 0.40, 0.54), ("CodeCarbon 3", 0.40, 0.54),
                            ("Green Algorithms", 0.34, 0.40), ("vCPU, average", 0.53, 0.62)):
        assert low < by[name]["mean_error_ratio"] < high, name
        assert by[name]["cover90_ratio"] is None
        assert not by[name]["ours"]
    assert by["vCPU, average"]["cases"] == 659 * 11
    assert by["TDP x load"]["cases"] + by["TDP x load"]["unanswered"] == 659 * 11


def test_each_case_is_in_one_group_of_each_kind(servers):
    for method in methods(servers, "servers").values():
        both = sum(g["cases"] + g["unanswered"] for g in method["groups"])
        assert both == 2 * (method["cases"] + method["unanswered"])


def test_a_processor_s_curve_from_two_readings_is_held_out(gramme):
    by = methods(gramme.json("validate", "--suite", "rapl"), "rapl")
    ours = by["gramme, load shape"]
    assert ours["ours"] and ours["cases"] == 76
    groups = {g["name"]: g for g in ours["groups"]}
    assert ours["mean_error_ratio"] < 0.12
    assert groups["busy threads"]["mean_error_ratio"] < groups["throttled load"]["mean_error_ratio"]
    by_cpu = by["gramme, processor left out"]["mean_error_ratio"]
    assert ours["mean_error_ratio"] < by_cpu < by["straight line"]["mean_error_ratio"] / 2


def test_ours_come_first(gramme, servers):
    for answer in (servers, gramme.json("validate", "--suite", "rapl")):
        ours = [m["ours"] for m in answer["suites"][0]["methods"]]
        assert ours == sorted(ours, reverse=True) and True in ours


def test_all_forms_tell_the_same(gramme):
    words = ("validate", "--suite", "rapl")
    answer = gramme.json(*words)
    rows = list(csv.DictReader(io.StringIO(gramme(*words, "--format", "csv").stdout)))
    text = gramme(*words).stdout
    page = gramme(*words, "--format", "markdown").stdout
    for name, method in methods(answer, "rapl").items():
        (row,) = [r for r in rows if r["group"] == "" and r["method"] == name]
        assert float(row["mean_error_ratio"]) == pytest.approx(method["mean_error_ratio"])
        mean = f"{100 * method['mean_error_ratio']:.1f}"
        assert f"| {name} | {method['cases']} | {mean} |" in page
        (line,) = [part for part in text.splitlines() if part.startswith(name.ljust(36))]
        assert line[36:].split()[:2] == [str(method["cases"]), mean]


@pytest.mark.parametrize("suite", ("rapl", "forecast", "servers"))
def test_lines_fit_a_terminal(gramme, suite):
    lines = gramme("validate", "--groups", "--suite", suite).stdout.splitlines()
    assert 10 < len(lines) and max(map(len, lines)) <= 80


def test_one_s_own_measurements_are_judged(gramme):
    path = own(gramme, HEAD + "Intel Xeon E5-2660,2,16,32,2200,16,2012,Dell,0.5,190\n"
               "Intel Xeon E5-2660,2,16,32,2200,16,2012,Dell,1,\n"  # no watts: left out
               "Unheard Of 9,1,4,8,2000,,,,1,100\n")
    answer = gramme.json("validate", "--csv", path)
    by = methods(answer, "measurements")
    assert by["TDP x load"]["cases"] == 1 and by["TDP x load"]["unanswered"] == 1
    assert by["TDP x load"]["mean_error_ratio"] == pytest.approx(0.5)  # 95 of 190 W
    assert by["vCPU, average"]["cases"] == 2
    assert any("2 judged, 1 left out" in n for n in answer["suites"][0]["notes"])


def test_columns_may_stand_in_any_order_and_others_beside_them(gramme):
    path = own(gramme, b"\xef\xbb\xbfwhen;never,measured_w,threads,load_ratio\r\nx,100,8,1\r\n")
    assert methods(gramme.json("validate", "--csv", path), "measurements")[
        "vCPU, average"]["cases"] == 1


@pytest.mark.parametrize("row, what", [
    (",,,,,,,,50,100", "load_ratio '50'"), (",,,,,,,,0.5,0", "measured_w '0'"),
    (",,,,,,,,0.5,-3", "measured_w '-3'"), (",,,,,,,,0.5,nan", "measured_w 'nan'"),
    (",many,,,,,,,0.5,100", "chips 'many'"), (",,,,,,12,,0.5,100", "year '12'"),
])
def test_a_field_that_is_no_such_number_is_told_with_its_line(gramme, row, what):
    words = refused(gramme, HEAD + ",,,,,,,,0.1,100\n" + row + "\n")
    assert "own.csv, line 3" in words and what in words


def test_a_file_that_cannot_be_judged_says_why(gramme):
    assert "no column measured_w" in refused(gramme, "load_ratio\n1\n")
    assert "no column load_ratio" in refused(gramme, "measured_w\n1\n")
    assert "no column" in refused(gramme, "")
    assert "no row tells" in refused(gramme, HEAD)
    done = gramme("validate", "--csv", gramme.folder / "none.csv")
    assert done.returncode == 1 and "cannot read" in done.stderr and "none.csv" in done.stderr
    assert gramme("validate", "--csv", gramme.folder).returncode == 1


def test_names_from_a_file_do_no_harm(gramme):
    path = own(gramme, HEAD + '"=cmd|\x1b[31m`<b>`",1,1,1,,,,,0.5,100\n')
    text = gramme("validate", "--csv", path, "--groups").stdout
    assert "\x1b" not in text
    page = gramme("validate", "--csv", path, "--groups", "--format", "markdown").stdout
    assert "\x1b" not in page and "\\|" in page and "\\<b\\>" in page
    sheet = gramme("validate", "--csv", path, "--format", "csv").stdout
    assert ",=cmd" not in sheet


def test_what_was_mistyped_is_said(gramme):
    done = gramme("validate", "--suite", "none")
    assert done.returncode == 1 and "no suite 'none'" in done.stderr and "try:" in done.stderr
    assert gramme("validate", "--format", "none").returncode == 1
    assert gramme("validate", "--format", "csv", "--json").returncode == 2
    done = gramme("validate", "--suite", "rapl", "--csv", "x.csv")
    assert done.returncode == 1 and "not both" in done.stderr


def test_what_takes_no_time_shows_no_progress(gramme):
    main, child = pty.openpty()
    done = gramme("validate", "--suite", "rapl", capture_output=False,
                  stdout=subprocess.PIPE, stderr=child)
    os.close(child)
    assert done.returncode == 0
    os.set_blocking(main, False)
    with pytest.raises(OSError):
        os.read(main, 1)
    os.close(main)


def test_the_page_of_accuracy_is_what_the_program_prints(gramme):
    done = subprocess.run([ROOT / "tools/check-accuracy", ROOT], capture_output=True, text=True,
                          env=dict(os.environ, GRAMME=gramme.program), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
