# SPDX-License-Identifier: Apache-2.0
"""The forms that other programs read are what those programs accept.

Looks at tests/golden/statement-*, which the C tests hold the library to. The rules here are
ours, written down from what each format says of itself:

    huggingface  https://huggingface.co/docs/hub/model-cards-co2
    boamps       https://github.com/Boavizta/BoAmps, model/*_schema.json of format 1.1
    gpai-form    Code of Practice for General-Purpose AI Models, Model Documentation Form
"""
import json
import pathlib
import re

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="no python3-jsonschema: tools/setup test")
yaml = pytest.importorskip("yaml", reason="no python3-yaml: tools/setup test")

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
CASES = ("hourly", "experiment", "modelled", "unknown", "partly", "no-carbon", "given", "hostile")
KNOWN_CARBON = [c for c in CASES if c not in ("unknown", "no-carbon")]
KNOWN_ENERGY = [c for c in CASES if c != "unknown"]

TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "number"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}


def one_of(*words):
    return {"enum": list(words)}


def some(item):
    return {"type": "array", "minItems": 1, "items": item}


def keys(required="", **properties):
    """No key but these: one that the format does not have is a mistake here."""
    return {"type": "object", "properties": properties, "required": required.split(),
            "additionalProperties": False}


BOAMPS = keys(
    "task measures infrastructure",
    header=keys("reportDatetime", formatVersion=TEXT, formatVersionSpecificationUri=TEXT,
                reportDatetime=TIME, reportStatus=one_of("draft", "final", "corrective", "other")),
    task=keys(
        "taskStage taskFamily algorithms dataset", taskStage=TEXT, taskFamily=TEXT,
        taskDescription=TEXT, algorithms=some(keys(algorithmName=TEXT)),
        dataset=some(keys(
            "dataUsage dataType", dataUsage=one_of("input", "output"),
            dataType=one_of("tabular", "audio", "boolean", "image", "video", "object", "text",
                            "token", "word", "other")))),
    measures=some(keys(
        "measurementMethod powerConsumption", measurementMethod=TEXT, version=TEXT,
        cpuTrackingMode=TEXT, gpuTrackingMode=TEXT, averageUtilizationCpu=SHARE,
        averageUtilizationGpu=SHARE, powerConsumption=NUMBER, measurementDuration=NUMBER,
        measurementDateTime=TIME)),
    system=keys("os", os=TEXT, distribution=TEXT),
    software=keys("language", language=TEXT, version=TEXT),
    infrastructure=keys(
        "infraType components", cloudProvider=TEXT,
        infraType=one_of("publicCloud", "privateCloud", "onPremise", "other"),
        components=some(keys("componentType nbComponent", componentName=TEXT, componentType=TEXT,
                             nbComponent={"type": "integer"}, memorySize=NUMBER))),
    environment=keys("country", country=TEXT, location=TEXT, powerSourceCarbonIntensity=NUMBER),
    quality=one_of("high", "medium", "low"))


def golden(form, case, ext):
    return (GOLDEN / f"statement-{form}-{case}.{ext}").read_text()


# --- huggingface -------------------------------------------------------------------------------

def front_matter(case):
    text = golden("huggingface", case, "yaml")
    begin, body, end = re.fullmatch(r"(---\n)(.*?)(---\n)", text, re.S).groups()
    assert begin == end and "\n---" not in body
    return yaml.safe_load(body)


@pytest.mark.parametrize("case", KNOWN_CARBON)
def test_a_model_card_has_the_hubs_keys_and_types(case):
    card = front_matter(case)
    assert list(card) == ["co2_eq_emissions"]
    found = card["co2_eq_emissions"]
    assert isinstance(found.pop("emissions"), (int, float))
    assert "source" in found
    assert set(found) <= {"source", "training_type", "geographical_location", "hardware_used"}
    assert all(isinstance(v, str) and v for v in found.values())


def test_emissions_are_grams():
    assert front_matter("given")["co2_eq_emissions"]["emissions"] == 8021


def test_names_come_through_yaml_as_they_were():
    found = front_matter("hostile")["co2_eq_emissions"]
    assert found["training_type"] == "'pre' \\ & training"
    assert found["hardware_used"] == "<b>CPU_1</b> 100% {x}, 4 threads"


@pytest.mark.parametrize("case", ["unknown", "no-carbon"])
def test_unknown_emissions_leave_a_card_without_the_key(case):
    assert front_matter(case) is None


# --- boamps ------------------------------------------------------------------------------------

@pytest.mark.parametrize("case", KNOWN_ENERGY)
def test_a_boamps_report_is_valid(case):
    jsonschema.Draft4Validator(BOAMPS).validate(json.loads(golden("boamps", case, "json")))


def test_a_boamps_report_lacks_an_unknown_energy_and_nothing_else():
    report = json.loads(golden("boamps", "unknown", "json"))
    errors = list(jsonschema.Draft4Validator(BOAMPS).iter_errors(report))
    assert [list(e.absolute_path) for e in errors] == [["measures"]]
    assert report["measures"] == []


@pytest.mark.parametrize("case", ["hourly", "experiment", "modelled", "partly", "hostile"])
def test_a_boamps_report_has_the_energy_of_the_components(case):
    measure, = json.loads(golden("boamps", case, "json"))["measures"]
    table = golden("eu-ai-act", case, "md")
    shown = float(re.search(r"\| component \| ([\d.]+) kWh", table)[1])
    assert measure["powerConsumption"] == pytest.approx(shown, rel=0.01)


# --- gpai-form ---------------------------------------------------------------------------------

def items(case):
    text = golden("gpai-form", case, "md").replace("\\*", "*")
    return re.findall(r"^- \*\*(.+?)\*\*: (.+)$", text, re.M)


def significant(number):
    return len(number.split("*")[0].replace(".", "").lstrip("0"))


@pytest.mark.parametrize("case", CASES)
def test_a_methodology_has_fewer_than_100_words(case):
    found = [text for label, text in items(case) if label == "Measurement methodology"]
    assert len(found) == 2
    assert all(len(text.split()) < 100 for text in found)


@pytest.mark.parametrize("case", KNOWN_ENERGY)
def test_energy_is_in_mwh_with_two_significant_figures(case):
    text = dict(items(case))["Amount of energy used for training"]
    number = re.match(r"([\d.]+(?:\*10\^-?\d+)?) MWh", text)[1]
    assert significant(number) == 2


def test_operations_have_two_significant_figures():
    text = dict(items("experiment"))["Amount of computation used for training"]
    assert text == "3.2*10^18 FLOP"


@pytest.mark.parametrize("case", CASES)
def test_every_row_of_a_table_has_its_cells(case):
    for form in ("gpai-form", "eu-ai-act"):
        rows = [r for r in golden(form, case, "md").splitlines() if r.startswith("|")]
        assert len(rows) == 5
        assert {len(re.findall(r"(?<!\\)\|", r)) for r in rows} == {4}


# --- all ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("case", CASES)
def test_no_form_lets_a_control_character_through(case):
    for path in GOLDEN.glob(f"statement-*-{case}.*"):
        text = path.read_text()
        if path.suffix == ".json":
            text = json.dumps(json.loads(text))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), path.name
