# SPDX-License-Identifier: Apache-2.0
"""The machine now, by the library's live calls: tests/live-tool prints what each reading gave.

promtool is Prometheus' own judge of what it reads; without it those tests are skipped.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TWO_SOCKETS = ROOT / "tests" / "sysroot" / "two-sockets-dram"
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="there is no promtool")


@pytest.fixture(scope="session")
def live_tool(program, tmp_path_factory):
    library = program.parent / "libgramme.so.0"
    if not library.exists() or not shutil.which("cc"):
        pytest.skip("no compiler, or no library beside the program")
    tool = tmp_path_factory.mktemp("live") / "live-tool"
    subprocess.run(["cc", "-I", ROOT / "include", ROOT / "tests/live-tool/live-tool.c",
                    "-o", tool, library, f"-Wl,-rpath,{library.parent}"], check=True)
    return tool


@pytest.fixture
def watch(gramme, live_tool):
    """The text of the last of so many readings."""
    def read(form, readings=2, ms=100, processes=10, root=None):
        words = [live_tool, "+" + form, str(readings), str(ms), str(processes)]
        done = subprocess.run(words + ([str(root)] if root else []), env=gramme.env, text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout[:-1]
    return read


def promtool(*words, **more):
    return subprocess.run(["promtool", *map(str, words)], text=True, capture_output=True,
                          timeout=60, **more)


def samples(text):
    return dict(re.match(r"(.*) (\S+)$", line).groups() for line in text.splitlines()
                if not line.startswith("#"))


def test_a_reading_is_one_line_of_json(watch):
    text = watch("json")
    assert "\n" not in text
    live = json.loads(text)
    assert live["schema"] == "gramme.live/1"
    assert live["window_s"] > 0
    assert live["cpus"] == os.sysconf("SC_NPROCESSORS_ONLN")
    assert 0 <= live["cpu_busy_ratio"] <= 1
    assert live["process_count"] > len(live["processes"]) == 10


def test_the_first_reading_has_no_powers_and_no_zeros_for_them(watch):
    live = json.loads(watch("json", readings=1))
    assert live["window_s"] == 0
    assert live["power_w"] is None and live["carbon"]["gph"] is None
    assert all(c["power_w"] is None for c in live["components"])
    assert live["why"]


def test_watts_of_processes_are_no_more_than_there_are(watch):
    live = json.loads(watch("json", processes=10000))
    assert len(live["processes"]) == live["process_count"]
    shared = live["process_power"]["cpu_w"]
    if shared is None:
        pytest.skip("no processor's power is known here")
    assert sum(p["cpu_w"] for p in live["processes"]) <= shared * (1 + 1e-6)


def test_a_machine_with_meters_shows_all_of_them(watch):
    live = json.loads(watch("json", root=TWO_SOCKETS))
    names = {c["domain"] for c in live["components"]}
    assert {"package-0", "package-1", "dram-0", "dram-1"} <= names
    # Its counters stand still: that is no power of 0 W.
    assert all(c["power_w"] is None for c in live["components"] if c["kind"] == "measured")


@needs_promtool
def test_promtool_has_no_fault_to_find(watch):
    done = promtool("check", "metrics", input=watch("prometheus"))
    assert done.returncode == 0 and done.stdout + done.stderr == ""


@needs_promtool
def test_promtool_has_no_fault_to_find_in_hostile_names():
    done = promtool("check", "metrics",
                    input=(ROOT / "tests/golden/live-metrics.prom").read_text())
    assert done.returncode == 0 and done.stdout + done.stderr == ""


def assert_openmetrics(text, folder):
    """By Prometheus' reader of OpenMetrics, which wants times for what it keeps."""
    source = folder / "metrics"
    assert text.endswith("\n# EOF\n") and text.count("# EOF") == 1
    now = int(time.time())
    source.write_text(re.sub(r"^([^#].*)$", rf"\1 {now}", text, flags=re.M))
    done = promtool("tsdb", "create-blocks-from", "openmetrics", source, folder / "blocks")
    assert done.returncode == 0, done.stderr
    dumped = promtool("tsdb", "dump", folder / "blocks")
    if dumped.returncode == 0:
        assert len(dumped.stdout.splitlines()) == len(samples(text))


@needs_promtool
def test_prometheus_reads_the_openmetrics_text(watch, tmp_path):
    assert_openmetrics(watch("openmetrics"), tmp_path)


@needs_promtool
def test_prometheus_reads_hostile_names_in_the_openmetrics_text(tmp_path):
    assert_openmetrics((ROOT / "tests/golden/live-metrics.openmetrics").read_text(), tmp_path)


def test_every_unit_ends_its_metric_s_name(watch):
    units = re.findall(r"^# UNIT (\S+) (\S+)$", watch("openmetrics"), flags=re.M)
    assert units
    assert all(name.endswith("_" + unit) for name, unit in units)


def test_both_texts_have_the_same_samples(watch):
    prometheus, openmetrics = (set(samples(watch(f))) for f in ("prometheus", "openmetrics"))
    assert prometheus == openmetrics


def test_every_metric_is_documented():
    documented = set(re.findall(r"^\| `(gramme_\w+)`", (ROOT / "docs/METRICS.md").read_text(),
                                flags=re.M))
    golden = (ROOT / "tests/golden/live-metrics.prom").read_text()
    assert set(re.findall(r"^# TYPE (\S+)", golden, flags=re.M)) == documented


def test_a_run_that_goes_on_is_shown_with_its_processes(watch, gramme):
    run = gramme.start("run", "--name", 'a "run"\n', "--", "python3", "-c",
                       "print(flush=True)\nwhile True: pass")
    try:
        run.stdout.readline()
        live = json.loads(watch("json", readings=4, ms=500))
        # The ledger has a run some seconds after it began.
        for _ in range(20):
            if live["runs"]:
                break
            live = json.loads(watch("json", readings=2, ms=500))
        assert [r["name"] for r in live["runs"]] == ['a "run"\n']
        assert live["runs"][0]["elapsed_s"] > 0
        own = [p for p in live["processes"] if p["run"] == live["runs"][0]["id"]]
        assert "python3" in [p["name"] for p in own]
    finally:
        run.terminate()
        run.wait(timeout=30)
