# SPDX-License-Identifier: Apache-2.0
"""TensorBoard, by the writer of PyTorch, tensorboardX or TensorFlow, whichever there is.

    >>> writer = torch.utils.tensorboard.SummaryWriter()                   # doctest: +SKIP
    >>> log = functools.partial(gramme.loggers.tensorboard.log, writer=writer)  # doctest: +SKIP
    >>> with gramme.track(report_to=[log]):                                # doctest: +SKIP
    ...     train()
"""
from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional

from .._errors import GrammeError

if TYPE_CHECKING:
    from .._summary import Summary

# The package, and where its writer is. One already imported is taken first: torch and
# TensorFlow take seconds to import, at the end of a run that had no need of them.
_WRITERS = (
    ("torch", "torch.utils.tensorboard"),
    ("tensorboardX", "tensorboardX"),
    ("tensorflow", "tensorflow.summary"),
)


def log(summary: Summary, writer: Any = None, log_dir: Optional[str] = None) -> None:
    """Writes ``summary.flat()`` at step 0 by the writer that is given: an object with
    ``add_scalar`` and ``add_text``. Without one, by a new one into ``log_dir``, by default
    ``runs/gramme-ID``.

    Raises GrammeError where no package that can write for TensorBoard is installed.
    """
    if writer is not None:
        _write(summary, writer)
        writer.flush()
        return
    folder = log_dir or os.path.join("runs", f"gramme-{summary.id or summary.name}")
    opened = _open(folder)
    try:
        _write(summary, opened)
    finally:
        opened.close()


def _write(summary: Summary, writer: Any) -> None:
    for key, value in summary.flat().items():
        if isinstance(value, str):
            writer.add_text(key, value, 0)
        else:
            writer.add_scalar(key, value, 0)


def _open(folder: str) -> Any:
    for module in _writers():
        if module.__name__.startswith("tensorflow"):
            return _TensorFlow(module, folder)
        return module.SummaryWriter(folder)
    raise GrammeError("no TensorBoard writer is installed: torch, or tensorboardX")


def _writers() -> Iterator[Any]:
    for _, module in sorted(_WRITERS, key=lambda writer: writer[0] not in sys.modules):
        try:
            if module == "tensorflow.summary":
                yield importlib.import_module("tensorflow").summary
            else:
                yield importlib.import_module(module)
        except ImportError:
            continue


class _TensorFlow:
    """TensorFlow's writer with the two names that the others have."""

    def __init__(self, summary: Any, folder: str) -> None:
        self._summary = summary
        self._writer = summary.create_file_writer(folder)

    def add_scalar(self, key: str, value: float, step: int) -> None:
        with self._writer.as_default():
            self._summary.scalar(key, value, step=step)

    def add_text(self, key: str, value: str, step: int) -> None:
        with self._writer.as_default():
            self._summary.text(key, value, step=step)

    def close(self) -> None:
        self._writer.close()
