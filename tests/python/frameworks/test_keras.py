# SPDX-License-Identifier: Apache-2.0
"""Keras, on the backend that is here: what fit, evaluate and predict tell."""
import copy
import importlib.util
import os
import pickle
import time

import pytest
from seen import logged, passes, spans, within, worked

import gramme

if importlib.util.find_spec("keras") is None:
    pytest.skip("keras is not installed", allow_module_level=True)
BACKEND = next((one for one in ("jax", "torch", "tensorflow") if importlib.util.find_spec(one)),
               None)
if BACKEND is None:
    pytest.skip("keras has no backend here: jax, torch or tensorflow", allow_module_level=True)
os.environ.setdefault("KERAS_BACKEND", BACKEND)
keras = pytest.importorskip("keras", reason="keras cannot be imported")
import numpy  # noqa: E402

RNG = numpy.random.default_rng(1)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def callback(**options):
    from gramme.frameworks.keras import GrammeCallback

    return GrammeCallback(**options)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    made = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(2, activation="softmax")], name="tiny")
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    made.fit(X, Y, epochs=1, verbose=0)  # compiles it once for all tests
    return made


def fit(model, told, **more):
    more = {"epochs": 3, "batch_size": 16, "verbose": 0, **more}
    return model.fit(X, Y, callbacks=[told], **more)


def test_a_fit_without_a_run_is_one_of_its_own(quietly, model):
    told = callback(experiment="nets")
    history = fit(model, told)
    summary = told.summary
    assert (summary.name, summary.experiment, summary.state) == ("tiny", "nets", "finished")
    assert passes(summary) == {"train": 1, "epoch": 3}
    assert worked(summary) == {"steps": 12}
    assert logged(summary, "epoch") == [0, 1, 2]
    assert logged(summary, "loss") == pytest.approx(history.history["loss"])
    assert logged(summary, "accuracy") == pytest.approx(history.history["accuracy"])
    assert not gramme.current().active


def test_validation_is_a_section_of_its_epoch(quietly, model):
    told = callback()
    fit(model, told, validation_data=(X, Y))
    assert passes(told.summary) == {"train": 1, "epoch": 3, "eval": 3}
    for validation, epoch in zip(spans(told.summary, "eval"), spans(told.summary, "epoch")):
        assert within(validation, epoch)
    assert len(logged(told.summary, "val_loss")) == 3


def test_evaluate_and_predict_are_runs_of_their_own(quietly, model):
    told = callback()
    model.evaluate(X, Y, callbacks=[told], verbose=0)
    assert passes(told.summary) == {"eval": 1}
    assert len(logged(told.summary, "eval_loss")) == 1
    model.predict(X, callbacks=[told], verbose=0)
    assert passes(told.summary) == {"predict": 1}
    assert len(gramme.ledger()) == 2


def test_inside_a_run_all_are_its_sections(quietly, model):
    told = callback()
    with gramme.track("outer") as run:
        fit(model, told)
        model.evaluate(X, Y, callbacks=[told], verbose=0)
        model.predict(X, callbacks=[told], verbose=0)
    assert passes(run.summary) == {"train": 1, "epoch": 3, "eval": 1, "predict": 1}
    assert told.summary is None
    assert len(gramme.ledger()) == 1


def test_a_run_knows_before_its_end_what_the_epochs_will_have_used(quietly, model):
    seen = []

    class Look(keras.callbacks.Callback):
        """Waits for answers: a run drops a question when the one before has none yet, and
        these epochs take milliseconds."""

        def on_epoch_begin(self, epoch, logs=None):
            gramme.current().progress()

        def on_epoch_end(self, epoch, logs=None):
            run, end = gramme.current(), time.monotonic() + 20
            while epoch == 3 and run.forecast is None and time.monotonic() < end:
                run.progress()
            run.progress()
            seen.append(run.forecast)

    with gramme.track("outer"):
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[callback(), Look()])
    last = seen[-1]
    assert last.total == 4 and 1 <= last.done <= 4
    assert last.duration_s.value > 0


def test_an_interrupted_fit_leaves_no_run_open(quietly, model):
    class Bad(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyError("mine")

    told = callback()
    with pytest.raises(KeyError):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[told, Bad()])
    fit(model, told)
    assert [row.state for row in gramme.ledger()] == ["finished", "failed"]


def test_copies_are_of_the_settings(quietly, model):
    told = callback(experiment="nets")
    for other in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        fit(model, other, epochs=1)
        assert other.summary.experiment == "nets"


def test_a_broken_gramme_leaves_training_as_it_is(broken, model):
    with pytest.warns(gramme.GrammeWarning) as warned:
        history = fit(model, callback())
    assert len([one for one in warned if issubclass(one.category, gramme.GrammeWarning)]) == 1
    assert len(history.history["loss"]) == 3
