# SPDX-License-Identifier: Apache-2.0
"""Every service that gramme asks, made up: the real shapes, for whatever span is asked.

    with Service("ukcarbon", lambda t: 123.0) as grid:      # g/kWh at Unix second t
        gramme.use(grid)

A service answers as the real one does; `grid.answer = standin.status(500)` spoils it. ROWS has
a row a provider: a place that it serves, its zone's own name, its key, the length of its steps.
"""
import base64
import collections
import csv
import datetime
import functools
import pathlib
import zoneinfo

import standin

ROOT = pathlib.Path(__file__).resolve().parents[2]
GPKWH_PER_LB_PER_MWH = 0.45359237
LOAD_MW = 10000.0
KEY = "K3y-t0p-s3cr3t"
PASSWORD = "p4ss-t0p-s3cr3t"
TOKEN = "t0k3n-t0p-s3cr3t"
SECRETS = (KEY, PASSWORD, TOKEN, base64.b64encode(f"me:{PASSWORD}".encode()).decode())

Row = collections.namedtuple("Row", "place zone key step_s signal basis")
ROWS = {
    "electricitymaps": Row("DE", "DE", KEY, 3600, "average", "average, lifecycle, consumption"),
    "ukcarbon": Row("GB", "GB", None, 1800, "average", "average, direct, consumption"),
    "energinet": Row("DK-DK1", "DK1", None, 300, "average", "average, direct, consumption"),
    "watttime": Row("aws:us-west-1", "CAISO_NORTH", f"me:{PASSWORD}", 300, "marginal",
                    "marginal, direct, consumption"),
    "entsoe": Row("BE", "10YBE----------2", KEY, 900, "average",
                  "average, lifecycle, generation"),
    "eia": Row("US-TEX-ERCO", "ERCO", KEY, 3600, "average", "average, lifecycle, generation"),
    "caiso": Row("US-CAL-CISO", "US-CAL-CISO", None, 300, "average",
                 "average, direct, consumption"),
}
AVERAGE = [name for name, row in ROWS.items() if row.signal == "average"]


@functools.cache
def fuels(scheme):
    """Lifecycle g/kWh by fuel, of the project's own table."""
    lines = [line for line in (ROOT / "data/fuel_factor.csv").read_text().splitlines()
             if not line.startswith("#")]
    return {row["fuel"]: float(row["lifecycle_gpkwh"]) for row in csv.DictReader(lines)
            if row["scheme"] == scheme and row["lifecycle_gpkwh"]}


def unix(text, form="%Y-%m-%dT%H:%M"):
    when = datetime.datetime.strptime(text.removesuffix("Z"), form)
    return int(when.replace(tzinfo=datetime.timezone.utc).timestamp())


def stamp(unix_s, form="%Y-%m-%dT%H:%MZ"):
    return datetime.datetime.fromtimestamp(unix_s, datetime.timezone.utc).strftime(form)


def steps(from_s, to_s, step_s):
    first = from_s // step_s * step_s
    return range(first, max(to_s, first + 1), step_s)


def mix(gpkwh, clean, dirty):
    """Of two fuels, how much of LOAD_MW each gives so that all is that intensity."""
    part = (gpkwh - clean) / (dirty - clean)
    assert 0 <= part <= 1, f"{gpkwh} g/kWh does not lie between {clean} and {dirty}"
    return LOAD_MW * (1 - part), LOAD_MW * part


# --- the services ----------------------------------------------------------------------------

def electricitymaps(service, request):
    what = request.path.rsplit("/", 1)[1]
    if request.headers["auth-token"] != KEY:
        return standin.json_answer({"error": "Invalid auth-token"}, 401)
    zone = request.query.get("zone", "DE")

    def rows(from_s, to_s):
        return [{"zone": zone, "carbonIntensity": service.curve(t),
                 "datetime": stamp(t, "%Y-%m-%dT%H:%M:%S.000Z"), "isEstimated": False,
                 "emissionFactorType": "lifecycle", "estimationMethod": None}
                for t in steps(from_s, to_s, 3600)]
    if what == "history":
        return standin.json_answer({"zone": zone,
                                    "history": rows(service.now() - 23 * 3600, service.now())})
    if what == "past-range":
        span = unix(request.query["start"]), unix(request.query["end"])
        return standin.json_answer({"zone": zone, "data": rows(*span)})
    return standin.json_answer(rows(service.now(), service.now())[0])


def ukcarbon(service, request):
    begin, end = request.path.split("/")[2:4]
    rows = [{"from": stamp(t), "to": stamp(t + 1800),
             "intensity": {"forecast": 999, "actual": service.curve(t), "index": "low"}}
            for t in steps(unix(begin), unix(end), 1800)]
    return standin.json_answer({"data": rows})


def energinet(service, request):
    rows = [{"Minutes5UTC": stamp(t, "%Y-%m-%dT%H:%M:%S"), "PriceArea": "DK1",
             "CO2Emission": service.curve(t)}
            for t in steps(unix(request.query["start"]), unix(request.query["end"]), 300)]
    return standin.json_answer({"total": len(rows), "limit": 0, "dataset": "CO2Emis",
                                "records": rows})


def watttime(service, request):
    if request.path == "/login":
        known = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        good = request.headers["Authorization"] == known
        return standin.json_answer({"token": TOKEN}) if good else standin.status(401)
    if request.headers["Authorization"] != f"Bearer {TOKEN}":
        return standin.status(401)
    if request.path.endswith("region-from-loc"):
        return standin.json_answer({"region": "CAISO_NORTH", "signal_type": "co2_moer"})
    span = unix(request.query["start"]), unix(request.query["end"])
    rows = [{"point_time": stamp(t, "%Y-%m-%dT%H:%M:%S+00:00"), "version": "2024-09-01",
             "value": service.curve(t) / GPKWH_PER_LB_PER_MWH} for t in steps(*span, 300)]
    return standin.json_answer({"data": rows, "meta": {
        "data_point_period_seconds": 300, "region": request.query["region"], "warnings": [],
        "signal_type": "co2_moer", "units": "lbs_co2_per_mwh"}})


def eia(service, request):
    """A period names the hour that ends then."""
    if request.query["api_key"] != KEY:
        return standin.json_answer({"error": {"code": "API_KEY_INVALID"}}, 403)
    form = "%Y-%m-%dT%H"
    clean, dirty = fuels("eia")["SUN"], fuels("eia")["COL"]
    rows = []
    for t in steps(unix(request.query["start"], form) - 3600, unix(request.query["end"], form),
                   3600):
        for fuel, mw in zip(("SUN", "COL"), mix(service.curve(t), clean, dirty)):
            rows.append({"period": stamp(t + 3600, form), "fueltype": fuel, "type-name": fuel,
                         "respondent": request.query["facets[respondent][]"], "value": str(mw),
                         "value-units": "megawatthours"})
    return standin.json_answer({"response": {"total": str(len(rows)), "frequency": "hourly",
                                             "data": rows}, "apiVersion": "2.1.6"})


def entsoe(service, request):
    if request.query["securityToken"] != KEY:
        return standin.status(401)
    begin, end = (unix(request.query[k], "%Y%m%d%H%M") for k in ("periodStart", "periodEnd"))
    times = list(steps(begin, end, 900))
    clean, dirty = fuels("entsoe")["B16"], fuels("entsoe")["B05"]
    given = [mix(service.curve(t), clean, dirty) for t in times]
    series = "".join(
        f"<TimeSeries><mRID>{n}</mRID><inBiddingZone_Domain.mRID codingScheme='A01'>"
        f"{request.query['in_Domain']}</inBiddingZone_Domain.mRID><curveType>A01</curveType>"
        f"<MktPSRType><psrType>{fuel}</psrType></MktPSRType><Period><timeInterval>"
        f"<start>{stamp(times[0])}</start><end>{stamp(times[-1] + 900)}</end></timeInterval>"
        "<resolution>PT15M</resolution>" +
        "".join(f"<Point><position>{i + 1}</position><quantity>{row[n]!r}</quantity></Point>"
                for i, row in enumerate(given)) + "</Period></TimeSeries>"
        for n, fuel in enumerate(("B16", "B05")))
    return standin.text(
        '<?xml version="1.0" encoding="UTF-8"?><GL_MarketDocument xmlns="urn:iec62325.351:'
        'tc57wg16:451-6:generationloaddocument:3:0"><mRID>made-up</mRID><type>A75</type>'
        f"<process.processType>A16</process.processType>{series}</GL_MarketDocument>",
        kind="text/xml")


def caiso(service, request):
    """Days and times are those of the clock on the wall; the file of today ends now."""
    pacific = zoneinfo.ZoneInfo("America/Los_Angeles")
    day = request.path.split("/")[-2]
    now = datetime.datetime.fromtimestamp(service.now(), pacific)
    date = now.date() if day == "current" else datetime.datetime.strptime(day, "%Y%m%d").date()
    begin = int(datetime.datetime.combine(date, datetime.time(), pacific).timestamp())
    lines = ["Time,Solar,Natural Gas,Imports" if "fuel" in request.path
             else "Time,Natural Gas CO2,Imports CO2"]
    for t in range(begin, begin + 26 * 3600, 300):
        clock = datetime.datetime.fromtimestamp(t, pacific)
        if clock.date() != date or t > service.now():
            break
        values = (5000, 4000, 1000) if "fuel" in request.path else (
            service.curve(t) * 8, service.curve(t) * 2)
        lines.append(",".join([clock.strftime("%H:%M"), *map(repr, values)]))
    return standin.text("\n".join(lines) + "\n", kind="text/csv")


ANSWERS = {function.__name__: function for function in (
    electricitymaps, ukcarbon, energinet, watttime, eia, entsoe, caiso)}


class Service(standin.Standin):
    """A provider at a port of its own. answer: instead of the right one."""

    def __init__(self, name, curve=lambda unix_s: 321.0, answer=None, **more):
        super().__init__({}, **more)
        self.name = name
        self.curve = curve if callable(curve) else lambda unix_s: curve
        self.answer = answer

    def now(self):
        return int(datetime.datetime.now().timestamp())

    def find(self, request):
        with self.lock:
            self.requests.append(request)
            answer = self.answer or functools.partial(ANSWERS[self.name], self)
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer if getattr(answer, "writes", False) else answer(request)


class Where(Service):
    """Who knows where this is: ipinfo, or a cloud's metadata by its paths."""

    def __init__(self, answer, name="ipinfo", **more):
        super().__init__(name, answer=answer, **more)


def ipinfo(**fields):
    return standin.json_answer({"ip": "203.0.113.9", "hostname": "example", **fields})
