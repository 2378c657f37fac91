# SPDX-License-Identifier: Apache-2.0
"""Hugging Face accelerate: gramme as one of its trackers.

    >>> from gramme.frameworks.accelerate import GrammeTracker             # doctest: +SKIP
    >>> accelerator = Accelerator(log_with=GrammeTracker("bert"))          # doctest: +SKIP
    >>> accelerator.init_trackers("my-project"); accelerator.end_training()  # doctest: +SKIP
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._teller import Teller, harmless

if TYPE_CHECKING:
    from .._run import Run
    from .._summary import Summary

    GeneralTracker = object
else:
    from accelerate.tracking import GeneralTracker


class GrammeTracker(GeneralTracker):
    """What ``accelerator.log`` is given, as metrics; the configuration's values as tags.

    The run begins when this is made, in every process, because ``init_trackers`` speaks to the
    first process of all nodes only; of the processes of one node, one tracks (``ranks`` of
    `gramme.track`). It ends by ``end_training``, or with the process. ``run`` is told; without
    it the run that is active; without one, one of its own with ``options`` as `gramme.track`
    takes them. ``accelerator.get_tracker("gramme", unwrap=True)`` is the run, for sections.
    """

    name = "gramme"
    requires_logging_directory = False
    main_process_only = False

    def __init__(
        self, run_name: Optional[str] = None, *, run: Optional[Run] = None, **options: Any
    ) -> None:
        super().__init__()
        self._teller = Teller(run, **options)
        self._begin(run_name)

    @harmless
    def _begin(self, run_name: Optional[str]) -> None:
        self._teller.begin(run_name or "accelerate")

    @property
    def tracker(self) -> Run:
        """The run itself."""
        return self._teller.run

    @property
    def summary(self) -> Optional[Summary]:
        """Of the run that this tracker started, once it is over."""
        return self._teller.summary

    @harmless
    def store_init_configuration(self, values: dict[str, Any]) -> None:
        self._teller.run.tag(**{str(name): value for name, value in values.items()})

    @harmless
    def log(
        self, values: dict[str, Any], step: Optional[int] = None, **more: Any
    ) -> None:
        self._teller.log(values if step is None else {**values, "step": step})

    @harmless
    def finish(self) -> None:
        self._teller.end()
