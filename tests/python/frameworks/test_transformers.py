# SPDX-License-Identifier: Apache-2.0
"""Hugging Face's Trainer: what train, evaluate and predict tell."""
import importlib.util
import pickle
import warnings

import pytest
from seen import logged, passes, spans, within, worked

import gramme

for package in ("torch", "transformers", "accelerate"):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed", allow_module_level=True)
import torch  # noqa: E402
import transformers  # noqa: E402

transformers.logging.set_verbosity_error()


class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, at):
        ids = torch.arange(8) % 7 + at % 3
        return {"input_ids": ids, "labels": ids}


class Tiny(torch.nn.Module):
    """A language model of a few numbers; transformers' own classes take seconds to make."""

    main_input_name = "input_ids"

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Embedding(16, 16)

    def forward(self, input_ids, labels=None):
        logits = self.layer(input_ids)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return {"loss": loss, "logits": logits}


def callback(**options):
    from gramme.frameworks.transformers import GrammeCallback

    return GrammeCallback(**options)


def trainer(told, model=None, **more):
    words = {"num_train_epochs": 2, "per_device_train_batch_size": 4, "logging_steps": 2,
             "per_device_eval_batch_size": 4, "report_to": [], "save_strategy": "no",
             "use_cpu": True, "disable_tqdm": True, "seed": 1, **more}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformers.Trainer(
            model or Tiny(), transformers.TrainingArguments("out", **words),
            train_dataset=Rows(), eval_dataset=Rows(), callbacks=[told] if told else [])


def test_a_training_without_a_run_is_one_of_its_own(quietly):
    told = callback(experiment="nets")
    trainer(told).train()
    summary = told.summary
    assert (summary.name, summary.experiment, summary.state) == ("Tiny", "nets", "finished")
    assert passes(summary) == {"train": 1, "epoch": 2}
    assert worked(summary) == {"steps": 8, "samples": 32}
    assert logged(summary, "epoch") == [0, 1]
    assert len(logged(summary, "loss")) == 4
    assert "learning_rate" in summary.metrics
    assert not gramme.current().active


def test_samples_are_not_guessed_where_the_last_step_has_fewer(quietly):
    told = callback()
    trainer(told, per_device_train_batch_size=3).train()
    assert worked(told.summary) == {"steps": 12}


def test_tokens_are_work_where_the_trainer_counts_them(quietly):
    told = callback()
    trainer(told, include_num_input_tokens_seen="all").train()
    assert worked(told.summary) == {"steps": 8, "samples": 32, "tokens": 2 * 16 * 8}


@pytest.mark.parametrize("when", [{"eval_strategy": "epoch"},
                                  {"eval_strategy": "steps", "eval_steps": 4}])
def test_evaluations_are_sections_of_the_training(quietly, when):
    told = callback()
    trainer(told, **when).train()
    assert passes(told.summary) == {"train": 1, "epoch": 2, "eval": 2}
    whole = spans(told.summary, "train")[0]
    assert all(within(span, whole) for span in spans(told.summary, "eval"))
    assert len(logged(told.summary, "eval_loss")) == 2


def test_inside_a_run_evaluate_and_predict_are_its_sections(quietly):
    told = callback()
    with gramme.track("outer") as run:
        with_it = trainer(told)
        with_it.train()
        with_it.evaluate()
        with_it.predict(Rows())
    assert passes(run.summary) == {"train": 1, "epoch": 2, "eval": 2}
    assert len(logged(run.summary, "test_loss")) == 1
    assert len(gramme.ledger()) == 1


def test_a_training_that_raises_is_a_failed_run(quietly):
    class Bad(transformers.TrainerCallback):
        def on_step_end(self, *args, **more):
            raise KeyError("mine")

    told = callback()
    with_it = trainer(told)
    with_it.add_callback(Bad())
    with pytest.raises(KeyError):
        with_it.train()
    with_it.remove_callback(Bad)
    with_it.train()
    assert [row.state for row in gramme.ledger()] == ["finished", "failed"]


def test_pickles_are_of_the_settings(quietly):
    other = pickle.loads(pickle.dumps(callback(experiment="nets")))
    trainer(other).train()
    assert other.summary.experiment == "nets"


def test_a_broken_gramme_leaves_training_as_it_is(broken):
    torch.manual_seed(1)
    plain, model = Tiny(), Tiny()
    model.load_state_dict(plain.state_dict())
    trainer(None, plain).train()
    with_it = trainer(callback(), model)
    with pytest.warns(gramme.GrammeWarning) as warned:
        with_it.train()
    ours = [one for one in warned if issubclass(one.category, gramme.GrammeWarning)]
    assert len(ours) == 1
    assert torch.equal(model.layer.weight, plain.layer.weight)
