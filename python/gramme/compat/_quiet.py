# SPDX-License-Identifier: Apache-2.0
"""What both layers share: trouble of ours never becomes the user's."""
from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from typing import Any, Callable, Optional, TypeVar, cast

from .._errors import warn

F = TypeVar("F", bound=Callable[..., Any])


def harmless(method: F) -> F:
    """A method that gives None and one warning where it would raise."""

    @functools.wraps(method)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            once(self, "trouble", f"{method.__name__}: {type(error).__name__}: {error}")
            return None

    return cast(F, guarded)


def once(owner: Any, about: str, text: str) -> None:
    """Warns of one thing once for one owner."""
    told = owner.__dict__.setdefault("_told", set())
    if about not in told:
        told.add(about)
        warn(text)


def status_of(kind: Optional[type], error: Optional[BaseException]) -> int:
    """The exit status of a body that ended by this exception.

    >>> status_of(None, None), status_of(KeyboardInterrupt, None), status_of(ValueError, None)
    (0, 130, 1)
    """
    if kind is None:
        return 0
    if issubclass(kind, KeyboardInterrupt):
        return 130
    if issubclass(kind, SystemExit):
        code = getattr(error, "code", None)
        if code is None:
            return 0
        return code & 0xFF if isinstance(code, int) else 1
    return 1


def status_at_exit() -> int:
    """The same for an interpreter that is ending."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return status_of(type(error), error) if error is not None else 0


def part(data: Any, *keys: str) -> Any:
    """What lies under these keys, None where one is missing.

    >>> part({"a": {"b": 1}}, "a", "b"), part({"a": None}, "a", "b")
    (1, None)
    """
    for key in keys:
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def add(values: Any) -> Optional[float]:
    """A sum, None as soon as one part is not known, and of no parts.

    >>> add([1.0, 2.0]), add([1.0, None]), add([])
    (3.0, None, None)
    """
    rows = list(values)
    if not rows or any(value is None for value in rows):
        return None
    return float(sum(rows))


def times(*values: Optional[float]) -> Optional[float]:
    """A product, None as soon as one factor is not known."""
    product = 1.0
    for value in values:
        if value is None:
            return None
        product *= value
    return product


def replace_file(path: str, text: str) -> None:
    """Writes a whole file or leaves the old one. Raises OSError."""
    import tempfile

    folder = os.path.dirname(os.path.abspath(path))
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else 0o666 & ~_umask()
    fd, other = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(fd, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(other, mode)
        os.replace(other, path)
    except BaseException:
        os.unlink(other)
        raise


def _umask() -> int:
    """Read from /proc, since asking by os.umask would set it for other threads meanwhile."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("Umask:"):
                    return int(line.split()[1], 8)
    except (OSError, ValueError):
        pass
    return 0o077


def is_other_rank() -> bool:
    """One of several ranks on this node, and not the one that tracks it."""
    from .._ranks import plan

    return plan("node", os.environ, None).root is None
