# SPDX-License-Identifier: Apache-2.0
"""LightGBM: what its trainings tell, though it tells neither their begin nor their end."""
import copy
import pickle

import pytest
from seen import logged, passes, spans, within, worked

import gramme

lightgbm = pytest.importorskip("lightgbm", reason="lightgbm is not installed")
numpy = pytest.importorskip("numpy", reason="numpy is not installed")

PARAMS = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 1}


def data(rows=400):
    rng = numpy.random.default_rng(1)
    x = rng.normal(size=(rows, 4))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int)


def dataset():
    return lightgbm.Dataset(*data())


def train(*callbacks, rounds=3):
    return lightgbm.train(PARAMS, dataset(), rounds, valid_sets=[dataset()],
                          callbacks=list(callbacks))


def callback(**options):
    from gramme.frameworks.lightgbm import GrammeCallback

    return GrammeCallback(**options)


def stopping():
    return lightgbm.early_stopping(1, min_delta=10.0, verbose=False)


def states():
    return [row.state for row in gramme.ledger()]


def test_a_training_without_a_run_is_one_of_its_own(quietly):
    told = callback(experiment="trees")
    train(told)
    summary = told.summary
    assert (summary.name, summary.experiment) == ("lightgbm", "trees")
    assert summary.state == "finished"
    assert passes(summary) == {"train": 1, "epoch": 3}
    assert worked(summary) == {"rounds": 3}
    assert logged(summary, "epoch") == [0, 1, 2]
    loss = logged(summary, "valid_0-binary_logloss")
    assert len(loss) == 3 and loss[0] > loss[2] > 0
    assert within(spans(summary, "epoch")[0], spans(summary, "train")[0])
    assert not gramme.current().active


def test_a_training_inside_a_run_tells_it(quietly):
    with gramme.track("outer") as run:
        train(callback(epochs=False))
        assert run.active
    assert passes(run.summary) == {"train": 1}
    assert worked(run.summary) == {"rounds": 3}


def test_a_second_training_is_a_second_run(quietly):
    told = callback()
    train(told)
    first = told.summary
    train(told, rounds=2)
    assert told.summary.id != first.id
    assert passes(told.summary) == {"train": 1, "epoch": 2}


def test_early_stopping_ends_the_run_with_the_last_reference(quietly):
    train(callback(), stopping(), rounds=50)
    assert states() == ["finished"]
    assert not gramme.current().active


def test_early_stopping_ends_the_run_when_told(quietly):
    with callback() as told:
        train(told, stopping(), rounds=50)
    assert told.summary.state == "finished"
    # The best round, and the one after it that was no better.
    assert len(logged(told.summary, "valid_0-binary_logloss")) == 2


def test_a_training_that_raises_is_a_failed_run(quietly):
    def bad(env):
        raise KeyError("mine")

    with callback() as told, pytest.raises(KeyError):
        train(told, bad, rounds=5)
    assert told.summary.state == "failed"
    assert states() == ["failed"]


def test_cross_validation_logs_the_mean(quietly):
    told = callback()
    lightgbm.cv(PARAMS, dataset(), 3, nfold=2, callbacks=[told])
    assert len(logged(told.summary, "valid-binary_logloss")) == 3


def test_copies_are_of_the_settings(quietly):
    told = callback(experiment="trees")
    for other in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        train(other)
        assert other.summary.experiment == "trees"
    assert told.summary is None


def test_the_scikit_learn_class_takes_it(quietly):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    told = callback()
    lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1).fit(*data(), callbacks=[told])
    assert worked(told.summary) == {"rounds": 3}


def test_a_broken_gramme_leaves_training_as_it_is(broken):
    alone = lightgbm.train(PARAMS, dataset(), 3)
    with pytest.warns(gramme.GrammeWarning) as warned:
        model = train(callback())
    assert len(warned) == 1
    assert model.predict(data()[0]).tolist() == alone.predict(data()[0]).tolist()
