# SPDX-License-Identifier: Apache-2.0
"""Weights & Biases, online or offline: the summary of the run that was begun by wandb.init.

    >>> with wandb.init(), gramme.track(report_to=["wandb"]):              # doctest: +SKIP
    ...     train()
"""
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .._errors import GrammeError

if TYPE_CHECKING:
    from .._summary import Summary


def log(summary: Summary, run: Any = None) -> None:
    """Writes ``summary.flat()`` into the summary of wandb's run, or of the one given.

    Raises GrammeError where there is neither: a run that nobody asked for is not started.
    """
    if run is None:
        run = importlib.import_module("wandb").run
    if run is None:
        raise GrammeError("no wandb run is active, so the summary is not in wandb")
    run.summary.update(summary.flat())
