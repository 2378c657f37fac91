# SPDX-License-Identifier: Apache-2.0
"""The callbacks against the real frameworks: a ledger of each test's own, the program from
GRAMME, the package from the checkout. What is not installed is skipped with its reason.

tools/test-frameworks installs all of it and runs this folder.
"""
import os
import pathlib
import sys
import warnings

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import ROOT, gramme_warnings  # noqa: E402

# Before a framework is imported: nothing is asked of a network, and Keras takes what is there.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", WANDB_MODE="offline",
                  WANDB_SILENT="true", MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="1",
                  GIT_PYTHON_REFRESH="quiet", TF_CPP_MIN_LOG_LEVEL="3", TQDM_DISABLE="1",
                  CUDA_VISIBLE_DEVICES="")

# What a launcher of ranks says; these tests may themselves run below one.
RANK_WORDS = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "SLURM_", "OMPI_", "PMI",
              "MPI_", "TORCHELASTIC_", "MASTER_", "NODE_RANK", "GROUP_RANK")


def program():
    given = os.environ.get("GRAMME")
    build = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build-test"))
    for path in filter(None, (given, build / "gramme", ROOT / "build" / "gramme")):
        if os.access(path, os.X_OK):
            return os.path.abspath(path)
    return None


PROGRAM = program()


@pytest.fixture(autouse=True)
def ledger(tmp_path, monkeypatch):
    """The path of a fresh ledger that the environment names."""
    if PROGRAM is None:
        pytest.skip("the program gramme is not built")
    for name in list(os.environ):
        if name.startswith(("GRAMME", "XDG_", *RANK_WORDS)):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GRAMME", PROGRAM)
    monkeypatch.setenv("GRAMME_DB", str(tmp_path / "ledger.db"))
    monkeypatch.setenv("GRAMME_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "python"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "ledger.db"


@pytest.fixture(params=["missing", "crashing", "silent"])
def broken(request, monkeypatch, tmp_path):
    """A gramme that cannot work: no such program, one that fails, one that says nothing."""
    path = {"missing": tmp_path / "none", "crashing": "/bin/false", "silent": "/bin/true"}
    monkeypatch.setenv("GRAMME", str(path[request.param]))


@pytest.fixture
def quietly():
    """Asserts that gramme warned of nothing."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert not gramme_warnings(caught)
