# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder call; not in conftest.py, for a worker process that unpickles a
test's class imports the test's module, and there are several files of that name."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
if str(ROOT / "python") not in sys.path:
    sys.path.insert(0, str(ROOT / "python"))


def gramme_warnings(caught):
    import gramme

    ours = (one for one in caught if issubclass(one.category, gramme.GrammeWarning))
    return [str(one.message) for one in ours]


def runs():
    """The ledger's, oldest first, as summaries."""
    import gramme

    return [gramme.show(row.id) for row in reversed(list(gramme.ledger()))]


def script(*words, **env):
    """Runs a Python program with these words; its output."""
    done = subprocess.run(list(map(str, words)), env={**os.environ, **env}, capture_output=True,
                          text=True, timeout=240, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
