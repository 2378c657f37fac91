# SPDX-License-Identifier: Apache-2.0
"""Ranks of mpirun, without a Python binding: what they are is in the environment."""
import shutil
import subprocess
import sys
import textwrap

import pytest
from harness import runs, script

MPIRUN = shutil.which("mpirun")
if MPIRUN is None:
    pytest.skip("mpirun is not installed", allow_module_level=True)

RANKED = textwrap.dedent("""
    import gramme, os, time
    with gramme.track("ranked"{options}) as run:
        time.sleep(0.3)
    print("rank", run.summary is not None, flush=True)
""")


def mpirun(program, count=2):
    version = subprocess.run([MPIRUN, "--version"], capture_output=True, text=True, check=True)
    open_mpi = "Open MPI" in version.stdout
    words = ["--allow-run-as-root", "--oversubscribe"] if open_mpi else []
    return script(MPIRUN, *words, "-n", count, sys.executable, program)


def test_two_ranks_of_mpirun_are_the_nodes_joules_once(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(RANKED.format(options=""))
    said = mpirun(program)
    assert sorted(said.split()) == ["False", "True", "rank", "rank"]
    (summary,) = runs()
    assert summary.tags["world_size"] == "2" and summary.tags["rank"] == "0"
    assert summary.activity.processes_seen >= 3  # mpirun and both ranks


def test_each_rank_of_mpirun_may_track_its_own_tree(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(RANKED.format(options=', ranks="each"'))
    mpirun(program)
    both = runs()
    assert sorted(summary.tags["rank"] for summary in both) == ["0", "1"]
    assert len({summary.experiment for summary in both}) == 1
