# SPDX-License-Identifier: Apache-2.0
"""What the epochs to come will use."""
import csv
import pathlib

import pytest

from gramme import Progress
from gramme._forecast import forecast_of, foretold

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
with open(ROOT / "tests/method/E-21.csv", newline="", encoding="ascii") as file:
    # What the program is held to as well (tests/unit/test-method.c): no two truths. The meter's
    # own error is the program's alone.
    ROWS = [row for row in csv.DictReader(file)
            if row["over"] == "work" and row["meter_ratio"] == "0"]


def states(*joules, every=1, seconds=10.0):
    return [(n * every, Progress(t_s=n * every * seconds, attributed_j=j, kind="measured"))
            for n, j in enumerate(joules)]


def test_none_before_an_epoch_is_through():
    assert forecast_of([], 5) is None
    assert forecast_of(states(1.0), 5) is None


def test_one_epoch_gives_a_value_without_an_interval():
    forecast = forecast_of(states(2.0, 12.0), 5)
    assert (forecast.done, forecast.total) == (1, 5)
    assert forecast.attributed_j.value == 52.0  # 12 now, four more of 10
    assert forecast.attributed_j.low is None and forecast.attributed_j.high is None
    assert forecast.duration_s.value == 50.0
    assert forecast.carbon_kg is None  # not known, so not forecast
    assert "after 1 of 5: 50.0 s, derived; 52.0 J, measured" in str(forecast)


def test_the_first_epoch_is_left_out_once_there_are_two_others():
    forecast = forecast_of(states(0.0, 100.0, 110.0, 120.0), 10)
    assert forecast.attributed_j.value == pytest.approx(120.0 + 7 * 10.0)
    # The others are alike: what is left is that those to come may not be, by 1 % (k = 1).
    half = 1.959964 * 0.01 * 70.0
    assert forecast.attributed_j.low == pytest.approx(190.0 - half)
    assert forecast.attributed_j.high == pytest.approx(190.0 + half)


def test_the_interval_is_student_s_of_what_the_epochs_differ():
    # Steps 9, 11, 10 after the first: mean 10, deviation 1; t of two degrees of freedom 4.303.
    forecast = forecast_of(states(0.0, 50.0, 59.0, 70.0, 80.0), 6)
    half = ((4.302653 * (2 + 4 / 3) ** 0.5) ** 2 + (1.959964 * 0.01 * 20.0) ** 2) ** 0.5
    assert forecast.attributed_j.value == pytest.approx(100.0)
    assert forecast.attributed_j.high == pytest.approx(100.0 + half)
    assert forecast.attributed_j.low == pytest.approx(max(100.0 - half, 80.0))


def test_what_is_used_already_stays_used():
    forecast = forecast_of(states(0.0, 1.0, 50.0, 51.0, 90.0), 5)
    assert forecast.attributed_j.low >= 90.0


def test_at_the_end_the_forecast_is_what_was():
    forecast = forecast_of(states(0.0, 10.0, 21.0, 29.0), 3)
    assert forecast.attributed_j.value == forecast.attributed_j.low == 29.0
    assert forecast.attributed_j.high == 29.0


def test_epochs_too_quick_for_an_answer_each_are_counted_each():
    forecast = forecast_of(states(0.0, 100.0, 200.0, 300.0, every=10, seconds=1.0), 100)
    assert forecast.done == 30
    assert forecast.attributed_j.value == pytest.approx(1000.0)
    assert forecast.duration_s.value == pytest.approx(100.0)


def test_more_epochs_than_there_should_be_add_nothing():
    assert forecast_of(states(0.0, 10.0, 20.0), 1).attributed_j.value == 20.0


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_it_says_what_the_program_says(row):
    numbers = [float(word) for word in row["points"].split()]
    whole = foretold(list(zip(numbers[::2], numbers[1::2])), float(row["end"]),
                     float(row["unseen_ratio"]))
    for name, value in (("value", whole.value), ("low95", whole.low), ("high95", whole.high),
                        ("begin", whole.begin)):
        if row[name] == "-":
            assert value is None
        else:
            assert value == pytest.approx(float(row[name]), rel=1e-9)


def test_there_are_rows_to_be_held_to():
    assert len(ROWS) >= 4
