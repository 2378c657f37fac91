# SPDX-License-Identifier: Apache-2.0
"""What is served: every row of routes.def, as openapi.json describes it."""
import json
import re

import jsonschema
import pytest

PAGE = "text/html"
JSON = "application/json"
# A path that works for each row, and the type of its answer.
EXAMPLES = {
    "/": ("/", PAGE),
    "/assets/{name}": ("/assets/page.css", "text/css"),
    "/runs/{id}": ("/runs/last", PAGE),
    "/compare": ("/compare?side=a&side=b", PAGE),
    "/leaderboard": ("/leaderboard", PAGE),
    "/signin": ("/signin", PAGE),
    "/healthz": ("/healthz", "text/plain"),
    "/metrics": ("/metrics", "text/plain"),
    "/api/v1/openapi.json": ("/api/v1/openapi.json", JSON),
    "/api/v1/runs": ("/api/v1/runs", JSON),
    "/api/v1/runs/{id}": ("/api/v1/runs/last", JSON),
    "/api/v1/runs/{id}/report": ("/api/v1/runs/last/report", JSON),
    "/api/v1/runs/{id}/statement": ("/api/v1/runs/last/statement", "text/plain"),
    "/api/v1/compare": ("/api/v1/compare?side=paper/a&side=paper/b", JSON),
    "/api/v1/leaderboard": ("/api/v1/leaderboard", JSON),
    "/api/v1/live": ("/api/v1/live", JSON),
    "/api/v1/live/stream": ("/api/v1/live/stream", "text/event-stream"),
    "/api/v1/sources": ("/api/v1/sources", JSON),
}


def schema_of(openapi, path, type_):
    content = openapi["paths"][path]["get"]["responses"]["200"]["content"][type_]
    return {**content["schema"], "components": openapi["components"]}


def check(openapi, path, answer):
    jsonschema.Draft202012Validator(schema_of(openapi, path, JSON)).validate(answer.json)


def test_the_description_has_the_rows_and_no_others(routes, openapi):
    rows = {(path, method.lower()) for method, path, _ in routes}
    told = {(path, method) for path, item in openapi["paths"].items() for method in item}
    assert rows == told
    assert set(EXAMPLES) == {path for path, method in rows if method == "get"}


def test_the_description_is_what_it_says_it_is(openapi):
    assert openapi["openapi"] == "3.1.0"
    for schema in openapi["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(openapi)))
    assert named <= set(openapi["components"]["schemas"])
    for path, item in openapi["paths"].items():
        for operation in item.values():
            assert operation["summary"] and operation["responses"]
            in_path = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            assert in_path == re.findall(r"{(\w+)}", path)


@pytest.mark.parametrize("path", EXAMPLES)
def test_each_path_answers_with_its_type(server, openapi, path):
    where, type_ = EXAMPLES[path]
    if type_ == "text/event-stream":
        pytest.skip("has tests of its own")
    answer = server.get(where)
    if answer.status == 501:
        pytest.skip(answer.json["error"])
    assert (answer.status, answer.type) == (200, type_), answer.body[:300]
    assert type_ in openapi["paths"][path]["get"]["responses"]["200"]["content"]
    if type_ == JSON and path != "/api/v1/openapi.json":
        check(openapi, path, answer)


@pytest.mark.parametrize("path", EXAMPLES)
def test_head_is_get_without_a_body(server, path):
    where, type_ = EXAMPLES[path]
    answer = server.ask(where, "HEAD")
    assert answer.body == b""
    if answer.status != 501:
        assert (answer.status, answer.type) == (200, type_)


@pytest.mark.parametrize("path", EXAMPLES)
def test_every_answer_keeps_pages_apart(server, path):
    answer = server.ask(EXAMPLES[path][0], "HEAD")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] in ("no-store", "private, no-cache")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_argument_of_the_description_is_taken(server, openapi):
    right = {"integer": "1", "number": "0.5", "string": "train", "array": "paper/a"}
    for path, item in openapi["paths"].items():
        for param in item.get("get", {}).get("parameters", []):
            schema = param["schema"]
            if param["in"] != "query" or "stream" in path:
                continue
            value = [v for v in schema["enum"] if v][0] if "enum" in schema \
                else right[schema["type"]]
            where = EXAMPLES[path][0]
            if f"{param['name']}=" in where:
                continue
            where += ("&" if "?" in where else "?") + f"{param['name']}={value}"
            answer = server.get(where)
            if answer.status == 400:
                assert "cannot be asked for" not in answer.text, (where, answer.text)


@pytest.mark.parametrize("query", ["nothing=1", "limit=501", "limit=-1", "limit=x", "limit=1&limit=2",
                                   "offset=1e3", "search=" + "x" * 3000, "since=yesterday%20noon"])
def test_an_argument_that_is_not_understood_is_said(server, openapi, query):
    answer = server.get("/api/v1/runs?" + query)
    assert answer.status == 400, answer.text
    jsonschema.Draft202012Validator(
        {**openapi["components"]["schemas"]["Problem"]}).validate(answer.json)


def test_filters_filter(server):
    def names(query):
        return [run["name"] for run in server.get("/api/v1/runs?" + query).json["runs"]]
    assert names("experiment=a") == ["train-a"] * 5
    assert names("project=paper&limit=3") == ["train-b", "train-a", "train-b"]
    assert names("project=paper&limit=2&offset=1") == ["train-a", "train-b"]
    assert names("search=TRAIN-B&limit=100") == ["train-b"] * 5
    assert names("project=nobody") == []
    assert names("until=2020-01-01") == []
    assert names("project=&experiment=b&limit=1") == ["train-b"]


def test_a_run_that_is_not_there_is_404(server):
    for path in ("/api/v1/runs/nope", "/api/v1/runs/nope/statement", "/api/v1/runs/nope/report"):
        answer = server.get(path)
        assert answer.status in (404, 501), path
        assert answer.json["error"]


def test_a_page_says_it_in_html_to_who_wants_that(server):
    answer = server.get("/runs/%3Cscript%3E", Accept="text/html,*/*")
    assert answer.status in (404, 501)
    assert answer.type == PAGE
    assert b"<script>" not in answer.body


def test_statements_have_their_forms_types(server):
    for form, type_ in (("text", "text/plain"), ("json", JSON), ("boamps", JSON),
                        ("csv", "text/csv"), ("markdown", "text/plain"), ("latex", "text/plain")):
        answer = server.get(f"/api/v1/runs/last/statement?format={form}")
        assert (answer.status, answer.type) == (200, type_), form
    assert server.get("/api/v1/runs/last/statement?format=nope").status == 400


def test_an_empty_ledger_is_an_empty_list(tmp_path):
    from conftest import Server
    server = Server(db=tmp_path / "none.db")
    try:
        assert server.get("/api/v1/runs").json["runs"] == []
        assert server.get("/api/v1/runs/last").status == 404
        assert server.get("/").status == 200
    finally:
        server.stop()


def test_a_ledger_that_is_none_is_said_and_503(tmp_path):
    from conftest import Server
    (tmp_path / "bad.db").write_text("this is no database, though it is long enough\n" * 90)
    server = Server(db=tmp_path / "bad.db")
    try:
        answer = server.get("/api/v1/runs")
        assert answer.status == 503 and "bad.db" in answer.json["error"]
        assert server.get("/healthz").status == 200
    finally:
        server.stop()


def test_docs_name_every_path(routes):
    from conftest import ROOT
    text = (ROOT / "docs/SERVE.md").read_text(encoding="utf-8")
    for _, path, _ in routes:
        assert f"`{path}`" in text, path
