from __future__ import annotations

import polars as pl
import pytest

from cjmine.ingest.clock import read_times
from cjmine.ingest.day_numbers import moments
from cjmine.ingest.settings import Mapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1900-01-01T00:00:00"),
        ("59", "1900-02-28T00:00:00"),
        ("60", None),
        ("60.5", None),
        ("61", "1900-03-01T00:00:00"),
        ("367", "1901-01-01T00:00:00"),
        (" 45292.25 ", "2024-01-01T06:00:00"),
        ("45292.9999999999", "2024-01-02T00:00:00"),
        ("45351", "2024-02-29T00:00:00"),
        ("4.5292E4", "2024-01-01T00:00:00"),
        ("2958465", "9999-12-31T00:00:00"),
        ("2958466", None),
        ("0.5", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        (None, None),
    ],
)
def test_day_numbers_by_the_calendar_of_spreadsheets(text: str | None, expected: str | None) -> None:
    found = moments(pl.Series([text], dtype=pl.String)).item()
    assert (found and found.isoformat()) == expected


def test_one_time_of_day_makes_all_of_them_times() -> None:
    mapped = Mapped.model_validate({"from": "t", "format": "excel"})
    days, times = (pl.Series(values) for values in (["45292", "x"], ["45292", "45293.5", "2024-01-03"]))
    assert read_times(days, mapped, "UTC", "t").precision[0] == "day"
    assert read_times(times, mapped, "UTC", "t").precision.to_list() == ["s", "s", "day"]


def test_a_placeholder_is_set_aside() -> None:
    mapped = Mapped.model_validate({"from": "t", "format": "excel"})
    found = read_times(pl.Series(["45292", "1", "soon"]), mapped, "UTC", "t")
    assert found.reasons.to_list() == [
        None,
        "a placeholder or impossible time",
        "not a time in this column's form",
    ]
