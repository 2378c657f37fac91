# SPDX-License-Identifier: Apache-2.0
"""PyTorch Lightning 2, as ``lightning`` or as ``pytorch_lightning``.

    >>> from gramme.frameworks.lightning import GrammeCallback             # doctest: +SKIP
    >>> Trainer(max_epochs=3, callbacks=[GrammeCallback()]).fit(model)     # doctest: +SKIP
"""
from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary

    Callback = object
elif "pytorch_lightning" in sys.modules and "lightning" not in sys.modules:
    from pytorch_lightning import Callback
else:
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback

_SECTIONS = {"fit": "train", "validate": "eval", "test": "test", "predict": "predict"}


class GrammeCallback(Callback):
    """Epochs, sections ``train``, ``eval``, ``test`` and ``predict``, batches as work, what the
    module logs as metrics.

    ``run`` is told; without it the run that is active; without one, each ``fit``, ``validate``,
    ``test`` and ``predict`` is a run of its own, started with ``options`` as `gramme.track`
    takes them. After it `summary` is the run's. The sanity check before training lies in
    ``train``. An exception ends an own run with status 1.

    Batches are not hooked: they are counted from the trainer's step at an epoch's end. On
    several ranks ``options["ranks"]`` says who tracks, as with `gramme.track`.
    """

    def __init__(self, run: Optional[Run] = None, **options: Any) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._batches = 0

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    @harmless
    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self._teller.begin(type(pl_module).__name__)
        self._batches = 0
        self._teller.enter(_SECTIONS.get(str(stage), str(stage)))

    @harmless
    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self._teller.end()

    @harmless
    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._teller.end(130 if isinstance(exception, KeyboardInterrupt) else 1)

    @harmless
    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self._batches = int(trainer.fit_loop.total_batch_idx) + 1

    @harmless
    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        total = trainer.max_epochs
        self._teller.enter_epoch(trainer.current_epoch, total if total and total > 0 else None)

    @harmless
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        self._teller.leave_epoch()
        self._teller.log(trainer.callback_metrics)
        batches = int(trainer.fit_loop.total_batch_idx) + 1
        if batches > self._batches:
            self._teller.run.work(batches=batches - self._batches)
            self._batches = batches

    @harmless
    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        if not self._teller.is_in("eval"):
            self._teller.enter("eval")

    @harmless
    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        self._teller.leave("eval")
        if not self._teller.is_in("train"):
            self._teller.log(trainer.callback_metrics)

    @harmless
    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        self._teller.log(trainer.callback_metrics)
