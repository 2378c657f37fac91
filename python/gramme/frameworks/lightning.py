# SPDX-License-Identifier: Apache-2.0
"""PyTorch Lightning 2, as ``lightning`` or as ``pytorch_lightning``.

    >>> from gramme.frameworks.lightning import GrammeCallback             # doctest: +SKIP
    >>> Trainer(max_epochs=3, callbacks=[GrammeCallback()]).fit(model)     # doctest: +SKIP
"""
from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def _as_rank(trainer: Any) -> Iterator[dict[str, Any]]:
    """How the run of this process begins. Ranks that a launcher started are told apart by
    `gramme.track`; those that Lightning starts are not, since it sets half of the variables, in
    some of the processes. For as long as it takes to begin, they are all set.

    Its first rank of a node either started the others, so its own tree has them all, or was
    started beside them by the trainer's process."""
    launcher = trainer.strategy.launcher
    if launcher is None or trainer.world_size < 2 or "RANK" in os.environ:
        yield {}
        return
    words = {
        "RANK": trainer.global_rank,
        "LOCAL_RANK": trainer.local_rank,
        "WORLD_SIZE": trainer.world_size,
        "LOCAL_WORLD_SIZE": trainer.num_devices,
        "NODE_RANK": trainer.node_rank,
    }
    before = {name: os.environ.get(name) for name in words}
    os.environ.update({name: str(value) for name, value in words.items()})
    try:
        if trainer.local_rank != 0:
            yield {"silent": True}
        else:
            beside = multiprocessing.parent_process() is not None
            yield {"ranks": "node" if beside else "each"}
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class GrammeCallback(Callback):
    """Epochs, sections ``train``, ``eval``, ``test`` and ``predict``, batches as work, what the
    module logs as metrics.

    ``run`` is told; without it the run that is active; without one, each ``fit``, ``validate``,
    ``test`` and ``predict`` is a run of its own, started with ``options`` as `gramme.track`
    takes them. After it `summary` is the run's. The sanity check before training lies in
    ``train``. An exception ends an own run with status 1.

    Batches are not hooked: they are counted from the trainer's step at an epoch's end. On
    several ranks ``options["ranks"]`` says who tracks, as with `gramme.track`. Where Lightning
    itself starts the ranks, the first of each node tracks all of that node; with ``ddp_spawn``
    that one is a process of its own, and `summary` stays None here: the ledger has the run.
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
        with _as_rank(trainer) as tracks:
            self._teller.begin(type(pl_module).__name__, **tracks)
        self._batches = 0
        stage = str(getattr(stage, "value", stage))
        self._teller.enter(_SECTIONS.get(stage, stage))

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
