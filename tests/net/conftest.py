# SPDX-License-Identifier: Apache-2.0
"""The program that asks, and whom it asks: servers on loopback, see standin.py.

GRAMME_BUILD names the build folder; without it `build` is taken.
"""
import importlib.util
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import services  # noqa: E402
import standin  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build"))
HTTP_GET = BUILD / "tests" / "net" / "http-get"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(scope="session", autouse=True)
def built():
    if not HTTP_GET.exists():
        pytest.skip(f"http-get is not built ({HTTP_GET})")


def environment(more):
    env = {k: v for k, v in os.environ.items()
           if k.lower() not in PROXIES and k not in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
    return {**env, **{k: str(v) for k, v in more.items()}}


@pytest.fixture
def get():
    """get(url…, option=value…, env={}) to what became of it; of several URLs a list."""
    def ask(*urls, env=(), headers=(), **options):
        words = [f"{k}={v}" for k, v in options.items()] + [f"header={h}" for h in headers]
        done = subprocess.run([HTTP_GET, *words, *urls], env=environment(dict(env)),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(rows) == len(urls)
        return rows if len(urls) > 1 else rows[0]
    return ask


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """A server's context, and the file of its certificate."""
    return standin.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"there is no IPv6 on loopback: {error}")


# --- the whole program -----------------------------------------------------------------------

def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


house = load("cli_conftest", ROOT / "tests" / "cli" / "conftest.py")
NOBODY = "http://127.0.0.1:1"


class Online(house.Gramme):
    """The program with the network: every service that it knows is at a test's, or at nobody's."""

    def __init__(self, *words):
        super().__init__(*words)
        # Only of its own: a folder of settings of the caller's would go before the home's.
        self.env = {k: v for k, v in environment(self.env).items()
                    if not k.startswith("XDG_") or k == "XDG_RUNTIME_DIR"}
        del self.env["GRAMME_OFFLINE"]
        self.urls = {name: NOBODY for name in (*services.ROWS, "ipinfo", "metadata")}
        self.use()

    wait_for = staticmethod(house.wait_for)

    def use(self, *more, keys=True):
        """Asks these instead of nobody, with their keys."""
        for service in more:
            self.urls[service.name] = service.url
            key = services.ROWS[service.name].key if service.name in services.ROWS else None
            if key and keys:
                self.env[f"GRAMME_{service.name.upper()}_KEY"] = key
        self.env["GRAMME_URLS"] = " ".join(f"{k}={v}" for k, v in self.urls.items())
        assert len(self.env["GRAMME_URLS"]) < 512, "longer than the setting may be"

    def run(self, *options, seconds=0.6, **more):
        """A run that lasts long enough for a question; what it said and how it ended."""
        return self("run", *options, "--", "sleep", str(seconds), **more)

    def last(self, when=lambda shown: True, seconds=10):
        """The newest run as JSON, as soon as it is as is wanted: an answer may come late."""
        return house.wait_for(lambda: (lambda shown: shown if when(shown) else None)(
            self.json("show", "last")), seconds)

    def carbon(self, source, key="intensity_gpkwh"):
        return self.last(lambda shown: source in shown["carbon"][key]["source"])["carbon"]

    def warnings(self, code):
        return [w["text"] for w in self.json("show", "last")["quality"]["warnings"]
                if w["code"] == code]

    def processes(self):
        """PIDs of this program with this ledger: the samplers and those who ask for them."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                mine = str(self.db).encode() in (folder / "environ").read_bytes()
                if mine and os.readlink(folder / "exe") == self.program:
                    found.append(int(folder.name))
            except OSError:
                pass
        return found


@pytest.fixture(scope="session")
def program():
    path = pathlib.Path(os.environ.get("GRAMME", BUILD / "gramme"))
    if not path.exists():
        pytest.skip(f"there is no {path}")
    return path.resolve()


@pytest.fixture
def gramme(program, tmp_path):
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as runtime:
        online = Online(program, tmp_path, pathlib.Path(runtime))
        yield online
        house.wait_for(lambda: not online.processes(), 45)
