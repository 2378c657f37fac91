# SPDX-License-Identifier: Apache-2.0
"""A run on a machine with the network: what every provider tells, and what becomes of a bad day.
Names are the promises."""
import pathlib
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


def run(gramme, place, *options, seconds=0.6):
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
    "401": (standin.status(401), "401|refus|key|password"),
    "403": (standin.status(403), "403|refus|key|password"),
    "404": (standin.status(404), "404|nothing"),
    "429": (standin.retry_after(3600), "429|too many|busy|later"),
    "500": (standin.status(500), "500|error of its own|fail"),
    "body lost": (standin.lose_in_body(), "lost|closed|broke"),
    "lost": (standin.lose, "lost|closed|broke|answer"),
    "1 GB": (standin.zeros(GB), "more than"),
    "1 GB in chunks": (standin.zeros(GB, "chunked"), "more than"),
    "wrong JSON": (standin.wrong_json(), "answer|JSON|XML|column|no "),
    "HTML": (standin.text("<html><body>Sign in</body></html>", kind="text/html"), "."),
    "empty": (standin.text(""), "."),
    "null": (standin.text("null", kind="application/json"), "."),
    "the key again": (echo, "."),
}


@pytest.mark.parametrize("day", BAD)
@pytest.mark.parametrize("name", ROWS)
def test_on_a_bad_day_the_yearly_table_is_taken_and_it_is_said_why(gramme, name, day):
    answer, _ = BAD[day]
    key = "marginal_intensity_gpkwh" if name == "watttime" else "intensity_gpkwh"
    with Service(name, VALUE, answer) as grid:
        gramme.use(grid)
        done = run(gramme, ROWS[name].place)
        shown = gramme.last(lambda shown: any(
            w["code"] == "grid" and (name in w["text"] or "127.0.0.1" in w["text"])
            for w in shown["quality"]["warnings"]))
        assert grid.requests
    is_unharmed(done)
    told = shown["carbon"][key]
    assert told["value"] is not None and told["resolution"] == "year"
    assert name not in told["source"] and told["covered_ratio"] == 0
    has_no_secret(gramme, done)
