# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: a tracked estimator is still an estimator, and nothing is told twice."""
import pickle
import warnings

import pytest
from seen import passes

import gramme

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed")
import numpy  # noqa: E402
from sklearn.base import clone, is_classifier, is_regressor  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    LinearRegression,
    LogisticRegression,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

RNG = numpy.random.default_rng(1)
X = RNG.normal(size=(120, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
GRID = {"estimator__C": [0.1, 1.0]}


def tracked(*args, **options):
    from gramme.frameworks.sklearn import tracked as wrap

    return wrap(*args, **options)


@pytest.fixture
def processes():
    """Two workers with this test's environment: joblib keeps those of the test before."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor(max_workers=2).shutdown(wait=True)
    yield
    get_reusable_executor(max_workers=2).shutdown(wait=True)


def names():
    return sorted(row.name for row in gramme.ledger())


def test_a_fit_without_a_run_is_one_of_its_own(quietly):
    model = tracked(LogisticRegression(), experiment="lines")
    assert model.fit(X, Y) is model
    summary = model.gramme_summary_
    assert (summary.name, summary.experiment) == ("LogisticRegression", "lines")
    assert passes(summary) == {"LogisticRegression.fit": 1}
    model.predict(X)
    assert names() == ["LogisticRegression"]


def test_inside_a_run_each_method_is_a_section(quietly):
    with gramme.track("outer") as run:
        model = tracked(LogisticRegression(), "lines").fit(X, Y)
        model.predict(X)
        model.predict(X)
        model.predict_proba(X)
        model.score(X, Y)
    assert passes(run.summary) == {
        "lines.fit": 1, "lines.predict": 2, "lines.predict_proba": 1, "lines.score": 1}
    assert names() == ["outer"]


def test_which_methods_are_runs_of_their_own_can_be_said(quietly):
    model = tracked(LogisticRegression(), own=("fit", "predict")).fit(X, Y)
    model.predict(X)
    assert passes(model.gramme_summary_) == {"LogisticRegression.predict": 1}
    assert len(names()) == 2


def test_it_gives_what_the_estimator_gives(quietly):
    plain, model = LogisticRegression().fit(X, Y), tracked(LogisticRegression()).fit(X, Y)
    assert (model.predict(X) == plain.predict(X)).all()
    assert model.score(X, Y) == plain.score(X, Y)
    assert (model.coef_ == plain.coef_).all()
    assert (model.classes_ == plain.classes_).all()
    assert is_classifier(model) and not is_regressor(model)
    assert is_regressor(tracked(LinearRegression()))


def test_it_has_the_methods_of_the_estimator_and_no_others():
    assert not hasattr(tracked(LinearRegression()), "predict_proba")
    assert not hasattr(tracked(LinearRegression()), "transform")
    assert not hasattr(tracked(LogisticRegression()), "partial_fit")
    assert hasattr(tracked(SGDClassifier()), "partial_fit")
    assert hasattr(tracked(KMeans()), "fit_predict")


def test_an_estimator_that_was_not_fitted_says_so():
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        tracked(LogisticRegression()).predict(X)
    with pytest.raises(AttributeError):
        tracked(LogisticRegression()).coef_  # noqa: B018


def test_it_is_cloned_and_asked_for_its_parameters(quietly):
    model = tracked(LogisticRegression(C=0.5), "lines", tags={"seed": 1}).fit(X, Y)
    other = clone(model)
    assert not hasattr(other, "estimator_")
    assert other.get_params()["estimator__C"] == 0.5
    assert other.name == "lines"
    assert other.set_params(estimator__C=2.0).fit(X, Y).estimator_.C == 2.0
    assert model.estimator.C == 0.5
    assert "LogisticRegression" in repr(model)


def test_other_ways_to_fit_are_told_too(quietly):
    with gramme.track("outer") as run:
        tracked(KMeans(2, n_init=1), "groups").fit_predict(X)
        reduced = tracked(PCA(2), "axes").fit_transform(X)
        tracked(SGDClassifier(), "steps").partial_fit(X, Y, classes=[0, 1]).partial_fit(X, Y)
    assert reduced.shape == (120, 2)
    assert passes(run.summary) == {"groups.fit": 1, "axes.fit": 1, "steps.partial_fit": 2}


def test_steps_of_a_pipeline_are_told(quietly):
    with gramme.track("outer") as run:
        line = make_pipeline(tracked(StandardScaler()), tracked(LogisticRegression()))
        line.fit(X, Y).score(X, Y)
    assert passes(run.summary) == {
        "StandardScaler.fit": 1, "LogisticRegression.fit": 1,
        "StandardScaler.transform": 1, "LogisticRegression.score": 1}


def test_sample_weights_reach_the_estimator(quietly):
    weight = numpy.where(Y == 1, 10.0, 1.0)
    plain = LogisticRegression().fit(X, Y, sample_weight=weight)
    model = tracked(LogisticRegression()).fit(X, Y, sample_weight=weight)
    assert (model.coef_ == plain.coef_).all()


def test_a_tracked_search_over_processes_is_one_run(quietly, processes):
    model = tracked(GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2, n_jobs=2))
    assert model.fit(X, Y).best_params_["C"] in (0.1, 1.0)
    assert names() == ["GridSearchCV"]


def test_workers_of_a_process_that_tracks_start_no_runs(quietly, processes):
    with gramme.track("outer") as run:
        search = GridSearchCV(tracked(LogisticRegression()), GRID, cv=2, n_jobs=2).fit(X, Y)
        search.predict(X)
    assert names() == ["outer"]
    # The workers' fits are in the run's joules; told are the last fit and the prediction.
    assert passes(run.summary) == {"LogisticRegression.fit": 1, "LogisticRegression.predict": 1}


def test_workers_without_a_run_around_them_start_their_own(quietly, processes):
    GridSearchCV(tracked(LogisticRegression(), "lines"), GRID, cv=2, n_jobs=2).fit(X, Y)
    assert names() == ["lines"] * 5
    assert all(row.state == "finished" for row in gramme.ledger())


def test_threads_may_fit_at_the_same_time(quietly):
    import joblib

    with gramme.track("outer") as run, joblib.parallel_backend("threading"):
        scores = cross_val_score(tracked(LogisticRegression(), "lines"), X, Y, cv=3, n_jobs=2)
    assert len(scores) == 3
    assert passes(run.summary)["lines.fit"] == 3


def test_a_model_is_kept_and_loaded(quietly, tmp_path):
    with gramme.track("outer"):
        model = tracked(LogisticRegression(), own=("predict",)).fit(X, Y)
        kept = pickle.dumps(model)
    loaded = pickle.loads(kept)
    assert (loaded.predict(X) == model.predict(X)).all()
    assert passes(loaded.gramme_summary_) == {"LogisticRegression.predict": 1}


def test_the_estimators_exception_is_the_users(quietly):
    with pytest.raises(ValueError, match="samples"):
        tracked(LogisticRegression()).fit(X, Y[:3])
    assert [row.state for row in gramme.ledger()] == ["failed"]


def test_a_broken_gramme_leaves_the_fit_as_it_is(broken):
    with pytest.warns(gramme.GrammeWarning) as warned:
        model = tracked(LogisticRegression()).fit(X, Y)
    assert len(warned) == 1
    assert (model.predict(X) == LogisticRegression().fit(X, Y).predict(X)).all()


def test_scikit_learns_own_checks_hold(monkeypatch):
    """All that it asks of an estimator; without a program, so that it takes seconds."""
    from sklearn.utils.estimator_checks import check_estimator

    monkeypatch.setenv("GRAMME", "/nonexistent")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(
            tracked(LogisticRegression()), on_fail=None, on_skip=None)
    failed = [one["check_name"] for one in results if one["status"] == "failed"]
    assert failed == []
