# SPDX-License-Identifier: Apache-2.0
"""XGBoost: what its trainings tell."""
import copy
import pickle

import pytest
from seen import logged, passes, spans, within, worked

import gramme

xgboost = pytest.importorskip("xgboost", reason="xgboost is not installed")
numpy = pytest.importorskip("numpy", reason="numpy is not installed")


def data(rows=400):
    rng = numpy.random.default_rng(1)
    x = rng.normal(size=(rows, 4))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int)


def matrix():
    return xgboost.DMatrix(*data())


def train(callback, rounds=3, **more):
    params = {"objective": "binary:logistic", "nthread": 1}
    watched = matrix()
    return xgboost.train(params, watched, rounds, evals=[(watched, "seen")],
                         callbacks=[callback], verbose_eval=False, **more)


def callback(**options):
    from gramme.frameworks.xgboost import GrammeCallback

    return GrammeCallback(**options)


def test_a_training_without_a_run_is_one_of_its_own(quietly):
    told = callback(experiment="trees", name="boost")
    train(told)
    summary = told.summary
    assert (summary.name, summary.experiment, summary.state) == ("boost", "trees", "finished")
    assert passes(summary) == {"train": 1, "epoch": 3}
    assert worked(summary) == {"rounds": 3}
    assert logged(summary, "epoch") == [0, 1, 2]
    loss = logged(summary, "seen-logloss")
    assert len(loss) == 3 and loss[0] > loss[2] > 0
    assert within(spans(summary, "epoch")[2], spans(summary, "train")[0])
    assert not gramme.current().active


def test_a_training_inside_a_run_tells_it(quietly):
    told = callback()
    with gramme.track("outer") as run:
        train(told)
        assert run.active
    assert told.summary is None
    assert passes(run.summary) == {"train": 1, "epoch": 3}


def test_the_run_that_is_given_is_told(quietly):
    given = gramme.start("given")
    with gramme.track("innermost") as other:
        train(callback(run=given))
    given.stop()
    assert passes(given.summary) == {"train": 1, "epoch": 3}
    assert passes(other.summary) == {}


def test_rounds_can_go_without_sections(quietly):
    told = callback(epochs=False)
    train(told, rounds=5)
    assert passes(told.summary) == {"train": 1}
    assert worked(told.summary) == {"rounds": 5}
    assert "epoch" not in told.summary.metrics


def test_early_stopping_ends_the_run(quietly):
    told = callback()
    stopping = xgboost.callback.EarlyStopping(rounds=1, min_delta=10.0)
    xgboost.train({"objective": "binary:logistic"}, matrix(), 50, verbose_eval=False,
                  evals=[(matrix(), "seen")], callbacks=[told, stopping])
    assert told.summary.state == "finished"
    assert worked(told.summary)["rounds"] < 50


def test_cross_validation_logs_the_mean(quietly):
    told = callback()
    xgboost.cv({"objective": "binary:logistic"}, matrix(), 3, nfold=2, callbacks=[told])
    assert len(logged(told.summary, "test-logloss")) == 3
    assert worked(told.summary) == {"rounds": 3}


def test_a_training_that_raises_is_a_failed_run(quietly):
    told = callback()

    class Bad(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            raise KeyError("mine")

    with pytest.raises(KeyError):
        xgboost.train({}, matrix(), 3, callbacks=[told, Bad()], verbose_eval=False)
    train(told)
    states = [(row.state, row.name) for row in gramme.ledger()]
    assert states == [("finished", "xgboost"), ("failed", "xgboost")]


def test_copies_are_of_the_settings(quietly):
    told = callback(experiment="trees")
    for other in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        train(other)
        assert other.summary.experiment == "trees"
    assert told.summary is None


def test_the_scikit_learn_class_takes_it(quietly):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    told = callback()
    xgboost.XGBClassifier(n_estimators=3, n_jobs=1, callbacks=[told]).fit(*data())
    assert worked(told.summary) == {"rounds": 3}


def test_an_option_that_track_has_not_is_said_at_once():
    with pytest.raises(TypeError, match="experimnt"):
        callback(experimnt="trees")


def test_a_broken_gramme_leaves_training_as_it_is(broken):
    alone = xgboost.train({"objective": "binary:logistic", "nthread": 1}, matrix(), 3)
    with pytest.warns(gramme.GrammeWarning) as warned:
        model = train(callback())
    assert len(warned) == 1
    assert model.predict(matrix()).tolist() == alone.predict(matrix()).tolist()
