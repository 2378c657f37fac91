# SPDX-License-Identifier: Apache-2.0
"""The Trainer of Hugging Face transformers, and those made from it (TRL and others).

    >>> from gramme.frameworks.transformers import GrammeCallback          # doctest: +SKIP
    >>> Trainer(model, args, callbacks=[GrammeCallback()], …).train()      # doctest: +SKIP
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary

    TrainerCallback = object
else:
    from transformers import TrainerCallback


class GrammeCallback(TrainerCallback):
    """Epochs, sections ``train`` and ``eval``, logs as metrics; as work the steps, samples
    and, where the Trainer counts them (``include_num_input_tokens_seen``), tokens.

    ``run`` is told; without it the run that is active; without one, each ``train`` is a run of
    its own, started with ``options`` as `gramme.track` takes them. After it `summary` is the
    run's. ``evaluate`` and ``predict`` outside of ``train`` are told to an active run only,
    both as ``eval``: the Trainer does not say when one begins, nor which, so there the section
    begins after the first batch.

    Samples are told where they are known: where the data set is a whole number of steps long.
    """

    def __init__(self, run: Optional[Run] = None, **options: Any) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._steps = 0
        self._tokens = 0
        self._step_samples: Optional[int] = None

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    @harmless
    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        model = more.get("model")
        self._teller.begin(args.run_name or type(model).__name__)
        self._steps, self._tokens = state.global_step, state.num_input_tokens_seen
        self._step_samples = _step_samples(args, more.get("train_dataloader"))
        self._teller.enter("train")

    @harmless
    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._work(args, state)
        self._teller.end()

    @harmless
    def on_epoch_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        total = state.num_train_epochs
        self._teller.enter_epoch(int(state.epoch or 0), int(total) if total else None)

    @harmless
    def on_epoch_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._teller.leave_epoch()
        self._work(args, state)
        self._evaluation_is_next(control)

    @harmless
    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._evaluation_is_next(control)

    @harmless
    def on_prediction_step(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        if not self._teller.is_in("eval"):
            self._teller.enter("eval")

    @harmless
    def on_evaluate(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._teller.leave("eval")
        if not self._teller.begun:  # in a training on_log had them
            self._teller.log(more.get("metrics"))

    @harmless
    def on_predict(
        self, args: Any, state: Any, control: Any, metrics: Any, **more: Any
    ) -> None:
        # The first prediction step cannot tell predict from evaluate.
        self._teller.leave("eval")
        self._teller.log(metrics)

    @harmless
    def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        logs = dict(more.get("logs") or {})
        logs.pop("epoch", None)
        self._teller.log(logs)

    def _evaluation_is_next(self, control: Any) -> None:
        """What the flow's own callback decided, just before ours was asked."""
        if control.should_evaluate and not self._teller.is_in("eval"):
            self._teller.enter("eval")

    def _work(self, args: Any, state: Any) -> None:
        steps = state.global_step - self._steps
        tokens = state.num_input_tokens_seen - self._tokens
        self._steps, self._tokens = state.global_step, state.num_input_tokens_seen
        if steps <= 0:
            return
        told: dict[str, float] = {"steps": steps}
        if self._step_samples is not None:
            told["samples"] = steps * self._step_samples
        if tokens > 0:
            told["tokens"] = tokens
        self._teller.run.work(**told)


def _step_samples(args: Any, loader: Any) -> Optional[int]:
    """Of all ranks; None where the last step of an epoch has fewer, or nobody knows."""
    batch = int(args.train_batch_size * args.gradient_accumulation_steps * args.world_size)
    try:
        return batch if len(loader.dataset) % batch == 0 else None
    except (AttributeError, TypeError, ZeroDivisionError):
        return None
