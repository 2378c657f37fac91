# SPDX-License-Identifier: Apache-2.0
"""LightGBM: ``train``, ``cv`` and the scikit-learn classes.

    >>> from gramme.frameworks.lightgbm import GrammeCallback              # doctest: +SKIP
    >>> lightgbm.train(params, data, 100, callbacks=[GrammeCallback()])    # doctest: +SKIP
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary


class GrammeCallback:
    """A section ``train``, boosting rounds as work and as epochs, evaluations as metrics.

    ``run`` is told; without it the run that is active; without one, each training is a run of
    its own, started with ``options`` as `gramme.track` takes them. After it `summary` is the
    run's. ``epochs=False`` leaves the section of each round out, for thousands of short ones.

    LightGBM says neither when training begins nor when it ends. Here it begins when LightGBM
    asks which rounds' ends a callback wants, which is before it bins the data; the first epoch
    has that too. It ends with the last round. Where early stopping ends it sooner, an own run
    ends when the last reference to this callback goes: that of ``callbacks=[GrammeCallback()]``
    at once; who keeps a reference calls `close`, or uses it as a context manager.
    """

    order = 25  # before early_stopping (30), whose exception would keep the last round from us

    def __init__(
        self, run: Optional[Run] = None, *, epochs: bool = True, **options: Any
    ) -> None:
        self._teller = Teller(run, **options)
        self._epochs = epochs
        self._model: Any = None

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    @property
    def before_iteration(self) -> bool:
        """False: we are called after each round. That it is asked begins the training."""
        self._begin()
        return False

    def __call__(self, env: Any) -> None:
        self._round_ends(env)

    def close(self) -> None:
        """Ends an own run that early stopping, or an exception, left open; nothing where there
        is none."""
        if self._teller.begun:
            # LightGBM gives the model its best round when it stopped early, and only then.
            self._end(0 if getattr(self._model, "best_iteration", 0) > 0 else 1)

    def __enter__(self) -> GrammeCallback:
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_teller"):
            self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None}

    @harmless
    def _begin(self) -> None:
        self._teller.begin("lightgbm")
        self._teller.enter("train")
        self._round_begins(0)

    @harmless
    def _end(self, exit_status: int = 0) -> None:
        self._model = None
        self._teller.end(exit_status)

    def _round_begins(self, number: int) -> None:
        if self._epochs:
            self._teller.enter_epoch(number)

    @harmless
    def _round_ends(self, env: Any) -> None:
        if not self._teller.begun:
            self._begin()
        self._model = env.model
        self._teller.leave_epoch()
        found: dict[str, Any] = {}
        for result in env.evaluation_result_list or ():
            found[f"{result[0]}-{result[1]}"] = result[2]
        self._teller.log(found)
        self._teller.run.work(rounds=1)
        if env.iteration + 1 >= env.end_iteration:
            self._end()
        else:
            self._round_begins(env.iteration + 1)
