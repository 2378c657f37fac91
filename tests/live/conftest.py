# SPDX-License-Identifier: Apache-2.0
"""Most of these tests wait for a run of a second or two. Those marked `together` take one
argument, `place`, a folder of their own, and run beside each other, a few at a time; the rest
measure time and run after them, alone."""

import concurrent.futures
import os
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import machine  # noqa: E402

AT_ONCE = 4
state = {}


def pytest_configure(config):
    config.addinivalue_line("markers", "together: runs beside others of its kind")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("together") is None)


def why_not():
    """Why nothing can be tried here, or None."""
    for program in (machine.GRAMME, machine.METER_FS, machine.WORK):
        if not program.exists():
            return f"{program.name} is not built ({program})"
    if not os.path.exists("/dev/fuse"):
        return "there is no /dev/fuse"
    with tempfile.TemporaryDirectory(prefix="gramme-live-") as folder:
        try:
            with machine.Meter(folder):
                return None
        except OSError as error:
            return f"a FUSE file system cannot be mounted here: {error}"


@pytest.fixture(scope="session", autouse=True)
def mountable():
    reason = why_not()
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def places():
    with tempfile.TemporaryDirectory(prefix="gramme-live-") as folder:
        yield pathlib.Path(folder)


@pytest.fixture
def place(places):
    """A folder of a short name: a control socket's path has 108 bytes at most."""
    folder = places / f"t{len(os.listdir(places))}"
    folder.mkdir()
    return folder


def start_all(session, places):
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    items = [item for item in session.items if item.get_closest_marker("together")]
    for index, item in enumerate(items):
        folder = places / f"p{index}"
        folder.mkdir()
        words = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        state[item.nodeid] = pool.submit(item.obj, place=folder, **words)
    pool.shutdown(wait=False)


def pytest_pyfunc_call(pyfuncitem):
    if not pyfuncitem.get_closest_marker("together"):
        return None
    if pyfuncitem.nodeid not in state:
        start_all(pyfuncitem.session, pyfuncitem.funcargs["places"])
    state[pyfuncitem.nodeid].result(timeout=170)
    return True


@pytest.fixture(autouse=True)
def use_places(places):
    """So that every test has them."""
    return places
