# SPDX-License-Identifier: Apache-2.0
"""XGBoost: ``train``, ``cv`` and the scikit-learn classes.

    >>> from gramme.frameworks.xgboost import GrammeCallback               # doctest: +SKIP
    >>> xgboost.train(params, data, 100, callbacks=[GrammeCallback()])     # doctest: +SKIP
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary

    TrainingCallback = object
else:
    from xgboost.callback import TrainingCallback


class GrammeCallback(TrainingCallback):
    """A section ``train``, boosting rounds as work and as epochs, evaluations as metrics.

    ``run`` is told; without it the run that is active; without one, each training is a run of
    its own, started with ``options`` as `gramme.track` takes them. After it `summary` is the
    run's. ``epochs=False`` leaves the section of each round out, for thousands of short ones.
    """

    def __init__(
        self, run: Optional[Run] = None, *, epochs: bool = True, **options: Any
    ) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._epochs = epochs

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    @harmless
    def _begin(self) -> None:
        self._teller.begin("xgboost")
        self._teller.enter("train")

    @harmless
    def _end(self) -> None:
        self._teller.end()

    def before_training(self, model: Any) -> Any:
        self._begin()
        return model

    def after_training(self, model: Any) -> Any:
        self._end()
        return model

    def before_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        self._round_begins(epoch)
        return False

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        self._round_ends(evals_log)
        return False

    @harmless
    def _round_begins(self, epoch: int) -> None:
        if self._epochs:
            self._teller.enter_epoch(epoch)

    @harmless
    def _round_ends(self, evals_log: Any) -> None:
        self._teller.leave_epoch()
        found: dict[str, Any] = {}
        for data, metrics in (evals_log or {}).items():
            for metric, values in metrics.items():
                last = values[-1]  # of cv: mean and deviation
                found[f"{data}-{metric}"] = last[0] if isinstance(last, tuple) else last
        self._teller.log(found)
        self._teller.run.work(rounds=1)
