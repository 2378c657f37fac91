# SPDX-License-Identifier: Apache-2.0
"""``python -m gramme list`` is ``gramme list``: this process becomes the program."""

from __future__ import annotations

import os
import sys

from ._errors import GrammeError
from ._program import find


def main() -> int:
    """Becomes the program; returns only when that could not be done, with status 125."""
    try:
        program = find()
        os.execv(program, [program, *sys.argv[1:]])
    except (GrammeError, OSError) as error:
        print(f"gramme: {error}", file=sys.stderr)
    return 125


if __name__ == "__main__":
    sys.exit(main())
