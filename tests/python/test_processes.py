# SPDX-License-Identifier: Apache-2.0
"""Children, ends of all kinds, and what is left in the process: nothing."""
import os
import signal
import sys
import time

import pytest

import gramme


def lines(done):
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


# --- children --------------------------------------------------------------------------------

@pytest.mark.parametrize("end", ["sys.exit(0)", "os._exit(0)", "raise SystemExit",
                                 "raise KeyError", "os.kill(os.getpid(), 9)"])
def test_a_forked_child_may_log_and_never_ends_its_parent_s_run(job, kept, end):
    done = job(f"""
with gramme.track("job") as run:
    if os.fork() == 0:
        sys.stderr = open(os.devnull, "w")
        run.mark("child"); gramme.current().log(child=1)
        assert run.progress() is None
        {end}
    os.wait()
    run.log(parent=2)
assert run.summary is not None
print(sorted(run.summary.metrics), [m.name for m in run.summary.marks], run.summary.state)
""")
    assert lines(done) == ["['child', 'parent'] ['child'] finished"]


def test_a_child_that_stops_its_parent_s_run_does_nothing(job):
    done = job("""
run = gramme.start("job")
if os.fork() == 0:
    assert run.stop() is None
    assert run.active and gramme.current() is run
    os._exit(0)
os.wait()
print(run.active, run.stop().state)
""")
    assert lines(done) == ["True finished"]


def test_a_child_may_have_a_run_of_its_own(job, kept):
    done = job("""
with gramme.track("parent") as run:
    if os.fork() == 0:
        with gramme.track("child") as own:
            assert gramme.current() is own
            own.log(x=1)
        print(own.summary.metrics["x"].last, gramme.current() is run)
        os._exit(0)
    os.wait()
print(run.summary.name)
""")
    assert lines(done) == ["1.0 True", "parent"]


def test_what_a_parent_kept_is_not_sent_twice(job):
    """The socket is full at the fork: what waits to be sent is the parent's alone."""
    done = job("""
import sqlite3
run = gramme.track("job")
while run.id is None or not gramme.ledger(state="running"):
    time.sleep(0.01)
with sqlite3.connect(f"file:{os.environ['GRAMME_DB']}?mode=ro", uri=True) as db:
    (pid,) = db.execute("SELECT tracker_pid FROM run").fetchone()
os.kill(pid, signal.SIGSTOP)
for step in range(5000):
    run.log(step=step)
assert run._link._aside._outbox
child = os.fork()
if child == 0:
    run.log(child=1)      # finds the socket full, keeps it, and it goes with the child
    os._exit(0)
os.waitpid(child, 0)
os.kill(pid, signal.SIGCONT)
values = run.stop().metrics["step"].values
print(len(values), [int(v) for _, v in values] == list(range(5000)))
""")
    assert lines(done) == ["5000 True"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_of_every_kind_of_start(job, kept, method):
    done = job(f"""
import multiprocessing

def work(n):
    gramme.current().log(n=n)
    return n * n

if __name__ == "__main__":
    with gramme.track("job") as run:
        with multiprocessing.get_context("{method}").Pool(3) as pool:
            print(sum(pool.map(work, range(20))))
    metric = run.summary.metrics.get("n")
    print(run.summary.state, metric.count if metric else 0)
""")
    assert lines(done) == ["2470", f"finished {20 if method == 'fork' else 0}"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_of_multiprocessing_may_have_its_own_run(job, kept, method):
    """Which ends with the worker, and as it did: such a process leaves by os._exit."""
    done = job(f"""
import multiprocessing

def work(n):
    run = gramme.start(f"worker {{n}}")
    run.log(n=n)
    if n == 0:
        run.stop()
    if n == 2:
        sys.stderr = None
        raise KeyError
    if n == 3:
        sys.exit(7)

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    with gramme.track("job") as run:
        for n in range(4):
            child = context.Process(target=work, args=(n,)); child.start(); child.join()
            print(child.exitcode)
""")
    assert lines(done) == ["0", "0", "1", "7"]
    ends = [(kept(f"worker {n}").state, kept(f"worker {n}").exit_status) for n in range(4)]
    assert ends[:3] == [("finished", 0), ("finished", 0), ("failed", 1)]
    if sys.version_info < (3, 13):  # from then on a worker's status cannot be seen from inside
        assert ends[3] == ("failed", 7)


def test_threads_that_log_while_others_fork(job):
    done = job("""
import threading
stop = False
def log():
    while not stop:
        run.log(x=1); time.sleep(0.001)
with gramme.track("job") as run:
    threads = [threading.Thread(target=log) for _ in range(3)]
    for t in threads: t.start()
    for _ in range(20):
        pid = os.fork()
        if pid == 0:
            for _ in range(50): run.log(child=1)
            os._exit(0 if run._link.flush(time.monotonic() + 30) else 1)
        os.waitpid(pid, 0)
    stop = True
    for t in threads: t.join()
print(run.summary.metrics["child"].count)
""", env={**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning"})
    assert lines(done) == ["1000"]


def test_a_handler_of_a_signal_may_log(job):
    done = job("""
count, asking = 0, []
def tick(*_):
    global count
    count += 1
    run.log(tick=count)
    if not asking:      # or it would be called again while it waits, without an end
        asking.append(1); run.progress(); asking.clear()
with gramme.track("job") as run:
    signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    while count < 200:
        run.log(step=1.0); run.progress()
    signal.setitimer(signal.ITIMER_REAL, 0)
print(run.summary.metrics["tick"].count == count)
""")
    assert lines(done) == ["True"]


def test_an_exception_that_a_handler_raises_is_the_user_s(job):
    """A time limit by SIGALRM may strike while we are at work; it is neither swallowed nor
    taken for trouble of ours."""
    done = job("""
import random
class Limit(Exception): pass
class Late(OSError): pass
struck = seen = ignored = 0
def strike(*_):
    global struck
    struck += 1
    raise random.choice((Limit, Late, TimeoutError))
def ignore(_):      # CPython itself ignores what is raised in a destructor or a weak reference
    global ignored
    ignored += 1
sys.unraisablehook = ignore
signal.signal(signal.SIGALRM, strike)
run = gramme.start("job")
def log():
    run.log(x=1); run.mark("m"); run.progress(); run.id; run.forecast
    with run.section("s"): pass
def begin_and_end():
    gramme.start("short").stop()
log(); begin_and_end()   # imports are done: they take some errors for a missing file
for work, times, longest in ((log, 200, 0.005), (begin_and_end, 20, 0.02)):
    for n in range(times):
        before = struck
        try:
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0005, longest))
            while struck == before:
                work()
        except (Limit, Late, TimeoutError):
            seen += 1
    print(run.active, gramme.current() is run)
print(struck, seen + ignored, run.stop().metrics["x"].count > 0)
""")
    assert lines(done) == ["True True", "True True", "220 220 True"]
    assert "gramme" not in done.stderr


def test_a_run_that_is_sent_elsewhere_is_not_active_there(job):
    done = job("""
import copy, multiprocessing, pickle

def work(run):
    run.log(x=1)
    return run.active, run.name

if __name__ == "__main__":
    with gramme.track("job") as run:
        assert copy.deepcopy([run])[0] is run and copy.copy(run) is run
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.apply(work, (run,)))
    print(pickle.loads(pickle.dumps(run)).summary)
""")
    assert lines(done) == ["(False, 'job')", "None"]


def test_marks_of_a_child_program_reach_the_run_by_its_socket(job):
    """What is not Python, or not forked, may use `gramme mark`, told where by the run."""
    done = job("""
import subprocess
with gramme.track("job") as run:
    while run.control is None:
        run.id; time.sleep(0.005)
    subprocess.run([os.environ["GRAMME"], "mark", "from outside"], check=True,
                   env={**os.environ, "GRAMME_CONTROL": run.control})
print([m.name for m in run.summary.marks])
""")
    assert lines(done) == ["['from outside']"]


# --- ends ------------------------------------------------------------------------------------

def test_a_run_that_nobody_stopped_ends_with_the_interpreter(job, kept):
    done = job("""
run = gramme.start("left")
inner = gramme.start("left inside")
run.log(x=1)
""")
    assert done.returncode == 0 and done.stderr == ""
    assert (kept("left").state, kept("left").exit_status) == ("finished", 0)
    assert kept("left inside").state == "finished"


def test_an_exception_that_ends_the_script_is_the_run_s_status(job, kept):
    done = job("run = gramme.start('left')\nraise ValueError('mine')")
    assert done.returncode == 1 and "ValueError: mine" in done.stderr
    assert (kept("left").state, kept("left").exit_status) == ("failed", 1)


@pytest.mark.parametrize("end, status, state", [
    ("sys.exit(5)", 5, "failed"), ("sys.exit('words')", 1, "failed"), ("exit()", 0, "finished"),
    ("1/0", 1, "failed")])
def test_the_job_s_status_is_its_own_and_the_run_s(job, kept, end, status, state):
    done = job(f"with gramme.track('job'):\n    {end}")
    assert done.returncode == status
    assert (kept("job").state, kept("job").exit_status) == (state, status)


def begun(process):
    assert process.stdout.readline() == "begun\n", process.stderr.read()


GOES_ON = """
run = gramme.start("job", period=0.05)
run.mark("a")
run.log(x=1)
print("begun", flush=True)
end = time.process_time() + 0.3
while time.process_time() < end: pass
print("burnt", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number, state", [
    (signal.SIGTERM, "interrupted"), (signal.SIGKILL, "interrupted"),
    (signal.SIGHUP, "interrupted")])
def test_a_job_that_is_killed_leaves_its_run_with_its_joules(job, kept, number, state):
    with job.start(GOES_ON) as process:
        begun(process)
        assert process.stdout.readline() == "burnt\n"
        process.send_signal(number)
        assert process.wait(10) == -number
    summary = kept("job")
    assert summary.state == state
    assert summary.energy.attributed_j.value > 0
    assert summary.activity.cpu_s > 0.25
    assert [m.name for m in summary.marks] == ["a"]
    assert summary.metrics["x"].last == 1.0


def test_a_job_that_is_killed_leaves_its_numbers(job, kept):
    """All but those of the last moment, of numbers that it said again and again."""
    with job.start("""
run = gramme.start("job", period=60)
for step in range(3000):
    run.log(step=step)
time.sleep(0.06)
run.log(step=3000)
run.log(accuracy=0.9)       # said once: it does not wait
print("said", flush=True)
run.log(step=3001)          # said a moment ago: it may wait for the next, and none comes
time.sleep(60)
""") as process:
        assert process.stdout.readline() == "said\n"
        process.kill()
    summary = kept("job")
    assert summary.state == "interrupted" and summary.metrics["accuracy"].last == 0.9
    values = [int(v) for _, v in summary.metrics["step"].values]
    assert values == list(range(len(values))) and len(values) in (3001, 3002)


def test_children_that_leave_by_os_exit_leave_all_they_said(job):
    done = job("""
run = gramme.start("job")
for n in range(20):
    run.log(n=n)
for child in range(8):
    if os.fork() == 0:
        for n in range(20):
            run.log(n=n)
            run.work(images=1)
        os._exit(0)
for child in range(8):
    os.wait()
summary = run.stop()
print(summary.metrics["n"].count, summary.work["images"].amount)
""")
    assert lines(done) == ["180 160.0"]


def test_numbers_wake_nobody(job):
    done = job("""
import sqlite3
run = gramme.track("job", period=60)
while run.id is None or not gramme.ledger(state="running"):
    time.sleep(0.01)
with sqlite3.connect(f"file:{os.environ['GRAMME_DB']}?mode=ro", uri=True) as db:
    (pid,) = db.execute("SELECT tracker_pid FROM run").fetchone()
def woken():
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(status.read().split("\\nvoluntary_ctxt_switches:")[1].split()[0])
def of(tell):
    before = woken()
    for step in range(400):
        tell()
        time.sleep(0.001)
    return woken() - before
print(of(lambda: run.log(loss=0.5)) < 40, of(lambda: run.work(images=1)) < 40,
      of(lambda: run.mark("x")) > 200)
print(run.stop().metrics["loss"].count)
""")
    assert lines(done) == ["True True True", "400"]


def test_os_exit_leaves_the_run(job, kept):
    done = job("run = gramme.start('job')\nrun.mark('a')\nos._exit(4)")
    assert done.returncode == 4
    summary = kept("job")
    assert summary.state == "interrupted"
    assert [m.name for m in summary.marks] == ["a"]


def test_a_job_that_becomes_another_program_ends_its_run_there(job, kept):
    done = job("""
run = gramme.start("job")
os.execv("/bin/sh", ["sh", "-c", "exit 6"])
""")
    assert done.returncode == 6
    assert kept("job").state == "interrupted"


def test_control_c_ends_the_job_as_ever(job, kept):
    with job.start("""
try:
    with gramme.track("job") as run:
        print("begun", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    print("caught", run.summary.exit_status, flush=True)
    raise
""", start_new_session=True) as process:
        begun(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
        assert process.stdout.read() == "caught 130\n"
    assert kept("job").exit_status == 130


def test_the_trainer_and_the_sampler_killed_leave_an_interrupted_run(job, kept, sampler_pid):
    with job.start(GOES_ON) as process:
        begun(process)
        kept("job", state="running")
        os.kill(sampler_pid(), signal.SIGKILL)
        process.kill()
    assert kept("job").state == "interrupted"


# --- what is left ----------------------------------------------------------------------------

def test_no_thread_no_descriptor_no_zombie_is_left(job):
    done = job("""
import threading
def fds():
    return {os.readlink(f"/proc/self/fd/{f}") for f in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{f}") or os.path.islink(f"/proc/self/fd/{f}")}
def tasks():
    return len(os.listdir("/proc/self/task")), threading.active_count()
def children():
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
before = len(os.listdir("/proc/self/fd")), tasks()
for _ in range(10):
    with gramme.track("job") as run:
        run.log(x=1)
        run.id
        assert tasks() == (1, 1), tasks()
        time.sleep(0.02)
        run.mark("x")
        assert len(os.listdir("/proc/self/fd")) == before[0] + 2
        assert children() is None, "a zombie"
    assert run.summary is not None
print(before == (len(os.listdir("/proc/self/fd")), tasks()), children())
""")
    assert lines(done) == ["True None"]


def test_nothing_of_the_job_is_inherited_by_the_sampler(job, db, tmp_path):
    """A pipe whose end another process waits for must not be held open by the sampler."""
    done = job("""
r, w = os.pipe()
os.set_inheritable(w, True)
with gramme.track("job") as run:
    while run.id is None: time.sleep(0.005)
    os.close(w)
    print(os.read(r, 1))
""")
    assert lines(done) == ["b''"]


def test_descriptors_are_not_inherited_by_children_of_the_job(job):
    done = job("""
import subprocess
with gramme.track("job") as run:
    print(subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True,
                         close_fds=False).stdout.split())
""")
    assert lines(done) == ["['0', '1', '2', '3']"]


def test_the_environment_and_the_signals_are_untouched(job):
    done = job("""
def state():
    return (dict(os.environ), os.getcwd(), sys.path[:], [signal.getsignal(s) for s in
            signal.valid_signals()], signal.pthread_sigmask(signal.SIG_BLOCK, []))
before = state()
with gramme.track("job", offline=False, db="other.db") as run:
    assert state() == before
print(state() == before)
""")
    assert lines(done) == ["True"]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="before Python 3.13 the module is unfinished")
def test_two_interpreters_do_no_harm(job, kept):
    done = job("""
import _interpreters
code = '''
import gramme
run = gramme.start("inner")
run.log(x=1)
summary = run.stop()
assert summary is None or summary.name == "inner"
'''
with gramme.track("outer") as run:
    for config in ("isolated", "legacy"):
        interp = _interpreters.create(config)
        failed = _interpreters.run_string(interp, code)
        print(config, failed)
        _interpreters.destroy(interp)
    run.log(x=2)
print(run.summary.metrics["x"].last)
""")
    assert lines(done) == ["isolated None", "legacy None", "2.0"]


def test_a_run_that_is_dropped_goes_on_to_the_end(job, kept):
    done = job("""
import gc
def begin():
    gramme.start("dropped")
begin()
gc.collect()
gramme.current().log(x=1)
""")
    assert done.stderr == ""
    assert kept("dropped").metrics["x"].last == 1.0


def test_five_hundred_short_workers(job):
    """A run with many children that come and go; the job's exit is its own."""
    done = job("""
with gramme.track("job") as run:
    for n in range(500):
        pid = os.fork()
        if pid == 0:
            run.log(n=n)
            os._exit(0)
        os.waitpid(pid, 0)
print(run.summary.metrics["n"].count)
sys.exit(9)
""")
    assert done.returncode == 9
    assert lines(done) == ["500"]


def test_it_works_without_a_main_thread_s_help(job):
    """Begun and ended in a thread, while the main one is in a system call."""
    done = job("""
import threading
def work():
    with gramme.track("thread") as run:
        run.log(x=1)
    print(run.summary.metrics["x"].last)
t = threading.Thread(target=work); t.start(); t.join()
""")
    assert lines(done) == ["1.0"]


def test_a_python_program_is_named_as_gramme_run_would(job, kept, tmp_path):
    done = job("with gramme.track() as run: pass\nprint(run.name)")
    assert lines(done) == ["job1.py"]
    package = tmp_path / "trainer"
    package.mkdir()
    (package / "__main__.py").write_text(
        "import gramme\nwith gramme.track() as run: pass\nprint(run.name)")
    import subprocess

    out = subprocess.run([sys.executable, "-m", "trainer"], cwd=tmp_path, capture_output=True,
                         text=True, check=True)
    assert out.stdout == "trainer\n"
    out = subprocess.run([sys.executable, "-c", "import gramme; print(gramme.start().name)"],
                         capture_output=True, text=True, check=True)
    assert out.stdout == "python\n"


def test_python_m_gramme_is_the_program(db):
    import subprocess

    out = subprocess.run([sys.executable, "-m", "gramme", "--version"], capture_output=True,
                         text=True, check=True)
    assert out.stdout.split()[-1] == gramme.version()
    bad = subprocess.run([sys.executable, "-m", "gramme", "list"], capture_output=True,
                         text=True, env={**os.environ, "GRAMME": "/nowhere"})
    assert bad.returncode == 125 and "/nowhere" in bad.stderr


def test_time_of_a_fork_is_not_the_child_s_to_wait(job):
    """A child that is forked while its parent waits for progress() is not stuck on its lock."""
    done = job("""
import threading
with gramme.track("job") as run:
    stop = False
    def ask():
        while not stop: run.progress()
    t = threading.Thread(target=ask); t.start()
    for _ in range(30):
        pid = os.fork()
        if pid == 0:
            run.progress(); run.log(x=1); run.id; run.forecast
            os._exit(0)
        end = time.monotonic() + 10
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < end, "stuck"
            time.sleep(0.001)
    stop = True
    t.join()
print(run.summary.metrics["x"].count)
""", env={**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning"})
    assert lines(done) == ["30"]


def test_import_touches_nothing(db):
    import subprocess

    code = """
import os, sys, threading
before = dict(os.environ), set(os.listdir("/proc/self/fd"))
import gramme
assert (dict(os.environ), set(os.listdir("/proc/self/fd"))) == before
heavy = {"subprocess", "dataclasses", "json", "socket", "inspect", "logging", "asyncio",
         "multiprocessing", "typing", "select", "pandas", "numpy"} & set(sys.modules)
print(sorted(heavy), threading.active_count())
"""
    out = subprocess.run([sys.executable, "-S", "-E", "-c", f"import sys; sys.path.insert(0, "
                          f"{os.environ['PYTHONPATH']!r})\n" + code],
                         capture_output=True, text=True)
    assert out.stdout == "[] 1\n", out.stderr


def test_time_stands(job):
    """The whole of many short runs one after another; none is lost."""
    done = job("""
ids = set()
for n in range(20):
    with gramme.track(f"r{n}") as run: pass
    ids.add(run.summary.id)
print(len(ids), len(gramme.ledger()))
""")
    assert lines(done) == ["20 20"]
    assert time.monotonic() > 0
