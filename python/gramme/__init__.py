# SPDX-License-Identifier: Apache-2.0
"""Weigh a run of a program: joules, CO2e, and how sure that is.

    >>> import gramme
    >>> with gramme.track("bert-finetune", experiment="lr-sweep") as run:  # doctest: +SKIP
    ...     for epoch in run.epochs(range(10)):
    ...         run.log(loss=0.3)
    >>> print(run.summary)                                                 # doctest: +SKIP

The measuring is done by the program ``gramme`` in a process of its own; this package tells it
what happens, over a socket. Nothing in it stops or fails the code it is used in: what goes
wrong becomes one `GrammeWarning`, and the code goes on. A number that is not known is None,
never 0.

Importing this touches nothing: the parts are loaded when they are first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the import of typing alone costs more than all of this
if TYPE_CHECKING:
    from ._errors import GrammeError as GrammeError
    from ._errors import GrammeWarning as GrammeWarning
    from ._errors import WrongMachine as WrongMachine
    from ._ledger import Ledger as Ledger
    from ._ledger import Row as Row
    from ._ledger import Total as Total
    from ._ledger import ledger as ledger
    from ._ledger import show as show
    from ._notebook import load_ipython_extension as load_ipython_extension
    from ._notebook import unload_ipython_extension as unload_ipython_extension
    from ._program import version as version
    from ._require import require as require
    from ._run import Run as Run
    from ._run import current as current
    from ._run import start as start
    from ._run import track as track
    from ._run import tracked as tracked
    from ._summary import Forecast as Forecast
    from ._summary import Progress as Progress
    from ._summary import Quantity as Quantity
    from ._summary import Summary as Summary

# Where each public name is; a module is imported when one of its names is first asked for.
_HOME = {
    "GrammeError": "_errors",
    "GrammeWarning": "_errors",
    "WrongMachine": "_errors",
    "Forecast": "_summary",
    "Ledger": "_ledger",
    "Progress": "_summary",
    "Quantity": "_summary",
    "Row": "_ledger",
    "Run": "_run",
    "Summary": "_summary",
    "Total": "_ledger",
    "current": "_run",
    "ledger": "_ledger",
    "load_ipython_extension": "_notebook",
    "require": "_require",
    "show": "_ledger",
    "start": "_run",
    "track": "_run",
    "tracked": "_run",
    "unload_ipython_extension": "_notebook",
    "version": "_program",
}
_FOLDERS = ("compat", "frameworks", "loggers")

__all__ = [
    "Forecast",
    "GrammeError",
    "GrammeWarning",
    "Ledger",
    "Progress",
    "Quantity",
    "Row",
    "Run",
    "Summary",
    "Total",
    "WrongMachine",
    "current",
    "ledger",
    "load_ipython_extension",
    "require",
    "show",
    "start",
    "track",
    "tracked",
    "version",
]


if not TYPE_CHECKING:  # it would tell a type checker that every name is one of ours

    def __getattr__(name: str) -> object:
        import importlib

        if name in _FOLDERS:
            return importlib.import_module(f"{__name__}.{name}")
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *_FOLDERS})
