# SPDX-License-Identifier: Apache-2.0
"""The layers for users of other trackers: a made-up machine of known power under the program
that the package starts (tests/live/README.md)."""
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def live(program):
    """tests/live's machine.py, for this program; skips where its generator cannot be used."""
    os.environ.setdefault("METER_FS", str(program.parent / "tests" / "live" / "meter-fs"))
    sys.path.insert(0, str(ROOT / "tests" / "live"))
    try:
        import machine
    finally:
        sys.path.pop(0)
    if not machine.METER_FS.exists():
        pytest.skip(f"{machine.METER_FS} is not built")
    if not os.path.exists("/dev/fuse"):
        pytest.skip("there is no /dev/fuse")
    with tempfile.TemporaryDirectory(prefix="gramme-compat-") as folder:
        try:
            with machine.Meter(folder):
                pass
        except OSError as error:
            pytest.skip(f"a FUSE file system cannot be mounted here: {error}")
    return machine


@pytest.fixture
def metered(live, db, program, tmp_path, monkeypatch):
    """metered(profile, dram=1, …) mounts the machine, and lets GRAMME be the program on it."""
    meters = []

    def put(profile, **words):
        folder = tempfile.TemporaryDirectory(prefix="gc", dir="/tmp")
        meter = live.Meter(folder.name, profile, **words)
        meter.__enter__()
        meters.append((meter, folder))
        path = tmp_path / "gramme-on-meter"
        path.write_text(
            "#!/bin/sh\n"
            'case $1 in run | attach) verb=$1; shift\n'
            f'exec "{program}" "$verb" --sysroot "{meter.root}" "$@" ;; esac\n'
            f'exec "{program}" "$@"\n'
        )
        path.chmod(0o755)
        monkeypatch.setenv("GRAMME", str(path))
        return types.SimpleNamespace(meter=meter, program=str(path), profile=profile)

    yield put
    for meter, folder in meters:
        meter.__exit__(None, None, None)
        folder.cleanup()


@pytest.fixture
def in_folder(db, tmp_path, monkeypatch):
    """The test's own folder as the working folder, without anybody's CodeCarbon settings."""
    for name in list(os.environ):
        if name.lower().startswith("codecarbon_") or name.endswith("VISIBLE_DEVICES"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("OVERRIDE_PUE", raising=False)
    monkeypatch.setattr("gramme._run._ANSWER_S", 20.0)  # on however busy a machine
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_program(db, monkeypatch):
    """A package whose program is not there."""
    monkeypatch.setenv("GRAMME", "/no/such/gramme")


@pytest.fixture
def run_python(tmp_path):
    """run_python(code, *before) runs a script, with words like `gramme run --` before it."""

    def run(code, *before, **more):
        script = tmp_path / "script.py"
        script.write_text(code)
        more = {"capture_output": True, "text": True, "timeout": 120, "cwd": tmp_path, **more}
        return subprocess.run([*before, sys.executable, str(script)], **more)

    return run
