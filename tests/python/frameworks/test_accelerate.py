# SPDX-License-Identifier: Apache-2.0
"""accelerate: gramme as one of its trackers, alone and on two ranks."""
import importlib.util
import sys
import textwrap

import pytest
from harness import runs, script
from seen import logged, passes

import gramme

for package in ("torch", "accelerate"):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed", allow_module_level=True)
import accelerate  # noqa: E402


def tracker(*args, **options):
    from gramme.frameworks.accelerate import GrammeTracker

    return GrammeTracker(*args, **options)


def train(told):
    accelerator = accelerate.Accelerator(cpu=True, log_with=told)
    accelerator.init_trackers("project", config={"lr": 0.1, "layers": 2})
    for step in range(3):
        with accelerator.get_tracker("gramme", unwrap=True).section("step"):
            accelerator.log({"loss": 1.0 / (step + 1)}, step=step)
    accelerator.end_training()


def test_what_the_accelerator_logs_is_in_a_run_of_its_own(quietly):
    told = tracker("bert", experiment="nets")
    train(told)
    summary = told.summary
    assert (summary.name, summary.experiment) == ("bert", "nets")
    assert logged(summary, "loss") == pytest.approx([1.0, 0.5, 1.0 / 3])
    assert logged(summary, "step") == [0, 1, 2]
    assert summary.tags["lr"] == "0.1" and summary.tags["layers"] == "2"
    assert passes(summary) == {"step": 3}
    assert not gramme.current().active


def test_inside_a_run_it_tells_that(quietly):
    with gramme.track("outer") as run:
        train(tracker("bert"))
        assert run.active
    assert passes(run.summary) == {"step": 3}
    assert len(gramme.ledger()) == 1


def test_a_broken_gramme_leaves_training_as_it_is(broken):
    with pytest.warns(gramme.GrammeWarning) as warned:
        train(tracker("bert"))
    ours = [one for one in warned if issubclass(one.category, gramme.GrammeWarning)]
    assert len(ours) == 1


def test_two_ranks_are_one_run(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(textwrap.dedent("""
        import accelerate
        from gramme.frameworks.accelerate import GrammeTracker

        accelerator = accelerate.Accelerator(cpu=True, log_with=GrammeTracker("bert"))
        accelerator.init_trackers("project")
        accelerator.log({"loss": 0.5})
        accelerator.wait_for_everyone()
        accelerator.end_training()
    """))
    # What `accelerate launch` does for several GPUs; for CPUs it starts a single process.
    script(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
           program, OMP_NUM_THREADS="1")
    (summary,) = runs()
    assert logged(summary, "loss") == [0.5]
    assert summary.tags["world_size"] == "2"
    assert summary.activity.processes_seen >= 3  # the launcher and both ranks
