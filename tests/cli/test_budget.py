# SPDX-License-Identifier: Apache-2.0
"""What a run will use, while it goes on; and what it may use."""
import json
import signal
import subprocess

import pytest
from conftest import wait_for
from test_run_live import BUSY, Terminal

# Ends by itself where nobody does, long after any of these budgets is passed.
LONG = BUSY.format(60)


def warnings(gramme):
    quality = gramme.json("show", "last")["quality"]
    return {warning["code"]: warning["text"] for warning in quality["warnings"]}


def test_a_budget_that_is_passed_is_said_once_and_stops_nothing(gramme, python):
    done = gramme("run", "--budget", "1J", "--", python, "-c", BUSY.format(4.5) + "\nexit(3)")
    assert done.returncode == 3
    said = [line for line in done.stderr.splitlines() if "its budget of 1.00 J is passed" in line]
    assert len(said) == 1 and said[0].startswith("gramme: the run has used ")
    assert "budget-passed" in warnings(gramme)


def test_quiet_says_nothing_and_keeps_the_warning(gramme, python):
    done = gramme("run", "-q", "--budget", "1J", "--", python, "-c", BUSY.format(3.5))
    assert (done.returncode, done.stderr) == (0, "")
    assert "budget-passed" in warnings(gramme)


def test_stop_is_sigterm_and_the_status_is_the_commands(gramme, python):
    done = gramme("run", "--budget", "1J", "--budget-do", "stop", "--", python, "-c", LONG)
    assert done.returncode == 128 + signal.SIGTERM


def test_signal_is_sigusr1_once(gramme, python):
    script = ("import signal, sys, time\n"
              "got = []\n"
              "signal.signal(signal.SIGUSR1, lambda *_: got.append(time.monotonic()))\n"
              "end = time.monotonic() + 60\n"
              "while time.monotonic() < end and not (got and time.monotonic() > got[0] + 2.5): pass\n"
              "sys.exit(10 + len(got))")
    done = gramme("run", "--budget", "1J", "--budget-do", "signal", "--", python, "-c", script)
    assert done.returncode == 11


def test_grammes_are_watched_as_well(gramme, python):
    done = gramme("run", "--region", "WORLD", "--budget", "0.0001g", "--", python, "-c",
                  BUSY.format(3.0))
    assert done.returncode == 0
    assert "its budget of 100 ug CO2e is passed" in done.stderr


def test_a_budget_that_is_kept_says_nothing(gramme):
    done = gramme("run", "--budget", "5kWh", "--budget-do", "stop", "--", "sleep", "1.2")
    assert done.returncode == 0
    assert "budget" not in done.stderr
    assert not [code for code in warnings(gramme) if code.startswith("budget")]


def test_energy_that_is_not_known_cannot_be_watched(gramme, tmp_path):
    nothing = tmp_path / "nothing"
    (nothing / "proc").mkdir(parents=True)
    done = gramme("run", "--sysroot", str(nothing), "--budget", "5J", "--", "sleep", "0.2")
    assert done.returncode == 0
    assert "the budget cannot be watched: the run's energy is not known" in done.stderr


@pytest.mark.parametrize("words, says", [
    (["--budget", "3USD"], "no energy and no mass"),
    (["--budget", "-1J"], "no energy and no mass"),
    (["--budget", "5J", "--budget-do", "kill"], "warn, signal or stop"),
    (["--budget-do", "stop"], "needs a --budget"),
    (["--expect", "soon"], "is not a time"),
])
def test_what_is_no_budget_is_refused_before_the_command(gramme, words, says):
    done = gramme("run", *words, "--", "touch", "began")
    assert done.returncode == 125
    assert says in done.stderr
    assert not (gramme.folder / "began").exists()


def test_the_line_says_what_all_of_it_will_use(gramme, python):
    done = Terminal(gramme, "run", "--live", "--period", "100ms", "--expect", "4s", "--", python,
                    "-c", BUSY.format(3.6), columns=160).finish()
    assert any(" to go" in line and "   of " in line for line in done.lines()), done.lines()
    assert "   of " not in done.lines()[0], "too early"


def test_show_says_what_a_run_that_goes_on_will_use(gramme, python):
    script = (f"import subprocess\nmark = [{gramme.program!r}, 'mark', '--metric']\n"
              "subprocess.run([*mark, '0', 'progress'])\n"
              + BUSY.format(1.2) + "\nsubprocess.run([*mark, '0.25', 'progress'])\n"
              + BUSY.format(1.2) + "\nsubprocess.run([*mark, '0.5', 'progress'])\n" + LONG)
    run = gramme.start("run", "--", python, "-c", script)
    try:
        def forecast():
            shown = gramme("show", "last", "--json")
            doc = json.loads(shown.stdout) if shown.returncode == 0 else {}
            found = doc.get("forecast") or {}
            return found if found.get("done_ratio") == 0.5 and found.get("total_j") else None
        found = wait_for(forecast, 20)
        assert found["how"] == "50 % is done, as the run told"
        assert found["why_not"] is None
        assert found["total_j"]["low"] <= found["total_j"]["value"] <= found["total_j"]["high"]
        assert "forecast" in gramme("show", "last").stdout
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait()
    assert "forecast" not in gramme.json("show", "last")
