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


def is_users(error: BaseException) -> bool:
    """Was it raised by the user's code: by the handler of a signal that came while we were at
    work? Such an exception is the user's way to stop something, and no trouble of ours."""
    traceback = error.__traceback__
    if traceback is None:
        return False
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = str(traceback.tb_frame.f_globals.get("__name__") or "").split(".")[0]
    return module not in _WE_AND_WHAT_WE_USE


_WE_AND_WHAT_WE_USE = frozenset(
    """gramme codecs collections concurrent contextlib dataclasses datetime encodings enum fcntl
    functools genericpath importlib json multiprocessing os posixpath re select selectors
    signal socket struct subprocess sysconfig threading types typing warnings weakref zipimport
    """.split()
)


def _user_level() -> int:
    """How far up the first frame outside this package is, as warnings counts for warn()."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__package__")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(package: object) -> bool:
    return isinstance(package, str) and package.split(".")[0] == __package__
