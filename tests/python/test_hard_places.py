# SPDX-License-Identifier: Apache-2.0
"""Where it is hard: a disk that is full, a home that cannot be written, five thousand workers. The
job's exit is untouched, and what the ledger says is right."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

NAMESPACE = ["unshare", "--mount", "--propagation", "private"]


def can_mount():
    done = subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"],
                          capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(shutil.which("unshare") is None or not can_mount(),
                    reason="a file system of our own cannot be mounted")
@pytest.mark.parametrize("room_kib", [64, 256, 1024])
def test_a_full_disk_is_a_sentence_and_not_the_job_s_trouble(job, db, tmp_path, room_kib):
    """The disk is full from the start, full in the middle, and nearly so."""
    place = tmp_path / "small"
    place.mkdir()
    script = tmp_path / "job.py"
    script.write_text(
        "import gramme, sys, warnings\n"
        "warnings.simplefilter('error', gramme.GrammeWarning)\n"
        "try:\n"
        "    with gramme.track('full', period=0.01) as run:\n"
        "        for i in range(20000):\n"
        "            run.log(loss=i)\n"
        "        open(sys.argv[1] + '/filler', 'wb', 0).write(b'x' * (4 << 20))\n"
        "except OSError:\n"
        "    pass\n"
        "except gramme.GrammeWarning:\n"
        "    print('warned')\n"
        "print('joules', run.summary and run.summary.energy.machine_j is not None)\n"
        "sys.exit(7)\n")
    mount = (f"mount -t tmpfs -o size={room_kib}k none {place} && "
             f"exec {sys.executable} {script} {place}")
    env = {**os.environ, "GRAMME_DB": str(place / "ledger.db")}
    done = subprocess.run([*NAMESPACE, "sh", "-c", mount], env=env, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 7, done.stderr
    assert "joules" in done.stdout and "Traceback" not in done.stderr


def test_a_home_that_cannot_be_written_is_a_sentence(job, db, tmp_path, monkeypatch):
    home = tmp_path / "home"
    for name in ("GRAMME_DB", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/1" if os.geteuid() == 0 else str(home))
    home.chmod(0o500)
    done = job("""
        with gramme.track("no home") as run:
            pass
        print(run.summary is not None, run.id)
        sys.exit(5)
        """)
    home.chmod(0o700)
    assert done.returncode == 5, done.stderr
    assert done.stdout.startswith("True"), done.stderr
    assert done.stderr.count("GrammeWarning") <= 1 and "Traceback" not in done.stderr


def test_five_thousand_short_workers_are_all_counted(job):
    """A job of 5,000 children of well under a millisecond, up to 64 at a time: its CPU time is
    what the kernel says, and its own exit what it was."""
    done = job("""
        import resource
        def used():
            return sum(u.ru_utime + u.ru_stime for u in (
                resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))
        before = used()
        with gramme.track("bomb") as run:
            going = 0
            for i in range(5000):
                if going == 64:
                    os.wait()
                    going -= 1
                pid = os.fork()
                if pid == 0:
                    sum(range(3000))
                    os._exit(0)
                going += 1
            while going:
                os.wait()
                going -= 1
            truth = used() - before
        print(truth, run.summary.activity.cpu_s, run.summary.state)
        sys.exit(9)
        """, timeout=120)
    assert done.returncode == 9, done.stderr
    truth, seen, state = done.stdout.split()
    assert state == "finished"
    assert float(seen) == pytest.approx(float(truth), rel=0.02, abs=0.03)
