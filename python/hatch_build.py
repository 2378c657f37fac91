# SPDX-License-Identifier: Apache-2.0
"""Puts the programs into the wheel, and what they are built from into the sdist.

A wheel holds `gramme` as a script (it is the program itself: no Python starts before it) and its
helpers below `libexec/gramme`, where it looks for them. They are built here by Meson, or taken
from where `GRAMME_WHEEL_PROGRAM` says: the path of a `gramme` in a build folder or an installation.
`GRAMME_WHEEL_TAG` is the wheel's tag when more is known of them than that they run here.
"""
from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from typing import Any, Optional

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = pathlib.Path(__file__).resolve().parent
# In an sdist the tree lies in a folder of its own; in a checkout around this one.
ROOT = HERE / "tree" if (HERE / "tree" / "meson.build").is_file() else HERE.parent

TREE = ("meson.build", "meson_options.txt", "LICENSE", "include", "src", "cli", "top", "server",
        "data", "web", "man", "packaging", "tools")
UPLOT = ("uPlot.iife.min.js", "uPlot.min.css")  # of all that npm brings, what is built in

HELPERS = ("gramme-top", "gramme-serve", "libcurl-gramme.so.4")
CORE = "libgramme.so.0"  # where the helpers share one

# By pkg-config's name: the package of Debian and Ubuntu, of Fedora, and what it is for.
LIBRARIES = {
    "sqlite3": ("libsqlite3-dev", "sqlite-devel"),
    "libzstd": ("libzstd-dev", "libzstd-devel"),
    "zlib": ("zlib1g-dev", "zlib-devel"),
    "jansson": ("libjansson-dev", "jansson-devel"),
    "expat": ("libexpat1-dev", "expat-devel"),
    "libcurl": ("libcurl4-openssl-dev", "libcurl-devel"),
}
OPTIONAL = {
    "ncursesw": ("libncurses-dev", "ncurses-devel", "gramme top"),
    "libmicrohttpd": ("libmicrohttpd-dev", "libmicrohttpd-devel", "gramme serve"),
}


def version() -> str:
    """The program's, as meson.build says it."""
    found = re.search(r"^\s*version: '([^']+)'", (ROOT / "meson.build").read_text(), re.M)
    if found is None:
        raise RuntimeError(f"{ROOT}/meson.build names no version")
    return found.group(1)


class CannotBuild(RuntimeError):
    """Says what is missing and the line that installs it."""


def install_line(debian: list[str], fedora: list[str]) -> str:
    if shutil.which("dnf") and not shutil.which("apt-get"):
        return "dnf install " + " ".join(fedora)
    return "apt-get install " + " ".join(debian)


def has_library(name: str) -> bool:
    return subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0


def check_needed() -> None:
    """All that is missing at once, before anything is built."""
    debian: list[str] = []
    fedora: list[str] = []
    if not shutil.which(os.environ.get("CC", "cc").split()[0]):
        debian.append("gcc")
        fedora.append("gcc")
    for tool, package in (("meson", "meson"), ("ninja", "ninja-build")):
        if not shutil.which(tool):
            debian.append(package)
            fedora.append(package)
    has_pkg_config = shutil.which("pkg-config") is not None
    if not has_pkg_config:
        debian.append("pkg-config")
        fedora.append("pkgconf-pkg-config")
    for name, packages in LIBRARIES.items():
        if not (has_pkg_config and has_library(name)):
            debian.append(packages[0])
            fedora.append(packages[1])
    if debian:
        raise CannotBuild(
            "gramme's programs are written in C and are built here; some of what that needs is "
            f"missing.\nType this, then again:\n  {install_line(debian, fedora)}")


def say_left_out() -> None:
    for name, (debian, fedora, what) in OPTIONAL.items():
        if not has_library(name):
            print(f"`{what}` is left out; to have it: {install_line([debian], [fedora])}",
                  file=sys.stderr)


def run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise CannotBuild(f"{done.stdout[-6000:]}\nfailed: {' '.join(command)}")


def build_programs(folder: pathlib.Path) -> pathlib.Path:
    """The path of the gramme that was built below `folder`."""
    check_needed()
    say_left_out()
    run("meson", "setup", str(folder), str(ROOT), "--prefix=/usr/local", "--buildtype=release",
        "-Dtests=false", "-Dbench=false", "-Dhelpers_core=shared", "-Dc_link_args=-Wl,-s")
    jobs = os.environ.get("GRAMME_WHEEL_JOBS")
    run("ninja", "-C", str(folder), *([f"-j{jobs}"] if jobs else []), "all")
    return folder / "gramme"


def helpers_of(program: pathlib.Path) -> list[pathlib.Path]:
    """What belongs beside it: as it would look for them itself."""
    folders = (program.parent, program.parent.parent / "libexec" / "gramme")
    found = [folder / name for folder in folders for name in HELPERS
             if (folder / name).is_file()]
    if any(CORE.encode() in path.read_bytes() for path in found):
        found += [folder / CORE for folder in folders if (folder / CORE).is_file()]
    return found


def files_below(path: pathlib.Path) -> Iterator[pathlib.Path]:
    if path.is_file():
        yield path
    for name in sorted(os.listdir(path)) if path.is_dir() else ():
        if name not in ("node_modules", "__pycache__") and not name.endswith(".pyc"):
            yield from files_below(path / name)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling once a wheel, once an sdist."""

    made: Optional[str] = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "sdist":
            build_data["force_include"].update(self.tree())
        elif version != "editable":
            self.add_programs(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.made is not None:
            shutil.rmtree(self.made, ignore_errors=True)

    def tree(self) -> dict[str, str]:
        """What Meson needs, and the charts' script where npm brought it."""
        files = [p for name in TREE for p in files_below(ROOT / name)]
        uplot = ROOT / "web" / "node_modules" / "uplot"
        files += [p for p in [*(uplot / "dist" / name for name in UPLOT), uplot / "LICENSE"]
                  if p.is_file()]
        return {str(p): f"tree/{p.relative_to(ROOT)}" for p in files}

    def add_programs(self, build_data: dict[str, Any]) -> None:
        given = os.environ.get("GRAMME_WHEEL_PROGRAM")
        if given:
            program = pathlib.Path(given).resolve(strict=True)
        else:
            self.made = tempfile.mkdtemp(prefix="gramme-wheel-")
            program = build_programs(pathlib.Path(self.made))
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = os.environ.get("GRAMME_WHEEL_TAG") or f"py3-none-{platform}"
        build_data["pure_python"] = False
        build_data["shared_scripts"][str(program)] = "gramme"
        for helper in helpers_of(program):
            build_data["shared_data"][str(helper)] = f"libexec/gramme/{helper.name}"
        for page in sorted((ROOT / "man").glob("*.1")):
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"
        self.add_licenses(program, build_data)

    def add_licenses(self, program: pathlib.Path, build_data: dict[str, Any]) -> None:
        """Ours, and of the libraries that are inside the programs."""
        metadata = f"gramme-{self.metadata.version}.dist-info/licenses"
        build_data["force_include"][str(ROOT / "LICENSE")] = f"{metadata}/LICENSE"
        for text in sorted((program.parent.parent / "licenses").glob("*.txt")):
            build_data["force_include"][str(text)] = f"{metadata}/{text.name}"
