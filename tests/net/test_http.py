# SPDX-License-Identifier: Apache-2.0
"""The promises of src/base/http.h, against servers on loopback. Names are the promises."""
import datetime
import socket
import ssl
import threading
import time

import pytest

import standin
from standin import Standin

SECRET = "s3cret"
GB = 1 << 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def says_nothing_secret(row):
    assert SECRET not in row["text"] + row["fix"]


# --- an answer -------------------------------------------------------------------------------

def test_an_answer_is_given_whole(get):
    with Standin({"/v3/x": standin.json_answer({"carbonIntensity": 41})}) as server:
        row = get(server.url + "/v3/x?zone=DE")
    assert (row["error"], row["status"], row["text"]) == ("", 200, "")
    assert row["body"] == '{"carbonIntensity": 41}' and row["size"] == 23
    assert server.requests[0].query == {"zone": "DE"}


def test_an_empty_answer_is_an_answer(get):
    with Standin({"/": standin.text("", 204)}) as server:
        row = get(server.url + "/")
    assert (row["error"], row["status"], row["body"], row["size"]) == ("", 204, "", 0)


def test_what_is_no_json_is_for_the_caller_to_see(get):
    with Standin({"/": standin.wrong_json()}) as server:
        row = get(server.url + "/")
    assert row["error"] == "" and row["body"].endswith(", ")


def test_gramme_says_who_it_is(get):
    with Standin({"/": standin.json_answer({})}) as server:
        get(server.url + "/")
    assert server.requests[0].headers["User-Agent"].startswith("gramme/")


def test_headers_and_password_are_sent(get):
    with Standin({"/": standin.json_answer({})}) as server:
        get(server.url + "/", headers=[f"auth-token: {SECRET}", "X-Other: b"], user="me:pass")
    headers = server.requests[0].headers
    assert headers["auth-token"] == SECRET and headers["X-Other"] == "b"
    assert headers["Authorization"] == "Basic bWU6cGFzcw=="


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_is_sent(get, method):
    with Standin({"/": standin.json_answer({})}) as server:
        get(server.url + "/", method=method, body="a=b")
    assert server.requests[0].method == method and server.requests[0].body == b"a=b"


def test_a_put_needs_no_body(get):
    with Standin({"/": standin.text("token")}) as server:
        row = get(server.url + "/", method="PUT", local=1)
    assert row["body"] == "token" and server.requests[0].method == "PUT"


def test_a_packed_answer_is_unpacked(get):
    with Standin({"/": standin.packed("hello")}) as server:
        row = get(server.url + "/")
    assert "gzip" in server.requests[0].headers["Accept-Encoding"]
    assert row["body"] == "hello" and row["size"] == 5


def test_one_object_asks_again_and_nothing_of_the_last_question_stays(get):
    routes = {"/a": standin.json_answer({"a": 1}), "/b": standin.json_answer({"b": 2})}
    with Standin(routes) as server:
        rows = get(server.url + "/a", server.url + "/no", server.url + "/b")
    assert [r["error"] for r in rows] == ["", "ENOENT", ""]
    assert rows[2]["body"] == '{"b": 2}' and rows[2]["text"] == ""


@pytest.mark.parametrize("off_s", [0, 3600, -3600])
def test_the_servers_clock_is_told(get, off_s):
    with Standin({"/": standin.json_answer({})}, clock_s=off_s) as server:
        row = get(server.url + "/")
    assert abs(row["date"] - (time.time() + off_s)) < 60


# --- errors ----------------------------------------------------------------------------------

@pytest.mark.parametrize("code, error", [
    (401, "EACCES"), (403, "EACCES"), (404, "ENOENT"), (410, "ENOENT"), (429, "EBUSY"),
    (500, "EIO"), (503, "EIO"), (400, "EPROTO"), (418, "EPROTO"), (302, "EPROTO")])
def test_a_status_is_an_error_and_its_body_is_dropped(get, code, error):
    with Standin({"/v3/x": standin.status(code, body=f'{{"key": "{SECRET}"}}')}) as server:
        row = get(f"{server.url}/v3/x?key={SECRET}", once=1)
    assert (row["error"], row["status"], row["body"]) == (error, 0, None)
    assert f"127.0.0.1:{server.port}/v3/x answered {code}" in row["text"]
    says_nothing_secret(row)
    assert server.count("/v3/x") == 1


@pytest.mark.parametrize("answer", [standin.hang_in_body(code=401), standin.zeros(GB, code=401),
                                    standin.zeros(GB, "chunked", code=401)])
def test_a_refusal_is_one_whatever_its_body_does(get, answer):
    with Standin({"/": answer}) as server:
        row = get(server.url + "/", timeout=500)
    assert row["error"] == "EACCES"


@pytest.mark.parametrize("url, error", [
    ("ftp://127.0.0.1/", "EPROTO"), ("file:///etc/passwd", "EPROTO"),
    ("gopher://127.0.0.1/", "EPROTO"), ("http://", "EPROTO"), ("http://a b/", "EPROTO")])
def test_only_http_is_spoken(get, url, error):
    row = get(url)
    assert row["error"] == error and row["body"] is None


def test_a_port_where_nobody_listens_is_no_way(get):
    port = free_port()
    row = get(f"http://user:{SECRET}@127.0.0.1:{port}/x?{SECRET}#{SECRET}",
              headers=[f"auth-token: {SECRET}"])
    assert row["error"] == "EHOSTUNREACH"
    assert row["text"].startswith(f"127.0.0.1:{port}/x cannot be reached")
    assert row["fix"]
    says_nothing_secret(row)


def test_a_name_that_is_none_is_no_way(get):
    row = get("http://no-such-host.invalid/x", timeout=5000)
    assert row["error"] == "EHOSTUNREACH" and "name is not found" in row["text"]


def test_what_is_not_http_is_not_understood(get):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def greet():
            with server.accept()[0] as connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        thread = threading.Thread(target=greet)
        thread.start()
        row = get(f"http://127.0.0.1:{server.getsockname()[1]}/", once=1)
        thread.join()
    assert row["error"] == "EPROTO"


# --- time ------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, words", [
    (standin.hang, "did not answer in"),
    (standin.hang_in_body(), "began to answer and was not done after"),
    (standin.drip("x" * 1000, 0.05), "began to answer and was not done after")])
def test_nothing_is_waited_for_longer_than_allowed(get, answer, words):
    with Standin({"/x": answer}) as server:
        row = get(server.url + "/x", timeout=400)
    assert row["error"] == "ETIMEDOUT" and f"/x {words} 0.4 s" in row["text"]
    assert 350 < row["elapsed_ms"] < 1200
    assert row["body"] is None and server.count("/x") == 1


def test_the_deadline_ends_what_its_time_out_would_not(get):
    with Standin({"/": standin.hang}) as server:
        row = get(server.url + "/", timeout=30000, deadline=400)
    assert row["error"] == "ETIMEDOUT" and row["elapsed_ms"] < 1200


def test_after_the_deadline_nobody_is_asked(get):
    with Standin({"/": standin.hang}) as server:
        rows = get(server.url + "/", server.url + "/", deadline=300)
    assert [r["error"] for r in rows] == ["ETIMEDOUT", "ETIMEDOUT"]
    assert rows[1]["elapsed_ms"] < 100 and server.count("/") == 1


def test_a_connection_may_take_a_third_of_the_time(get):
    """A full queue of connections: the kernel answers none that comes after."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = []
        try:
            for _ in range(4):
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(server.getsockname())
            row = get(f"http://127.0.0.1:{server.getsockname()[1]}/x", timeout=1500)
        finally:
            for connection in waiting:
                connection.close()
    assert row["error"] == "ETIMEDOUT" and "did not answer" in row["text"]
    assert 400 < row["elapsed_ms"] < 1450


def test_a_name_that_is_never_resolved_is_not_waited_for(get):
    row = get("http://hang.example/x", timeout=900)
    assert row["error"] == "ETIMEDOUT" and "hang.example/x did not answer" in row["text"]
    assert row["elapsed_ms"] < 2700


# --- size ------------------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["length", "chunked", "close"])
def test_a_body_of_a_gigabyte_is_not_taken(get, how):
    with Standin({"/x": standin.zeros(GB, how)}) as server:
        row = get(server.url + "/x", timeout=10000)
    assert row["error"] == "EMSGSIZE" and row["body"] is None
    assert "/x answers with more than 4194304 bytes" in row["text"]
    assert row["resident_kib"] < 64 << 10


def test_a_bomb_stops_at_the_bound(get):
    with Standin({"/": standin.gzip_bomb(256 << 20)}) as server:
        row = get(server.url + "/", timeout=10000)
    assert row["error"] == "EMSGSIZE" and row["resident_kib"] < 64 << 10


@pytest.mark.parametrize("how", ["length", "chunked", "close"])
def test_the_bound_itself_is_allowed_and_a_byte_more_is_not(get, how):
    with Standin({"/10": standin.zeros(10, how), "/11": standin.zeros(11, how)}) as server:
        rows = get(server.url + "/10", server.url + "/11", max=10)
    assert [r["error"] for r in rows] == ["", "EMSGSIZE"] and rows[0]["size"] == 10


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 1 << 20])
def test_a_body_of_any_size_is_whole(get, size):
    with Standin({"/": standin.text("x" * size)}) as server:
        row = get(server.url + "/")
    assert row["size"] == size and set(row["body"]) == {"x"}


def test_headers_without_end_are_not_taken(get):
    with Standin({"/": standin.endless_headers}) as server:
        row = get(server.url + "/", timeout=10000, once=1)
    assert row["error"] in ("EMSGSIZE", "EPROTO") and row["resident_kib"] < 64 << 10


# --- again -----------------------------------------------------------------------------------

@pytest.mark.parametrize("first", [standin.status(500), standin.status(503), standin.status(429),
                                   standin.lose, standin.lose_in_body()])
def test_what_passes_is_asked_again(get, first):
    with Standin({"/": [first, standin.json_answer({"a": 1})]}) as server:
        row = get(server.url + "/", timeout=2000)
    assert (row["error"], row["body"]) == ("", '{"a": 1}')
    assert row["elapsed_ms"] >= 250


def test_three_times_is_enough(get):
    with Standin({"/": standin.status(503)}) as server:
        row = get(server.url + "/")
    assert row["error"] == "EIO" and server.count("/") == 3


@pytest.mark.parametrize("code", [400, 401, 404])
def test_what_does_not_pass_is_not_asked_again(get, code):
    with Standin({"/": standin.status(code)}) as server:
        get(server.url + "/")
    assert server.count("/") == 1


@pytest.mark.parametrize("option", ["once", "local"])
def test_who_asks_once_is_asked_once(get, option):
    with Standin({"/": standin.status(503)}) as server:
        row = get(server.url + "/", **{option: 1})
    assert row["error"] == "EIO" and server.count("/") == 1


def test_no_pause_is_begun_that_ends_after_the_deadline(get):
    with Standin({"/": standin.status(503)}) as server:
        row = get(server.url + "/", deadline=240)
    assert row["error"] == "EIO" and server.count("/") == 1 and row["elapsed_ms"] < 240


def test_retry_after_in_seconds_is_waited_for(get):
    with Standin({"/": [standin.retry_after(1), standin.json_answer({})]}) as server:
        row = get(server.url + "/")
    assert row["error"] == "" and row["elapsed_ms"] >= 1000


def test_retry_after_that_is_too_long_is_an_error_at_once(get):
    with Standin({"/": standin.retry_after(3600)}) as server:
        row = get(server.url + "/")
    assert row["error"] == "EBUSY" and server.count("/") == 1 and row["elapsed_ms"] < 1000


@pytest.mark.parametrize("off_s", [0, 3600, -3600])
def test_retry_after_as_a_date_is_by_the_servers_clock(get, off_s):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=off_s + 30)
    with Standin({"/": standin.retry_after(when)}, clock_s=off_s) as server:
        row = get(server.url + "/", **{"try": 1})
    assert row["error"] == "EBUSY" and 25000 <= row["retry_after_ms"] <= 31000


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "9" * 40,
                                   "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_retry_after_that_says_nothing_is_none(get, value):
    with Standin({"/": standin.retry_after(value)}) as server:
        row = get(server.url + "/", **{"try": 1})
    assert (row["error"], row["retry_after_ms"]) == ("EBUSY", 0)


# --- redirects -------------------------------------------------------------------------------

def test_a_redirect_is_followed_with_its_headers(get):
    routes = {"/a": standin.redirect("/b"), "/b": standin.json_answer({"b": 1})}
    with Standin(routes) as server:
        row = get(server.url + "/a", headers=[f"auth-token: {SECRET}"], user="me:pass")
    assert row["body"] == '{"b": 1}'
    assert server.requests[1].headers["auth-token"] == SECRET
    assert server.requests[1].headers["Authorization"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_header_and_no_password_goes_to_another_host(get, host):
    with Standin({"/b": standin.redirect("/c"), "/c": standin.json_answer({})}) as other:
        to = f"http://{host}:{other.port}/b"
        with Standin({"/a": standin.redirect(to)}) as server:
            row = get(server.url + "/a", headers=[f"auth-token: {SECRET}",
                                                  f"Authorization: Bearer {SECRET}"],
                      user=f"me:{SECRET}")
    assert row["error"] == "" and len(other.requests) == 2
    for request in other.requests:
        assert "auth-token" not in request.headers and "Authorization" not in request.headers


def test_three_redirects_are_followed_and_a_fourth_is_not(get):
    routes = {f"/{n}": standin.redirect(f"/{n + 1}") for n in range(4)}
    with Standin({**routes, "/4": standin.json_answer({})}) as server:
        rows = get(server.url + "/1", server.url + "/0")
    assert [r["error"] for r in rows] == ["", "EPROTO"]
    assert server.count("/4") == 1


def test_a_loop_ends(get):
    with Standin({"/": standin.redirect("/")}) as server:
        row = get(server.url + "/")
    assert row["error"] == "EPROTO" and server.count("/") == 4
    assert "sends from one place to the next" in row["text"]


def test_all_redirects_share_one_time(get):
    with Standin({"/": standin.redirect("/b"), "/b": standin.hang}) as server:
        row = get(server.url + "/", timeout=400)
    assert row["error"] == "ETIMEDOUT" and row["elapsed_ms"] < 1200


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
def test_a_redirect_stays_with_http(get, to):
    with Standin({"/": standin.redirect(to)}) as server:
        row = get(server.url + "/")
    assert row["error"] == "EPROTO" and row["body"] is None


def test_a_question_with_a_body_is_not_sent_on(get):
    routes = {"/": standin.redirect("/b", 307), "/b": standin.json_answer({})}
    with Standin(routes) as server:
        row = get(server.url + "/", method="POST", body="a")
    assert row["error"] == "EPROTO" and server.count("/b") == 0


def test_https_is_not_left_for_http(get, tls):
    context, cert = tls
    with Standin({"/b": standin.json_answer({})}) as plain:
        with Standin({"/": standin.redirect(plain.url + "/b")}, tls=context) as server:
            row = get(server.url + "/", env={"SSL_CERT_FILE": cert})
    assert row["error"] == "EPROTO" and "from https" in row["text"] and not plain.requests


# --- TLS -------------------------------------------------------------------------------------

def test_a_certificate_that_nobody_signed_is_refused(get, tls):
    with Standin({"/x": standin.json_answer({})}, tls=tls[0]) as server:
        row = get(f"{server.url}/x?{SECRET}", headers=[f"auth-token: {SECRET}"])
    assert row["error"] == "EKEYREJECTED" and not server.requests
    assert f"127.0.0.1:{server.port}/x has a certificate" in row["text"] and row["fix"]
    says_nothing_secret(row)


def test_a_certificate_that_is_trusted_is_taken(get, tls):
    with Standin({"/": standin.json_answer({"a": 1})}, tls=tls[0]) as server:
        row = get(server.url + "/", env={"SSL_CERT_FILE": tls[1]})
    assert (row["error"], row["body"]) == ("", '{"a": 1}')


def test_a_certificate_of_another_host_is_refused(get, tmp_path):
    context, cert = standin.certificate(tmp_path, "DNS:other.example")
    with Standin({"/": standin.json_answer({})}, tls=context) as server:
        row = get(server.url + "/", env={"SSL_CERT_FILE": cert})
    assert row["error"] == "EKEYREJECTED" and not server.requests


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_older_than_1_2_is_not_spoken(get, tmp_path):
    context, cert = standin.certificate(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Standin({"/": standin.json_answer({})}, tls=context) as server:
        row = get(server.url + "/", env={"SSL_CERT_FILE": cert}, once=1)
    assert row["error"] in ("EPROTO", "ECONNRESET") and not server.requests


# --- ways ------------------------------------------------------------------------------------

def test_a_server_of_ipv6_alone_is_asked(get, ipv6):
    with Standin({"/": standin.json_answer({"a": 6})}, host="::1") as server:
        row = get(server.url + "/")
    assert (row["error"], row["body"]) == ("", '{"a": 6}')


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_a_name_of_two_addresses_is_asked_at_the_one_that_answers(get, ipv6, host):
    with Standin({"/": standin.json_answer({})}, host=host) as server:
        row = get(f"http://both.example:{server.port}/", timeout=3000)
    assert row["error"] == "" and server.requests[0].headers["Host"].startswith("both.example")


def test_the_proxy_of_the_environment_is_used(get):
    url = "http://api.example.org/v3/x"
    with Standin({url: standin.json_answer({"a": 1})}) as proxy:
        row = get(url + "?q=1", env={"http_proxy": proxy.url})
    assert row["body"] == '{"a": 1}' and proxy.count(url) == 1


def test_no_proxy_is_honoured(get):
    with Standin({"/": standin.json_answer({})}) as server, Standin({}) as proxy:
        row = get(server.url + "/", env={"http_proxy": proxy.url, "no_proxy": "127.0.0.1"})
    assert row["error"] == "" and not proxy.requests


def test_a_proxy_that_is_not_there_is_no_way(get):
    row = get("http://api.example.org/", env={"http_proxy": f"http://127.0.0.1:{free_port()}"})
    assert row["error"] == "EHOSTUNREACH"


# --- instance metadata -----------------------------------------------------------------------

def test_metadata_is_asked_of_no_proxy(get):
    with Standin({"/": standin.json_answer({})}) as server, Standin({}) as proxy:
        row = get(server.url + "/", local=1, env={"http_proxy": proxy.url, "all_proxy": proxy.url})
    assert row["error"] == "" and not proxy.requests and server.count("/") == 1


def test_metadata_is_not_sent_on(get):
    with Standin({"/": standin.redirect("/b"), "/b": standin.json_answer({})}) as server:
        row = get(server.url + "/", local=1)
    assert row["error"] == "EPROTO" and server.count("/b") == 0


def test_metadata_is_plain_http(get, tls):
    with Standin({"/": standin.json_answer({})}, tls=tls[0]) as server:
        row = get(server.url + "/", local=1, env={"SSL_CERT_FILE": tls[1]})
    assert row["error"] == "EPROTO" and not server.requests


# --- what it costs ---------------------------------------------------------------------------

def test_the_later_questions_go_through_the_open_connection(get):
    ports = []

    @standin.writes
    def keep(exchange):
        ports.append(exchange.client_address[1])
        standin.json_answer({})(exchange)
    with Standin({"/": keep}) as server:
        get(server.url + "/", server.url + "/", server.url + "/")
    assert len(ports) == 3 and len(set(ports)) == 1
