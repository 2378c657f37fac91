# SPDX-License-Identifier: Apache-2.0
"""Runs out of the ledger and back: what is written is what is there, and nothing is invented."""
import csv
import io
import json
import os
import sqlite3
import subprocess

import pytest

from ledgers import NS, START_S, Ledger

HOSTILE = ["=cmd('calc')", "@SUM(A1)", "-2+3", "+1", 'a "quoted", name', "two\r\nlines", "\ttab",
           "\x1b[31mred\x07", "\N{RIGHT-TO-LEFT OVERRIDE}evil", "ünï☃", "a\\b/c"]


@pytest.fixture
def ledger(gramme):
    return Ledger(gramme.db)


def table(gramme, *words):
    done = gramme("export", *words, text=False)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))


def lines(gramme, *words):
    done = gramme("export", "--format", "jsonl", *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def rich(ledger, gramme):
    """A run with all that a ledger can hold of one."""
    run = ledger.run(1234.567891, seconds=700, experiment="e,1", project="p", name="train",
                     metrics=[(1, "loss", 0.1), (2, "loss", float("nan")), (3, "acc", 1e300)],
                     marks=[(1, "load:begin"), (5, "load:end")], grid="entsoe DE",
                     exit_status=3, state="failed", command_json='["python", "a b"]',
                     directory="/home/x", zone="CET", version="0.1.0", latitude=52.5,
                     longitude=13.4, scope_cpu_ns=700 * NS, machine_cpu_ns=1400 * NS)
    with sqlite3.connect(gramme.db) as db:
        (key,) = db.execute("SELECT key FROM run WHERE id = ?", (run,)).fetchone()
        db.execute("INSERT INTO gap VALUES (?, 0, 5, 1000000005, 'read-failed')", (key,))
        db.execute("INSERT INTO tag VALUES (?, 'seed', '1')", (key,))
        db.execute("INSERT INTO work VALUES (?, 'tokens', 4096.5, 7)", (key,))
        db.execute("INSERT INTO warning VALUES (?, 'suspended', 'it slept')", (key,))
        db.execute("INSERT INTO nested VALUES (?, 'another-run')", (key,))
        db.execute("INSERT INTO intensity_series VALUES (1, 'entsoe', 'DE', 'average', "
                   "'average, lifecycle, generation', 0.1)")
        db.execute("INSERT INTO intensity_point VALUES (1, ?, ?, 111.25, 0, 0, ?)",
                   (START_S - 60, START_S + 3600, START_S + 9))
    # An older answer to what it weighs; then it is weighed in time again.
    assert gramme("regrid", run, "--grid", "table").returncode == 0
    with sqlite3.connect(gramme.db) as db:
        db.execute("UPDATE run SET grid = 'entsoe DE'")
        assert db.execute("SELECT count(*) FROM weighing").fetchone()[0] > 0
    return run


def other(gramme, name="other.db"):
    return {**gramme.env, "GRAMME_DB": str(gramme.folder / name)}


def without_import(line):
    """The same line, to the byte, but for where it came from."""
    line = json.loads(line)
    line.pop("imported", None)
    line["record"].pop("import")
    return json.dumps(line)


# --- CSV ------------------------------------------------------------------------------------------

def test_a_table_of_runs_says_what_show_says(gramme, ledger):
    run = ledger.run(5000, experiment="e")
    (row,) = table(gramme)
    shown = gramme.json("show", run)
    assert row["id"] == run and row["experiment"] == "e"
    assert list(row)[:4] == ["id", "name", "experiment", "project"]
    for key, value in (("attributed_j", shown["energy"]["attributed_j"]),
                       ("machine_j", shown["energy"]["machine_j"]),
                       ("facility_kwh", shown["energy"]["facility_kwh"]),
                       ("carbon_kg", shown["carbon"]["kg"])):
        assert float(row[key]) == pytest.approx(value["value"])
        assert float(row[key + "_low"]) == pytest.approx(value["low"])
        assert float(row[key + "_high"]) == pytest.approx(value["high"])
        assert row[key + "_kind"] == value["kind"]


def test_what_is_not_known_is_an_empty_cell_and_not_zero(gramme):
    assert gramme("run", "-q", "--sysroot", gramme.folder / "home", "--", "true").returncode == 0
    (row,) = table(gramme)
    for key in ("attributed_j", "machine_j", "wall_j", "facility_kwh", "carbon_kg"):
        assert [row[key + end] for end in ("", "_low", "_high", "_kind")] == [""] * 4, key


def test_lines_end_as_rfc_4180_wants_and_every_row_is_as_wide_as_the_head(gramme, ledger):
    for name in HOSTILE:
        ledger.run(10, name=name, experiment=name, metrics=[(1, name, 1.5)],
                   marks=[(1, name + ":begin"), (2, name + ":end")])
    for what in ("runs", "components", "rows", "metrics", "sections", "work"):
        done = gramme("export", "--what", what, text=False)
        assert done.returncode == 0
        rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline=""), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, what
        assert done.stdout.endswith(b"\r\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_a_formula_and_each_is_told_whole(gramme, ledger, name):
    ledger.run(10, name=name)
    (row,) = table(gramme)
    assert row["name"] in (name, "'" + name)
    assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_rows_are_the_joules_of_the_run_and_a_restart_is_told(gramme, ledger):
    run = ledger.run(1000.5, seconds=300)
    rows = table(gramme, "--what", "rows")
    assert len(rows) == 301 and {row["id"] for row in rows} == {run}
    assert rows[0]["state"] == "restart" and {row["state"] for row in rows[1:]} == {"ok"}
    assert rows[-1]["energy_j"] == "1000.5" and rows[-1]["t_s"] == "300"
    energies = [float(row["energy_j"]) for row in rows]
    assert energies == sorted(energies)


def test_metrics_keep_every_digit(gramme, ledger):
    ledger.run(1, metrics=[(0.25, "loss", 0.1), (1, "loss", 1 / 3), (2, "loss", float("nan"))])
    assert [(row["t_s"], row["metric"], row["value"])
            for row in table(gramme, "--what", "metrics")] == [
        ("0.25", "loss", "0.1"), ("1", "loss", "0.3333333333333333"), ("2", "loss", "")]


def test_sections_and_work_have_their_tables(gramme, ledger):
    run = rich(ledger, gramme)
    (section,) = table(gramme, "--what", "sections")
    assert (section["id"], section["section"], section["duration_s"]) == (run, "load", "4")
    assert float(section["attributed_j"]) == pytest.approx(1234.567891 * 4 / 700, rel=1e-2)
    (work,) = table(gramme, "--what", "work")
    assert (work["unit"], work["amount"], work["count"]) == ("tokens", "4096.5", "7")


def test_runs_are_chosen_as_elsewhere(gramme, ledger):
    first = ledger.run(1, experiment="a", project="p")
    second = ledger.run(2, experiment="b", project="p")
    assert [row["id"] for row in table(gramme)] == [first, second]
    assert [row["id"] for row in table(gramme, second)] == [second]
    assert [row["id"] for row in table(gramme, "--experiment", "a")] == [first]
    assert gramme("export", "--experiment", "none").returncode == 1
    assert gramme("export", first, "--project", "p").returncode == 2


@pytest.mark.parametrize("words", [["--format", "xls"], ["--what", "dreams"],
                                   ["--format", "jsonl", "--what", "rows"]])
def test_a_format_that_is_none_is_said(gramme, ledger, words):
    ledger.run(1)
    done = gramme("export", *words)
    assert done.returncode == 1 and done.stdout == "" and "--help" in done.stderr


# --- JSON Lines -----------------------------------------------------------------------------------

def test_a_line_holds_what_show_tells(gramme, ledger):
    run = rich(ledger, gramme)
    (line,) = lines(gramme)
    for key in ("record", "rows"):
        assert line.pop(key)
    assert line == gramme.json("show", run)


def test_out_and_in_and_out_is_the_same_to_the_byte(gramme, ledger):
    rich(ledger, gramme)
    for name in HOSTILE:
        ledger.run(17.25, name=name, experiment=name, metrics=[(1, name, 2.5)], hardware=None)
    first = gramme("export", "--format", "jsonl").stdout
    (gramme.folder / "a.jsonl").write_text(first, newline="")
    env = other(gramme)
    taken = gramme("import", "gramme", "a.jsonl", env=env)
    assert taken.returncode == 0, taken.stderr
    second = gramme("export", "--format", "jsonl", env=env).stdout
    assert [without_import(line) for line in first.splitlines()] == [
        without_import(line) for line in second.splitlines()]
    # The third way the import facts stand already.
    (gramme.folder / "b.jsonl").write_text(second, newline="")
    third = other(gramme, "third.db")
    assert gramme("import", "b.jsonl", env=third).returncode == 0
    again = gramme("export", "--format", "jsonl", env=third).stdout
    assert [without_import(line) for line in again.splitlines()] == [
        without_import(line) for line in second.splitlines()]


def test_the_run_that_is_taken_back_has_the_same_id_joules_and_kilograms(gramme, ledger):
    run = rich(ledger, gramme)
    gramme("export", run, "--format", "jsonl", "-o", "a.jsonl")
    assert gramme("import", "gramme", "a.jsonl", env=other(gramme)).returncode == 0
    here = gramme.json("show", run)
    there = json.loads(gramme("show", run, "--json", env=other(gramme)).stdout)
    there.pop("imported", None)
    here.pop("imported", None)
    assert there == here
    assert here["carbon"]["intensity_gpkwh"]["covered_ratio"] == 1


def test_what_is_there_is_not_taken_in_twice(gramme, ledger):
    ledger.run(10)
    gramme("export", "--format", "jsonl", "-o", "a.jsonl")
    for env in (gramme.env, other(gramme), other(gramme)):
        assert gramme("import", "a.jsonl", env=env).returncode == 0
        assert len(json.loads(gramme("list", "--json", env=env).stdout)["runs"]) == 1


def test_another_run_of_that_id_keeps_it(gramme, ledger):
    ledger.run(10)
    gramme("export", "--format", "jsonl", "-o", "a.jsonl")
    there = Ledger(gramme.folder / "other.db")
    mine = there.run(99, boot="another boot")
    assert gramme("import", "a.jsonl", env=other(gramme)).returncode == 0
    runs = json.loads(gramme("list", "--json", env=other(gramme)).stdout)["runs"]
    assert len(runs) == 2 and mine in [run["id"] for run in runs]
    assert sorted(run["attributed_j"] for run in runs) == [10, 99]


def test_a_stranger_s_intensity_does_not_change_how_other_runs_weigh(gramme, ledger):
    rich(ledger, gramme)
    text = gramme("export", "--format", "jsonl").stdout
    (gramme.folder / "a.jsonl").write_text(text.replace("111.25", "0.5"))
    there = Ledger(gramme.folder / "other.db")
    run = there.run(10, grid="entsoe DE")
    with sqlite3.connect(gramme.folder / "other.db") as db:
        db.execute("INSERT INTO intensity_series VALUES (1, 'entsoe', 'DE', 'average', "
                   "'average, lifecycle, generation', 0.1)")
        db.execute("INSERT INTO intensity_point VALUES (1, ?, ?, 300, 0, 0, 5)",
                   (START_S - 60, START_S + 3600))
    before = json.loads(gramme("show", run, "--json", env=other(gramme)).stdout)
    assert gramme("import", "a.jsonl", env=other(gramme)).returncode == 0
    after = json.loads(gramme("show", run, "--json", env=other(gramme)).stdout)
    assert before["carbon"] == after["carbon"]


def broken(line):
    """Lines that somebody wrote, or a disk tore."""
    record = line["record"]
    rows = line["rows"][0]

    def change(part, **values):
        return {**part, **values}

    def with_record(**values):
        return json.dumps({**line, "record": change(record, **values)})

    def with_rows(**values):
        return json.dumps({**line, "rows": [change(rows, **values)]})

    domain = record["domains"][0]
    whole = json.dumps(line)
    return {
        "torn": whole[:len(whole) // 2],
        "no-json": "{]",
        "another": '{"schema":"gramme.run/1"}',
        "no-list": json.dumps({**line, "rows": {}}),
        "newer": with_record(version=2),
        "no-id": with_record(run=change(record["run"], id="")),
        "no-start": with_record(run=change(record["run"], started_unix_ns=-1)),
        "a-pue": with_record(run=change(record["run"], pue=0.5)),
        "a-state": with_record(run=change(record["run"], state="asleep")),
        "a-gpu": with_record(domains=[change(domain, gpu=99)]),
        "a-number": with_record(domains=[change(domain, step_uj=-1)]),
        "many": with_record(domains=[domain] * 65),
        "a-gap": with_record(gaps=[[7, 0, 1, "late"]]),
        "a-gap-s-end": with_record(gaps=[[0, 5, 1, "late"]]),
        "a-mark": with_record(marks=[["x"]]),
        "a-point": with_record(intensity=[{"provider": "x"}]),
        "a-digest": with_record(**{"import": {"format": "x", "tool": "", "tool_version": "",
                                              "digest": "../x", "figures": []}}),
        "no-rows": with_rows(n=0),
        "too-many-rows": with_rows(n=10**9),
        "a-row-less": with_rows(t_ns=rows["t_ns"][1:]),
        "a-row-more": with_rows(t_ns=rows["t_ns"] + [1]),
        "time-back": with_rows(t_ns=rows["t_ns"][:-1] + [-1]),
        "joules-back": with_rows(domains=[change(rows["domains"][0],
                                                 uj=rows["domains"][0]["uj"][:-1] + [-1])]),
        "a-domain-more": with_rows(domains=rows["domains"] * 2),
        "a-letter": with_rows(domains=[change(rows["domains"][0], state="x")]),
        "gpus": with_rows(gpu_count=17, gpus=[{}] * 17),
        "a-wide-use": with_rows(use=2**40),
        "deep": '{"record":' + "[" * 100000 + ',"rows":[]}',
    }


def test_a_line_that_makes_no_sense_is_told_and_the_others_come_in(gramme, ledger):
    good = ledger.run(10)
    text = gramme("export", "--format", "jsonl").stdout.strip()
    bad = broken(json.loads(text))
    for name, line in bad.items():
        (gramme.folder / "a.jsonl").write_text(f"{line}\n\n{text}\n")
        env = other(gramme, name + ".db")
        done = gramme("import", "gramme", "a.jsonl", "--json", env=env)
        answer = json.loads(done.stdout)
        assert done.returncode == 1, name
        assert [run["id"] for run in answer["runs"]] == [good], name
        assert len(answer["failures"]) == 1 and "line 1" in answer["failures"][0]["file"], name
        listed = json.loads(gramme("list", "--json", env=env).stdout)["runs"]
        assert [run["id"] for run in listed] == [good], name


def test_show_s_json_is_no_run_to_be_taken_back(gramme, ledger):
    run = ledger.run(10)
    (gramme.folder / "a.json").write_text(gramme("show", run, "--json").stdout)
    done = gramme("import", "gramme", "a.json", env=other(gramme))
    assert done.returncode == 1


def test_a_run_that_goes_on_is_taken_in_as_interrupted(gramme, ledger):
    run = ledger.run(10)
    text = gramme("export", "--format", "jsonl").stdout
    (gramme.folder / "a.jsonl").write_text(
        text.replace('"state":"finished"', '"state":"running"'))
    assert gramme("import", "a.jsonl", env=other(gramme)).returncode == 0
    assert json.loads(gramme("show", run, "--json",
                             env=other(gramme)).stdout)["state"] == "interrupted"


# --- other tools' -------------------------------------------------------------------------------------

COLUMNS = ("timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,"
           "cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,"
           "water_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,"
           "python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,"
           "latitude,ram_total_size,tracking_mode,cpu_utilization_percent,"
           "gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue")


def test_codecarbon_s_columns_are_its_own_in_its_units(gramme, ledger):
    ledger.run(3.6e6, seconds=60, project="p", experiment="e")
    done = gramme("export", "--format", "codecarbon", text=False)
    assert done.stdout.decode().split("\r\n")[0] == COLUMNS
    (row,) = table(gramme, "--format", "codecarbon")
    assert row["timestamp"] == "2024-06-01T00:01:00"
    # A kWh with the PUE of 1.25 in it, as there.
    assert float(row["cpu_energy"]) == float(row["energy_consumed"]) == pytest.approx(1.25)
    assert float(row["cpu_power"]) == pytest.approx(1.25 * 3.6e6 / 60)
    assert float(row["emissions_rate"]) == pytest.approx(float(row["emissions"]) / 60)
    assert (row["gpu_energy"], row["ram_energy"], row["water_consumed"]) == ("", "", "")
    assert (row["country_iso_code"], row["country_name"]) == ("DEU", "Germany")
    assert row["tracking_mode"] == "process" and row["pue"] == "1.25"


def test_codecarbon_s_columns_come_back_with_the_same_figures(gramme, ledger):
    run = ledger.run(3.6e6, seconds=60, project="p", experiment="e")
    gramme("export", "--format", "codecarbon", "-o", "emissions.csv")
    done = gramme("import", "codecarbon", "emissions.csv", "--zone", "UTC", "--json",
                  env=other(gramme))
    assert done.returncode == 0, done.stderr
    (there,) = json.loads(done.stdout)["runs"]
    (row,) = table(gramme, "--format", "codecarbon")
    for name in ("duration", "emissions", "cpu_energy", "energy_consumed", "cpu_power"):
        assert there["figures"][name]["value"] == pytest.approx(float(row[name])), name
    here = gramme.json("show", run)
    shown = json.loads(gramme("show", there["id"], "--json", env=other(gramme)).stdout)
    assert shown["started"] == here["started"] and shown["duration_s"] == here["duration_s"]
    assert shown["carbon"]["pue"]["value"] == here["carbon"]["pue"]["value"]
    # Their energies hold the PUE: taken out again, the joules are the same.
    for key in ("attributed_j", "facility_kwh"):
        assert shown["energy"][key]["value"] == pytest.approx(here["energy"][key]["value"]), key


def test_boamps_is_a_document_a_line(gramme, ledger):
    ledger.run(3.6e6)
    ledger.run(7.2e6)
    done = gramme("export", "--format", "boamps")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["measures"][0]["powerConsumption"] for r in reports] == [
        pytest.approx(1), pytest.approx(2)]


def test_originals_are_given_back_to_the_byte(gramme):
    text = COLUMNS + "\n2024-01-01T00:00:00,p,r,,10,0.1" + "," * 32 + "\n"
    (gramme.folder / "emissions.csv").write_text(text)
    done = gramme("import", "codecarbon", "emissions.csv", "--zone", "UTC", "--json")
    (run,) = json.loads(done.stdout)["runs"]
    if not gramme.rows("SELECT 1 FROM import_original"):
        pytest.skip("this importer keeps no bytes")
    done = gramme("export", run["id"], "--format", "original", "-o", "back.csv")
    assert done.returncode == 0, done.stderr
    kept = (gramme.folder / "back.csv").read_text()
    assert kept in text or kept == text


def forge_originals(gramme, ledger, names):
    import_ = ledger.run(1)
    with sqlite3.connect(gramme.db) as db:
        (key,) = db.execute("SELECT key FROM run WHERE id = ?", (import_,)).fetchone()
        db.execute("INSERT INTO import VALUES (?, 'x', 'x', '', 'x', ?, 0)", (key, "0" * 64))
        for i, name in enumerate(names):
            # A frame of zstd with one raw block.
            body = b"file %d" % i
            packed = (b"\x28\xb5\x2f\xfd\x20" + bytes([len(body)]) +
                      ((len(body) << 3) | 1).to_bytes(3, "little") + body)
            db.execute("INSERT INTO import_original VALUES (?, ?, ?, ?)",
                       (key, name, len(body), packed))
    return import_


def test_several_files_want_a_folder_and_none_leads_out_of_it(gramme, ledger):
    names = ["a/data.json", "../../../evil", "/etc/evil", "a/./../b\nc", ".."]
    run = forge_originals(gramme, ledger, names)
    done = gramme("export", run, "--format", "original")
    assert done.returncode == 1 and done.stdout == "" and "-o DIR/" in done.stderr
    done = gramme("export", run, "--format", "original", "-o", "out/")
    assert done.returncode == 0, done.stderr
    out = gramme.folder / "out"
    found = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    assert found == ["a/b_c", "a/data.json", "etc/evil", "evil", "file"]
    assert (out / "a/data.json").read_bytes() == b"file 0"
    # What is there is somebody's.
    assert gramme("export", run, "--format", "original", "-o", "out/").returncode == 1
    assert not list(out.rglob("*.part"))


def test_a_run_of_our_own_has_no_original(gramme, ledger):
    run = ledger.run(1)
    done = gramme("export", run, "--format", "original")
    assert done.returncode == 1 and "another tool" in done.stderr


# --- where it goes --------------------------------------------------------------------------------

def test_a_file_stands_whole_or_not_at_all(gramme, ledger):
    ledger.run(1)
    target = gramme.folder / "a.csv"
    target.write_text("before")
    assert gramme("export", "--format", "xls", "-o", target).returncode == 1
    assert target.read_text() == "before"
    assert gramme("export", "-o", target).returncode == 0
    assert target.read_text().startswith("id,name,")
    assert [p.name for p in gramme.folder.glob("*.part")] == []
    done = gramme("export", "-o", gramme.folder / "none" / "a.csv")
    assert done.returncode == 1 and "none/a.csv" in done.stderr


def test_a_full_disk_is_told(gramme, ledger):
    ledger.run(1)
    with open("/dev/full", "w") as full:
        done = gramme("export", stdout=full, capture_output=False, stderr=subprocess.PIPE)
    assert done.returncode == 1 and "No space left" in done.stderr


def test_a_run_that_cannot_be_read_leaves_the_others_in(gramme, ledger):
    bad, good = ledger.run(1), ledger.run(2)
    ledger.spoil(bad)
    for form in ("csv", "jsonl"):
        done = gramme("export", "--format", form, "-o", "a." + form)
        assert done.returncode == 1 and "1 of 2 runs" in done.stderr
        assert good in (gramme.folder / f"a.{form}").read_text()
    done = gramme("export", bad, "-o", "b.csv")
    assert done.returncode == 1 and not (gramme.folder / "b.csv").exists()


def many(gramme, ledger, count):
    """The same run again and again."""
    ledger.run(1000, seconds=255)
    with sqlite3.connect(gramme.db) as db:
        def columns(name):
            return ",".join(row[1] for row in db.execute(f"PRAGMA table_info({name})")
                            if row[1] not in ("key", "id", "run"))
        run, domain, block = columns("run"), columns("domain"), columns("block")
        for i in range(count - 1):
            key = db.execute(f"INSERT INTO run (id, {run}) SELECT ?, {run} FROM run "
                             "WHERE key = 1", (f"r{i:06d}",)).lastrowid
            db.execute(f"INSERT INTO domain (run, id, {domain}) SELECT ?, id, {domain} "
                       "FROM domain WHERE run = 1", (key,))
            db.execute(f"INSERT INTO block (run, {block}) SELECT ?, {block} FROM block "
                       "WHERE run = 1", (key,))


def most_kib(gramme, *words):
    """The largest memory of one call; its output is thrown away."""
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, 1)
        os.execve(gramme.program, [gramme.program, *words], gramme.env)
    return os.wait4(pid, 0)[2].ru_maxrss


@pytest.mark.parametrize("words", [["csv", "--what", "rows"], ["jsonl"], ["codecarbon"]])
def test_memory_does_not_grow_with_the_runs(gramme, ledger, words):
    if "asan" in gramme.program:
        pytest.skip("a sanitizer keeps what was freed")
    many(gramme, ledger, 2)
    few = most_kib(gramme, "export", "--format", *words)
    with sqlite3.connect(gramme.db) as db:
        db.execute("DELETE FROM run")
    many_ledger = Ledger(gramme.db)
    many(gramme, many_ledger, 400)
    assert most_kib(gramme, "export", "--format", *words) < few + 4096


def test_help_names_every_format_and_table(gramme):
    text = gramme("export", "--help").stdout
    for word in ("csv", "jsonl", "codecarbon", "boamps", "original", "runs", "components", "rows",
                 "metrics", "sections", "work"):
        assert f"\n  {word} " in text
