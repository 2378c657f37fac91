# SPDX-License-Identifier: Apache-2.0
"""gramme.run/1 as dataclasses: nothing invented, nothing lost."""
import dataclasses
import json
import pickle

import pytest
from conftest import ROOT

import gramme
from gramme import Quantity, Summary

GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture
def measured():
    return json.loads((GOLDEN / "report-json-measured.json").read_text())


def test_every_part_of_a_measured_run_is_there(measured):
    summary = Summary.from_json(measured)
    assert (summary.id, summary.name) == ("20261123T083757-7f3a9c", "train.py")
    assert (summary.experiment, summary.project) == ("base", "paper")
    assert summary.tags == {"seed": "1", "lr": "0.1"}
    assert summary.command == ("python", "train.py", "--note", "two words")
    assert (summary.state, summary.exit_status, summary.duration_s) == ("finished", 0, 192.345)
    assert summary.started.isoformat() == "2026-11-23T08:37:57.123000+00:00"
    assert summary.energy.attributed_j == Quantity(4210.0, 3900.0, 4600.0, "measured", "powercap")
    assert summary.energy.wall_j is None
    assert [c.domain for c in summary.energy.components] == ["package-0", "core-0", "dram-0"]
    assert summary.energy.components[1].why_not == "inside package-0"
    assert not summary.energy.components[1].counted
    assert summary.carbon.intensity_gpkwh.value == 473.0
    assert (summary.carbon.zone, summary.carbon.country) == ("DE", "DEU")
    assert summary.cost.scc_usd.value == -1.5e-6
    assert summary.activity.processes_seen == 14
    assert summary.quality.gaps[0].why == "the counter began anew"
    assert summary.quality.warnings[0].code == "unknown-wall_j"
    assert summary.marks[1].t_s == 97.0
    assert summary.metrics["loss"].values == ((96.0, 0.75), (190.0, 0.5))
    assert summary.raw is measured


def test_every_number_of_raw_is_somewhere(measured):
    """What the program says of energy is a field of ours, or raw alone: here is which."""
    fields = {f.name for f in dataclasses.fields(gramme.Summary(None, "").energy)}
    assert set(measured["energy"]) - fields == {"estimate_beside_j"}


def test_what_is_missing_is_none_and_never_zero():
    summary = Summary.from_json({})
    assert summary.name == "" and summary.id is None
    assert summary.energy.attributed_j is None and summary.energy.components == ()
    assert summary.duration_s is None and summary.quality.coverage_ratio is None
    assert summary.flat() == {}
    assert "not known" in str(summary)
    assert "not known" in summary._repr_html_()


@pytest.mark.parametrize("data", [
    {"energy": None}, {"energy": []}, {"energy": {"attributed_j": 4}}, {"tags": [1]},
    {"energy": {"attributed_j": {"value": None}}}, {"marks": {"x": 1}}, {"marks": [1, None]},
    {"metrics": {"x": None}}, {"metrics": {"x": {"values": [1, [1], [1, None]]}}},
    {"sections": [None, {"each": [1, [1, 2]]}]}, {"work": {"x": None}}, {"duration_s": "long"},
    {"started": "yesterday"}, {"started": 5}, {"exit_status": 1.5}, {"duration_s": 1e400},
    {"energy": {"components": [{}, 5]}}, {"carbon": {"region": None}}, {"command": None},
    {"quality": {"gaps": [{}], "warnings": [{}]}}])
def test_other_versions_answers_are_read_as_far_as_they_go(data):
    summary = Summary.from_json(data)
    str(summary), repr(summary), summary.flat(), summary._repr_html_()
    assert summary.energy.attributed_j is None and summary.duration_s is None


def test_sections_and_work():
    q = {"value": 8.0, "low": 7.0, "high": 9.0, "kind": "measured", "source": "powercap"}
    summary = Summary.from_json({
        "name": "x", "inside": "outer-id",
        "sections": [{"name": "eval", "count": 2, "duration_s": 1.5, "attributed_j": q,
                      "machine_j": None, "coverage_ratio": 1.0,
                      "each": [[0.0, 1.0, 5.0], [2.0, 2.5, None]]}],
        "work": {"tokens": {"amount": 4096, "count": 4, "j_per_unit": q}}})
    (section,) = summary.sections
    assert section.each == ((0.0, 1.0, 5.0), (2.0, 2.5, None))
    assert section.attributed_j.value == 8.0 and section.machine_j is None
    assert summary.work["tokens"].amount == 4096.0
    assert summary.inside == "outer-id"
    assert "eval x 2" in str(summary) and "tokens" in str(summary)
    flat = summary.flat()
    assert flat["gramme/section/eval/energy_j"] == 8.0
    assert flat["gramme/j_per/tokens"] == 8.0


def test_flat_is_plain_and_leaves_out_what_is_not_known(measured):
    flat = Summary.from_json(measured).flat()
    assert flat["gramme/energy_j"] == 4210.0
    assert flat["gramme/energy_low_j"] == 3900.0
    assert flat["gramme/energy_high_j"] == 4600.0
    assert flat["gramme/facility_kwh"] == 0.00184772
    assert flat["gramme/carbon_kg"] == 0.00087397
    assert flat["gramme/kind"] == "measured"
    assert "gramme/wall_j" not in flat
    assert all(isinstance(value, (float, str)) for value in flat.values())


def test_in_words(measured):
    words = str(Summary.from_json(measured))
    assert words.splitlines()[0] == "gramme: train.py, 3 min 12 s, 20261123T083757-7f3a9c"
    assert "4.21 kJ (3.90 to 4.60), measured" in words
    assert "874 mg CO2e (100 to 2100), assumed; grid of DE" in words


def test_hostile_names_do_nothing():
    summary = Summary.from_json({"name": "<script>\x1b[31m", "id": "<b>", "sections": [
        {"name": "<i>\x07", "count": 1}]})
    page = summary._repr_html_()
    assert "<script>" not in page and "<b>" not in page and "<i>" not in page
    assert "\x1b" not in str(summary) and "\x07" not in str(summary)


def test_a_summary_can_be_pickled_and_compared(measured):
    one, two = Summary.from_json(measured), Summary.from_json(measured)
    assert one == two
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "other"


def test_a_run_that_is_not_kept_has_no_statement():
    with pytest.raises(gramme.GrammeError, match="not in a ledger"):
        Summary.from_json({"name": "x"}).statement()


def test_the_readme_s_numbers_have_three_digits():
    assert str(Quantity(49.0, 5.0, 93.0, "modelled")) == "49.0 (5.00 to 93.0), modelled"
    assert Quantity(0.0, 0.0, 0.0, "measured").text("J") == "0 J (0 to 0), measured"
    assert Quantity(5.0).text("J") == "5.00 J"
    assert float(Quantity(5.0)) == 5.0
