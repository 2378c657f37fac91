# SPDX-License-Identifier: Apache-2.0
"""Help, misuse, and what is said when the surroundings are wrong."""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile

import pytest

from conftest import ROOT, SYSROOT

COMMANDS = re.findall(r"^COMMAND\((\w+),", (ROOT / "cli/commands.def").read_text(), re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_commands_help_has_an_example_of_it(gramme, command):
    done = gramme(command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert f"example:\n  gramme {command}" in done.stdout
    assert all(len(line) <= 90 for line in done.stdout.splitlines())


def test_the_help_names_every_command(gramme):
    for words in (["--help"], ["-h"], ["help"]):
        done = gramme(*words)
        assert done.returncode == 0
        assert all(re.search(rf"^  {name} ", done.stdout, re.M) for name in COMMANDS)


def test_the_version_is_a_version(gramme):
    assert re.fullmatch(r"gramme \d+\.\d+\.\d+\n", gramme("--version").stdout)


@pytest.mark.telling
@pytest.mark.parametrize("words, says", [
    ([], "usage"), (["bogus"], "there is no command 'bogus'"), (["--bogus"], "--bogus"),
    (["list", "--bogus"], "there is no option '--bogus'"), (["list", "-Z"], "-Z"),
    (["show", "a", "b"], "'b' is one word too many"), (["list", "--limit", "0"], "'0'"),
    (["list", "--limit", "x"], "'x'"), (["list", "--limit"], "--limit"), (["tag"], "missing"),
    (["tag", "last"], "missing"), (["rm"], "missing"), (["mark"], "missing"),
    (["mark", "--metric", "x", "loss"], "'x' is not a number"), (["attach"], "missing")])
def test_misuse_is_2_and_says_what(gramme, words, says):
    done = gramme(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "usage" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", [
    ["show"], ["show", "nothing-like-it"], ["tag", "last", "a=b"], ["rm", "last"],
    ["statement"], ["sources", "--sysroot", "/nowhere"], ["doctor", "--sysroot", "/nowhere"],
    ["list", "--config", "/nowhere"], ["mark", "here"]])
def test_a_failure_is_1_and_says_what(gramme, words):
    done = gramme(*words)
    assert done.returncode == 1
    assert re.match(rf"gramme {words[0]}: \S.*\n", done.stderr)
    assert done.stdout == ""


def test_a_mark_outside_a_run_says_how_to_be_inside_one(gramme):
    assert "try: gramme run" in gramme("mark", "here").stderr


def test_an_empty_ledger_lists_nothing_and_is_not_made(gramme):
    assert gramme("list").returncode == 0
    assert gramme.json("list") == {"schema": "gramme.list/1", "total": 0, "runs": []}
    assert not gramme.db.exists()


# --- configuration ---------------------------------------------------------------------------

@pytest.mark.telling
@pytest.mark.parametrize("text", ["garbage\n", "= 3\n", "no-such = 1\n", "\1\2\3\n",
                                  "pue = x\n", "period = 1 fortnight\n", "a" * 5000])
def test_a_garbage_configuration_does_not_stop_the_job(gramme, text):
    (gramme.folder / "conf").write_text(f"project = paper\n{text}\nexperiment = e")
    done = gramme("run", "--config", "conf", "--", "sh", "-c", "exit 3")
    assert done.returncode == 3
    assert any(line.startswith("gramme: ") and ("conf" in line)
               for line in done.stderr.splitlines())
    shown = gramme.json("show")
    said = [w["text"] for w in shown["quality"]["warnings"] if w["code"] == "config"]
    assert said and all("conf" in text for text in said)
    assert (shown["project"], shown["experiment"]) == ("paper", "e"), "the rest holds"


def test_a_setting_that_is_no_such_thing_leaves_the_default(gramme):
    gramme.env |= {"GRAMME_PERIOD": "soon", "GRAMME_PUE": "x", "GRAMME_REGION": "Atlantis",
                   "TZ": "Europe/Berlin"}
    done = gramme("run", "--", "true")
    assert done.returncode == 0
    shown = gramme.json("show")
    said = {w["text"] for w in shown["quality"]["warnings"] if w["code"] == "config"}
    assert len(said) == 3
    for word in ("GRAMME_PERIOD", "GRAMME_PUE", "GRAMME_REGION"):
        assert any(word in text for text in said), word
        assert word in done.stderr
    assert shown["tracker"]["period_s"] == 1
    assert shown["carbon"]["pue"]["value"] > 1
    assert shown["carbon"]["region"]["how"] == "timezone"


@pytest.mark.telling
@pytest.mark.parametrize("words", [["list"], ["sources"], ["doctor"], ["show"], ["statement"]])
def test_a_garbage_configuration_is_an_error_of_the_other_commands(gramme, words):
    (gramme.folder / "conf").write_text("garbage\n")
    done = gramme(*words, "--config", "conf")
    assert (done.returncode, done.stdout) == (1, "")
    assert "conf line 1" in done.stderr


def test_attach_and_a_mark_go_on_with_a_garbage_configuration(gramme):
    home = pathlib.Path(gramme.env["HOME"]) / ".config/gramme"
    home.mkdir(parents=True)
    (home / "gramme.conf").write_text("garbage\n")
    done = gramme("run", "--", gramme.program, "mark", "here")
    assert done.returncode == 0
    with subprocess.Popen(["sleep", "0.3"]) as job:
        done = gramme("attach", job.pid)
    assert done.returncode == 0
    assert "gramme.conf line 1" in done.stderr


def test_settings_come_from_option_environment_file_in_that_order(gramme):
    (gramme.folder / "conf").write_text("pue = 1.1 # a comment\nproject = paper\n\n")
    gramme("run", "-q", "--config", "conf", "--", "true")
    shown = gramme.json("show")
    assert (shown["project"], shown["carbon"]["pue"]["value"]) == ("paper", 1.1)
    gramme.env["GRAMME_PUE"] = "1.2"
    gramme("run", "-q", "--config", "conf", "--", "true")
    assert gramme.json("show")["carbon"]["pue"]["value"] == 1.2
    gramme("run", "-q", "--config", "conf", "--pue", "1.3", "--", "true")
    assert gramme.json("show")["carbon"]["pue"]["value"] == 1.3


def test_doctor_says_where_each_setting_came_from(gramme):
    home = pathlib.Path(gramme.env["HOME"]) / ".config/gramme"
    home.mkdir(parents=True)
    (home / "gramme.conf").write_text("pue = 1.25\n")
    done = gramme("doctor")
    assert re.search(r"pue +1\.25 +\(.*gramme\.conf\)", done.stdout)
    assert re.search(r"db +\S+ +\(GRAMME_DB\)", done.stdout)


# --- ledgers that are none -------------------------------------------------------------------

def make_other_database(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photograph (name TEXT)")
        db.execute("PRAGMA application_id = 1")


def make_newer_ledger(path, gramme):
    gramme("run", "-q", "--", "true", env={**gramme.env, "GRAMME_DB": str(path)})
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA user_version = 9999")


def bad_ledger(gramme, kind):
    path = gramme.folder / "bad.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("this is no database at all, only some text\n" * 40)
    elif kind == "other":
        make_other_database(path)
    elif kind == "newer":
        make_newer_ledger(path, gramme)
    elif kind == "below-proc":
        path = pathlib.Path("/proc/gramme/ledger.db")
    elif kind == "below-file":
        (gramme.folder / "file").write_text("")
        path = gramme.folder / "file" / "ledger.db"
    return path


def contents(path):
    return path.read_bytes() if path.is_file() else None


@pytest.mark.telling
@pytest.mark.parametrize("kind", ["folder", "text", "other", "newer", "below-proc", "below-file"])
def test_a_ledger_that_is_none_is_left_alone_and_the_job_is_done(gramme, kind):
    path = bad_ledger(gramme, kind)
    before = contents(path)
    gramme.env["GRAMME_DB"] = str(path)
    done = gramme("run", "--", "sh", "-c", "echo hi; exit 3")
    assert (done.returncode, done.stdout) == (3, "hi\n")
    assert str(path.parent if kind == "below-proc" else path) in done.stderr, "the summary says that nothing was kept, and why"
    assert "energy" in done.stderr, "its numbers are still shown"
    assert contents(path) == before
    listed = gramme("list")
    if kind.startswith("below"):
        return
    assert listed.returncode == 1
    assert str(path) in listed.stderr


def test_without_a_home_the_job_is_done_and_the_numbers_are_shown(gramme):
    for name in ("HOME", "GRAMME_DB", "XDG_DATA_HOME"):
        gramme.env.pop(name, None)
    done = gramme("run", "--", "echo", "hi")
    assert (done.returncode, done.stdout) == (0, "hi\n")
    assert "GRAMME_DB" in done.stderr
    listed = gramme("list")
    assert listed.returncode == 1
    assert "try: export GRAMME_DB=" in listed.stderr


def test_a_home_that_does_not_exist_yet_is_made(gramme):
    gramme.env.pop("GRAMME_DB")
    gramme.env["XDG_DATA_HOME"] = str(gramme.folder / "new" / "data")
    assert gramme("run", "-q", "--", "true").returncode == 0
    assert (gramme.folder / "new/data/gramme/gramme.db").exists()


@pytest.fixture
def plain_user(gramme):
    """Calls the program as a user without rights, in a folder that user may enter."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or not setpriv:
        pytest.skip("becoming a plain user needs root and setpriv")
    folder = pathlib.Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    program = folder / "gramme"
    shutil.copy(gramme.program, program)
    env = {**gramme.env, "HOME": str(folder / "home")}
    env.pop("GRAMME_DB")

    def call(*words, **more):
        return subprocess.run([setpriv, "--reuid=65534", "--regid=65534", "--clear-groups",
                               str(program), *words], env={**env, **more}, cwd="/",
                              capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    call.folder = folder
    yield call
    shutil.rmtree(folder)


@pytest.mark.telling
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_read_only_home_does_not_stop_the_job(plain_user, mode):
    (plain_user.folder / "home").mkdir()
    (plain_user.folder / "home").chmod(mode)
    done = plain_user("run", "--", "sh", "-c", "echo hi; exit 3")
    assert (done.returncode, done.stdout) == (3, "hi\n")
    assert "energy" in done.stderr
    assert str(plain_user.folder / "home") in done.stderr


def test_a_ledger_that_may_only_be_read_can_be_listed(plain_user, gramme):
    gramme("run", "-q", "--name", "before", "--", "true")
    ledger = plain_user.folder / "shared.db"
    with sqlite3.connect(gramme.db) as old, sqlite3.connect(ledger) as new:
        old.backup(new)
    ledger.chmod(0o444)
    done = plain_user("list", GRAMME_DB=str(ledger))
    assert done.returncode == 0, done.stderr
    assert "before" in done.stdout
    tagged = plain_user("tag", "last", "a=b", GRAMME_DB=str(ledger))
    assert tagged.returncode == 1
    assert str(ledger) in tagged.stderr


def test_a_plain_user_can_track(plain_user):
    (plain_user.folder / "home").mkdir()
    os.chown(plain_user.folder / "home", 65534, 65534)
    assert plain_user("run", "-q", "--", "true").returncode == 0
    done = plain_user("list")
    assert done.returncode == 0
    assert "true" in done.stdout


# --- machines --------------------------------------------------------------------------------

@pytest.mark.parametrize("machine", sorted(p.name for p in SYSROOT.iterdir() if p.is_dir()))
def test_every_recorded_machine_can_be_looked_at(gramme, machine):
    view = gramme.json("sources", "--sysroot", SYSROOT / machine)
    assert view["schema"] == "gramme.sources/1"
    done = gramme("doctor", "--sysroot", SYSROOT / machine)
    assert done.returncode == 0
    script = gramme("doctor", "--fix", "--sysroot", SYSROOT / machine).stdout
    assert subprocess.run(["sh", "-n"], input=script, text=True).returncode == 0


def test_a_run_on_a_made_up_machine_is_done_here(gramme):
    done = gramme("run", "--sysroot", SYSROOT / "two-sockets-dram", "--", "echo", "hi")
    assert (done.returncode, done.stdout) == (0, "hi\n")


# --- colours ---------------------------------------------------------------------------------

def on_terminal(gramme, *words, **env):
    script = shutil.which("script")
    if not script:
        pytest.skip("util-linux's script is not here")
    line = " ".join([gramme.program, *words])
    done = subprocess.run([script, "-qec", line, "/dev/null"], env={**gramme.env, **env},
                          capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    return done.stdout


def test_colours_are_for_terminals_that_like_them(gramme):
    gramme("run", "-q", "--", "true")
    assert "\x1b" not in gramme("show", env={**gramme.env, "TERM": "xterm"}).stdout
    assert b"\x1b[" in on_terminal(gramme, "show", TERM="xterm")
    assert b"\x1b[" not in on_terminal(gramme, "show", TERM="xterm", NO_COLOR="1")
    assert b"\x1b[" not in on_terminal(gramme, "show", TERM="dumb")


def test_output_that_cannot_be_written_is_a_failure(gramme):
    with open("/dev/full", "w", encoding="utf-8") as full:
        for words in (["sources"], ["list"], ["--help"], ["run", "--help"]):
            assert gramme(*words, stdout=full, capture_output=False,
                          stderr=subprocess.DEVNULL).returncode != 0
