# SPDX-License-Identifier: Apache-2.0
"""A tracked command finds the world as it would without gramme."""
import json
import os
import resource
import signal
import subprocess

import pytest

DUMP = r"""
import json, os, resource, signal
def fd(n):
    try: return os.readlink(f"/proc/self/fd/{n}")
    except OSError: return None
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
keep = ("Umask", "SigBlk", "SigIgn", "SigCgt", "Groups", "Uid", "Gid", "CapEff", "CapInh",
        "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Cpus_allowed", "Mems_allowed")
mask = os.umask(0)
print(json.dumps({
    "env": dict(os.environ), "cwd": os.getcwd(), "umask": mask,
    "nice": os.getpriority(os.PRIO_PROCESS, 0), "policy": os.sched_getscheduler(0),
    "limits": {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource)
               if n.startswith("RLIMIT_")},
    "status": {k: status[k].strip() for k in keep if k in status},
    "fds": {n: fd(n) for n in range(64) if fd(n) and "/proc/" not in fd(n)},
    "session": os.getsid(0), "group": os.getpgid(0), "oom": open("/proc/self/oom_score_adj").read(),
    "slack": open("/proc/self/timerslack_ns").read(),
    "cgroup": open("/proc/self/cgroup").read(), "argv0": open("/proc/self/cmdline").read()}))
"""


def odd_world():
    """Nothing is as it usually is, so that what gramme would reset is seen."""
    os.umask(0o027)
    os.nice(3)
    resource.setrlimit(resource.RLIMIT_NOFILE, (321, 654))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 4096))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGWINCH})
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)


def dump(gramme, python, words, keep_fds, before=odd_world):
    done = subprocess.run([*words, python, "-c", DUMP], env=gramme.env, cwd=gramme.folder,
                          preexec_fn=before, pass_fds=keep_fds, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=30, check=True)
    return json.loads(done.stdout)


def without_pipes(fds):
    """stdout and stderr are a pipe of each call's own."""
    return {n: "pipe" if name.startswith("pipe:") else name for n, name in fds.items()}


@pytest.mark.parametrize("options", [[], ["--no-cgroup"], ["--wait-tree"], ["--period", "1ms"]])
def test_the_commands_world_is_the_same(gramme, python, options):
    with open(gramme.folder / "kept", "w+b") as kept:
        plain = dump(gramme, python, [], (kept.fileno(),))
        tracked = dump(gramme, python, [gramme.program, "run", "-q", *options, "--"],
                       (kept.fileno(),))
    gained = set(tracked["env"]) - set(plain["env"])
    assert gained <= {"GRAMME_CONTROL", "GRAMME_RUN_ID"}
    for world in (plain, tracked):
        for name in gained:
            world["env"].pop(name, None)
        world["fds"] = without_pipes(world["fds"])
        world["cgroup"] = [line for line in world["cgroup"].splitlines()
                           if not line.startswith("0::")]
    assert tracked == plain


def test_only_the_runs_own_cgroup_differs(gramme, python):
    plain = dump(gramme, python, [], ())["cgroup"].splitlines()
    tracked = dump(gramme, python, [gramme.program, "run", "-q", "--"], ())["cgroup"].splitlines()
    moved = [line for line in tracked if line not in plain]
    assert all("/gramme-" in line and line.startswith("0::") for line in moved)
    assert dump(gramme, python, [gramme.program, "run", "-q", "--no-cgroup", "--"],
                ())["cgroup"].splitlines() == plain


def test_the_command_is_in_grammes_process_group(gramme, python):
    run = gramme.start("run", "-q", "--", python, "-c",
                       "import os; print(os.getpgid(0), os.getppid())", start_new_session=True)
    out, _ = run.communicate(timeout=20)
    assert out.split() == [str(run.pid).encode()] * 2


def test_a_command_that_forks_a_daemon_is_not_waited_for(gramme):
    done = gramme("run", "-q", "--", "sh", "-c", "sleep 30 >/dev/null 2>&1 & echo $!", timeout=10)
    os.kill(int(done.stdout), signal.SIGKILL)
    assert done.returncode == 0


def test_wait_tree_waits_for_what_the_command_left(gramme):
    done = gramme("run", "-q", "--wait-tree", "--", "sh", "-c",
                  "(sleep 0.4; echo late >late) >/dev/null 2>&1 & exit 3", timeout=10)
    assert done.returncode == 3
    assert (gramme.folder / "late").read_text() == "late\n"
    assert gramme.json("show")["duration_s"] >= 0.4
