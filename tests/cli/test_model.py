# SPDX-License-Identifier: Apache-2.0
"""gramme model: a machine's watts on the command line, in a table, and for programs."""
import csv
import io
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def curve_of(gramme, *words):
    done = gramme("model", "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def published():
    lines = (ROOT / "data" / "server_power.csv").read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_a_published_server_is_within_its_own_interval(gramme):
    inside = count = 0
    for row in published()[::20]:
        said = curve_of(gramme, "--cpu", row["cpu_name"], "--chips", row["chips"], "--cores", row["cores"],
                        "--threads", row["threads"], "--mhz", row["mhz"], "--memory-gb", row["memory_gb"],
                        "--vendor", row["vendor"], "--year", row["hw_available"][:4], "--load", "0.5")
        count += 1
        inside += said["low95_w"] <= float(row["w_50"]) <= said["high95_w"]
        assert said["low95_w"] <= said["low90_w"] <= said["model_w"] <= said["high90_w"] <= said["high95_w"]
        assert said["kind"] == "modelled" and said["how"] == "same-cpu"
    assert count > 30
    assert inside / count > 0.85


def test_a_table_comes_back_with_answers_and_reasons(gramme, tmp_path):
    table = tmp_path / "machines.csv"
    table.write_text('cpu_name,chips,memory_gb,load_ratio,note\n'
                     '"Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz",2,192,0.5,"a, b"\n'
                     ',,,0.5,nothing\n'
                     'Xeon X5670,2,24,,no load\n')
    done = gramme("model", "--csv", table)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["note"] for row in rows] == ["a, b", "nothing", "no load"]
    one = curve_of(gramme, "--cpu", "Xeon Gold 6148", "--chips", "2", "--memory-gb", "192", "--load", "0.5")
    assert float(rows[0]["model_w"]) == pytest.approx(one["model_w"], rel=1e-4)
    assert float(rows[0]["low90_w"]) == pytest.approx(one["low90_w"], rel=1e-4)
    assert rows[1]["model_w"] == rows[2]["model_w"] == ""
    assert "too little" in rows[1]["method"] and "load" in rows[2]["method"]


@pytest.mark.parametrize("text, said", [
    ("cpu_name,load_ratio\nfoo,50\n", "line 2: load_ratio '50'"),
    ("cpu_name,chips,load_ratio\nfoo,x,0.5\n", "line 2: chips 'x'"),
    ("a,b\n1,2\n", "names no column"),
    ("", "names no column"),
])
def test_a_bad_table_is_said_by_line(gramme, tmp_path, text, said):
    table = tmp_path / "bad.csv"
    table.write_text(text)
    done = gramme("model", "--csv", table)
    assert done.returncode == 1
    assert said in done.stderr


def test_what_is_not_told_widens_the_interval(gramme):
    much = curve_of(gramme, "--cpu", "EPYC 7742", "--chips", "2", "--cores", "128", "--threads", "256",
                    "--mhz", "2250", "--memory-gb", "256", "--load", "1")
    little = curve_of(gramme, "--cores", "128", "--load", "1")
    assert little["how"] == "unlike"
    assert little["high90_w"] / little["low90_w"] > much["high90_w"] / much["low90_w"]


def test_the_parts_add_up_and_the_curve_is_whole(gramme):
    said = curve_of(gramme, "--cpu", "Xeon Platinum 8380", "--chips", "2", "--memory-gb", "512")
    assert [round(at["load_ratio"], 3) for at in said["curve"]] == [i / 10 for i in range(11)]
    for at in said["curve"]:
        assert at["cpu_w"] + at["memory_w"] + at["rest_w"] == pytest.approx(at["model_w"], rel=1e-6)
    assert "model_w" not in said


@pytest.mark.parametrize("words, status, said", [
    (["--load", "50"], 2, "ratio"),
    (["--chips", "0"], 2, "chips"),
    (["--cpu", "x", "--chips", "500"], 1, "no server has that"),
    (["--vendor", "Dell"], 1, "too little"),
    (["castle"], 2, "wall"),
])
def test_what_cannot_be_is_said(gramme, words, status, said):
    done = gramme("model", *words)
    assert done.returncode == status
    assert said in done.stderr


def test_this_machine_has_an_answer(gramme):
    done = gramme("model")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("this machine: ")
    assert "Modelled, at the wall" in done.stdout
