# SPDX-License-Identifier: Apache-2.0
"""On a machine with a real meter: what a run weighs against what the meter shows around it.

Skipped, with the reason, where there is no such meter or it may not be read: nothing passes
then. GRAMME names the program.
"""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GRAMME", str(ROOT / "build" / "gramme"))
PACKAGE = pathlib.Path("/sys/class/powercap/intel-rapl:0")
BURN = ["sh", "-c", "i=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done"]


def run(folder, command):
    result = folder / "run.json"
    env = {**os.environ, "GRAMME_DB": str(folder / "ledger.db"),
           "GRAMME_OFFLINE": "1"}
    subprocess.run([PROGRAM, "run", "-q", "--json", str(result), "--", *command], env=env,
                   check=True, timeout=120)
    return json.loads(result.read_text())


def component(weighed, domain):
    found = [c for c in weighed["energy"]["components"] if c["domain"] == domain]
    assert found, f"{domain} is not among the components"
    return found[0]


def read_uj():
    try:
        return int((PACKAGE / "energy_uj").read_text())
    except FileNotFoundError:
        pytest.skip("there is no RAPL package counter here")
    except PermissionError:
        pytest.skip("the RAPL package counter may not be read: gramme doctor says how")


def test_the_package_of_a_real_cpu_lies_between_two_readings_of_its_own(tmp_path):
    name = (PACKAGE / "name").read_text().strip() if PACKAGE.exists() else ""
    before = read_uj()
    weighed = run(tmp_path, BURN)
    after = read_uj()
    if after < before:
        after += int((PACKAGE / "max_energy_range_uj").read_text())
    package = component(weighed, name)
    assert package["kind"] == "measured"
    assert 0 < package["machine_j"]["value"] <= (after - before) / 1e6
    # The readings outside lie a start and an end of the program apart from those inside.
    assert package["machine_j"]["value"] >= 0.8 * (after - before) / 1e6


def board_power_w():
    try:
        shown = subprocess.run(["nvidia-smi", "--query-gpu=power.draw",
                                "--format=csv,noheader,nounits", "-i", "0"],
                               capture_output=True, text=True, timeout=60, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("there is no NVIDIA board here that nvidia-smi can see")
    return float(shown.stdout)


def test_a_real_board_draws_what_its_own_tool_says(tmp_path):
    before_w = board_power_w()
    weighed = run(tmp_path, ["sleep", "10"])
    after_w = board_power_w()
    board = component(weighed, "gpu-0")
    mean_w = board["machine_j"]["value"] / weighed["duration_s"] / max(board["coverage_ratio"], 0.1)
    assert board["source"] == "nvml"
    assert 0.7 * min(before_w, after_w) <= mean_w <= 1.4 * max(before_w, after_w)
