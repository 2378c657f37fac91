# SPDX-License-Identifier: Apache-2.0
"""Keras 3, on any of its backends.

    >>> from gramme.frameworks.keras import GrammeCallback                 # doctest: +SKIP
    >>> model.fit(x, y, epochs=10, callbacks=[GrammeCallback()])           # doctest: +SKIP
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary

    Callback = object
else:
    from keras.callbacks import Callback


class GrammeCallback(Callback):
    """Epochs, sections ``train``, ``eval`` and ``predict``, steps as work, logs as metrics.

    ``run`` is told; without it the run that is active; without one, each ``fit``, ``evaluate``
    and ``predict`` is a run of its own, started with ``options`` as `gramme.track` takes them.
    After it `summary` is the run's.

    Batches are not hooked: a step costs what it did. An epoch's ``steps`` are the batches that
    Keras says it has; where it does not know, no work is told.
    """

    def __init__(self, run: Optional[Run] = None, **options: Any) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._kind: Optional[str] = None

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    def _begin(self, kind: str) -> None:
        """Of the outermost of fit, evaluate and predict; validation lies inside fit."""
        if kind == "train" or not self._teller.begun:
            self._kind = kind
            self._teller.begin(getattr(getattr(self, "model", None), "name", None) or "keras")
        self._teller.enter(kind)

    def _end(self, kind: str) -> None:
        self._teller.leave(kind)
        if self._kind == kind:
            self._kind = None
            self._teller.end()

    @harmless
    def on_train_begin(self, logs: Any = None) -> None:
        self._begin("train")

    @harmless
    def on_train_end(self, logs: Any = None) -> None:
        self._end("train")

    @harmless
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        params = getattr(self, "params", None) or {}
        self._teller.enter_epoch(epoch, params.get("epochs"))

    @harmless
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._teller.leave_epoch()
        self._teller.log(logs)
        steps = (getattr(self, "params", None) or {}).get("steps")
        if steps:
            self._teller.run.work(steps=steps)

    @harmless
    def on_test_begin(self, logs: Any = None) -> None:
        self._begin("eval")

    @harmless
    def on_test_end(self, logs: Any = None) -> None:
        if self._kind == "eval":
            self._teller.log({f"eval_{name}": value for name, value in (logs or {}).items()})
        self._end("eval")

    @harmless
    def on_predict_begin(self, logs: Any = None) -> None:
        self._begin("predict")

    @harmless
    def on_predict_end(self, logs: Any = None) -> None:
        self._end("predict")
