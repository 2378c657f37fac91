# SPDX-License-Identifier: Apache-2.0
"""Names that were chosen to do harm."""
import json
import urllib.parse

import pytest
from conftest import HOSTILE

pytestmark = pytest.mark.telling


def test_json_holds_them_as_they_are(server, ledger):
    runs = server.get("/api/v1/runs?limit=100").json["runs"]
    (run,) = [run for run in runs if run["id"] == ledger.hostile]
    assert HOSTILE.startswith(run["name"][:20]) and "<script>" in run["name"]


def test_pages_hold_no_markup_of_theirs(server, ledger):
    quoted = urllib.parse.quote(HOSTILE)
    for path in (f"/runs/{ledger.hostile}", "/leaderboard", f"/runs/{quoted.replace('/', '%2F')}",
                 f"/leaderboard?metric={quoted}", f"/compare?side={quoted}&side=b"):
        answer = server.get(path, Accept="text/html")
        assert answer.status in (200, 400, 404, 501), (path, answer.status)
        if answer.status != 501:
            assert answer.type == "text/html"
        assert "<script>alert" not in answer.text, path
        assert "</td>=cmd" not in answer.text, path
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "*" not in policy


def test_errors_hold_them_harmlessly(server):
    for name in (HOSTILE + "!", "x" * 1900, '"},{"a":"', "\u202e\u0085\ufeff", "𝒳" * 300):
        answer = server.get("/api/v1/runs/" + urllib.parse.quote(name, safe=""))
        assert answer.status == 404
        assert json.loads(answer.body)["status"] == 404
        answer.body.decode("utf-8")


def test_a_csv_is_no_formula(server):
    answer = server.get("/api/v1/leaderboard?format=csv&limit=500")
    if answer.status == 200:
        assert not [line for line in answer.text.splitlines() if line[:1] in "=+-@"]


def test_an_address_of_10_kb_of_name_is_refused(server):
    assert server.get("/api/v1/runs/" + "n" * 10000).status == 414
    assert server.get("/api/v1/runs?search=" + "n" * 7000).status == 400


def test_no_header_is_made_of_a_name(server):
    answer = server.get("/api/v1/runs/a%0d%0aSet-Cookie:%20x=1")
    assert answer.status == 400 and "Set-Cookie" not in answer.headers
