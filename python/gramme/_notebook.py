# SPDX-License-Identifier: Apache-2.0
"""``%load_ext gramme``: a cell as a run, and the ledger at hand.

%%gramme                          the cell is a run; what it used stands below it
%%gramme warm-up --experiment e   the same with a name, and options of `track`
%gramme last                      a kept run, by id, name or "last"
"""

from __future__ import annotations

import ast
import importlib
import shlex
from collections.abc import Mapping
from typing import Any, Optional

from ._run import track

_OPTIONS = ("experiment", "project", "period", "region")


def load_ipython_extension(ip: Any) -> None:
    """What ``%load_ext gramme`` calls: adds the magics ``%%gramme`` and ``%gramme``."""
    ip.register_magic_function(_Magic(ip).call, magic_kind="line_cell", magic_name="gramme")


def unload_ipython_extension(ip: Any) -> None:
    """What ``%unload_ext gramme`` calls: takes them away."""
    for kind in ("line", "cell"):
        ip.magics_manager.magics[kind].pop("gramme", None)


class _Magic:
    def __init__(self, ip: Any) -> None:
        self._ip = ip

    def call(self, line: str, cell: Optional[str] = None) -> Any:
        """``%gramme [RUN]`` gives a kept run's summary; ``%%gramme [NAME] [--experiment E]
        [--project P] [--tag K=V] [--period T] [--region R] [--pue X]`` tracks the cell."""
        if cell is None:
            from ._ledger import show

            return show(line.strip() or "last")
        display = importlib.import_module("IPython.display").display
        with track(**_options_of(line)) as run:
            result = self._run_cell(cell)
        display(run)
        return result

    def _run_cell(self, cell: str) -> Any:
        """Runs it where the user's names are, and returns the value of a last expression. What
        it raises goes to IPython, which shows it and stops a "run all"."""
        ip = self._ip
        text = ip.transform_cell(cell)
        tree = ip.transform_ast(ip.compile.ast_parse(text))
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not _is_quiet(cell):
            last = ast.Expression(tree.body.pop().value)
        name = ip.compile.cache(text)  # a traceback shows the line
        exec(ip.compile(tree, name, "exec"), ip.user_ns)
        return eval(ip.compile(last, name, "eval"), ip.user_ns) if last is not None else None


def _is_quiet(cell: str) -> bool:
    return cell.rstrip().endswith(";")


def _options_of(line: str) -> Mapping[str, Any]:
    """Raises IPython's UsageError, which it prints in one line."""
    arguments: Any = importlib.import_module("IPython.core.magic_arguments")
    parser = arguments.MagicArgumentParser("gramme")
    parser.add_argument("name", nargs="?", default="cell")
    for option in _OPTIONS:
        parser.add_argument(f"--{option}")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--pue", type=float)
    found = vars(parser.parse_args(shlex.split(line)))
    tags = dict(str(tag).partition("=")[::2] for tag in found.pop("tag"))
    return {**found, "tags": tags}
