# SPDX-License-Identifier: Apache-2.0
"""PyTorch Lightning: what a trainer's fit, validate, test and predict tell."""
import copy
import importlib.util
import logging
import pickle
import sys
import textwrap
import warnings

import pytest
from harness import runs, script
from seen import logged, passes, spans, within, worked

import gramme

for package in ("torch", "lightning"):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed", allow_module_level=True)
import torch  # noqa: E402
from lightning import pytorch as lightning  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
X = torch.randn(32, 4, generator=torch.Generator().manual_seed(1))
LOADER = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, X[:, :1]), batch_size=8)


class Tiny(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def loss(self, batch, name):
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log(name, loss)
        return loss

    def training_step(self, batch, index):
        return self.loss(batch, "train_loss")

    def validation_step(self, batch, index):
        self.loss(batch, "val_loss")

    def test_step(self, batch, index):
        self.loss(batch, "test_loss")

    def predict_step(self, batch, index):
        return self.layer(batch[0])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.01)


def callback(**options):
    from gramme.frameworks.lightning import GrammeCallback

    return GrammeCallback(**options)


def trainer(*callbacks, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lightning.Trainer(
            accelerator="cpu", devices=1, callbacks=list(callbacks), logger=False,
            enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
            **{"max_epochs": 3, **more})


def ours(warned):
    return [one for one in warned if issubclass(one.category, gramme.GrammeWarning)]


def test_a_fit_without_a_run_is_one_of_its_own(quietly):
    told = callback(experiment="nets")
    trainer(told).fit(Tiny(), LOADER)
    summary = told.summary
    assert (summary.name, summary.experiment, summary.state) == ("Tiny", "nets", "finished")
    assert passes(summary) == {"train": 1, "epoch": 3}
    assert worked(summary) == {"batches": 12}
    assert logged(summary, "epoch") == [0, 1, 2]
    assert len(logged(summary, "train_loss")) == 3
    assert not gramme.current().active


def test_validation_is_a_section_within_training(quietly):
    told = callback()
    trainer(told).fit(Tiny(), LOADER, LOADER)
    seen = passes(told.summary)
    assert seen == {"train": 1, "eval": 4, "epoch": 3}  # one is the sanity check
    whole = spans(told.summary, "train")[0]
    assert all(within(span, whole) for span in spans(told.summary, "eval"))
    assert len(logged(told.summary, "val_loss")) == 3


def test_validate_test_and_predict_are_runs_of_their_own(quietly):
    told, model = callback(), Tiny()
    with_it = trainer(told)
    with_it.validate(model, LOADER, verbose=False)
    assert passes(told.summary) == {"eval": 1}
    assert len(logged(told.summary, "val_loss")) == 1
    with_it.test(model, LOADER, verbose=False)
    assert passes(told.summary) == {"test": 1}
    assert len(logged(told.summary, "test_loss")) == 1
    with_it.predict(model, LOADER)
    assert passes(told.summary) == {"predict": 1}
    assert len(gramme.ledger()) == 3


def test_inside_a_run_all_are_its_sections(quietly):
    told, model = callback(), Tiny()
    with gramme.track("outer") as run:
        with_it = trainer(told)
        with_it.fit(model, LOADER)
        with_it.test(model, LOADER, verbose=False)
    assert passes(run.summary) == {"train": 1, "epoch": 3, "test": 1}
    assert len(gramme.ledger()) == 1


def test_a_second_fit_counts_its_own_batches(quietly):
    told, model = callback(), Tiny()
    with_it = trainer(told, max_epochs=1)
    with_it.fit(model, LOADER)
    with_it.fit_loop.max_epochs = 2
    with_it.fit(model, LOADER)
    assert worked(told.summary) == {"batches": 4}


def test_an_exception_is_a_failed_run(quietly):
    class Bad(Tiny):
        def training_step(self, batch, index):
            raise KeyError("mine")

    told = callback()
    with pytest.raises(KeyError):
        trainer(told).fit(Bad(), LOADER)
    assert told.summary.state == "failed"
    assert not gramme.current().active


def test_copies_are_of_the_settings(quietly):
    told = callback(experiment="nets")
    for other in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        trainer(other, max_epochs=1).fit(Tiny(), LOADER)
        assert other.summary.experiment == "nets"


def test_a_broken_gramme_leaves_training_as_it_is(broken):
    torch.manual_seed(1)
    plain, model = Tiny(), Tiny()
    model.load_state_dict(plain.state_dict())
    trainer().fit(plain, LOADER)
    with pytest.warns(gramme.GrammeWarning) as warned:
        trainer(callback()).fit(model, LOADER)
    assert len(ours(warned)) == 1
    assert torch.equal(model.layer.weight, plain.layer.weight)


RANKED = textwrap.dedent("""
    import os, sys, warnings
    warnings.simplefilter("ignore")
    import torch
    from {package} import {module} as lightning
    from gramme.frameworks.lightning import GrammeCallback

    class Tiny(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)
        def training_step(self, batch, index):
            loss = self.layer(batch[0]).square().mean()
            self.log("train_loss", loss)
            return loss
        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), 0.01)

    if __name__ == "__main__":
        x = torch.utils.data.TensorDataset(torch.randn(32, 4))
        lightning.Trainer(
            accelerator="cpu", devices={devices}, strategy="{strategy}", max_epochs=2,
            callbacks=[GrammeCallback(name="ranked")], logger=False,
            enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        ).fit(Tiny(), torch.utils.data.DataLoader(x, batch_size=4))
""")


def test_the_package_of_the_other_name_takes_it(tmp_path):
    if importlib.util.find_spec("pytorch_lightning") is None:
        pytest.skip("pytorch_lightning is not installed")
    program = tmp_path / "train.py"
    program.write_text(
        RANKED.format(package="pytorch_lightning", module="__init__", devices=1,
                      strategy="auto")
        .replace("from pytorch_lightning import __init__ as lightning",
                 "import pytorch_lightning as lightning"))
    script(sys.executable, program)
    (summary,) = runs()
    assert passes(summary) == {"train": 1, "epoch": 2}


@pytest.mark.parametrize("strategy", ["ddp", "ddp_spawn"])
def test_two_ranks_that_lightning_starts_are_one_run(tmp_path, strategy):
    program = tmp_path / "train.py"
    program.write_text(
        RANKED.format(package="lightning", module="pytorch", devices=2, strategy=strategy))
    script(sys.executable, program)
    (summary,) = runs()
    assert passes(summary) == {"train": 1, "epoch": 2}
    assert summary.tags["world_size"] == "2"
    # Both ranks, and what they were started by.
    assert summary.activity.processes_seen >= 2
