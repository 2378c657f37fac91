# SPDX-License-Identifier: Apache-2.0
"""The dashboard in a real browser: dashboard.mjs does things, this says what has to come."""
import json
import shutil
import subprocess

import pytest
from conftest import ROOT, Server


@pytest.fixture(scope="module")
def steps(ledger):
    """{step: what was there}, done once."""
    if not shutil.which("node"):
        pytest.skip("node is not installed: tools/setup test")
    server = Server("--interval", "200ms", db=ledger.path, sysroot=None)
    node = subprocess.Popen(["node", ROOT / "tests/serve/dashboard.mjs",
                             f"http://{server.netloc}/"], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.PIPE)
    found = {}
    try:
        for line in node.stdout:
            row = json.loads(line)
            found[row["step"]] = row["value"]
            if row["step"] == "end it":
                server.stop()
        errors = node.communicate(timeout=60)[1]
    finally:
        node.kill()
        server.stop()
    if "lacking" in found:
        pytest.skip(found["lacking"])
    assert node.returncode == 0, (found.keys(), errors)
    return found


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_it_looks_right_to_axe_and_fits(steps, look):
    assert steps[look]["violations"] == []
    assert not steps[look]["wide"]
    assert steps[look]["rows"] >= 13


def test_nothing_is_complained_of_and_nobody_else_asked(steps):
    assert steps["said"] == {"complaints": [], "outside": []}


def test_runs_are_searched_and_the_address_keeps_it(steps):
    assert [name.splitlines()[0] for name in steps["search"]] == ["train-b"] * 5
    assert steps["kept"] == "train-b"
    assert "No run fits" in steps["none"]


def test_a_run_whose_joules_are_a_models_says_so(steps):
    assert steps["cards"] == {"measured": False, "derived": False, "modelled": True,
                              "assumed": True, "null": False}


def test_experiments_are_grouped_and_compared(steps):
    assert "paper / a" in steps["grouped"] and "paper / b" in steps["grouped"]
    assert steps["one ticked"] is True
    assert "side=paper%2Fa&side=paper%2Fb" in steps["compared"]["url"]
    assert steps["compared"]["violations"] == []
    assert "paper/a" in steps["compared"]["text"]


def test_a_row_opens_the_run(steps):
    assert "/runs/2024" in steps["opened"]["url"]


def test_that_the_stream_broke_off_is_said(steps):
    assert "what is shown is old" in steps["broken"]
