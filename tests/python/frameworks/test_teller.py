# SPDX-License-Identifier: Apache-2.0
"""What all callbacks have in common, without a framework."""
import copy
import os
import pickle
import signal
import sys

import pytest
from harness import ROOT, script
from seen import passes

import gramme
from gramme.frameworks._teller import Teller, harmless, numbers


def test_no_framework_is_imported_before_it_is_used():
    script(sys.executable, "-c", """
import sys, gramme, gramme.frameworks, gramme.loggers
from gramme.loggers import mlflow, wandb, tensorboard
here = {"keras", "torch", "lightning", "transformers", "accelerate", "sklearn", "xgboost",
        "lightgbm", "mlflow", "wandb", "tensorboard"}
assert not here & set(sys.modules), here & set(sys.modules)
""", PYTHONPATH=str(ROOT / "python"))


def test_a_hook_that_fails_is_a_warning():
    @harmless
    def hook():
        raise KeyError("ours")

    with pytest.warns(gramme.GrammeWarning, match="KeyError"):
        assert hook() is None


def test_what_a_user_interrupts_is_interrupted():
    @harmless
    def hook():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hook()


def test_only_numbers_are_metrics():
    class Broken:
        def __float__(self):
            raise RuntimeError("on another device")

    assert numbers({"a": 1, "b": "1", "c": None, "d": [1], "e": Broken(), 3: 0.5}) == {
        "a": 1.0, "3": 0.5}
    assert numbers(None) == {}


def test_sections_that_a_framework_left_open_end_with_the_outer_one(quietly):
    teller = Teller(name="left")
    teller.begin("unused")
    teller.enter("train")
    teller.enter_epoch(0, 2)
    teller.enter("eval")
    teller.leave("train")
    teller.leave("eval")
    teller.end()
    assert teller.summary.name == "left"
    assert passes(teller.summary) == {"train": 1, "epoch": 1, "eval": 1}


def test_copies_have_no_run(quietly):
    teller = Teller(experiment="one")
    teller.begin("first")
    for other in (copy.copy(teller), copy.deepcopy(teller), pickle.loads(pickle.dumps(teller))):
        assert not other.begun and other.options == {"experiment": "one"}
        del other
    assert teller.run.active
    teller.end()
    assert teller.summary.state == "finished"


def test_a_run_that_nobody_ends_is_ended_as_failed(quietly):
    teller = Teller()
    teller.begin("dropped")
    del teller
    assert [row.state for row in gramme.ledger()] == ["failed"]


def test_a_forked_child_leaves_its_parents_run_alone(quietly):
    teller = Teller()
    teller.begin("forked")
    child = os.fork()
    if child == 0:
        teller.end(1)
        del teller
        os._exit(0)
    os.waitpid(child, 0)
    assert teller.run.active
    teller.end()
    assert teller.summary.state == "finished"


def test_a_sampler_that_is_killed_ends_no_training():
    teller = Teller(experiment="killed")
    teller.begin("killed")
    os.kill(sampler_of(os.getpid()), signal.SIGKILL)
    with pytest.warns(gramme.GrammeWarning):
        for epoch in range(1000):
            teller.enter_epoch(epoch, 1000)
            teller.log({"loss": 1.0})
            teller.leave_epoch()
        teller.end()
    assert teller.summary is None


def sampler_of(pid):
    """The process whose command line says that it attached to this one."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if f"--ends-with={pid}".encode() in words and int(entry) != pid:
            return int(entry)
    raise AssertionError("there is no sampler")
