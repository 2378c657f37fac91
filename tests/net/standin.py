# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the services that gramme asks, on loopback, for as long as a test wants it.

    with Standin({"/v3/latest": json_answer({"carbonIntensity": 41})}) as server:
        ... ask server.url + "/v3/latest" ...
    assert server.requests[0].headers["auth-token"] == "…"

A route is an answer, a list of answers (one a request; the last stays), or a function from a
Request to an answer. An answer is a function that is given the Exchange and writes to it; those
here are what real services and bad days do. A path that has no route is answered with 404.
A path is looked up without its query, and as it came: a proxy is asked for whole URLs.
"""
import collections
import datetime
import email.utils
import gzip
import http.server
import json
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
import zlib

Request = collections.namedtuple("Request", "method path query headers body")


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request, and the ways to answer it. `standin` is set by Standin."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    standin = None

    def answer(self):
        parts = urllib.parse.urlsplit(self.path)
        path = self.path.partition("?")[0]
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, path, dict(urllib.parse.parse_qsl(parts.query)),
                          self.headers, self.rfile.read(length))
        self.standin.find(request)(self)

    do_GET = do_POST = do_PUT = answer

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + self.standin.clock_s, usegmt=True)

    def log_message(self, *words):
        pass

    def head(self, code, headers=(), length=None):
        """Status and headers. Without a length the answer ends when the connection does."""
        self.send_response(code)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        elif "Transfer-Encoding" not in dict(headers):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def hang(self):
        """Until the client goes or the stand-in closes."""
        self.close_connection = True
        self.standin.closing.wait(60)


class Server(http.server.ThreadingHTTPServer):
    """Keeps no connection from closing it, and says nothing of those that break."""

    daemon_threads = True
    block_on_close = False
    tls = None

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(60)
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True,
                                              do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass


class Standin:
    """tls: an ssl.SSLContext, see certificate(). clock_s: how far off its clock is."""

    def __init__(self, routes, tls=None, host="127.0.0.1", clock_s=0):
        self.routes = {path: list(a) if isinstance(a, (list, tuple)) else [a]
                       for path, a in routes.items()}
        self.requests = []
        self.clock_s = clock_s
        self.closing = threading.Event()
        self.lock = threading.Lock()
        kind = {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET,
                "tls": tls}
        handler = type("Handler", (Exchange,), {"standin": self})
        self.server = type("OneServer", (Server,), kind)((host, 0), handler)
        self.port = self.server.server_address[1]
        self.scheme = "https" if tls else "http"
        self.url = f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def find(self, request):
        with self.lock:
            self.requests.append(request)
            answers = self.routes.get(request.path)
            if not answers:
                return status(404)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if not getattr(answer, "writes", False):
            answer = answer(request)
        return answer

    def count(self, path):
        return sum(r.path == path for r in self.requests)


# --- answers ---------------------------------------------------------------------------------

def writes(function):
    """Marks what writes to an Exchange, as against what makes an answer of a Request."""
    function.writes = True
    return function


def text(body, code=200, kind="text/plain", headers=()):
    data = body.encode() if isinstance(body, str) else body

    @writes
    def write(exchange):
        exchange.head(code, {"Content-Type": kind, **dict(headers)}, len(data))
        exchange.wfile.write(data)
    return write


def json_answer(value, code=200, headers=()):
    return text(json.dumps(value), code, "application/json", headers)


def status(code, headers=(), body="{}"):
    return text(body, code, "application/json", headers)


def retry_after(value, code=429):
    """value: seconds, or a datetime, which is written as an HTTP date."""
    if isinstance(value, datetime.datetime):
        value = email.utils.format_datetime(value, usegmt=True)
    return status(code, {"Retry-After": str(value)})


def redirect(to, code=302):
    return status(code, {"Location": to})


def wrong_json():
    return text('{"carbonIntensity": 41, ', kind="application/json")


@writes
def hang(exchange):
    """Takes the request and says nothing."""
    exchange.hang()


@writes
def lose(exchange):
    """Takes the request and closes the connection."""
    exchange.close_connection = True


def hang_in_body(begin=b'{"a": ', length=1000, code=200):
    @writes
    def write(exchange):
        exchange.head(code, length=length)
        exchange.wfile.write(begin)
        exchange.wfile.flush()
        exchange.hang()
    return write


def lose_in_body(begin=b'{"a": ', length=1000):
    @writes
    def write(exchange):
        exchange.head(200, length=length)
        exchange.wfile.write(begin)
        exchange.close_connection = True
    return write


def zeros(size, how="length", code=200):
    """A body of that many zeros, made while it is sent. how: length, chunked, close."""
    block = bytes(64 << 10)

    @writes
    def write(exchange):
        if how == "chunked":
            exchange.head(code, {"Transfer-Encoding": "chunked"})
        else:
            exchange.head(code, length=size if how == "length" else None)
        send = exchange.chunk if how == "chunked" else exchange.wfile.write
        for begin in range(0, size, len(block)):
            send(block[:size - begin])
        if how == "chunked":
            exchange.wfile.write(b"0\r\n\r\n")
    return write


def packed(body):
    return text(gzip.compress(body.encode()), headers={"Content-Encoding": "gzip"})


def gzip_bomb(size):
    """Small on the wire, that large when unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    data = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    return text(data, headers={"Content-Encoding": "gzip"})


def drip(body, every_s):
    """A byte at a time."""
    data = body.encode()

    @writes
    def write(exchange):
        exchange.head(200, length=len(data))
        for byte in data:
            if exchange.standin.closing.wait(every_s):
                return
            exchange.wfile.write(bytes([byte]))
    return write


@writes
def endless_headers(exchange):
    exchange.send_response(200)
    exchange.close_connection = True
    exchange.flush_headers()
    for number in range(1 << 20):
        exchange.wfile.write(b"X-%d: %s\r\n" % (number, b"a" * 1000))


# --- TLS -------------------------------------------------------------------------------------

def certificate(folder, names="IP:127.0.0.1,DNS:localhost"):
    """A context for Standin(tls=…) and the file of its self-signed certificate."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=standin", "-addext", f"subjectAltName={names}",
                    "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
