# SPDX-License-Identifier: Apache-2.0
"""A run on a machine with the network: what every provider tells, and what becomes of a bad day.
Names are the promises."""
import functools
import io
import pathlib
import re
import time

import pytest

import services
import standin
from services import AVERAGE, ROWS, SECRETS, Service

VALUE = 321.0
GB = 1 << 30


@pytest.fixture(autouse=True)
def away_from_a_step():
    """A run that crosses into the next five minutes is covered in part: not what is asked here."""
    left_s = 300 - time.time() % 300
    if left_s < 5:
        time.sleep(left_s)


def has_no_secret(gramme, done):
    kept = b"".join(path.read_bytes() for path in pathlib.Path(gramme.folder).rglob("*")
                    if path.is_file())
    shown = gramme("show", "last", "--json").stdout + gramme("show", "last").stdout
    for secret in SECRETS:
        assert secret.encode() not in kept
        assert secret not in shown + done.stdout + done.stderr


def is_unharmed(done, status=7):
    assert (done.returncode, done.stdout) == (status, "out\n")
    assert done.stderr.startswith("err\n") and "cannot" not in done.stderr
    assert "Sanitizer" not in done.stderr


def run(gramme, place, *options, seconds=0.4):
    return gramme("run", "--region", place, *options, "--", "sh", "-c",
                  f"echo out; echo err >&2; sleep {seconds}; exit 7")


def agree(carbon, value, key="intensity_gpkwh", kg="kg", kwh=None):
    told = carbon[key]
    assert told["value"] == pytest.approx(value, rel=1e-9)
    assert told["covered_ratio"] == pytest.approx(1, abs=1e-3)
    assert carbon[kg]["value"] == pytest.approx(kwh * value / 1000, rel=1e-6)


# --- what is told ----------------------------------------------------------------------------

@pytest.mark.parametrize("name", AVERAGE)
def test_a_run_is_weighed_by_what_its_provider_told(gramme, name):
    row = ROWS[name]
    with Service(name, VALUE) as grid:
        gramme.use(grid)
        done = run(gramme, row.place)
        carbon = gramme.carbon(name)
    is_unharmed(done)
    assert carbon["intensity_gpkwh"]["source"] == f"{name}, zone {row.zone}"
    assert carbon["intensity_gpkwh"]["basis"] == row.basis
    assert carbon["intensity_gpkwh"]["low"] < VALUE < carbon["intensity_gpkwh"]["high"]
    agree(carbon, VALUE, kwh=gramme.last()["energy"]["facility_kwh"]["value"])
    assert not gramme.warnings("grid")
    has_no_secret(gramme, done)


def test_the_marginal_one_stands_beside_the_average(gramme):
    with Service("watttime", 444.0) as marginal, Service("caiso", VALUE) as average:
        gramme.use(marginal, average)
        done = run(gramme, "aws:us-west-1")
        carbon = gramme.carbon("watttime", "marginal_intensity_gpkwh")
    kwh = gramme.last()["energy"]["facility_kwh"]["value"]
    is_unharmed(done)
    agree(carbon, VALUE, kwh=kwh)
    agree(carbon, 444.0, "marginal_intensity_gpkwh", "marginal_kg", kwh)
    assert carbon["marginal_intensity_gpkwh"]["basis"] == ROWS["watttime"].basis
    has_no_secret(gramme, done)


def test_the_next_run_has_both_from_the_ledger(gramme):
    with Service("watttime", 444.0) as marginal, Service("caiso", VALUE) as average:
        gramme.use(marginal, average)
        run(gramme, "aws:us-west-1")
        gramme.carbon("watttime", "marginal_intensity_gpkwh")
        asked = len(marginal.requests), len(average.requests)
        run(gramme, "aws:us-west-1")
        carbon = gramme.last()["carbon"]
        assert (len(marginal.requests), len(average.requests)) == asked
    assert "caiso" in carbon["intensity_gpkwh"]["source"]
    assert "watttime" in carbon["marginal_intensity_gpkwh"]["source"]


def test_a_service_of_ipv6_alone_is_asked(gramme, ipv6):
    with Service("ukcarbon", VALUE, host="::1") as grid:
        gramme.use(grid)
        run(gramme, "GB")
        agree(gramme.carbon("ukcarbon"), VALUE,
              kwh=gramme.last()["energy"]["facility_kwh"]["value"])


def test_a_report_needs_no_network(gramme):
    with Service("ukcarbon", VALUE) as grid:
        gramme.use(grid)
        run(gramme, "GB")
        gramme.carbon("ukcarbon")
        before = [gramme(*words).stdout for words in (("show", "last", "--json"), ("show", "last"),
                                                      ("statement", "last"))]
        asked = len(grid.requests)
    after = [gramme(*words).stdout for words in (("show", "last", "--json"), ("show", "last"),
                                                 ("statement", "last"))]
    assert after == before and all(before) and len(grid.requests) == asked


# --- bad days --------------------------------------------------------------------------------

def echo(request):
    """Says the key again, as some services do, in what is no answer."""
    said = " ".join([*request.query.values(), *request.headers.values()])
    return standin.json_answer({"error": said, "zone": said, "data": said, "token": said,
                                "history": said, "response": said, "total": said})


BAD = {
    "401": (standin.status(401), "refuses|401"),
    "403": (standin.status(403), "refuses|403"),
    "404": (standin.status(404), "404|has nothing|tells nothing"),
    "429": (standin.retry_after(3600), "429|too many|again in"),
    "500": (standin.status(500), "500|error"),
    "lost in the body": (standin.lose_in_body(), "lost|broke|closed|ended"),
    "lost": (standin.lose, "lost|broke|closed|ended|nothing"),
    "1 GB": (standin.zeros(GB), "more than"),
    "1 GB in chunks": (standin.zeros(GB, "chunked"), "more than"),
    "wrong JSON": (standin.wrong_json(), "."),
    "HTML": (standin.text("<html><body>Sign in</body></html>", kind="text/html"), "."),
    "empty": (standin.text(""), "."),
    "null": (standin.text("null", kind="application/json"), "."),
    "the key again": (echo, "."),
}


def is_said(shown, name, words="."):
    return any(w["code"] == "grid" and (name in w["text"] or "127.0.0.1" in w["text"])
               and re.search(words, w["text"]) for w in shown["quality"]["warnings"])


def is_yearly(carbon, name):
    told = carbon["marginal_intensity_gpkwh" if name == "watttime" else "intensity_gpkwh"]
    assert told["value"] is not None and told["resolution"] == "year"
    assert name not in told["source"] and told["covered_ratio"] == 0


@pytest.mark.parametrize("day", BAD)
@pytest.mark.parametrize("name", ROWS)
def test_on_a_bad_day_the_yearly_table_is_taken_and_it_is_said_why(gramme, name, day):
    answer, words = BAD[day]
    with Service(name, VALUE, answer) as grid:
        gramme.use(grid)
        done = run(gramme, ROWS[name].place)
        shown = gramme.last(lambda shown: is_said(shown, name))
        assert grid.requests
    is_unharmed(done)
    assert is_said(shown, name, words), shown["quality"]["warnings"]
    is_yearly(shown["carbon"], name)
    has_no_secret(gramme, done)


@pytest.mark.parametrize("name", ROWS)
def test_numbers_that_are_null_are_no_numbers(gramme, name):
    with Service(name, VALUE) as grid:
        good = functools.partial(services.ANSWERS[name], grid)
        grid.answer = lambda request: without_numbers(good(request))
        gramme.use(grid)
        done = run(gramme, ROWS[name].place)
        shown = gramme.last(lambda shown: is_said(shown, name))
    is_unharmed(done)
    is_yearly(shown["carbon"], name)


def without_numbers(answer):
    """The same answer with null, or nothing, where its figures were."""
    @standin.writes
    def write(exchange):
        kept, exchange.wfile = exchange.wfile, io.BytesIO()
        answer(exchange)
        body = exchange.wfile.getvalue().partition(b"\r\n\r\n")[2].decode()
        exchange.wfile = kept
        body = re.sub(r'("(?:actual|forecast|CO2Emission|carbonIntensity|value)": )[^,}]+',
                      r"\1null", body)
        body = re.sub(r"(<quantity>)[^<]*", r"\1", body)
        body = re.sub(r"(?m)^(\d\d:\d\d),.*$", r"\1,,,", body)
        standin.text(body)(exchange)
    return write


@pytest.mark.parametrize("bad", [standin.hang, standin.hang_in_body()], ids=["hangs", "in the body"])
def test_who_does_not_end_is_not_waited_for_and_it_is_said(gramme, bad):
    """The answer's time is up ten seconds after the run's end: nobody waits for that."""
    with Service("ukcarbon", VALUE, bad) as grid:
        gramme.use(grid)
        began = time.monotonic()
        done = run(gramme, "GB")
        assert time.monotonic() - began < 2
        assert gramme.warnings("grid-late")
        is_yearly(gramme.last()["carbon"], "ukcarbon")
        shown = gramme.last(lambda shown: is_said(shown, "ukcarbon"), seconds=25)
    is_unharmed(done)
    assert is_said(shown, "ukcarbon", r"\d s"), shown["quality"]["warnings"]
    is_yearly(shown["carbon"], "ukcarbon")


@pytest.mark.parametrize("off_s", [3600, -3600])
@pytest.mark.parametrize("name", ROWS)
def test_a_clock_an_hour_off_does_no_harm(gramme, name, off_s):
    """By its own clock the service may call the run's time one to come, or have nothing of it."""
    with Service(name, VALUE, clock_s=off_s) as grid:
        gramme.use(grid)
        done = run(gramme, ROWS[name].place)
        shown = gramme.last(lambda shown: name in str(shown["carbon"]) or is_said(shown, name))
    is_unharmed(done)
    told = shown["carbon"]["marginal_intensity_gpkwh" if name == "watttime" else
                           "intensity_gpkwh"]
    if name in told["source"]:
        assert told["value"] == pytest.approx(VALUE)
        assert told["forecast_ratio"] == pytest.approx(1 if off_s < 0 else 0, abs=1e-3)
    else:
        assert told["resolution"] == "year" and is_said(shown, name)


def test_what_comes_after_a_bad_moment_counts(gramme):
    with Service("ukcarbon", VALUE) as grid:
        grid.answer = [standin.status(503), functools.partial(services.ukcarbon, grid)]
        gramme.use(grid)
        run(gramme, "GB")
        carbon = gramme.carbon("ukcarbon")
        assert len(grid.requests) == 2
    agree(carbon, VALUE, kwh=gramme.last()["energy"]["facility_kwh"]["value"])


# --- whom ------------------------------------------------------------------------------------

def test_the_second_is_asked_when_the_first_fails(gramme):
    with Service("electricitymaps", 1.0, standin.status(401)) as first, \
            Service("ukcarbon", VALUE) as second:
        gramme.use(first, second)
        done = run(gramme, "GB")
        carbon = gramme.carbon("ukcarbon")
        assert first.requests and second.requests
    assert carbon["intensity_gpkwh"]["value"] == VALUE
    assert any("127.0.0.1" in text for text in gramme.warnings("grid"))
    has_no_secret(gramme, done)


def test_the_second_is_not_asked_when_the_first_tells(gramme):
    with Service("electricitymaps", VALUE) as first, Service("ukcarbon", 1.0) as second:
        gramme.use(first, second)
        run(gramme, "GB")
        gramme.carbon("electricitymaps")
        assert not second.requests


def test_without_its_key_a_service_is_not_asked(gramme):
    with Service("electricitymaps", 1.0) as first, Service("ukcarbon", VALUE) as second:
        gramme.use(first, second, keys=False)
        run(gramme, "GB")
        gramme.carbon("ukcarbon")
        assert not first.requests


@pytest.mark.parametrize("how", ["environment", "file"])
def test_the_setting_grid_names_one(gramme, how):
    with Service("electricitymaps", 1.0) as first, Service("ukcarbon", VALUE) as second:
        gramme.use(first, second)
        options = []
        if how == "environment":
            gramme.env["GRAMME_GRID"] = "ukcarbon"
        else:
            (gramme.folder / "conf").write_text("grid = ukcarbon\n")
            options = ["--config", "conf"]
        run(gramme, "GB", *options)
        gramme.carbon("ukcarbon")
        assert not first.requests


@pytest.mark.parametrize("named, words", [
    ("electricitymaps", "no key"), ("energinet", "does not serve"), ("nobody", "no provider")])
def test_who_is_named_and_cannot_be_asked_is_spoken_of(gramme, named, words):
    gramme.env["GRAMME_GRID"] = named
    done = run(gramme, "GB")
    is_unharmed(done)
    assert any(named in text and words in text for text in gramme.warnings("grid"))
    is_yearly(gramme.last()["carbon"], named)


# --- offline ---------------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["option", "environment", "file"])
def test_offline_nobody_is_asked_anything(gramme, how):
    with Service("ukcarbon", VALUE) as grid, services.Where(services.ipinfo(country="GB")) as ip:
        gramme.use(grid, ip)
        options = []
        if how == "option":
            options = ["--offline"]
        elif how == "environment":
            gramme.env["GRAMME_OFFLINE"] = "1"
        else:
            (gramme.folder / "conf").write_text("offline = yes\n")
            options = ["--config", "conf"]
        done = run(gramme, "GB", *options)
        gramme("run", "-q", *options, "--", "sleep", "0.4")
        gramme("doctor", *options)
        gramme("regrid", "last", *options)
        assert not grid.requests and not ip.requests
    is_unharmed(done)
    is_yearly(gramme.last()["carbon"], "ukcarbon")


def test_a_file_of_ones_own_is_read_offline(gramme):
    path = gramme.folder / "own.csv"
    path.write_text("time,gco2_per_kwh\n" + "".join(
        f"{services.stamp(time.time() // 3600 * 3600 + h * 3600)},{VALUE}\n" for h in (-1, 0, 1)))
    gramme.env.update(GRAMME_INTENSITY=str(path), GRAMME_OFFLINE="1")
    done = run(gramme, "GB")
    carbon = gramme.carbon("csv")
    is_unharmed(done)
    agree(carbon, VALUE, kwh=gramme.last()["energy"]["facility_kwh"]["value"])
    path.write_text(path.read_text().replace(str(VALUE), "111"))
    run(gramme, "GB")
    assert gramme.carbon("csv")["intensity_gpkwh"]["value"] == 111


# --- keys ------------------------------------------------------------------------------------

def test_no_key_stands_in_a_command_line(gramme):
    with Service("electricitymaps", VALUE, standin.hang) as grid:
        gramme.use(grid)
        job = gramme.start("run", "--region", "DE", "--", "sleep", "1")
        gramme.wait_for(lambda: grid.requests)
        lines = [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in gramme.processes()]
        assert len(lines) >= 3
        assert not any(secret.encode() in line for secret in SECRETS for line in lines)
        job.communicate(timeout=20)


def test_keys_of_a_file_are_used_and_one_that_others_may_read_is_not(gramme):
    keys = pathlib.Path(gramme.env["HOME"]) / ".config/gramme/keys"
    keys.parent.mkdir(parents=True)
    keys.write_text(f"electricitymaps = {services.KEY}\n")
    keys.chmod(0o644)
    with Service("electricitymaps", VALUE) as grid:
        gramme.use(grid, keys=False)
        done = run(gramme, "DE")
        assert not grid.requests
        keys.chmod(0o600)
        run(gramme, "DE")
        gramme.carbon("electricitymaps")
    keys.unlink()
    has_no_secret(gramme, done)
