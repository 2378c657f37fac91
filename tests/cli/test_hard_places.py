# SPDX-License-Identifier: Apache-2.0
"""Limits, lost readers, odd signals and locked ledgers: the job goes on as it would have."""
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import pytest

from conftest import wait_for


def test_a_reader_that_is_gone_is_not_the_commands_status(gramme):
    for name, words in (("stderr", []), ("stdout", ["-q", "--json", "-"])):
        read, write = os.pipe()
        os.close(read)
        run = gramme.start("run", *words, "--", "sh", "-c", "exit 3", **{name: write})
        os.close(write)
        assert run.wait(20) == 3
        run.communicate()


@pytest.mark.telling
def test_closed_standard_descriptors_stay_closed_and_the_run_is_measured(gramme):
    shell = (f"exec {gramme.program} run -q -- sh -c 'ls /proc/self/fd >fds; "
             "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exit 4' <&- >&- 2>&-")
    done = subprocess.run(["sh", "-c", shell], env=gramme.env, cwd=gramme.folder, timeout=30)
    assert done.returncode == 4
    assert "2" not in (gramme.folder / "fds").read_text().split()
    shown = gramme.json("show")
    assert (shown["state"], shown["exit_status"]) == ("failed", 4)
    assert shown["activity"]["cpu_s"] > 0


def test_an_alarm_set_before_reaches_the_command(gramme):
    script = ("import os, signal, sys\nsignal.alarm(1)\n"
              "os.execv(sys.argv[1], sys.argv[1:])")
    done = subprocess.run([sys.executable, "-c", script, gramme.program, "run", "-q", "--",
                           "sleep", "20"], env=gramme.env, cwd=gramme.folder, timeout=15)
    assert done.returncode == 128 + signal.SIGALRM


def test_a_signal_of_the_commands_own_to_its_group_is_not_sent_back(gramme):
    script = ("import os, signal, time\n"
              "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
              "os.kill(0, signal.SIGTERM)\n"
              "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
              "time.sleep(0.3)\nos._exit(7)\n")
    run = gramme.start("run", "-q", "--", sys.executable, "-c", script, start_new_session=True)
    assert run.wait(20) == 7
    run.communicate()


def test_what_an_interrupt_ended_is_seen_to_have_ended_so(gramme):
    """A shell goes on with its loop after a ^C that its child seems to have minded."""
    done = gramme("run", "--", "sh", "-c", "kill -INT $$")
    assert done.returncode == -signal.SIGINT
    assert "failed by signal 2" in done.stderr
    done = gramme("run", "-q", "--", "sh", "-c", "trap 'exit 3' INT; kill -INT $$; sleep 5")
    assert done.returncode == 3
    shell = f"{gramme.program} run -q -- sh -c 'kill -INT $$'; exit $?"
    assert subprocess.run(["sh", "-c", shell], env=gramme.env, timeout=20).returncode == 130


def test_a_real_time_signal_reaches_the_command(gramme):
    script = ("import os, signal, time\n"
              "signal.signal(signal.SIGRTMIN + 3, lambda *a: os._exit(8))\n"
              "print('ready', flush=True)\ntime.sleep(20)\n")
    run = gramme.start("run", "-q", "--", sys.executable, "-c", script)
    assert run.stdout.readline() == b"ready\n"
    run.send_signal(signal.SIGRTMIN + 3)
    assert run.wait(20) == 8
    run.communicate()


def test_waiting_for_the_tree_ends_when_told_to(gramme):
    run = gramme.start("run", "-q", "--wait-tree", "--", "sh", "-c",
                       "sleep 20 >/dev/null 2>&1 & echo $!; exit 3")
    left = int(run.stdout.readline())
    time.sleep(0.3)
    run.terminate()
    assert run.wait(10) == 3
    run.communicate()
    os.kill(left, signal.SIGKILL)
    shown = gramme.json("show")
    assert (shown["state"], shown["exit_status"]) == ("failed", 3)


def test_waiting_for_the_tree_ends_as_init_too(gramme):
    init = ["unshare", "-pf", "--mount-proc"]
    if not shutil.which("unshare") or subprocess.run([*init, "true"], check=False,
                                                     capture_output=True).returncode != 0:
        pytest.skip("no PID namespace can be made here")
    done = subprocess.run([*init, gramme.program, "run", "-q", "--wait-tree", "--", "sh", "-c",
                           "sleep 0.3 >/dev/null 2>&1 & exit 3"], env=gramme.env,
                          cwd=gramme.folder, timeout=20)
    assert done.returncode == 3
    assert gramme.json("show")["duration_s"] >= 0.3


def test_a_signal_while_the_numbers_are_awaited_ends_only_that(gramme):
    run = gramme.start("run", "--", "sh", "-c", "echo ready; read x; exit 3",
                       stdin=subprocess.PIPE)
    assert run.stdout.readline() == b"ready\n"
    sampler = wait_for(gramme.sampler_pid)
    os.kill(sampler, signal.SIGSTOP)
    run.stdin.close()
    run.stdin = None
    time.sleep(0.3)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    try:
        assert run.wait(8) == 3
        assert time.monotonic() - began < 2
        assert b"not waited" in run.communicate()[1]
    finally:
        os.kill(sampler, signal.SIGCONT)
    wait_for(lambda: gramme.json("show")["state"] == "failed")
    assert gramme.json("show")["energy"]["machine_j"] is None or \
        gramme.json("show")["activity"]["cpu_s"] is not None


def test_attach_minds_its_signals_after_a_slow_first_reading(gramme):
    """A first reading that came late was once taken for the end, and waited on for 10 s."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here to slow the sampler's start")
    job = subprocess.Popen(["sleep", "60"])
    slow = subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", "trace=setsid", "-e",
                             "inject=setsid:delay_exit=40000", gramme.program, "attach", "-q",
                             str(job.pid)], env=gramme.env, cwd=gramme.folder,
                            stderr=subprocess.PIPE)
    try:
        wait_for(lambda: gramme.sampler_pid() or slow.poll() is not None)
        if slow.poll() is not None:
            pytest.skip("no process may be traced here")
        attach = int(pathlib.Path(f"/proc/{slow.pid}/task/{slow.pid}/children")
                     .read_text().split()[0])
        time.sleep(0.5)
        began = time.monotonic()
        os.kill(attach, signal.SIGINT)
        slow.wait(20)
        assert time.monotonic() - began < 5
    finally:
        job.kill()
        job.wait()
        slow.communicate()
    assert gramme.json("show")["duration_s"] >= 0.5


@pytest.mark.parametrize("blocks", [8, 64])
def test_a_limit_on_files_is_a_sentence_and_not_a_death(gramme, blocks):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (blocks * 1024, blocks * 1024))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    done = gramme("run", "--period", "1ms", "--", "sh", "-c", "sleep 0.4; exit 3",
                  preexec_fn=limit)
    assert done.returncode == 3
    assert "lost" not in done.stderr
    assert "failed with status 3" in done.stderr


@pytest.mark.parametrize("count", [6, 8, 9])
def test_without_room_to_track_it_the_command_runs_all_the_same(gramme, count):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    done = gramme("run", "--", "sh", "-c", "echo hi; exit 5", preexec_fn=limit)
    assert (done.stdout, done.returncode) == ("hi\n", 5)


@pytest.mark.parametrize("folder", ["/no/where", ".", "/" + "x" * 200])
def test_marks_find_the_run_where_the_runtime_folder_is_none(gramme, folder):
    gramme.env["XDG_RUNTIME_DIR"] = folder
    done = gramme("run", "-q", "--", "sh", "-c",
                  f'{gramme.program} mark one && echo "$GRAMME_CONTROL"')
    assert done.returncode == 0
    assert done.stdout.startswith("/tmp/gramme-")
    assert not os.path.exists(done.stdout.strip())
    assert [mark["name"] for mark in gramme.json("show")["marks"]] == ["one"]


def lock(gramme):
    db = sqlite3.connect(gramme.db, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return db


def test_what_came_while_the_ledger_was_locked_is_in_it_at_the_end(gramme):
    run = gramme.start("run", "-q", "--period", "10ms", "--", "sh", "-c",
                       f"echo ready; read x; {gramme.program} mark one; echo marked; read x; "
                       "exit 3", stdin=subprocess.PIPE)
    assert run.stdout.readline() == b"ready\n"
    wait_for(gramme.sampler_pid)
    db = lock(gramme)
    run.stdin.write(b"\n")
    run.stdin.flush()
    assert run.stdout.readline() == b"marked\n"
    time.sleep(1)
    db.close()
    run.stdin.write(b"\n")
    run.communicate(timeout=20)
    assert run.returncode == 3
    shown = gramme.json("show")
    assert (shown["state"], shown["exit_status"]) == ("failed", 3)
    assert [mark["name"] for mark in shown["marks"]] == ["one"]
    assert len(gramme.json("list")["runs"]) == 1


def test_a_ledger_that_is_locked_at_the_end_is_waited_for(gramme):
    run = gramme.start("run", "-q", "--", "sh", "-c", "echo ready; read x; exit 3",
                       stdin=subprocess.PIPE)
    assert run.stdout.readline() == b"ready\n"
    wait_for(gramme.sampler_pid)
    db = lock(gramme)
    run.stdin.close()
    run.stdin = None
    time.sleep(2.5)
    db.close()
    run.communicate(timeout=20)
    assert run.returncode == 3
    assert [r["state"] for r in gramme.json("list")["runs"]] == ["failed"]


def test_a_removed_run_that_goes_on_does_not_write_into_the_next(gramme):
    first = gramme.start("run", "-q", "--name", "first", "--", "sh", "-c",
                         "echo ready; read x; exit 3", stdin=subprocess.PIPE)
    assert first.stdout.readline() == b"ready\n"
    wait_for(gramme.sampler_pid)
    assert gramme("rm", "first").returncode == 0
    assert gramme("run", "-q", "--name", "second", "--", "true").returncode == 0
    first.communicate(b"\n", timeout=20)
    shown = gramme.json("show", "second")
    assert (shown["state"], shown["exit_status"]) == ("finished", 0)


def check_permitted(gramme, folder):
    lent = folder / "lent"
    shutil.copy(gramme.program, lent)
    if os.geteuid() != 0 or not shutil.which("setcap") or subprocess.run(
            ["setcap", "cap_sys_rawio+p", lent], check=False, capture_output=True).returncode:
        pytest.skip("capabilities cannot be lent here")
    folder.chmod(0o777)
    (folder / "root").mkdir()
    gramme.env["GRAMME_DB"] = str(folder / "ledger.db")

    def permitted(*words):
        done = subprocess.run([lent, "run", "-q", *words, "--", "sh", "-c",
                               "cat /proc/$PPID/status"], env=gramme.env, cwd=folder,
                              user=65534, group=65534, extra_groups=[], capture_output=True,
                              text=True, timeout=20)
        return int(re.search(r"CapPrm:\s*(\w+)", done.stdout).group(1), 16)

    assert permitted() != 0
    assert permitted("--sysroot", folder / "root") == 0


def test_a_made_up_root_gets_none_of_the_programs_capabilities(gramme):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        check_permitted(gramme, pathlib.Path(folder))
