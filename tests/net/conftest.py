# SPDX-License-Identifier: Apache-2.0
"""The program that asks, and whom it asks: servers on loopback, see standin.py.

GRAMME_BUILD names the build folder; without it `build` is taken.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

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
