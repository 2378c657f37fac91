# SPDX-License-Identifier: Apache-2.0
"""Plain PyTorch: the recipe, loaders in processes of their own, ranks of torchrun."""
import importlib.util
import os
import sys
import textwrap

import pytest
from harness import ROOT, runs, script
from seen import logged, passes, worked

import gramme

if importlib.util.find_spec("torch") is None:
    pytest.skip("torch is not installed", allow_module_level=True)
import torch  # noqa: E402


class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, at):
        gramme.current().log(row=at)  # in a forked loader it is the parent's run
        return torch.full((4,), float(at))


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("persistent", [False, True])
def test_loaders_in_processes_are_in_the_run_and_do_not_end_it(quietly, start, persistent):
    with gramme.track("loaded") as run:
        loader = torch.utils.data.DataLoader(
            Rows(), batch_size=4, num_workers=2, multiprocessing_context=start,
            persistent_workers=persistent)
        for _ in run.epochs(range(2)):
            for batch in loader:
                run.work(samples=len(batch))
            assert run.active
        loader._iterator = None  # ends those that stay
    summary = run.summary
    assert summary.state == "finished"
    assert passes(summary) == {"epoch": 2}
    assert worked(summary) == {"samples": 32}
    if start == "fork":
        assert sorted(logged(summary, "row")) == sorted([*range(16), *range(16)])
    assert len(gramme.ledger()) == 1
    assert summary.activity.processes_seen >= 3


def test_metrics_may_be_tensors(quietly):
    with gramme.track("tensors") as run:
        run.log(loss=torch.tensor(0.5), grad=torch.tensor([2.0], requires_grad=True))
    assert logged(run.summary, "loss") == [0.5]
    assert logged(run.summary, "grad") == [2.0]


def test_the_recipe_runs():
    said = script(sys.executable, ROOT / "examples" / "track_torch.py")
    assert "gramme: " in said
    (summary,) = runs()
    assert passes(summary)["epoch"] == len(logged(summary, "loss"))


RANKED = textwrap.dedent("""
    import os, torch, torch.distributed as dist
    import gramme

    with gramme.track("ranked"{options}) as run:
        dist.init_process_group("gloo")
        for epoch in run.epochs(range(2)):
            value = torch.ones(1)
            dist.all_reduce(value)
            run.log(sum=value)
        dist.destroy_process_group()
    print(os.environ["RANK"], run.summary is not None)
""")


def torchrun(program, **env):
    return script(sys.executable, "-m", "torch.distributed.run", "--standalone",
                  "--nproc-per-node=2", program, OMP_NUM_THREADS="1", **env)


def test_two_ranks_of_torchrun_are_the_nodes_joules_once(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(RANKED.format(options=""))
    said = torchrun(program)
    assert "0 True" in said and "1 False" in said
    (summary,) = runs()
    assert logged(summary, "sum") == [2.0, 2.0]
    assert summary.tags["world_size"] == "2" and summary.tags["rank"] == "0"
    assert summary.activity.processes_seen >= 3  # torchrun and both ranks


def test_each_rank_may_track_its_own_tree(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(RANKED.format(options=', ranks="each"'))
    torchrun(program)
    both = runs()
    assert sorted(summary.tags["rank"] for summary in both) == ["0", "1"]
    assert len({summary.experiment for summary in both}) == 1
    assert os.path.exists(program)


def test_ranks_without_gramme_train_all_the_same(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(RANKED.format(options=""))
    assert "0 False" in torchrun(program, GRAMME=str(tmp_path / "none"))
