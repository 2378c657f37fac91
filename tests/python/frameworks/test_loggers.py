# SPDX-License-Identifier: Apache-2.0
"""MLflow, Weights & Biases (offline) and TensorBoard take a run's summary."""
import functools
import importlib.util
import sys

import pytest
from harness import gramme_warnings, script

import gramme


def needs(*packages):
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")


def work(run):
    with run.section("a part: 1/2"):
        run.work(tokens=10)
        sum(range(200_000))


@pytest.fixture
def mlflow(monkeypatch, tmp_path):
    needs("mlflow")
    # The file store, which MLflow 3 wants to be asked for by name.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    import mlflow

    mlflow.set_tracking_uri((tmp_path / "mlruns").as_uri())
    yield mlflow
    while mlflow.active_run():
        mlflow.end_run()


def check_mlflow(data, summary):
    flat = summary.flat()
    numbers = {key for key, value in flat.items() if not isinstance(value, str)}
    assert len(data.metrics) == len(numbers)
    assert data.metrics["gramme/energy_j"] == summary.energy.attributed_j.value
    assert data.metrics["gramme/energy_low_j"] == summary.energy.attributed_j.low
    assert data.tags["gramme/kind"] == summary.energy.attributed_j.kind
    assert data.tags["gramme/run"] == summary.id


def test_mlflows_active_run_has_the_numbers(quietly, mlflow):
    with mlflow.start_run() as theirs:
        mlflow.log_metric("loss", 0.5)
        with gramme.track("logged", report_to=["mlflow"]) as run:
            work(run)
    data = mlflow.get_run(theirs.info.run_id).data
    assert data.metrics.pop("loss") == 0.5
    check_mlflow(data, run.summary)


def test_an_mlflow_run_can_be_named(quietly, mlflow):
    from gramme.loggers import mlflow as logger

    with mlflow.start_run() as theirs:
        pass
    log = functools.partial(logger.log, run_id=theirs.info.run_id)
    with gramme.track("logged", report_to=log) as run:
        work(run)
    check_mlflow(mlflow.get_run(theirs.info.run_id).data, run.summary)


def test_no_mlflow_run_is_a_warning_and_none_is_started(mlflow):
    with pytest.warns(gramme.GrammeWarning, match="no MLflow run") as warned:
        with gramme.track("logged", report_to=["mlflow"]) as run:
            work(run)
    assert run.summary is not None and len(warned) == 1
    assert mlflow.search_runs(output_format="list", search_all_experiments=True) == []


WANDB = """
import gramme, wandb
with wandb.init(mode="offline", project="p") as theirs:
    with gramme.track("logged", report_to=["wandb"]) as run:
        run.work(tokens=10)
    print(dict(theirs.summary)["gramme/energy_j"] == run.summary.energy.attributed_j.value)
    print(dict(theirs.summary)["gramme/kind"], theirs.dir)
"""


def test_wandbs_offline_run_has_the_numbers(tmp_path):
    needs("wandb")
    program = tmp_path / "train.py"
    program.write_text(WANDB)
    said = script(sys.executable, "-W", "error::UserWarning:gramme", program,
                  WANDB_DIR=str(tmp_path), WANDB_MODE="offline")
    assert said.splitlines()[0] == "True"
    assert said.splitlines()[1].split()[0] in ("measured", "derived", "modelled", "assumed")
    (kept,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
    assert b"gramme/energy_j" in kept.read_bytes()


def test_no_wandb_run_is_a_warning(monkeypatch):
    needs("wandb")
    with pytest.warns(gramme.GrammeWarning, match="no wandb run"):
        with gramme.track("logged", report_to=["wandb"]) as run:
            work(run)
    assert run.summary is not None


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {key: events.Scalars(key)[0].value for key in events.Tags()["scalars"]}, \
        events.Tags()["tensors"]


@pytest.mark.parametrize("package", ["torch", "tensorboardX"])
def test_a_tensorboard_writer_that_is_given_has_the_numbers(quietly, tmp_path, package):
    needs("tensorboard", package)
    if package == "torch":
        from torch.utils.tensorboard import SummaryWriter
    else:
        from tensorboardX import SummaryWriter
    from gramme.loggers import tensorboard

    writer = SummaryWriter(str(tmp_path / "events"))
    log = functools.partial(tensorboard.log, writer=writer)
    with gramme.track("logged", report_to=[log]) as run:
        work(run)
    writer.close()
    numbers, words = scalars(tmp_path / "events")
    assert numbers["gramme/energy_j"] == pytest.approx(run.summary.energy.attributed_j.value)
    assert any(key.startswith("gramme/kind") for key in words)


def test_tensorboard_without_a_writer_gets_a_folder_of_its_own(quietly, tmp_path):
    needs("tensorboard")
    if not any(map(importlib.util.find_spec, ("torch", "tensorboardX"))):
        pytest.skip("neither torch nor tensorboardX is installed")
    with gramme.track("logged", report_to="tensorboard") as run:
        work(run)
    numbers, _ = scalars(tmp_path / "runs" / f"gramme-{run.id}")
    assert numbers["gramme/duration_s"] == pytest.approx(run.summary.duration_s)


def test_a_tracker_that_is_not_installed_is_a_warning(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.warns(gramme.GrammeWarning, match="mlflow") as warned:
        with gramme.track("logged", report_to=["mlflow"]) as run:
            work(run)
    assert run.summary is not None
    assert len(gramme_warnings(warned)) == 1


def test_what_is_not_known_is_told_to_nobody():
    from gramme.loggers import wandb

    class Theirs:
        summary = {}

    wandb.log(gramme.Summary.from_json({"name": "x", "duration_s": 1.5}), run=Theirs())
    assert Theirs.summary == {"gramme/duration_s": 1.5}
