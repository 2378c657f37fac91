# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with the measuring is one warning; the job goes on, and is not held up."""
import os
import signal
import time
import warnings

import pytest

import gramme
from gramme import _link

# A whole job: what it says at its end, and nothing on stderr but one warning.
TRAIN = """
with gramme.track("job") as run:
    for epoch in run.epochs(range(3)):
        with run.section("eval"):
            run.log(loss=1.0)
        run.mark("m"); run.work(x=1); run.tag(a=1); run.progress(); run.forecast
print("summary", run.summary is not None, "active", run.active)
print("trained")
sys.exit(3)
"""


def check_one_warning(done, words):
    assert done.returncode == 3, done.stderr
    assert done.stdout.splitlines()[-1] == "trained"
    assert done.stderr.count("GrammeWarning") == 1, done.stderr
    assert words in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


# --- no program ------------------------------------------------------------------------------

def test_no_program_at_all(job, monkeypatch, tmp_path):
    monkeypatch.delenv("GRAMME")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = job("from gramme import _program\n_program._folders = lambda: iter(())\n"
               "_program.__file__ = '/nowhere/a/b/c'\n" + TRAIN)
    check_one_warning(done, "install it (pip install gramme")


@pytest.mark.parametrize("text, mode, words", [
    (None, None, "which is not a program"),
    ("#!/bin/sh\nexit 0\n", 0o644, "which is not a program"),
    ("#!/no/such/interpreter\n", 0o755, "No such file"),
    ("neither a script nor a binary", 0o755, "Exec format error"),
    ("#!/bin/sh\nexit 0\n", 0o755, "the sampler is gone"),
    ("#!/bin/sh\nexit 7\n", 0o755, "ended with status 7"),
    ("#!/bin/sh\nkill -9 $$\n", 0o755, "ended by signal 9"),
])
def test_a_program_that_is_none(job, monkeypatch, tmp_path, text, mode, words):
    path = tmp_path / "broken"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    monkeypatch.setenv("GRAMME", str(path))
    check_one_warning(job(TRAIN), words)


def test_a_folder_is_no_program(job, monkeypatch, tmp_path):
    monkeypatch.setenv("GRAMME", str(tmp_path))
    check_one_warning(job(TRAIN), "which is not a program")


def test_an_option_that_is_not_understood(job):
    done = job(TRAIN.replace('"job"', '"job", period="banana"'))
    check_one_warning(done, "the period 'banana' is not from 1ms to 1h")


@pytest.mark.parametrize("options", [
    "period=object()", "period=float('nan')", "tags=7", "pue='x'", "ranks=8", "db=3.5",
    "report_to=5", "tags={1: 2}, region=['x']"])
def test_arguments_of_a_wrong_type_do_not_end_the_job(job, options):
    done = job(TRAIN.replace('"job"', f'"job", {options}'))
    assert done.returncode == 3, done.stderr
    assert done.stdout.splitlines()[-1] == "trained"
    assert done.stderr.count("GrammeWarning") <= 1
    assert "Traceback" not in done.stderr


# --- a program that misbehaves ---------------------------------------------------------------

@pytest.mark.parametrize("mode, words", [
    ("dies", "the sampler is gone"),
    ("garbage", "is no message"),
    ("huge", "is no message"),
    ("cut", "the sampler is gone"),
    ("crash", "ended by signal 11"),
    ("refuses", "'banana' is not a period"),
    ("badjson", "the result could not be read"),
])
def test_a_sampler_that(job, fake, mode, words):
    fake(mode)
    check_one_warning(job(TRAIN), words)


@pytest.mark.parametrize("mode", ["silent", "stopped"])
def test_a_sampler_that_never_answers_holds_up_the_end_only(fake, mode):
    fake(mode)
    with pytest.warns(gramme.GrammeWarning, match="did not answer in time") as said:
        began = time.monotonic()
        run = gramme.track("x")
        assert time.monotonic() - began < 5
        run.mark("a")
        assert run.progress() is None
        before = time.monotonic()
        assert run.stop(timeout=0.3) is None
        took = time.monotonic() - before
    assert 0.3 <= took < 5
    assert [str(w.message) for w in said][1:] == []
    assert not run.active


def test_an_epoch_is_told_in_order(fake):
    log = fake("good")
    with gramme.track("x") as run:
        for epoch in run.epochs(range(3)):
            if epoch == 2:
                break
    told = []
    for line in log.read_text().splitlines():
        kind, _, data = line.partition(" ")
        if kind in "MQE":
            told.append(kind + bytes.fromhex(data)[8:].decode() if kind == "M" else kind)
    assert [one for one in told if one != "Q"] == ["Mepoch:begin", "Mepoch:end"] * 3 + ["E"]
    # One question is open at a time, so that not each pass has one.
    assert all(before != "Mepoch:begin" for before, one in zip(told, told[1:]) if one == "Q")


def test_the_good_one_is_understood(fake):
    log = fake("good")
    with gramme.track("x", tags={"a": 1}) as run:
        run.mark("m")
    assert run.summary.energy.attributed_j.value == 42.0
    lines = log.read_text().splitlines()
    assert lines[0].startswith("args attach --link 3 --aside 4 --name=x --tag=a=1 --ends-with=")
    kinds = [line.split()[0] for line in lines[2:]]
    assert kinds[:2] == ["M", "E"]


def test_a_warning_that_is_an_error_does_not_end_the_job(job, fake):
    fake("dies")
    done = job(TRAIN, env={**os.environ, "PYTHONWARNINGS": "error"})
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "trained"
    assert done.stderr.count("gramme: the run is not measured any more") == 1
    assert "Traceback" not in done.stderr


def test_forecasts_come_from_the_answers(fake):
    fake("good")
    with gramme.track("x") as run:
        for _ in run.epochs(range(4)):
            # The fake begins slowly. One question is open at a time: here each has its answer.
            end = time.monotonic() + 10
            while run._asked is not None and time.monotonic() < end:
                run.forecast
        run.progress()
        forecast = run.forecast
        # Ten joules and a second a question, as it answers: before the first, and after each.
        assert (forecast.done, forecast.total) == (4, 4)
        assert forecast.attributed_j.value == 50.0
        assert forecast.carbon_kg is None  # it did not say, and nobody guesses


def test_questions_that_nobody_answers_are_not_piled_up(fake):
    log = fake("silent")
    run = gramme.track("x")
    for _ in run.epochs(range(100)):
        pass
    with pytest.warns(gramme.GrammeWarning):
        run.stop(timeout=0.3)
    assert sum(line.startswith("Q ") for line in log.read_text().splitlines()) <= 1


# --- it dies, stands still, is slow ----------------------------------------------------------

def sampler_of(run, log):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for line in log.read_text().splitlines() if log.exists() else []:
            if line.startswith("pid "):
                return int(line.split()[1])
        time.sleep(0.01)
    raise AssertionError("the fake sampler did not begin")


def test_a_sampler_that_is_killed_is_one_warning(fake):
    log = fake("good")
    run = gramme.track("x")
    os.kill(sampler_of(run, log), signal.SIGKILL)
    with pytest.warns(gramme.GrammeWarning, match="the sampler is gone") as said:
        end = time.monotonic() + 5
        while run.active and time.monotonic() < end:
            run.log(loss=1.0)
        assert not run.active
        run.log(loss=2.0)
        assert run.stop() is None
    assert len(said) == 1


def test_the_real_sampler_killed_leaves_what_it_had_written(sampler_pid, kept):
    run = gramme.track("killed", period=0.05)
    pid = kept("killed", state="running") and sampler_pid()
    os.kill(pid, signal.SIGKILL)
    with pytest.warns(gramme.GrammeWarning):
        assert run.stop() is None
    assert kept("killed").state == "interrupted"


def test_nothing_is_lost_while_the_sampler_stands_still(sampler_pid, kept):
    run = gramme.track("still")
    kept("still", state="running")
    pid = sampler_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        longest = 0.0
        for step in range(9000):
            before = time.monotonic()
            run.log(step=step)
            longest = max(longest, time.monotonic() - before)
        assert run._link._aside._outbox, "the socket is larger than was thought: send more"
        assert longest < 1.0  # not a timing, but that it does not wait
    finally:
        os.kill(pid, signal.SIGCONT)
    summary = run.stop()
    assert [int(v) for _, v in summary.metrics["step"].values] == list(range(9000))
    assert not [w for w in summary.quality.warnings if w.code == "lost-logs"]


def test_what_was_lost_is_said(sampler_pid, kept, monkeypatch):
    monkeypatch.setattr(_link, "KEPT_MAX", 100)
    run = gramme.track("still")
    kept("still", state="running")
    pid = sampler_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        for step in range(9000):
            run.log(step=step)
        lost = run._link._aside.lost
        assert lost > 0
    finally:
        os.kill(pid, signal.SIGCONT)
    summary = run.stop()
    values = [int(v) for _, v in summary.metrics["step"].values]
    assert values == list(range(9000 - lost))
    (warning,) = [w for w in summary.quality.warnings if w.code == "lost-logs"]
    assert str(lost) in warning.text


def test_a_sampler_that_stands_still_to_the_end(sampler_pid, kept):
    run = gramme.track("still")
    kept("still", state="running")
    pid = sampler_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.warns(gramme.GrammeWarning, match="in time"):
            assert run.stop(timeout=0.2) is None
    finally:
        os.kill(pid, signal.SIGCONT)
    # It took the end out of the socket when it went on, and the run is whole.
    assert kept("still").state == "finished"


def test_a_slow_sampler_loses_nothing(fake):
    log = fake("slow")
    with gramme.track("x") as run:
        for step in range(3000):
            run.log(step=step)
    assert run.summary.energy.attributed_j.value == 42.0
    assert sum(line.startswith("V ") for line in log.read_text().splitlines()) == 3000


# --- hostile surroundings --------------------------------------------------------------------

def test_a_ledger_that_cannot_be_written(job, tmp_path):
    done = job(TRAIN.replace('"job"', '"job", db="/proc/nothing/x.db"'))
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "trained"
    assert "summary True" in done.stdout  # it was measured, if not kept
    assert done.stderr.count("GrammeWarning") <= 1


def test_a_home_that_cannot_be_written(job, monkeypatch, tmp_path):
    home = tmp_path / "ro"
    home.mkdir()
    home.chmod(0o555)
    monkeypatch.delenv("GRAMME_DB")
    monkeypatch.setenv("HOME", "/proc/self" if os.geteuid() == 0 else str(home))
    done = job(TRAIN)
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "trained"
    assert done.stderr.count("GrammeWarning") <= 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("before", [
    "os.closerange(3, 65536)",
    "os.closerange(0, 65536)",
    "os.environ.clear()",
    "sys.stdout = sys.stderr = sys.stdin = None",
    "os.chdir('/')",
    "os.umask(0o777)",
    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))",
    "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "signal.signal(signal.SIGPIPE, signal.SIG_DFL)",
    "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
    "sys.argv = []",
    "del sys.argv",
    "import threading; threading.Thread(target=time.sleep, args=(0.1,)).start()",
])
def test_a_job_that_did_this_before(job, before):
    done = job(before + """
run = gramme.track("job")
run.mark("a")
run.stop()
run = gramme.track("again")
run.stop()
os._exit(3 if run.summary is not None or run._warned else 4)
""")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("middle, kept_state", [
    ("os.closerange(3, 65536)", "interrupted"),
    ("os.chdir('/')", "finished"),
    ("os.environ['HOME'] = '/nowhere'; os.environ['GRAMME_DB'] = '/nowhere/x'", "finished"),
    ("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", "finished"),
    ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))", "finished"),
    ("sys.stdout = sys.stderr = sys.stdin = None", "finished"),
    ("os.close(0); os.close(1); os.close(2)", "finished"),
])
def test_a_job_that_does_this_meanwhile(job, kept, middle, kept_state):
    done = job(f"""
run = gramme.track("job")
run.mark("a")
{middle}
run.mark("b")
run.log(x=1)
run.stop()
os._exit(3)
""")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert kept("job").state == kept_state


def test_files_of_the_job_never_get_our_messages(job, tmp_path):
    """All descriptors are closed, and the job's own file and socket come to lie where ours was."""
    done = job("""
import socket
run = gramme.track("job")
fd = run._link._end.fileno()
os.closerange(3, 1024)
mine = os.open("mine", os.O_CREAT | os.O_RDWR)
a, b = socket.socketpair()
os.dup2(a.fileno(), fd)
run.mark("evil")
run.stop()
run = gramme.track("two")
fd = run._link._end.fileno()
os.dup2(mine, fd)
run.log(evil=1)
run.stop()
assert os.fstat(fd).st_ino == os.fstat(mine).st_ino   # and nobody closed it
b.setblocking(False)
try:
    print("socket", b.recv(100))
except BlockingIOError:
    print("socket empty")
print("file", os.fstat(mine).st_size)
""")
    assert done.stdout == "socket empty\nfile 0\n", done.stderr


@pytest.mark.parametrize("wait", ["os.wait()", "os.waitpid(-1, 0)"])
def test_a_job_that_waits_for_any_child_gets_its_own(job, wait):
    done = job(f"""
with gramme.track("job") as run:
    pid = os.fork()
    if pid == 0:
        time.sleep(0.3)
        os._exit(5)
    while True:
        got, status = {wait}
        if got == pid:
            break
print(os.WEXITSTATUS(status), run.summary is not None)
""")
    assert done.stdout == "5 True\n", done.stderr


def test_warnings_name_the_line_of_the_user(fake):
    fake("refuses")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with gramme.track("x"):
            pass
    assert said[0].filename == __file__
