# SPDX-License-Identifier: Apache-2.0
"""Hardware parity: on another machine than the one asked for a run stops."""
import os

import pytest

import gramme
from gramme import _require


@pytest.fixture
def machine(monkeypatch):
    def have(cpus=(), gpus=(), gib=None):
        monkeypatch.setattr(_require, "cpu_names", lambda: list(cpus))
        monkeypatch.setattr(_require, "gpu_names", lambda: list(gpus))
        monkeypatch.setattr(_require, "memory_bytes", lambda: gib and int(gib * 2**30))

    return have


@pytest.mark.parametrize("wanted, name, fit", [
    ("H100", "NVIDIA H100 80GB HBM3", True), ("nvidia h100", "NVIDIA H100 80GB HBM3", True),
    ("A10", "NVIDIA A100-SXM4-40GB", False), ("A100", "NVIDIA A100-SXM4-40GB", True),
    ("EPYC 9354", "AMD EPYC 9354 32-Core Processor", True), ("EPYC 9354", "AMD EPYC 9354P", False),
    ("Xeon", "Intel(R) Xeon(R) Processor", True), ("xeon(r)", "Intel(R) Xeon(R) CPU", True)])
def test_a_name_fits_by_whole_words(wanted, name, fit):
    assert _require.fits(wanted, name) is fit


def test_the_right_machine_is_silent(machine):
    machine(["AMD EPYC 9354 32-Core Processor"], ["NVIDIA H100 80GB HBM3"] * 8, 1007.0)
    gramme.require()
    gramme.require(gpu="H100", gpus=8, cpu="EPYC 9354", memory_gib=1024,
                   hostname=os.uname().nodename[:1] + "*")


@pytest.mark.parametrize("asked, words", [
    ({"gpu": "A100"}, "its GPUs are NVIDIA H100, NVIDIA L4, not A100"),
    ({"gpu": "H100"}, "its GPUs are NVIDIA H100, NVIDIA L4, not H100"),  # every one must fit
    ({"gpus": 8}, "it has 2 GPUs"), ({"gpus": 0}, "it has 2 GPUs"),
    ({"cpu": "EPYC"}, "its processor is Intel Xeon, not EPYC"),
    ({"memory_gib": 64}, "it has 30.0 GiB of memory, not 64"),
    ({"hostname": "node-*"}, "not node-*")])
def test_the_wrong_machine_says_what_is_here(machine, asked, words):
    machine(["Intel Xeon"], ["NVIDIA H100", "NVIDIA L4"], 30.0)
    with pytest.raises(gramme.WrongMachine) as raised:
        gramme.require(**asked)
    assert words in str(raised.value)


def test_all_that_is_wrong_is_said_at_once(machine):
    machine(["Intel Xeon"], [], 30.0)
    with pytest.raises(gramme.WrongMachine, match="(?s)EPYC.*no GPU was found, and H100"):
        gramme.require(gpu="H100", cpu="EPYC")


def test_what_cannot_be_found_out_does_not_fit(machine):
    machine()
    for asked in ({"cpu": "x"}, {"gpu": "x"}, {"memory_gib": 1}, {"gpus": 1}):
        with pytest.raises(gramme.WrongMachine):
            gramme.require(**asked)
    gramme.require(gpus=0)


def test_a_number_below_nothing_is_a_mistake():
    with pytest.raises(ValueError):
        gramme.require(gpus=-1)


def test_this_machine_is_itself(db):
    names = _require.cpu_names()
    if names:
        gramme.require(cpu=names[0])
    gramme.require(memory_gib=0.01, hostname=os.uname().nodename)
    with pytest.raises(gramme.WrongMachine, match="GiB"):
        gramme.require(memory_gib=1e9)


def test_names_are_read_as_the_kernel_writes_them(tmp_path):
    (tmp_path / "cpuinfo").write_text(
        "processor\t: 0\nmodel name\t: AMD EPYC 9354\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 9354\n")
    assert _require.cpu_names(str(tmp_path / "cpuinfo")) == ["AMD EPYC 9354"]
    (tmp_path / "meminfo").write_text("MemTotal:       16384 kB\nMemFree: 1 kB\n")
    assert _require.memory_bytes(str(tmp_path / "meminfo")) == 16 << 20
    board = tmp_path / "gpus" / "0000:01:00.0"
    board.mkdir(parents=True)
    (board / "information").write_text("Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:  1\n")
    assert _require._gpus_of_driver(str(tmp_path / "gpus")) == ["NVIDIA H100 80GB HBM3"]
    assert _require._gpus_of_driver(str(tmp_path / "none")) == []


def test_gpus_are_those_of_the_program_each_once(monkeypatch):
    board = {"domain": "gpu-0", "family": "gpu", "label": "NVIDIA H100"}
    monkeypatch.setattr(_require, "_sources", lambda: {"sources": [
        {"domains": [board, {"domain": "package-0", "family": "cpu", "label": "x"}]},
        {"domains": [board, {**board, "domain": "gpu-1"}]}]})
    assert _require.gpu_names() == ["NVIDIA H100", "NVIDIA H100"]
