# SPDX-License-Identifier: Apache-2.0
"""Who may ask, and what: hosts, tokens, methods, paths, sizes."""
import os
import socket
import subprocess

import pytest
from conftest import PROGRAM, Server, status_of

pytestmark = pytest.mark.telling
TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def token_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(TOKEN + "\n", encoding="ascii")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def guarded(ledger, token_file):
    server = Server("--token-file", token_file, db=ledger.path)
    yield server
    server.stop()


def refused(*words):
    """What it says when it does not start; the status."""
    done = subprocess.run([PROGRAM, "serve", *map(str, words)], capture_output=True, text=True,
                          timeout=20, check=False)
    assert done.returncode != 0 and not done.stdout
    return done.returncode, done.stderr


# --- hosts ---

@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9999", "LOCALHOST", "127.1.2.3:1",
                                  "[::1]:4726"])
def test_names_of_this_machine_are_served(server, host):
    assert server.get("/healthz", Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:4726",
                                  "10.0.0.1", "localhost.evil.example", "127.0.0.1@evil.example",
                                  "[::2]", "localhost:80:80", "[::1", "2130706433"])
def test_a_name_that_was_pointed_here_is_not(server, host):
    answer = server.get("/api/v1/runs", Host=host)
    assert answer.status == 421, answer.text
    assert "runs" not in answer.json


def test_one_host_and_no_more(server):
    assert status_of(server.raw(b"GET /healthz HTTP/1.1\r\n\r\n")) == 400
    assert status_of(server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
                                b"Host: evil.example\r\n\r\n")) == 400
    assert status_of(server.raw(b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n")) in (400, 421)


# --- tokens ---

def test_without_the_token_there_is_nothing(guarded, routes):
    for method, path, handler in routes:
        if method != "GET":
            continue
        answer = guarded.get(path.replace("{id}", "last").replace("{name}", "page.css"))
        wanted = 200 if handler in ("asset", "signin_page", "healthz") else 401
        assert answer.status == wanted, path
        if wanted == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert b"train" not in answer.body


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}",
                                   f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN,
                                   f"Bearer {TOKEN.upper()}"])
def test_a_wrong_token_is_none(guarded, given):
    assert guarded.get("/api/v1/runs", Authorization=given).status == 401


def test_the_token_opens(guarded):
    answer = guarded.get("/api/v1/runs", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200 and answer.json["runs"]


def test_the_token_is_not_taken_from_an_address(guarded):
    assert guarded.get(f"/api/v1/runs?token={TOKEN}").status == 401


def sign_in(server, token):
    return server.ask("/signin", "POST", {"Content-Type": "application/x-www-form-urlencoded"},
                      f"token={token}")


def test_a_browser_signs_in(guarded):
    lost = guarded.get("/", Accept="text/html")
    assert (lost.status, lost.headers["Location"]) == (303, "/signin")
    answer = sign_in(guarded, TOKEN)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    pair = cookie.partition(";")[0]
    assert guarded.get("/", Cookie=f"other=1; {pair}").status == 200
    assert guarded.get("/api/v1/runs", Cookie=pair).status == 200
    assert guarded.get("/", Cookie=pair[:-1] + "0x").status == 401
    assert guarded.get("/", Cookie=pair.partition("=")[0] + "=").status == 401


def test_a_wrong_one_does_not_sign_in_and_many_are_not_listened_to(guarded):
    answers = [sign_in(guarded, "no-such-token-here") for _ in range(40)]
    assert answers[0].status == 303 and "wrong" in answers[0].headers["Location"]
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert answers[-1].status in (303, 429)
    assert {answer.status for answer in answers} <= {303, 429}


def test_another_address_needs_a_token(ledger):
    code, said = refused("--listen", "0.0.0.0", "--port", "0", "--db", ledger.path)
    assert code == 1 and "--token-file" in said and "ssh -L" in said


def test_a_token_that_others_can_read_is_refused(token_file, tmp_path, ledger):
    loose = tmp_path / "loose"
    loose.write_text(TOKEN, encoding="ascii")
    loose.chmod(0o644)
    assert "chmod 600" in refused("--token-file", loose, "--db", ledger.path)[1]
    loose.chmod(0o600)
    loose.write_text("short", encoding="ascii")
    assert "16 to 512" in refused("--token-file", loose, "--db", ledger.path)[1]
    assert refused("--token-file", tmp_path / "none", "--db", ledger.path)[0] == 1
    assert refused("--token-file", tmp_path, "--db", ledger.path)[0] == 1
    assert token_file.exists()


def test_elsewhere_numbers_are_served_and_strange_names_are_not(ledger, token_file):
    server = Server("--listen", "0.0.0.0", "--token-file", token_file, db=ledger.path)
    try:
        assert server.get("/healthz", Host="192.0.2.7:4726").status == 200
        assert server.get("/healthz", Host="evil.example").status == 421
        assert server.get("/healthz", Host=socket.gethostname()).status == 200
    finally:
        server.stop()


# --- starting ---

def test_a_port_that_is_taken_is_said_with_the_way_out(server, ledger):
    code, said = refused("--port", server.port, "--db", ledger.path)
    assert code == 1 and str(server.port) in said and "--port 0" in said


@pytest.mark.parametrize("words", [["--port", "65536"], ["--port", "x"], ["--interval", "10ms"],
                                   ["--listen", "example.org"], ["--interval", "2h"], ["more"]])
def test_an_option_that_is_wrong_is_misuse(words, ledger):
    assert refused(*words, "--db", ledger.path)[0] == 2


def test_it_listens_on_ipv6_too(ledger):
    if not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no ::1")
    server = Server("--listen", "::1", db=ledger.path)
    try:
        assert server.said.startswith("http://[::1]:")
        assert server.get("/healthz").status == 200
    finally:
        server.stop()


# --- methods, paths, sizes ---

@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_is_for_reading(server, method):
    answer = server.ask("/api/v1/runs", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["FOO", "get", "PROPFIND"])
def test_a_method_that_is_none_is_501(server, method):
    assert server.ask("/", method).status == 501


def test_a_body_is_not_taken(server):
    assert server.ask("/api/v1/runs", "PUT", body="x" * 100).status in (405, 413)
    assert server.ask("/api/v1/runs", "GET", body="x" * 100000).status == 413
    assert server.ask("/signin", "POST", body="x" * 1000000).status in (303, 413)


TRAVERSALS = ["/assets/../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd",
              "/assets/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/assets//etc/passwd",
              "/assets/%2fetc%2fpasswd", "/assets/page.css/", "/assets/", "/./", "/../",
              "/assets/....//page.css", "/assets/..\\..\\etc\\passwd", "/etc/passwd",
              "/runs/..%2f..%2fetc%2fpasswd/x", "/a/b/c/d/e/f/g/h/i/j/k"]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out(server, path):
    data = server.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert status_of(data) == 404, data[:100]
    assert b"root:" not in data


@pytest.mark.parametrize("path", ["/%", "/%zz", "/%00", "/healthz%00", "/%ff%fe", "/%0d%0aX:1",
                                  "/api/v1/runs?name=%00", "/api/v1/runs?name=%c0%af", "healthz",
                                  "/#x", "http://localhost/healthz", "*"])
def test_an_address_that_is_none_is_400(server, path):
    data = server.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert status_of(data) == 400, data[:100]


def test_what_is_too_long_is_said(server):
    long = "x" * 9000
    assert server.get("/?" + long).status == 414
    assert server.get("/api/v1/runs?" + "&".join(["search=a"] * 70)).status == 400
    assert server.get("/", X_Long="y" * 60000).status in (400, 431)
    many = {f"X-{i}": "z" * 100 for i in range(90)}
    assert server.get("/healthz", **many).status in (200, 400, 431)


@pytest.mark.parametrize("data", [b"GET /healthz\r\n\r\n", b"\r\n\r\n\r\n", b"\x00" * 100,
                                  b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n",
                                  b"GET  HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
                                  b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" " * 5000,
                                  b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                                  b"GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n"])
def test_junk_is_refused_or_hung_up_on(server, data):
    assert status_of(server.raw(data, 0.5)) in (0, 200, 400, 405, 413, 421, 431, 501, 505)
    assert server.get("/healthz").status == 200
