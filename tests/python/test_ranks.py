# SPDX-License-Identifier: Apache-2.0
"""Distributed jobs: a node's joules once, whoever launched it."""
import os
import shutil
import subprocess
import sys

import pytest

import gramme
from gramme import _ranks

TORCH = {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2",
         "GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "abc", "MASTER_ADDR": "x"}
OPENMPI = {"OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4",
           "OMPI_COMM_WORLD_LOCAL_RANK": "1", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
           "PMIX_NAMESPACE": "prterun-7"}
HYDRA = {"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0", "MPI_LOCALNRANKS": "2"}
SLURM = {"SLURM_JOB_ID": "123", "SLURM_STEP_ID": "0", "SLURM_PROCID": "5", "SLURM_LOCALID": "1",
         "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "8", "SLURM_NODEID": "1",
         "SLURM_STEP_TASKS_PER_NODE": "4(x2)"}


@pytest.mark.parametrize("env, place", [
    (TORCH, (1, 4, 1, 2, "0", "torchelastic:abc")),
    ({**TORCH, "TORCHELASTIC_RUN_ID": "none"}, (1, 4, 1, 2, "0", None)),
    ({**TORCH, "TORCHELASTIC_RUN_ID": "none", "SLURM_JOB_ID": "9"},
     (1, 4, 1, 2, "0", "slurm:9")),
    (OPENMPI, (3, 4, 1, 2, None, "pmix:prterun-7")),
    (HYDRA, (2, 4, 0, 2, None, None)),
    (SLURM, (5, 8, 1, 4, "1", "slurm:123")),
    ({**SLURM, **TORCH}, (1, 4, 1, 2, "0", "torchelastic:abc")),
])
def test_each_launcher_is_understood(env, place):
    assert _ranks.place_of(env)[:6] == place


@pytest.mark.parametrize("env", [
    {}, {"RANK": "0"}, {**TORCH, "WORLD_SIZE": "1"}, {**TORCH, "RANK": "x"},
    # A batch script has these of its whole job, and is no rank.
    {k: v for k, v in SLURM.items() if k != "SLURM_STEP_ID"},
])
def test_what_is_no_rank_of_many_is_none(env):
    assert _ranks.place_of(env) is None


def test_local_rank_0_tracks_the_node_and_the_others_nothing():
    first = {**TORCH, "RANK": "0", "LOCAL_RANK": "0"}
    plan = _ranks.plan("node", first, None)
    assert plan.root == os.getppid()
    assert plan.experiment == "torchelastic:abc"
    assert plan.tags == {"rank": "0", "world_size": "4", "node": "0", "job": "torchelastic:abc"}
    assert _ranks.plan("node", TORCH, None).root is None
    assert _ranks.plan("node", first, "mine").experiment == "mine"


def test_each_rank_may_track_itself():
    plan = _ranks.plan("each", TORCH, None)
    assert plan.root == os.getpid()
    assert plan.tags["rank"] == "1"


def test_one_rank_a_node_tracks_itself():
    one = {**TORCH, "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1"}
    assert _ranks.plan("node", one, None).root == os.getpid()


LAUNCHER = """
import os, subprocess, sys, time
procs = []
for local in range(3):
    env = dict(os.environ, RANK=str(local), LOCAL_RANK=str(local), WORLD_SIZE="3",
               LOCAL_WORLD_SIZE="3", GROUP_RANK="0", TORCHELASTIC_RUN_ID="job7")
    words = [sys.executable, sys.argv[1]]
    if len(sys.argv) > 2:
        words = ["/bin/sh", "-c", '"$@"; exit $?', "wrap"] + words
    procs.append(subprocess.Popen(words, env=env))
    print("pid", procs[-1].pid)
print("launcher", os.getpid(), flush=True)
sys.exit(max(p.wait() for p in procs))
"""
RANK = """
import gramme, os, sys, time
with gramme.track("train", ranks=os.environ.get("HOW", "node")) as run:
    print("active", os.environ["RANK"], run.active, flush=True)
    end = time.process_time() + 0.3
    while time.process_time() < end: pass
    time.sleep(0.2)     # the others are done as well
if run.summary: print("seen", run.summary.activity.processes_seen, flush=True)
"""


@pytest.fixture
def launch(db, tmp_path):
    (tmp_path / "launcher.py").write_text(LAUNCHER)
    (tmp_path / "rank.py").write_text(RANK)

    def run(*words, **env):
        done = subprocess.run([sys.executable, "launcher.py", "rank.py", *words], cwd=tmp_path,
                              capture_output=True, text=True, env={**os.environ, **env})
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("wrapper", [(), ("sh",)])
def test_three_ranks_on_a_node_are_one_run_of_the_whole_node(launch, wrapper):
    """Also where each rank has a shell between itself and the launcher."""
    launch(*wrapper)
    (row,) = gramme.ledger()
    summary = row.summary()
    assert summary.tags["job"] == "torchelastic:job7" and summary.tags["rank"] == "0"
    assert summary.experiment == "torchelastic:job7"
    assert summary.activity.processes_seen >= 4  # the launcher and its ranks
    assert summary.activity.cpu_s > 0.6  # of three that burn 0.3 each


def test_each_rank_on_its_own_sums_to_the_node(launch):
    launch(HOW="each")
    rows = gramme.ledger(experiment="torchelastic:job7")
    summaries = [row.summary() for row in rows]
    assert sorted(s.tags["rank"] for s in summaries) == ["0", "1", "2"]
    for summary in summaries:
        assert 0.2 < summary.activity.cpu_s < 0.55  # its own alone


def test_a_launcher_that_has_a_rank_of_its_own_is_the_launcher(launch):
    """On Kubernetes an operator gives torchrun RANK and WORLD_SIZE, which are its node's."""
    launch(RANK="0", WORLD_SIZE="1")
    (row,) = gramme.ledger()
    assert row.summary().activity.processes_seen >= 4
    assert row.summary().activity.cpu_s > 0.6


def test_a_launcher_may_be_the_first_process_of_a_container(db, tmp_path):
    """`docker run image torchrun …`: its ranks' parent is process 1, and is tracked."""
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    if shutil.which("unshare") is None or subprocess.run(
        [*unshare, "true"], capture_output=True
    ).returncode:
        pytest.skip("no namespace of process ids can be made here")
    (tmp_path / "launcher.py").write_text(LAUNCHER)
    (tmp_path / "rank.py").write_text(RANK)
    done = subprocess.run([*unshare, sys.executable, "launcher.py", "rank.py"], cwd=tmp_path,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0 and "launcher 1\n" in done.stdout, done.stderr
    (row,) = gramme.ledger()
    assert row.summary().activity.processes_seen >= 4
    assert row.summary().activity.cpu_s > 0.6


def test_ranks_that_lightning_starts_itself_are_its_rank_0_s():
    """Its launcher names LOCAL_RANK and WORLD_SIZE, and no RANK; the others run below rank 0."""
    env = {"WORLD_SIZE": "2", "NODE_RANK": "0"}
    assert _ranks.plan("node", {**env, "LOCAL_RANK": "1"}, None).root is None
    assert _ranks.plan("node", {**env, "LOCAL_RANK": "0"}, None).root == os.getpid()
    assert _ranks.plan("each", {**env, "LOCAL_RANK": "1"}, None).root == os.getpid()
