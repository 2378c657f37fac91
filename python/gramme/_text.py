# SPDX-License-Identifier: Apache-2.0
"""Names for the wire: short, and without what a terminal would obey."""

from __future__ import annotations

NAME_MAX = 120  # bytes

_CONTROLS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0))}


def clean(text: object) -> str:
    """Any object as a text without control characters.

    >>> clean("two\\nlines")
    'two\ufffdlines'
    """
    try:
        words = str(text)
    except Exception:  # whatever a user's object does when asked for a text
        words = "?"
    if not words.isprintable():
        words = words.translate(_CONTROLS)
    return words


_known: dict[str, bytes] = {}  # a training says the same few names again and again
_KNOWN_MAX = 1000


def name_bytes(text: object) -> bytes:
    """A name as UTF-8 of at most `NAME_MAX` bytes, cut between letters.

    >>> name_bytes("ä" * 100) == ("ä" * 60).encode()
    True
    """
    if type(text) is not str:
        return _name_bytes(text)
    data = _known.get(text)
    if data is None:
        data = _name_bytes(text)
        if len(_known) < _KNOWN_MAX:
            _known[text] = data
    return data


def _name_bytes(text: object) -> bytes:
    data = clean(text).encode("utf-8", "replace")
    if len(data) > NAME_MAX:
        data = data[:NAME_MAX].decode("utf-8", "ignore").encode()
    return data
