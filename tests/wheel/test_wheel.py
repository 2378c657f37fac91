# SPDX-License-Identifier: Apache-2.0
"""The wheel: what is in it, and that it works in a clean environment of every CPython found.

GRAMME names a program that is built already: the wheel carries that one, so that no C is compiled
here. GRAMME_WHEEL names a finished wheel to be tried instead (packaging/wheel/build makes one).
hatchling, which packs it, comes from PyPI; where that cannot be reached all this is skipped.
"""
import hashlib
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build"))
PROGRAM = pathlib.Path(os.environ.get("GRAMME", BUILD / "gramme"))
READY = os.environ.get("GRAMME_WHEEL")
VERSION = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text()).group(1)
MINORS = (9, 10, 11, 12, 13)
SANITIZED = "asan" in BUILD.name

TRACK = """
import gramme, sys
assert gramme.__file__.startswith(sys.prefix), gramme.__file__
with gramme.track("in-a-wheel", experiment="wheel") as run:
    sum(range(100000))
    run.log(loss=0.5)
assert run.summary is not None, "no summary"
print(run.summary.state, run.summary.name)
"""


def call(*command, env=None, timeout=300, ok=True, cwd=None):
    done = subprocess.run([str(c) for c in command], env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=timeout, cwd=cwd)
    if ok:
        assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done


def python_of(minor):
    """A CPython 3.minor, of this machine's distribution or of pyenv."""
    home = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir)
    found = sorted(home.glob(f".pyenv/versions/3.{minor}.*/bin/python3"))
    found += [pathlib.Path(p) for p in (f"/usr/bin/python3.{minor}",
                                        shutil.which(f"python3.{minor}") or "/nonexistent")]
    for path in found:
        if path.exists() and call(path, "-c", "import venv, ssl", ok=False).returncode == 0:
            return path
    return None


def clean_env(folder, **more):
    """An environment in which nothing of the checkout can be found."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8",
           "GRAMME_DB": str(folder / "ledger.db"), "GRAMME_OFFLINE": "1", **more}
    return env | {k: v for k, v in os.environ.items()
                  if k.startswith(("ASAN_", "UBSAN_")) or k == "TMPDIR"}


@pytest.fixture(scope="session")
def builder(tmp_path_factory):
    """A Python with hatchling, Meson and Ninja in it."""
    folder = tmp_path_factory.mktemp("builder")
    call(sys.executable, "-m", "venv", folder)
    done = call(folder / "bin/python", "-m", "pip", "install", "--quiet", "hatchling", "meson",
                "ninja", ok=False)
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["no word"])[-1]
        pytest.skip(f"hatchling cannot be had from PyPI: {last}")
    return folder / "bin/python"


def built_helpers():
    """What the wheel must have: all of a ready one, else what was built here."""
    both = {"gramme-top", "gramme-serve"}
    return both if READY else {n for n in both if (PROGRAM.parent / n).exists()}


def build_wheel(builder, source, folder, **env):
    more = {**os.environ, "GRAMME_WHEEL_PROGRAM": str(PROGRAM), "SOURCE_DATE_EPOCH": "1700000000",
            "PATH": f"{builder.parent}:{os.environ['PATH']}", **env}
    call(builder, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-cache-dir", "--wheel-dir", folder, source, env=more)
    made, = pathlib.Path(folder).glob("*.whl")
    return made


@pytest.fixture(scope="session")
def wheel(builder, tmp_path_factory):
    if READY:
        return pathlib.Path(READY).resolve()
    if not PROGRAM.exists():
        pytest.skip(f"there is no program to pack: {PROGRAM}")
    return build_wheel(builder, ROOT / "python", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(builder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    call(builder, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT / "python")
    made, = folder.glob("*.tar.gz")
    return made


def make_venv(python, folder, *options):
    """With the pip that comes with that Python."""
    call(python, "-m", "venv", *options, folder)
    return folder / "bin/python"


def install(python, wheel, *options, env=None, ok=True):
    return call(python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links",
                wheel.parent, *options, "gramme", env=env, ok=ok)


def files_below(folder):
    return {p.relative_to(folder) for p in folder.rglob("*")}


@pytest.fixture(scope="session")
def venv(wheel, tmp_path_factory):
    """An environment with the wheel and nothing else, of this Python."""
    folder = tmp_path_factory.mktemp("venv") / "env"
    install(make_venv(sys.executable, folder), wheel)
    return folder


@pytest.fixture(scope="session")
def open_python(tmp_path_factory):
    """Of an environment that sees the user's packages, which --user needs."""
    return make_venv(sys.executable, tmp_path_factory.mktemp("open") / "env",
                     "--system-site-packages")


# --- what is in it ---------------------------------------------------------------------------

def test_it_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as file:
        metadata = file.read(f"gramme-{VERSION}.dist-info/METADATA").decode()
        tags = file.read(f"gramme-{VERSION}.dist-info/WHEEL").decode()
        names = file.namelist()
    assert f"\nVersion: {VERSION}\n" in metadata
    assert "\nRequires-Python: >=3.9\n" in metadata
    assert "Requires-Dist" not in metadata
    assert "Root-Is-Purelib: false" in tags
    assert re.search(r"^Tag: py3-none-(many)?linux\w*_x86_64$", tags, re.M), tags
    assert f"gramme-{VERSION}.dist-info/licenses/LICENSE" in names
    assert "gramme/py.typed" in names
    assert not [n for n in names if "node_modules" in n or n.endswith((".pyc", ".c", ".h"))]


def test_its_programs_are_programs(wheel):
    """Not scripts: no Python starts before gramme."""
    with zipfile.ZipFile(wheel) as file:
        scripts = [i for i in file.infolist() if ".data/scripts/" in i.filename]
        helpers = [i for i in file.infolist() if ".data/data/libexec/" in i.filename]
        assert [i.filename.rpartition("/")[2] for i in scripts] == ["gramme"]
        assert built_helpers() <= {i.filename.rpartition("/")[2] for i in helpers}
        for info in scripts + helpers:
            assert file.open(info).read(4) == b"\x7fELF"
            assert info.external_attr >> 16 & 0o111, f"{info.filename} is not executable"


def test_the_same_input_gives_the_same_wheel(builder, wheel, tmp_path):
    if READY:
        pytest.skip("the wheel was built elsewhere")
    again = build_wheel(builder, ROOT / "python", tmp_path)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(
        wheel.read_bytes()).digest()


def test_a_wheel_for_any_linux_is_small_and_has_its_libraries_inside(wheel, tmp_path):
    if "manylinux" not in wheel.name:
        pytest.skip("a wheel for this machine; packaging/wheel/build makes one for any")
    assert wheel.stat().st_size < 6_000_000
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path)
    known = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1",
             "libgramme.so.0", "ld-linux-x86-64.so.2"}
    for path in tmp_path.glob("*.data/**/*"):
        if path.is_file() and path.read_bytes()[:4] == b"\x7fELF":
            said = call("readelf", "-dW", path).stdout
            assert set(re.findall(r"\(NEEDED\).*\[(.*)\]", said)) <= known, path
            assert "NOW" in said, f"{path.name} binds late"
            assert "GNU_RELRO" in call("readelf", "-lW", path).stdout
            versions = re.findall(r"GLIBC_(\d+)\.(\d+)", call("readelf", "-VW", path).stdout)
            assert max((int(a), int(b)) for a, b in versions) <= (2, 17), path
    licenses = {p.name for p in tmp_path.glob("*.dist-info/licenses/*")}
    assert {"LICENSE", "curl.txt", "sqlite3.txt", "ncurses.txt", "libmicrohttpd.txt"} <= licenses


# --- in clean environments -------------------------------------------------------------------

@pytest.mark.parametrize("minor", MINORS)
def test_installs_works_and_leaves_nothing(wheel, tmp_path, minor):
    found = python_of(minor)
    if found is None:
        pytest.skip(f"there is no CPython 3.{minor} here")
    venv = tmp_path / "env"
    python = make_venv(found, venv)
    call(python, "-m", "pip", "list")  # what pip itself leaves behind
    before = files_below(venv)
    install(python, wheel)
    env = clean_env(tmp_path)
    assert call(venv / "bin/gramme", "--version", env=env).stdout == f"gramme {VERSION}\n"
    assert "in-a-wheel" in call(venv / "bin/python", "-c", TRACK, env=env).stdout
    listed = json.loads(call(venv / "bin/gramme", "list", "--json", env=env).stdout)
    assert [r["name"] for r in listed["runs"]] == ["in-a-wheel"]
    said = call(venv / "bin/python", "-m", "gramme", "--version", env=env).stdout
    assert said == f"gramme {VERSION}\n"
    call(python, "-m", "pip", "uninstall", "-q", "-y", "gramme")
    left = {p for p in files_below(venv) - before
            if (venv / p).is_file() and not {"pip", "setuptools"} & set(p.parts)}
    assert left == set()


@pytest.mark.parametrize("where", ["target", "user", "prefix"])
def test_is_found_wherever_it_is_installed(wheel, open_python, tmp_path, where):
    place = tmp_path / "place"
    env = clean_env(tmp_path)
    options = {"target": ["--target", str(place)], "prefix": ["--prefix", str(place)],
               "user": ["--user"]}[where]
    done = install(open_python, wheel, *options, ok=False,
                   env={**os.environ, "PYTHONUSERBASE": str(place)})
    if where == "user" and "user site-packages are not visible" in done.stdout:
        pytest.skip("this Python has no user site-packages")
    assert done.returncode == 0, done.stdout
    package, = place.rglob("gramme/__init__.py")
    env["PYTHONPATH"] = str(package.parent.parent)
    code = "import gramme._program as p; print(p.find()); print(p.ask(['top', '--help']))"
    said = call(open_python, "-c", code, env=env).stdout
    assert said.startswith(str(place / "bin" / "gramme")), said
    assert "gramme top [options]" in said


# --- the helpers -----------------------------------------------------------------------------

def test_top_and_serve_come_along(venv, tmp_path):
    """Not their help, which gramme says itself: their own work."""
    if SANITIZED:
        pytest.skip("the programs of a sanitized build are tried in their own tests")
    if len(built_helpers()) < 2:
        pytest.skip("gramme-top and gramme-serve were not built here")
    env = clean_env(tmp_path)
    said = call(venv / "bin/gramme", "top", "--json", "--count", "1", "--interval", "200ms",
                env=env).stdout
    assert json.loads(said)["schema"] == "gramme.live/1"
    server = subprocess.Popen([venv / "bin/gramme", "serve", "--port", "0"], env=env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    try:
        said = ""
        while "http://" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        address = re.search(r"http://[\d.]+:\d+", said).group(0)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{address}/metrics", timeout=20) as answer:
            assert answer.status == 200 and b"gramme_" in answer.read()
    finally:
        server.terminate()
        server.wait(20)


# --- where it is built -----------------------------------------------------------------------

def tracked_files(*folders):
    done = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    names = [n for n in done.stdout.splitlines() if (ROOT / n).exists()]
    if not names:
        pytest.skip("not a git checkout")
    return set(names)


def test_the_sdist_has_all_that_the_programs_are_built_from(sdist):
    with tarfile.open(sdist) as file:
        names = {n.partition("/")[2] for n in file.getnames()}
    tree = {n.partition("tree/")[2] for n in names if n.startswith("tree/")}
    assert tracked_files("src", "cli", "top", "server", "include", "data", "web", "man", "tools",
                         "packaging", "meson.build", "meson_options.txt") <= tree
    assert {n.partition("python/")[2] for n in tracked_files("python/gramme")} <= names
    assert not [n for n in names if n.startswith(("tree/tests", "tree/.git", "tree/build"))]


def test_meson_is_content_with_the_sdist(builder, sdist, tmp_path):
    """Its whole plan: every file that a rule reads is there."""
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path)
    tree, = tmp_path.glob("gramme-*/tree")
    env = {**os.environ, "PATH": f"{builder.parent}:{os.environ['PATH']}"}
    call("meson", "setup", tmp_path / "b", tree, "-Dtests=false", "-Dbench=false", env=env)
    call("ninja", "-C", tmp_path / "b", "-n", "all", env=env)


def test_a_wheel_from_the_sdist_is_the_same(builder, wheel, sdist, tmp_path):
    if READY:
        pytest.skip("the wheel was built elsewhere")
    made = build_wheel(builder, sdist, tmp_path)
    with zipfile.ZipFile(made) as one, zipfile.ZipFile(wheel) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())


def test_what_is_missing_is_said_with_the_line_that_installs_it(builder, tmp_path):
    """A machine with a compiler and without the headers of two libraries."""
    (tmp_path / "pkg-config").write_text(
        '#!/bin/sh\ncase "$2" in sqlite3|jansson) exit 1 ;; *) exit 0 ;; esac\n')
    (tmp_path / "pkg-config").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{builder.parent}:{os.environ['PATH']}"}
    env.pop("GRAMME_WHEEL_PROGRAM", None)
    done = call(builder, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation",
                "--wheel-dir", tmp_path, ROOT / "python", env=env, ok=False)
    assert done.returncode != 0
    assert re.search(r"(apt-get|dnf) install (libsqlite3-dev libjansson-dev|"
                     r"sqlite-devel jansson-devel)\s", done.stdout), done.stdout


def test_the_c_build_of_pip_works(builder, tmp_path):
    """All of it, C and all, with pip's own isolation: a minute or two, so only when asked."""
    if not os.environ.get("GRAMME_WHEEL_BUILD"):
        pytest.skip("compiles all of gramme once more: set GRAMME_WHEEL_BUILD=1")
    env = {k: v for k, v in os.environ.items() if k != "GRAMME_WHEEL_PROGRAM"}
    began = time.monotonic()
    call(builder, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT / "python",
         env={**env, "GRAMME_WHEEL_JOBS": "2"}, timeout=1500)
    made, = tmp_path.glob("*-linux_x86_64.whl")
    print(f"built in {time.monotonic() - began:.0f} s, {made.stat().st_size / 1e6:.2f} MB")
    with zipfile.ZipFile(made) as file:
        names = file.namelist()
    assert f"gramme-{VERSION}.data/scripts/gramme" in names
