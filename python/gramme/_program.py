# SPDX-License-Identifier: Apache-2.0
"""Where the program is, and asking it.

A wheel carries it in the scripts folder of its installation; there is no way to know from
inside which folder that was, so the usual ones are tried, nearest first.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Optional, Union

from ._errors import GrammeError

_NAME = "gramme"
Path = Union[str, "os.PathLike[str]"]
_found: dict[tuple[Optional[str], Optional[str]], str] = {}


def find() -> str:
    """The path of the program ``gramme``: the environment's GRAMME, else the one installed with
    this package, else the first in PATH, else a build folder of the checkout.

    Raises GrammeError when there is none. The answer is kept while GRAMME and PATH stand.

    >>> find()                                                             # doctest: +SKIP
    '/home/ada/.venv/bin/gramme'
    """
    key = (os.environ.get("GRAMME"), os.environ.get("PATH"))
    path = _found.get(key)
    if path is None:
        path = _found[key] = _search(*key)
    return path


def _search(given: Optional[str], path: Optional[str]) -> str:
    if given:
        if not _is_program(given):
            raise GrammeError(f"GRAMME names {given}, which is not a program")
        return os.path.abspath(given)
    for candidate in _candidates(path):
        if _is_program(candidate):
            return candidate
    raise GrammeError(
        "the program gramme was not found beside this Python nor in PATH; "
        "install it (pip install gramme, or make install), or set GRAMME to its path"
    )


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _candidates(path: Optional[str]) -> Iterator[str]:
    for folder in _folders():
        yield os.path.join(folder, _NAME)
    for folder in (os.defpath if path is None else path).split(os.pathsep):
        if os.path.isabs(folder):  # what lies in the working folder is not ours to run
            yield os.path.join(folder, _NAME)
    package = os.path.dirname(os.path.abspath(__file__))
    checkout = os.path.dirname(os.path.dirname(package))
    if os.path.isfile(os.path.join(checkout, "meson.build")):
        yield os.path.join(checkout, "build", _NAME)


def _folders() -> Iterator[str]:
    """Where an installer may have put scripts: beside this Python; of ``--target`` and
    ``--prefix``, ``--user`` counted from where this package lies; of this scheme."""
    site = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.isfile(os.path.join(os.path.dirname(site), "meson.build")):
        site = ""  # a checkout, not an installation
    if site:
        yield os.path.join(site, "bin")
        yield os.path.normpath(os.path.join(site, "..", "..", "..", "bin"))
    if sys.executable:
        yield os.path.dirname(os.path.abspath(sys.executable))
    import sysconfig

    yield sysconfig.get_path("scripts")


def environment(db: Optional[Path] = None, offline: Optional[bool] = None) -> dict[str, str]:
    """The program's environment: ours, with GRAMME_DB and GRAMME_OFFLINE where given."""
    env = dict(os.environ)
    if db is not None:
        env["GRAMME_DB"] = os.path.abspath(os.fspath(db))
    if offline is not None:
        env["GRAMME_OFFLINE"] = "1" if offline else "0"
    return env


def ask(args: Sequence[str], *, db: Optional[Path] = None) -> str:
    """Runs the program with these words and returns what it says on stdout.

    Raises GrammeError with the program's own sentence where it fails, and where there is none.

    >>> ask(["--version"])                                                 # doctest: +SKIP
    'gramme 0.1.0\\n'
    """
    import subprocess

    env: Mapping[str, str] = environment(db)
    try:
        done = subprocess.run(
            [find(), *args],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except (OSError, ValueError) as error:
        raise GrammeError(f"the program gramme could not be run: {error}") from error
    if done.returncode != 0:
        raise GrammeError(_sentence(done.stderr, done.returncode))
    return done.stdout


def _sentence(text: str, status: int) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return f"the program gramme ended with status {status} and no word"
    first = re.sub(r"^gramme(?: [a-z]+)?: ", "", lines[0])
    return "\n".join([first, *lines[1:3]])


def version() -> str:
    """The program's version, ``"0.1.0"``. Raises GrammeError where there is no program.

    >>> version()                                                          # doctest: +SKIP
    '0.1.0'
    """
    return ask(["--version"]).split()[-1]
