# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: an estimator that tells what it does.

    >>> from gramme.frameworks.sklearn import tracked                      # doctest: +SKIP
    >>> model = tracked(LogisticRegression()).fit(x, y)                    # doctest: +SKIP
    >>> search = tracked(GridSearchCV(SVC(), grid, n_jobs=2)).fit(x, y)    # doctest: +SKIP
"""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._summary import Summary

    BaseEstimator = object

    def available_if(check: Callable[[Any], bool]) -> Callable[[Any], Any]: ...

    def clone(estimator: Any) -> Any: ...

    def get_tags(estimator: Any) -> Any: ...

    NotFittedError = ValueError
else:
    from sklearn.base import BaseEstimator, clone
    from sklearn.exceptions import NotFittedError
    from sklearn.utils import get_tags
    from sklearn.utils.metaestimators import available_if

_CLIMB_MAX = 16  # processes between a worker and who tracks
_METHODS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score_samples",
    "transform",
    "inverse_transform",
)


def tracked(
    estimator: Any,
    name: Optional[str] = None,
    *,
    own: tuple[str, ...] = ("fit",),
    **options: Any,
) -> Tracked:
    """The estimator with its ``fit``, ``predict``, ``score``, … told to the active run, as
    sections ``NAME.fit`` and so on; ``name`` defaults to the estimator's class.

    Without an active run each of the methods in ``own`` is a run of its own, with ``options``
    as `gramme.track` takes them, and ``gramme_summary_`` holds the last one's summary; the
    others are not tracked. What comes back is a scikit-learn estimator: it can be cloned, put
    into a pipeline or a search, pickled and asked for its parameters. Searches over several
    processes count once: a worker of a process that tracks leaves the telling to it. To have
    the whole of a search, wrap the search.
    """
    return Tracked(estimator, name=name, own=own, options=options or None)


class Tracked(BaseEstimator):
    """See `tracked`. As in scikit-learn, ``estimator`` stays as it was given; what is fitted is
    its clone ``estimator_``, whose attributes are also found here."""

    gramme_summary_: Summary

    def __init__(
        self,
        estimator: Any = None,
        *,
        name: Optional[str] = None,
        own: tuple[str, ...] = ("fit",),
        options: Optional[dict[str, Any]] = None,
    ) -> None:
        self.estimator = estimator
        self.name = name
        self.own = own
        self.options = options

    def fit(self, X: Any, y: Any = None, **more: Any) -> Tracked:  # noqa: N803
        """Fits a clone of the estimator."""
        fitted = clone(self.estimator)
        _told(self, "fit", fitted.fit, X, y, **more)
        self.estimator_ = fitted
        return self

    @available_if(lambda self: hasattr(self.estimator, "partial_fit"))
    def partial_fit(self, X: Any, y: Any = None, **more: Any) -> Tracked:  # noqa: N803
        """Fits on, from what there is."""
        if "estimator_" not in self.__dict__:
            self.estimator_ = clone(self.estimator)
        partial_fit = self.estimator_.partial_fit
        _told(self, "partial_fit", partial_fit, X, y, **more)
        return self

    @available_if(lambda self: _has(self, "fit_predict"))
    def fit_predict(self, X: Any, y: Any = None, **more: Any) -> Any:  # noqa: N803
        """As the estimator's own, of a clone."""
        fitted = clone(self.estimator)
        labels = _told(self, "fit", fitted.fit_predict, X, y, **more)
        self.estimator_ = fitted
        return labels

    @available_if(lambda self: _has(self, "fit_transform") or _has(self, "transform"))
    def fit_transform(self, X: Any, y: Any = None, **more: Any) -> Any:  # noqa: N803
        """As the estimator's own, of a clone; what has no own is fitted, then asked."""
        fitted = clone(self.estimator)
        if not hasattr(fitted, "fit_transform"):
            return self.fit(X, y, **more).transform(X)
        values = _told(self, "fit", fitted.fit_transform, X, y, **more)
        self.estimator_ = fitted
        return values

    @available_if(lambda self: _has(self, "score"))
    def score(self, X: Any, y: Any = None, **more: Any) -> Any:  # noqa: N803
        """As the estimator's own, told."""
        return _told(self, "score", _fitted(self).score, X, y, **more)

    def __getattr__(self, name: str) -> Any:
        """The fitted estimator's attributes: ``coef_``, ``classes_``, ``best_params_``, …"""
        if name.startswith("__") or "estimator_" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.__dict__["estimator_"], name)

    def __sklearn_is_fitted__(self) -> bool:
        return "estimator_" in self.__dict__

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.estimator)

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        if _is_telling(self):
            state = {**state, "_gramme_told_by": os.getpid()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[misc]
        teller = self.__dict__.pop("_gramme_told_by", None)
        if teller is not None and _is_ancestor(teller):
            self._gramme_quiet = os.getpid()


def _told(
    model: Tracked, method: str, call: Callable[..., Any], *args: Any, **more: Any
) -> Any:
    """The call's value, or its exception; told to the run where there is one to tell."""
    teller = Teller(**(model.options or {}))
    _begin(teller, model, method)
    try:
        value = call(*args, **more)
    except BaseException:
        _end(teller, model, 1)
        raise
    _end(teller, model, 0)
    return value


@harmless
def _begin(teller: Teller, model: Tracked, method: str) -> None:
    from .._run import current

    if model.__dict__.get("_gramme_quiet") == os.getpid():
        return
    label = model.name or type(model.estimator).__name__
    if not current().active and method not in model.own:
        return
    teller.begin(label)
    teller.enter(f"{label}.{method}")


@harmless
def _end(teller: Teller, model: Tracked, exit_status: int) -> None:
    if teller.begun:
        teller.end(exit_status)
        if teller.summary is not None:
            model.gramme_summary_ = teller.summary


@harmless
def _is_telling(model: Tracked) -> bool:
    """Whether joules of this process' children are counted by a run of this process already."""
    from .._run import current

    return current().active or model.__dict__.get("_gramme_quiet") == os.getpid()


def _is_ancestor(pid: int) -> bool:
    """Whether this process' parent, or its parent and so on, is that one."""
    at = os.getppid()
    for _ in range(_CLIMB_MAX):
        if at == pid:
            return True
        try:
            with open(f"/proc/{at}/stat", encoding="ascii", errors="replace") as file:
                at = int(file.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return False
    return False


def _has(model: Tracked, method: str) -> bool:
    return hasattr(model.__dict__.get("estimator_", model.estimator), method)


def _fitted(model: Tracked) -> Any:
    if "estimator_" not in model.__dict__:
        raise NotFittedError(f"this {type(model).__name__} is not fitted yet: call fit first")
    return model.estimator_


def _passed_on(method: str) -> Any:
    def call(self: Tracked, X: Any, *args: Any, **more: Any) -> Any:  # noqa: N803
        return _told(self, method, getattr(_fitted(self), method), X, *args, **more)

    call.__name__ = method
    call.__doc__ = f"As the estimator's own ``{method}``, told."
    return available_if(lambda self: _has(self, method))(call)


for _method in _METHODS:
    setattr(Tracked, _method, _passed_on(_method))
