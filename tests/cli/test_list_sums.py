# SPDX-License-Identifier: Apache-2.0
"""A list takes the sums of runs that ended from their rows, and says what `show` says."""
import sqlite3

import pytest


def tracked(gramme):
    assert gramme("run", "-q", "--period", "10ms", "--pue", "1.5", "--", "sh", "-c",
                  "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done").returncode == 0


def change(gramme, sql):
    with sqlite3.connect(gramme.db) as ledger:
        ledger.execute(sql)


def test_a_list_says_what_show_says(gramme):
    tracked(gramme)
    (listed,) = gramme.json("list")["runs"]
    shown = gramme.json("show")
    for key, value in (("attributed_j", shown["energy"]["attributed_j"]),
                       ("facility_kwh", shown["energy"]["facility_kwh"]),
                       ("carbon_kg", shown["carbon"]["kg"])):
        assert listed[key] == (value and pytest.approx(value["value"])), key


def test_the_sums_of_a_run_that_ended_are_not_worked_out_again(gramme):
    tracked(gramme)
    change(gramme, "UPDATE run SET attributed_j = 3600000, machine_j = 7200000")
    (listed,) = gramme.json("list")["runs"]
    assert listed["attributed_j"] == 3600000
    assert listed["facility_kwh"] == pytest.approx(1.5)


@pytest.mark.parametrize("sql", ["UPDATE run SET attributed_j = NULL, machine_j = NULL",
                                 "UPDATE run SET attributed_j = 3600000, version = '0.0.1'"])
def test_sums_that_are_missing_or_another_versions_are_worked_out(gramme, sql):
    tracked(gramme)
    before = gramme.json("list")["runs"]
    change(gramme, sql)
    assert gramme.json("list")["runs"] == before
