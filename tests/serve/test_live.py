# SPDX-License-Identifier: Apache-2.0
"""The machine now: readings, those who watch, and Prometheus."""
import contextlib
import json
import pathlib
import selectors
import shutil
import socket
import subprocess
import time
import urllib.request

import jsonschema
import pytest
from conftest import Server, wait_for

STREAM = b"GET /api/v1/live/stream%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"


class Viewer:
    """Reads a stream as it comes."""

    def __init__(self, server, query=b"", header=b""):
        self.sock = server.socket()
        self.sock.sendall(STREAM % (query, header))
        self.sock.setblocking(False)
        self.data = b""
        self.closed = False

    def take(self):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while chunk := self.sock.recv(1 << 16):
                self.data += chunk
            self.closed = True

    def text(self):
        """Without the chunks' lengths."""
        body, out = self.data.partition(b"\r\n\r\n")[2], b""
        while b"\r\n" in body:
            size, _, rest = body.partition(b"\r\n")
            if len(rest) < int(size, 16) + 2:
                break
            out += rest[:int(size, 16)]
            body = rest[int(size, 16) + 2:]
        return out.decode()

    def events(self):
        """{id: reading} of those that are whole."""
        found = {}
        for block in self.text().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields.get("event") == "reading":
                found[int(fields["id"])] = json.loads(fields["data"])
        return found


def watch(viewers, done, seconds=30):
    """Until done(), reading from all of them."""
    with selectors.DefaultSelector() as ready:
        for viewer in viewers:
            ready.register(viewer.sock, selectors.EVENT_READ, viewer)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not done():
            for key, _ in ready.select(0.5):
                key.data.take()
                if key.data.closed:
                    ready.unregister(key.fileobj)
    assert done()


@pytest.fixture
def live(ledger):
    server = Server("--interval", "200ms", db=ledger.path)
    yield server
    server.stop()


def test_nobody_looks_nothing_is_read(live):
    assert live.get("/").status == 200
    live.get("/api/v1/runs")
    wait_for(lambda: live.children() == [])
    assert live.get("/api/v1/live").status == 200
    assert len(live.children()) == 1


def test_readings_are_what_the_description_says(live, openapi):
    schema = {"$ref": "#/components/schemas/Live", "components": openapi["components"]}
    first = live.get("/api/v1/live").json
    jsonschema.Draft202012Validator(schema).validate(first)
    later = wait_for(lambda: (doc := live.get("/api/v1/live").json)["window_s"] > 0 and doc)
    jsonschema.Draft202012Validator(schema).validate(later)
    assert later["watched_s"] > first["watched_s"]


def test_200_viewers_get_each_event(live):
    with contextlib.ExitStack() as stack:
        viewers = [Viewer(live) for _ in range(200)]
        for viewer in viewers:
            stack.callback(viewer.sock.close)
        watch(viewers, lambda: all(b"id: " in v.data for v in viewers))
        first = max(min(v.events() or {0: 0}) for v in viewers)
        watch(viewers, lambda: all(max(v.events(), default=0) >= first + 10 for v in viewers), 60)
        for viewer in viewers:
            numbers = sorted(viewer.events())
            assert set(range(first, first + 11)) <= set(numbers)
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert b"text/event-stream" in viewers[0].data
        assert "retry: " in viewers[0].text()


def test_who_comes_back_gets_what_it_missed(live):
    one = Viewer(live)
    watch([one], lambda: len(one.events()) >= 2)
    last = max(one.events())
    one.sock.close()
    wait_for(lambda: json.loads(live.get("/api/v1/live").body)["watched_s"] > 2)
    two = Viewer(live, header=b"Last-Event-ID: %d\r\n" % last)
    watch([two], lambda: len(two.events()) >= 3)
    assert min(two.events()) == last + 1
    three = Viewer(live, b"?history=1")
    watch([three], lambda: len(three.events()) >= 3)
    assert min(three.events()) == 1
    for viewer in (two, three):
        viewer.sock.close()


def test_there_are_no_more_viewers_than_256(live):
    viewers = [Viewer(live) for _ in range(256)]
    watch(viewers, lambda: all(b"\r\n\r\n" in v.data for v in viewers))
    assert live.get("/api/v1/live/stream").status == 503
    assert live.get("/healthz").status == 200
    for viewer in viewers:
        viewer.sock.close()

    def room():
        viewer = Viewer(live)
        try:
            watch([viewer], lambda: b"\r\n\r\n" in viewer.data)
            return b" 200 " in viewer.data[:20]
        finally:
            viewer.sock.close()
    wait_for(room)


def test_a_viewer_that_does_not_read_is_dropped(live):
    """And one that does misses nothing meanwhile."""
    with contextlib.ExitStack() as stack:
        quick = Viewer(live)
        stack.callback(quick.sock.close)
        watch([quick], lambda: len(quick.events()) >= 2)
        before = live.fds()
        slow = stack.enter_context(socket.socket())
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.connect((live.host, live.port))
        slow.sendall(STREAM % (b"?history=1", b""))
        wait_for(lambda: live.fds() > before)
        watch([quick], lambda: live.fds() <= before, 120)
        numbers = sorted(quick.events())
        assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_who_has_left_is_noticed(live):
    viewers = [Viewer(live) for _ in range(20)]
    watch(viewers, lambda: all(b"\r\n\r\n" in v.data for v in viewers))
    before = live.fds()
    for viewer in viewers:
        viewer.sock.close()
    wait_for(lambda: live.fds() <= before - 20)


def test_the_watch_may_die(live):
    assert live.get("/api/v1/live").status == 200
    (pid,) = live.children()
    subprocess.run(["kill", "-9", pid], check=True)
    wait_for(lambda: live.get("/api/v1/live").status == 503)
    assert live.get("/healthz").status == 200
    assert "ended" in live.get("/api/v1/live").json["error"]
    wait_for(lambda: live.get("/api/v1/live").status == 200)


# --- Prometheus ---

@pytest.mark.parametrize("accept,type_", [
    ("", "text/plain"), ("text/plain", "text/plain"),
    ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "application/openmetrics-text")])
def test_metrics_are_accepted_by_promtool(live, accept, type_):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed: tools/setup test")
    live.get("/metrics")
    wait_for(lambda: live.get("/api/v1/live").json["window_s"] > 0)
    answer = live.get("/metrics", Accept=accept)
    assert (answer.status, answer.type) == (200, type_)
    assert answer.text.endswith("# EOF\n") == (type_ != "text/plain")
    if type_ == "text/plain":
        done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, check=False,
                              capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr


def prometheus_says(port, query):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{query}", timeout=5) as answer:
            return json.load(answer)["data"]
    except OSError:
        return None


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_a_real_prometheus_scrapes_it(live, tmp_path):
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed: tools/setup test")
    port = free_port()
    (tmp_path / "p.yml").write_text(
        "global: { scrape_interval: 1s }\nscrape_configs:\n- job_name: gramme\n"
        f"  static_configs: [{{ targets: ['{live.host}:{live.port}'] }}]\n", encoding="ascii")
    process = subprocess.Popen(
        ["prometheus", f"--config.file={tmp_path}/p.yml", f"--storage.tsdb.path={tmp_path}/data",
         f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "log").open("w"))
    try:
        def up():
            data = prometheus_says(port, "query?query=up")
            return data and data["result"] and data["result"][0]["value"][1] == "1"
        wait_for(up, 60)

        def names():
            found = prometheus_says(port, "label/__name__/values") or []
            return [name for name in found if name.startswith("gramme_")]
        wait_for(lambda: len(names()) >= 4, 30)
        targets = prometheus_says(port, "targets")["activeTargets"]
        assert targets[0]["lastError"] == "" and targets[0]["health"] == "up"
        print(f"\nPrometheus has {names()}")
    except AssertionError as error:
        raise AssertionError(pathlib.Path(tmp_path / "log").read_text()[-2000:]) from error
    finally:
        process.terminate()
        process.wait(20)


