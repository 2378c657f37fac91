# SPDX-License-Identifier: Apache-2.0
"""MLflow: numbers as metrics of the active run, words as its tags.

    >>> with mlflow.start_run(), gramme.track(report_to=["mlflow"]):       # doctest: +SKIP
    ...     train()
"""
from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Optional

from .._errors import GrammeError

if TYPE_CHECKING:
    from .._summary import Summary

# What every version and every platform of MLflow takes in a name.
_OTHER = re.compile(r"[^\w\-. /]")
_NAME_MAX = 250
_WORD_MAX = 5000


def log(summary: Summary, run_id: Optional[str] = None) -> None:
    """Writes ``summary.flat()`` into the active MLflow run, or the one of ``run_id``.

    Raises GrammeError where there is neither: a run that nobody asked for is not started.
    """
    mlflow = importlib.import_module("mlflow")
    if run_id is None:
        active = mlflow.active_run()
        if active is None:
            raise GrammeError("no MLflow run is active, so the summary is not in MLflow")
        run_id = active.info.run_id
    client = mlflow.MlflowClient()
    for key, value in summary.flat().items():
        name = _OTHER.sub("_", key)[:_NAME_MAX]
        if isinstance(value, str):
            client.set_tag(run_id, name, value[:_WORD_MAX])
        else:
            client.log_metric(run_id, name, value)
