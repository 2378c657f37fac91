# SPDX-License-Identifier: Apache-2.0
"""What somebody new mistypes or lacks is told in words that mend it. Names are the promises."""
import time

import pytest

ROW = "%Y-%m-%dT%H:00:00Z"


def intensity_of_today(gramme, gpkwh):
    now = time.time()
    path = gramme.folder / "own.csv"
    path.write_text("time,gco2_per_kwh\n" + "".join(
        f"{time.strftime(ROW, time.gmtime(now + 3600 * hour))},{gpkwh}\n"
        for hour in range(-3, 4)))
    gramme.env["GRAMME_INTENSITY"] = str(path)


def test_a_run_that_is_moved_leaves_the_grid_of_its_old_place(gramme):
    gramme("run", "--region", "DE", "--quiet", "--", "true")
    intensity_of_today(gramme, 123)
    gramme("regrid", "last")
    assert gramme.json("show")["carbon"]["intensity_gpkwh"]["value"] == 123
    del gramme.env["GRAMME_INTENSITY"]
    gramme("regrid", "--region", "FR", "last")
    carbon = gramme.json("show")["carbon"]
    assert carbon["region"]["zone"] == carbon["intensity_gpkwh"]["zone"] == "FR"
    assert carbon["intensity_gpkwh"]["value"] != 123


@pytest.mark.parametrize("words", [
    "statement --energy-kwh 0 --country DE", "statement --carbon-kg 0", "statement --units 0",
    "statement --lifespan 0", "statement --embodied-kg 0", "statement --flop 0",
    "regions --energy-kwh 0", "when --duration 1h --energy 0", "estimate --hours 0",
    "estimate --hours 1 --cores 0", "estimate --hours 1 --memory 0"])
def test_0_is_never_taken_for_not_given(gramme, words):
    done = gramme(*words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert "'0' is not above 0" in done.stderr


@pytest.mark.parametrize("command, word", [("run", "CMD"), ("attach", "PID"), ("rm", "RUN"),
                                           ("tag", "KEY=VALUE"), ("mark", "NAME")])
def test_what_is_missing_is_named(gramme, command, word):
    assert f"{word} is missing" in gramme(command).stderr


def test_a_place_that_is_none_gets_examples_of_those_that_are(gramme):
    done = gramme("regions", "--region", "Mordor")
    assert "there is no place 'Mordor'" in done.stderr
    for place in ("DE, Germany", "US-CA", "aws:us-east-1"):
        assert place in done.stderr


def test_an_estimate_for_a_place_that_is_none_says_so(gramme):
    gramme.env["GRAMME_REGION"] = "Mordor"
    assert "there is no place 'Mordor'" in gramme("estimate", "--hours", "1").stdout


def test_without_a_forecast_when_says_why(gramme):
    assert "offline" in gramme("when", "--duration", "4h", "--region", "DE").stdout
    gramme.env["GRAMME_OFFLINE"] = "0"
    done = gramme("when", "--duration", "4h", "--region", "ZW")
    assert "wants a key (gramme doctor)" in done.stdout


def test_a_run_like_another_that_lasts_twice_as_long_uses_twice_as_much(gramme):
    gramme("run", "--quiet", "--", "python3", "-c", "for i in range(10**6): pass")
    once = gramme.json("when", "--like", "last", "--duration", "1h")["facility_kwh"]
    twice = gramme.json("when", "--like", "last", "--duration", "2h")["facility_kwh"]
    assert twice["value"] == pytest.approx(2 * once["value"], rel=1e-6)


def test_a_job_longer_than_its_deadline_hears_of_the_option(gramme):
    done = gramme("when", "--duration", "25h", "--region", "DE")
    assert "it takes 25 h 00 m, and the deadline is in 24 h 00 m" in done.stderr
    assert "--deadline" in done.stderr


def test_doctor_names_the_file_of_the_settings_in_full(gramme):
    folder = gramme.folder / "home/.config/gramme"
    folder.mkdir(parents=True)
    (folder / "gramme.conf").write_text("region = DE\n")
    asks = gramme.json("doctor")["network"]
    assert str(folder / "gramme.conf") in [ask["who"] for ask in asks]


def test_doctor_tells_of_keys_that_others_may_read_and_the_line_that_mends_it(gramme):
    folder = gramme.folder / "home/.config/gramme"
    folder.mkdir(parents=True)
    (folder / "keys").write_text("eia = not-to-be-seen\n")
    (folder / "keys").chmod(0o644)
    said = gramme("doctor").stdout
    assert "chmod 600" in said
    assert "GRAMME_EIA_KEY" in gramme("doctor", env={**gramme.env, "GRAMME_OFFLINE": "0"}).stdout
    assert "not-to-be-seen" not in said


def test_doctor_shows_no_password_of_an_address(gramme):
    gramme.env["GRAMME_URLS"] = "ukcarbon=http://me:s3cret@proxy.example/x ipinfo=http://a@b.example"
    for words in (["doctor"], ["doctor", "--json"]):
        said = gramme(*words).stdout
        assert "s3cret" not in said and "a@b" not in said and "proxy.example" in said


def test_doctor_tells_of_an_own_table_that_is_not_understood(gramme):
    gramme.env["GRAMME_TABLES"] = str(gramme.folder)
    (gramme.folder / "pue.csv").write_text("a,b,c\n")
    assert "there is no column" in gramme("doctor").stdout


def test_a_table_left_aside_is_said_beside_the_figures_that_lack_it(gramme):
    gramme("run", "--quiet", "--", "true")
    gramme.env["GRAMME_TABLES"] = str(gramme.folder)
    (gramme.folder / "pue.csv").write_text("a,b,c\n")
    codes = [warning["code"] for warning in gramme.json("show")["quality"]["warnings"]]
    assert "tables" in codes
    assert "left aside" in gramme("estimate", "--hours", "1").stdout
