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
    words = str(text)
    if not words.isprintable():
        words = words.translate(_CONTROLS)
    return words


def name_bytes(text: object) -> bytes:
    """A name as UTF-8 of at most `NAME_MAX` bytes, cut between letters.

    >>> name_bytes("ä" * 100) == ("ä" * 60).encode()
    True
    """
    data = clean(text).encode("utf-8", "replace")
    if len(data) > NAME_MAX:
        data = data[:NAME_MAX].decode("utf-8", "ignore").encode()
    return data
