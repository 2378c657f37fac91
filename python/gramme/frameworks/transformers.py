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
    """Epochs, sections ``train``, ``eval`` and ``predict``, logs as metrics; as work the steps,
    samples and, where the Trainer counts them (``include_num_input_tokens_seen``), tokens.

    ``run`` is told; without it the run that is active; without one, each ``train`` is a run of
    its own, started with ``options`` as `gramme.track` takes them. After it `summary` is the
    run's. ``evaluate`` and ``predict`` outside of ``train`` are sections of an active run only:
    the Trainer says nothing when they begin, so there the section begins after the first batch.

    Samples are steps times the batch of all ranks: in an epoch whose last batch is smaller they
    are as many as that batch would have held.
    """

    def __init__(self, run: Optional[Run] = None, **options: Any) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._steps = 0
        self._tokens = 0

    @property
    def summary(self) -> Optional[Summary]:
        """Of the last run that this callback started, once it is over."""
        return self._teller.summary

    @harmless
    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        model = more.get("model")
        self._teller.begin(args.run_name or type(model).__name__)
        self._steps, self._tokens = state.global_step, state.num_input_tokens_seen
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
        batch = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
        told: dict[str, float] = {"steps": steps, "samples": steps * batch}
        if tokens > 0:
            told["tokens"] = tokens
        self._teller.run.work(**told)
