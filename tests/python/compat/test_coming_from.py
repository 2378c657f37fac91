# SPDX-License-Identifier: Apache-2.0
"""What docs/COMING-FROM.md promises of the layers is there."""
import dataclasses
import importlib
import pathlib
import re
import subprocess
import sys

import pytest

from gramme.compat.codecarbon.output import EmissionsData
from gramme.compat.experiment_impact_tracker._figures import Figures

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "COMING-FROM.md").read_text(encoding="utf-8")
EIT = "gramme.compat.experiment_impact_tracker"


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^from gramme\.compat.*import \w+", TEXT,
                                                       re.M))))
def test_the_changed_import_line_works(line):
    exec(line, {})


def test_every_column_is_told():
    told = {name for cell in re.findall(r"^\| (`[a-z_].*?) \|", TEXT, re.M)
            for name in re.findall(r"`(\w+)`", cell)}
    untold = {field.name for field in dataclasses.fields(EmissionsData)} - told
    # Named as others are ("`cpu_power`, …"), or nothing to be said of.
    assert untold <= {"timestamp", "project_name", "gpu_power", "ram_power", "cloud_provider",
                      "cloud_region", "os", "python_version", "cpu_count", "cpu_model", "gpu_count",
                      "gpu_model", "ram_total_size", "tracking_mode", "on_cloud", "pue", "wue"}
    assert set(Figures._fields) - {"pue"} <= told


def test_the_modules_hold_what_the_table_says():
    table = TEXT[TEXT.index("| module | what is there |") :].split("\n\n")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", table, re.M)
    assert len(rows) >= 6
    for modules, names in rows:
        words = re.findall(r"`(.*?)`", modules)
        found = [importlib.import_module(f"{EIT}.{name}") for name in words]
        for name in re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", names)):
            assert any(hasattr(module, name) for module in found), name


@pytest.mark.parametrize("module", ["gramme.compat", "gramme.compat.codecarbon",
                                    f"{EIT}.compute_tracker", f"{EIT}.data_interface"])
def test_importing_a_layer_starts_nothing_and_brings_no_framework(module):
    code = (
        f"import sys, threading, {module}\n"
        "heavy = {'pandas', 'numpy', 'codecarbon', 'subprocess', 'asyncio', 'multiprocessing'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={"PYTHONPATH": str(ROOT / "python"), "PATH": "/no/such"})
    assert (done.returncode, done.stderr) == (0, "")
