# SPDX-License-Identifier: Apache-2.0
"""What the network costs a run: no time at its start, little at its end, nothing of its own
counts. Ratios and margins are wide, since machines are busy. Names are the promises."""
import os
import pathlib
import statistics
import time

import pytest

import services
import standin
from services import Service, Where

REPEATS = 15


def seconds_of(gramme, *words):
    began = time.monotonic()
    done = gramme(*words)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def both(gramme, words, repeats):
    """Seconds offline and with the network, taken by turns: a busy time is busy for both."""
    off, on = [], []
    for _ in range(repeats):
        gramme.env["GRAMME_OFFLINE"] = "1"
        off.append(seconds_of(gramme, *words))
        del gramme.env["GRAMME_OFFLINE"]
        on.append(seconds_of(gramme, *words))
    return off, on


@pytest.mark.parametrize("bad", [None, standin.hang, standin.hang_in_body()],
                         ids=["answers", "hangs", "hangs in the body"])
def test_a_short_command_is_as_short_with_the_network(gramme, bad):
    with Where(bad or services.ipinfo(country="GB")) as ip, \
            Service("ukcarbon", answer=bad) as grid:
        gramme.use(ip, grid)
        seconds_of(gramme, "run", "-q", "--", "true")
        off, on = both(gramme, ("run", "-q", "--", "true"), REPEATS)
        assert not ip.requests and not grid.requests
    assert statistics.median(on) <= 1.3 * statistics.median(off) + 0.003


def test_the_end_waits_for_nobody_longer_than_a_part_of_the_run(gramme):
    """A twentieth: 50 ms of one second. Of the rest, the most is another process's doing."""
    with Where(standin.hang) as ip, Service("ukcarbon", answer=standin.hang) as grid:
        gramme.use(ip, grid)
        off, on = both(gramme, ("run", "-q", "--", "sleep", "1"), 3)
        assert ip.requests
    assert min(on) <= min(off) + 0.3


def test_of_a_run_of_four_seconds_a_fifth_of_one_is_waited(gramme):
    with Where(standin.hang) as ip:
        gramme.use(ip)
        took = seconds_of(gramme, "run", "-q", "--", "sleep", "4")
        assert ip.requests
    assert 4.19 <= took < 4.8


def test_an_answer_that_is_there_is_not_waited_for(gramme):
    with Where(services.ipinfo(country="GB")) as ip, Service("ukcarbon") as grid:
        gramme.use(ip, grid)
        off, on = both(gramme, ("run", "-q", "--", "sleep", "1"), 3)
        assert grid.requests
    assert min(on) <= min(off) + 0.1


def test_the_command_begins_before_anybody_is_asked(gramme):
    began = gramme.folder / "began"
    with Where(standin.hang) as ip:
        gramme.use(ip)
        job = gramme.start("run", "-q", "--", "sh", "-c", f"touch {began}; sleep 0.5")
        gramme.wait_for(began.exists)
        assert not ip.requests
        gramme.wait_for(lambda: ip.requests)
        assert job.wait(10) == 0


# --- what is left behind ---------------------------------------------------------------------

def test_who_waits_for_a_late_answer_leaves_with_it(gramme):
    @standin.writes
    def late(exchange):
        exchange.standin.closing.wait(3)
        services.ipinfo(country="GB")(exchange)
    with Where(late) as ip:
        gramme.use(ip)
        gramme.run("-q")
        assert gramme.processes()
        gramme.wait_for(lambda: not gramme.processes(), 8)
        assert ip.requests
    assert gramme.json("show", "last")["carbon"]["region"]["how"] == "ip"


def test_who_waits_for_nothing_leaves_in_time(gramme):
    with Where(standin.hang) as ip, Service("ukcarbon", answer=standin.hang) as grid:
        gramme.use(ip, grid)
        gramme.run("-q")
        assert gramme.processes()
        gramme.wait_for(lambda: not gramme.processes(), 25)


def test_the_streams_of_the_run_are_let_go_at_once(gramme):
    """Who reads the command's output to its end does not wait for the network."""
    with Where(standin.hang) as ip:
        gramme.use(ip)
        began = time.monotonic()
        job = gramme.start("run", "--", "sleep", "0.5")
        job.communicate(timeout=20)
        assert time.monotonic() - began < 2 and ip.requests
        assert gramme.processes()


def test_a_ledger_that_was_removed_meanwhile_stays_away(gramme):
    @standin.writes
    def late(exchange):
        exchange.standin.closing.wait(1.5)
        services.ipinfo(country="GB")(exchange)
    with Where(late) as ip:
        gramme.use(ip)
        gramme.run("-q")
        for path in gramme.folder.glob("ledger.db*"):
            path.unlink()
        gramme.wait_for(lambda: not gramme.processes())
        assert ip.requests
    assert not gramme.db.exists()


def test_an_answer_for_a_run_that_was_removed_is_dropped(gramme):
    @standin.writes
    def late(exchange):
        exchange.standin.closing.wait(1.5)
        services.ipinfo(country="GB")(exchange)
    with Where(late) as ip:
        gramme.use(ip)
        gramme.run("-q")
        assert gramme("rm", "last").returncode == 0
        gramme.wait_for(lambda: not gramme.processes())
    assert gramme.json("list")["runs"] == []


# --- whose work it is ------------------------------------------------------------------------

def work_of(shown):
    return shown["activity"]["processes_seen"], shown["activity"]["processes_ended"]


@pytest.mark.parametrize("options", [(), ("--no-cgroup",)], ids=["cgroup", "tree"])
def test_who_asks_is_none_of_the_jobs_processes(gramme, options):
    with Where(standin.hang) as ip:
        gramme.use(ip)
        gramme("run", "-q", *options, "--", "sleep", "0.6")
        assert ip.requests
    shown = gramme.json("show", "last")
    assert work_of(shown) == (1, 1)
    assert shown["activity"]["cpu_s"] < 0.1


def test_what_it_costs_to_ask_is_counted_as_the_trackers(gramme):
    """A large answer costs time to read: the tracker's own, told with the run."""
    gramme.env["GRAMME_OFFLINE"] = "1"
    gramme.run("-q", "--region", "GB")
    alone = gramme.json("show", "last")["tracker"]["cpu_s"]
    del gramme.env["GRAMME_OFFLINE"]
    body = standin.text("<GL_MarketDocument>" + "<a/>" * 3_900_000, kind="text/xml")
    with Service("entsoe", answer=body) as grid:
        gramme.use(grid)
        gramme.run("-q", "--region", "BE", seconds=2)
        gramme.wait_for(lambda: gramme.warnings("grid"))
        assert grid.requests
    assert gramme.json("show", "last")["tracker"]["cpu_s"] > alone + 0.05


def test_the_one_that_asks_yields_and_may_not_grow(gramme):
    with Where(standin.hang) as ip:
        gramme.use(ip)
        job = gramme.start("run", "-q", "--", "sleep", "1")
        gramme.wait_for(lambda: ip.requests)
        asks = [pid for pid in gramme.processes() if os.getpriority(os.PRIO_PROCESS, pid) == 19]
        assert len(asks) == 1
        limits = pathlib.Path(f"/proc/{asks[0]}/limits").read_text()
        fds = os.listdir(f"/proc/{asks[0]}/fd")
        assert job.wait(10) == 0
    assert "Max cpu time              10 " in limits
    assert len(fds) < 10
