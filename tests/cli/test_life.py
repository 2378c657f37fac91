# SPDX-License-Identifier: Apache-2.0
"""What dies, and what goes on: the launcher, the sampler, the terminal."""
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time

import pytest

from conftest import wait_for


def cgroups():
    return set(pathlib.Path("/sys/fs/cgroup").rglob("gramme-2*"))


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def start_ready(gramme, script, *options):
    """A run whose command has said that it goes, and whose sampler is in the ledger."""
    run = gramme.start("run", *options, "--", "sh", "-c", f"echo ready; {script}")
    assert run.stdout.readline() == b"ready\n"
    wait_for(gramme.sampler_pid)
    return run


@pytest.mark.telling
def test_a_killed_sampler_does_not_disturb_the_job(gramme):
    run = start_ready(gramme, "sleep 0.5; echo done; exit 3")
    os.kill(gramme.sampler_pid(), signal.SIGKILL)
    out, err = run.communicate(timeout=20)
    assert (out, run.returncode) == (b"done\n", 3)
    assert b"sampler" in err
    runs = gramme.json("list")["runs"]
    assert [r["state"] for r in runs] == ["interrupted"]


@pytest.mark.parametrize("options", [[], ["--no-cgroup"]])
def test_a_killed_launcher_leaves_a_run_that_ends_with_its_command(gramme, options):
    before = cgroups()
    pid_file = gramme.folder / "pid"
    run = start_ready(gramme, f"echo $$ >{pid_file}; sleep 1.5; exit 3", "--period", "200ms",
                      *options)
    sampler = gramme.sampler_pid()
    wait_for(pid_file.exists)
    run.kill()
    run.wait()
    assert alive(sampler)
    command = int(wait_for(pid_file.read_text))
    wait_for(lambda: not alive(command))
    wait_for(lambda: not alive(sampler))
    run.communicate()
    wait_for(lambda: cgroups() <= before)
    shown = gramme.json("show")
    assert shown["state"] in ("finished", "interrupted")
    assert shown["exit_status"] is None
    assert any(w["code"] == "launcher-lost" for w in shown["quality"]["warnings"])


def test_a_finished_run_leaves_no_cgroup_and_no_socket(gramme):
    before = cgroups()
    assert gramme("run", "-q", "--", "true").returncode == 0
    wait_for(lambda: cgroups() <= before)
    assert not list(gramme.runtime.iterdir())


def test_a_command_that_never_began_leaves_nothing(gramme):
    before = cgroups()
    gramme("run", "--", "no-such-command")
    wait_for(lambda: cgroups() <= before)
    assert not list(gramme.runtime.iterdir())


def on_a_terminal(gramme, script, *words):
    """gramme on a terminal of its own; the terminal's master and its PID."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(gramme.folder)
        os.execve(gramme.program, [gramme.program, *words, "--", sys.executable, "-c", script],
                  gramme.env)
    return pid, master


COUNT = ("import signal, sys, time, pathlib\n"
         "got = []\n"
         "signal.signal(signal.SIG{0}, lambda *a: got.append(1))\n"
         "pathlib.Path('ready').touch()\n"
         "end = time.monotonic() + 10\n"
         "while not got and time.monotonic() < end: time.sleep(0.01)\n"
         "time.sleep(0.2)\n"
         "pathlib.Path('got').write_text(str(len(got)))\n"
         "sys.exit(5)\n")


def drain(master):
    text = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:
            return text
        if not data:
            return text
        text += data


def test_interrupt_from_the_terminal_reaches_the_command_once(gramme):
    pid, master = on_a_terminal(gramme, COUNT.format("INT"), "run")
    wait_for((gramme.folder / "ready").exists)
    os.write(master, b"\x03")
    drain(master)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 5
    assert (gramme.folder / "got").read_text() == "1"


def start_counting(gramme, name, before=""):
    """A run in a group of its own whose command counts a signal; ready to get it."""
    run = gramme.start("run", "-q", "--", sys.executable, "-c", before + COUNT.format(name),
                       start_new_session=True)
    wait_for((gramme.folder / "ready").exists)
    return run


def times_seen(gramme, run):
    assert run.wait(20) == 5
    run.communicate()
    return int((gramme.folder / "got").read_text())


@pytest.mark.parametrize("name", ["TERM", "INT", "USR1", "RTMIN"])
def test_a_signal_to_the_whole_group_reaches_the_command_once(gramme, name):
    run = start_counting(gramme, name)
    os.killpg(run.pid, getattr(signal, f"SIG{name}"))
    assert times_seen(gramme, run) == 1


def test_a_signal_to_gramme_alone_reaches_the_command_once(gramme):
    run = start_counting(gramme, "TERM")
    run.send_signal(signal.SIGTERM)
    assert times_seen(gramme, run) == 1


def test_signals_to_the_group_and_to_gramme_alone_are_told_apart(gramme):
    script = ("import signal, time, pathlib\n"
              "got = []\n"
              "for s in (signal.SIGUSR1, signal.SIGUSR2):\n"
              "    signal.signal(s, lambda n, f: got.append(n))\n"
              "pathlib.Path('ready').touch()\n"
              "while signal.SIGUSR2 not in got: time.sleep(0.01)\n"
              "time.sleep(0.2)\n"
              "pathlib.Path('got').write_text(str(got.count(signal.SIGUSR1)))\n")
    run = gramme.start("run", "-q", "--", sys.executable, "-c", script, start_new_session=True)
    wait_for((gramme.folder / "ready").exists)
    for send in (os.killpg, os.kill, os.killpg, os.kill):
        send(run.pid, signal.SIGUSR1)
        time.sleep(0.1)
    os.kill(run.pid, signal.SIGUSR2)
    assert run.wait(20) == 0
    run.communicate()
    assert (gramme.folder / "got").read_text() == "4"


def test_a_command_in_a_group_of_its_own_is_told_of_what_came_to_ours(gramme):
    run = start_counting(gramme, "TERM", "import os\nos.setpgid(0, 0)\n")
    os.killpg(run.pid, signal.SIGTERM)
    assert times_seen(gramme, run) == 1


def group_of(pgid):
    stats = (p.read_text().rpartition(")")[2].split()
             for p in pathlib.Path("/proc").glob("[0-9]*/stat") if p.exists())
    return [fields for fields in stats if int(fields[2]) == pgid and fields[0] != "Z"]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_behind_in_the_group(gramme, end):
    run = gramme.start("run", "-q", "--", "sleep", "0.5", start_new_session=True)
    wait_for(gramme.sampler_pid)
    assert len(group_of(run.pid)) > 1
    run.send_signal(end)
    run.communicate(timeout=20)
    wait_for(lambda: not group_of(run.pid))


def test_a_closed_terminal_reaches_the_command_once_and_the_run_is_kept(gramme):
    pid, master = on_a_terminal(gramme, COUNT.format("HUP"), "run")
    wait_for((gramme.folder / "ready").exists)
    wait_for(gramme.sampler_pid)
    os.close(master)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 5
    assert (gramme.folder / "got").read_text() == "1"
    shown = gramme.json("show")
    assert (shown["state"], shown["exit_status"]) == ("failed", 5)


def test_the_sampler_ends_in_time_when_it_is_told_to(gramme):
    run = start_ready(gramme, "exec sleep 30", "-q", "--period", "100ms")
    sampler = gramme.sampler_pid()
    os.kill(sampler, signal.SIGTERM)
    wait_for(lambda: not alive(sampler), 5)
    assert run.poll() is None, "the job goes on"
    run.terminate()
    run.communicate(timeout=10)
    assert gramme.json("list")["runs"][0]["state"] == "interrupted"


def test_a_run_that_goes_on_is_in_the_list(gramme):
    run = start_ready(gramme, "exec sleep 30", "-q")
    assert gramme.json("list")["runs"][0]["state"] == "running"
    assert gramme("show").returncode == 0
    run.terminate()
    run.communicate(timeout=10)


@pytest.mark.telling
def test_attach_ends_with_the_process(gramme):
    job = subprocess.Popen(["sleep", "0.7"])
    attach = gramme.start("attach", job.pid)
    job.wait()
    assert attach.wait(10) == 0
    assert b"gramme" in attach.communicate()[1]
    shown = gramme.json("show")
    assert (shown["name"], shown["command"]) == ("sleep", ["sleep", "0.7"])
    assert shown["state"] == "finished"


def test_interrupting_attach_lets_the_process_go_on(gramme):
    job = subprocess.Popen(["sleep", "60"])
    attach = gramme.start("attach", "-q", job.pid)
    wait_for(gramme.sampler_pid)
    attach.send_signal(signal.SIGINT)
    assert attach.wait(10) == 0
    attach.communicate()
    assert job.poll() is None
    job.kill()
    job.wait()
    assert gramme.json("list")["runs"][0]["state"] != "running"


def test_attach_to_a_process_that_is_gone_says_so(gramme):
    job = subprocess.Popen(["true"])
    job.wait()
    done = gramme("attach", job.pid)
    assert done.returncode == 1
    assert str(job.pid) in done.stderr


@pytest.mark.parametrize("word", ["0", "-1", "x", "1x", "99999999999999999999"])
def test_what_is_no_process_number_is_misuse(gramme, word):
    assert gramme("attach", "--", word).returncode == 2
