# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, in words. Tracking raises none of these; it warns."""

from __future__ import annotations

import sys
import warnings


class GrammeWarning(UserWarning):
    """Something of the measuring failed. The code that is measured goes on, unharmed."""


class GrammeError(Exception):
    """A question to the ledger could not be answered; the text is the program's sentence."""


class WrongMachine(Exception):
    """`require` asked for another machine than this one; the text says what is here."""


def warn(text: str) -> None:
    """Warns of trouble, and never raises: where warnings are errors it goes to stderr instead,
    because a measurement must not end what it measures."""
    try:
        warnings.warn(text, GrammeWarning, stacklevel=_user_level())
    except Exception:
        try:
            print(f"gramme: {text}", file=sys.stderr)
        except Exception:  # stderr may be closed, or None
            pass


def _user_level() -> int:
    """How far up the first frame outside this package is, as warnings counts for warn()."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__package__")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(package: object) -> bool:
    return isinstance(package, str) and package.split(".")[0] == __package__
