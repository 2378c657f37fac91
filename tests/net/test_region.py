# SPDX-License-Identifier: Apache-2.0
"""Where a run was, when nobody has said so: who is asked, how often, and what becomes of silence.
Names are the promises."""
import sqlite3
import time

import pytest

import services
import standin
from services import Service, Where

BERLIN = services.ipinfo(country="DE", region="Berlin", city="Berlin", loc="52.5244,13.4105",
                         timezone="Europe/Berlin")
AWS = {"sys_vendor": "Amazon EC2", "product_name": "m5.large"}
GCP = {"sys_vendor": "Google", "product_name": "Google Compute Engine"}
AZURE = {"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine",
         "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77"}


def region(gramme, how):
    return gramme.last(lambda shown: shown["carbon"]["region"]["how"] == how)["carbon"]["region"]


def machine(folder, dmi):
    """A root with that DMI and nothing else; the run's processes are this machine's."""
    ids = folder / "root" / "sys/class/dmi/id"
    ids.mkdir(parents=True)
    for name, text in dmi.items():
        (ids / name).write_text(text + "\n")
    return folder / "root"


def metadata(request):
    if request.path == "/latest/api/token":
        return standin.text("a-token") if request.method == "PUT" else standin.status(405)
    if request.path == "/latest/dynamic/instance-identity/document":
        good = request.headers["X-aws-ec2-metadata-token"] == "a-token"
        return standin.json_answer({"region": "eu-west-1", "accountId": "123456789012",
                                    "instanceId": "i-0abc"}) if good else standin.status(401)
    if request.path == "/computeMetadata/v1/instance/zone":
        good = request.headers["Metadata-Flavor"] == "Google"
        return standin.text("projects/1/zones/europe-west9-a") if good else standin.status(403)
    if request.path == "/metadata/instance":
        good = request.headers["Metadata"] == "true"
        return standin.json_answer({"compute": {"location": "westeurope"}}) if good else \
            standin.status(400)
    return standin.status(404)


def age(gramme, seconds):
    """As if what is known of this place had been found out that much earlier."""
    def change():
        with sqlite3.connect(gramme.db, timeout=5) as db:
            names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            table = next(n for n in names if "place" in n)
            return db.execute(f"UPDATE {table} SET fetched_unix_s = fetched_unix_s - ?",
                              (seconds,)).rowcount
    assert gramme.wait_for(change) == 1


# --- the public address ----------------------------------------------------------------------

def test_the_public_address_tells_the_country(gramme):
    with Where(BERLIN) as ip:
        gramme.use(ip)
        done = gramme.run("-q")
        found = region(gramme, "ip")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (found["country"], found["zone"], found["from"]) == ("DEU", "DE", "127.0.0.1")
    assert ip.requests[0].path == "/" and not ip.requests[0].query
    assert b"203.0.113.9" not in gramme.db.read_bytes()


def test_the_place_that_was_found_chooses_the_grid(gramme):
    with Where(services.ipinfo(country="GB")) as ip, Service("ukcarbon", 234.0) as grid:
        gramme.use(ip, grid)
        gramme.run("-q")
        carbon = gramme.carbon("ukcarbon")
    assert carbon["intensity_gpkwh"]["value"] == 234 and carbon["region"]["how"] == "ip"


def test_a_place_is_good_for_a_day(gramme):
    with Where(BERLIN) as ip:
        gramme.use(ip)
        gramme.run("-q")
        region(gramme, "ip")
        asked = len(ip.requests)
        for _ in range(2):
            gramme.run("-q", seconds=0.4)
            assert region(gramme, "ip")["country"] == "DEU"
        gramme("run", "-q", "--", "true")
        assert region(gramme, "ip")["country"] == "DEU"
        assert len(ip.requests) == asked
        age(gramme, 25 * 3600)
        gramme.run("-q", seconds=0.4)
        gramme.wait_for(lambda: len(ip.requests) == asked + 1)


def test_a_region_that_was_said_asks_nobody(gramme):
    with Where(BERLIN) as ip:
        gramme.use(ip)
        gramme.env["GRAMME_REGION"] = "SE"
        gramme.run("-q")
        gramme.run("-q", "--region", "FR")
        assert not gramme.wait_for(lambda: not gramme.processes()) or not ip.requests
    found = gramme.last()["carbon"]["region"]
    assert (found["country"], found["how"]) == ("FRA", "option")


# --- silence ---------------------------------------------------------------------------------

@pytest.mark.parametrize("answer", [standin.status(500), standin.status(403),
                                    standin.json_answer({"bogon": True}), standin.wrong_json(),
                                    standin.zeros(1 << 30)],
                         ids=["500", "403", "no country", "wrong JSON", "1 GB"])
def test_where_nobody_knows_the_time_zone_does_and_it_is_said(gramme, answer):
    gramme.env["TZ"] = "Europe/Berlin"
    with Where(answer) as ip:
        gramme.use(ip)
        done = gramme.run()
        assert ip.requests
        gramme.wait_for(lambda: gramme.warnings("region"))
    assert done.returncode == 0
    found = region(gramme, "timezone")
    assert found["country"] == "DEU"
    assert "127.0.0.1" in gramme.warnings("region")[0]
    told = gramme.last()["carbon"]["intensity_gpkwh"]
    assert told["kind"] == "assumed" and told["resolution"] == "year"


def test_who_was_silent_is_not_asked_again_for_ten_minutes(gramme):
    gramme.env["TZ"] = "Europe/Berlin"
    with Where(standin.status(404)) as ip:
        gramme.use(ip)
        gramme.run("-q")
        gramme.wait_for(lambda: gramme.warnings("region"))
        asked = len(ip.requests)
        gramme.run("-q")
        assert region(gramme, "timezone")["country"] == "DEU"
        assert len(ip.requests) == asked
        age(gramme, 700)
        gramme.run("-q")
        gramme.wait_for(lambda: len(ip.requests) == asked + 1)


def test_silence_does_not_hide_a_file_of_ones_own(gramme):
    path = gramme.folder / "own.csv"
    path.write_text("time,gco2_per_kwh\n" + "".join(
        f"{services.stamp(time.time() // 3600 * 3600 + h * 3600)},77\n" for h in (-1, 0, 1)))
    gramme.env.update(TZ="UTC", GRAMME_INTENSITY=str(path))
    for _ in range(2):
        gramme.run("-q")
        assert gramme.carbon("csv")["intensity_gpkwh"]["value"] == 77


def test_where_not_even_the_time_zone_says_it_is_the_world(gramme):
    gramme.env["TZ"] = "UTC"
    gramme.run("-q")
    found = gramme.last(lambda shown: shown["carbon"]["region"]["how"] == "world")["carbon"]
    assert found["intensity_gpkwh"]["kind"] == "assumed"
    assert found["intensity_gpkwh"]["why"] or found["region"]["note"]


def test_one_that_hangs_holds_up_nobody(gramme):
    gramme.env["TZ"] = "Europe/Berlin"
    with Where(standin.hang) as ip:
        gramme.use(ip)
        began = time.monotonic()
        gramme.run("-q")
        assert time.monotonic() - began < 2 and ip.requests
        assert region(gramme, "timezone")["country"] == "DEU"
        assert gramme.warnings("grid-late")


def test_an_answer_after_the_end_still_tells_the_place(gramme):
    @standin.writes
    def late(exchange):
        exchange.standin.closing.wait(1.5)
        BERLIN(exchange)
    gramme.env["TZ"] = "Europe/Paris"
    with Where(late) as ip:
        gramme.use(ip)
        gramme.run("-q")
        assert region(gramme, "timezone")["country"] == "FRA"
        assert region(gramme, "ip")["country"] == "DEU"


# --- clouds ----------------------------------------------------------------------------------

@pytest.mark.parametrize("dmi, place, zone", [
    (AWS, "aws:eu-west-1", "IE"), (GCP, "gcp:europe-west9", "FR"),
    (AZURE, "azure:westeurope", "NL")], ids=["aws", "gcp", "azure"])
def test_in_a_cloud_its_own_word_is_asked_and_nobody_else(gramme, dmi, place, zone):
    root = machine(gramme.folder, dmi)
    with Where(metadata, "metadata") as cloud, Where(BERLIN) as ip:
        gramme.use(cloud, ip)
        gramme.run("-q", "--sysroot", root)
        found = region(gramme, "cloud")
        assert cloud.requests and not ip.requests
    assert (found["given"], found["zone"]) == (place, zone)
    kept = gramme.db.read_bytes()
    assert b"123456789012" not in kept and b"i-0abc" not in kept


@pytest.mark.parametrize("dmi", [
    {}, {"sys_vendor": "Google", "product_name": "Caroline"},
    {"sys_vendor": "Microsoft Corporation", "product_name": "Surface Laptop 5",
     "chassis_asset_tag": "0"}, {"sys_vendor": "LENOVO", "product_name": "20XX"}],
    ids=["nothing", "Google's laptop", "Microsoft's laptop", "Lenovo"])
def test_metadata_is_asked_only_where_the_machine_says_that_it_is_a_clouds(gramme, dmi):
    root = machine(gramme.folder, dmi)
    with Where(metadata, "metadata") as cloud, Where(BERLIN) as ip:
        gramme.use(cloud, ip)
        gramme.run("-q", "--sysroot", root)
        assert region(gramme, "ip")["country"] == "DEU"
        assert not cloud.requests


def test_a_cloud_that_hangs_is_passed_over(gramme):
    root = machine(gramme.folder, AWS)
    with Where(standin.hang, "metadata") as cloud, Where(BERLIN) as ip:
        gramme.use(cloud, ip)
        gramme.run("-q", "--sysroot", root)
        assert region(gramme, "ip")["country"] == "DEU"
        assert cloud.requests
    assert any("/latest/api/token" in text for text in gramme.warnings("region"))


# --- what is asked is told -------------------------------------------------------------------

def test_doctor_says_whom_a_run_would_ask_and_asks_nobody(gramme):
    with Where(BERLIN) as ip, Service("ukcarbon") as grid:
        gramme.use(ip, grid)
        gramme.env["GRAMME_REGION"] = "GB"
        done = gramme("doctor")
        assert not ip.requests and not grid.requests
    assert done.returncode == 0
    assert "ukcarbon" in done.stdout and f"127.0.0.1:{grid.port}" in done.stdout
