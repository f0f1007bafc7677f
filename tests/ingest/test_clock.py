"""Times: one reading per column, zones by their rules, and a reason for every value left out."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from cjmine.errors import CjmineError, SettingsError, SourceError
from cjmine.ingest.clock import Clocked, read_times
from cjmine.ingest.settings import Mapped


def _read(*values: str | None, **mapped: str) -> Clocked:
    settings = Mapped.model_validate({"from": "t", **mapped})
    return read_times(pl.Series("t", values, pl.String), settings, "Europe/London", "column 't'")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


READ = [
    ("2024-01-02 10:00:00", {}, "2024-01-02 10:00:00", "s"),
    ("2024-07-02 10:00:00", {}, "2024-07-02 09:00:00", "s"),
    ("2024-07-02T10:00:00.123456", {}, "2024-07-02 09:00:00.123456", "s"),
    ("2024-07-02 10:00:00,5", {}, "2024-07-02 09:00:00.5", "s"),
    ("2024/07/02 10:00", {"zone": "UTC"}, "2024-07-02 10:00:00", "min"),
    ("2024-07-02", {"zone": "America/New_York"}, "2024-07-02 04:00:00", "day"),
    ("2024-07-02T10:00:00Z", {}, "2024-07-02 10:00:00", "s"),
    ("2024-07-02 10:00:00 +0530", {}, "2024-07-02 04:30:00", "s"),
    ("2024-07-02T10:00+02:00", {"zone": "UTC"}, "2024-07-02 08:00:00", "min"),
    ("2024-07-02T10:00:00-05", {}, "2024-07-02 15:00:00", "s"),
    ("31/01/2024 10:00", {}, "2024-01-31 10:00:00", "min"),
    ("1/31/2024 1:05:00 PM", {}, "2024-01-31 13:05:00", "s"),
    ("31.01.2024", {}, "2024-01-31 00:00:00", "day"),
    ("02/01/24 10.30", {"format": "%d/%m/%y %H.%M"}, "2024-01-02 10:30:00", "min"),
    ("2 Jul 2024 10:00:00 +0100", {"format": "%d %b %Y %H:%M:%S %z"}, "2024-07-02 09:00:00", "s"),
    ("1704189600", {"format": "epoch s"}, "2024-01-02 10:00:00", "s"),
    ("1704189600123", {"format": "epoch ms"}, "2024-01-02 10:00:00.123", "s"),
    ("1704189600.25", {"format": "epoch s"}, "2024-01-02 10:00:00.25", "s"),
    ("45293", {"format": "excel"}, "2024-01-02 00:00:00", "day"),
    ("45475.4375", {"format": "excel"}, "2024-07-02 09:30:00", "s"),
    ("45475.000011574", {"format": "excel", "zone": "UTC"}, "2024-07-02 00:00:01", "s"),
    ("2024-07-02 10:00:00", {"format": "excel"}, "2024-07-02 09:00:00", "s"),
    ("2024-01-02 10:00:00", {"precision": "day"}, "2024-01-02 10:00:00", "day"),
]


@pytest.mark.parametrize(("value", "mapped", "expected", "precision"), READ)
def test_read(value: str, mapped: dict[str, str], expected: str, precision: str) -> None:
    found = _read(value, **mapped)
    assert found.instants.to_list() == [_utc(expected)]
    assert found.precision.to_list() == [precision]
    assert found.reasons.to_list() == [None]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2024-02-30 10:00:00", "not a time"),
        ("2024-01-02 24:00:00", "not a time"),
        ("2016-12-31 23:59:60", "not a time"),
        ("soon", "not a time"),
        ("03/01/2024", "not a time"),
        ("2024-03-31 01:30:00", "clock change in Europe/London skips"),
        ("1970-01-01 00:00:00", "placeholder"),
        ("1900-01-01 00:00:00", "placeholder"),
        ("0001-01-01 00:00:00", "placeholder"),
        ("9999-12-31 23:59:59", "placeholder"),
        ("2100-01-01 12:00:00", "placeholder"),
    ],
)
def test_set_aside(value: str, reason: str) -> None:
    good = "2024-01-02 10:00:00"
    found = _read(good, value, None)
    assert found.instants.to_list() == [_utc(good), None, None]
    assert found.reasons[0] is None
    assert reason in found.reasons[1]
    assert found.reasons[2] is None


@pytest.mark.parametrize(
    ("values", "mapped", "message", "kind"),
    [
        (("01/02/2024", "03/04/2024"), {}, "cannot be told apart .'01/02/2024', '03/04/2024'", SourceError),
        (("13/04/2024", "04/13/2024"), {}, "change places .'13/04/2024', '04/13/2024'", SourceError),
        (("2024-01-02 10:00:00", "2024-01-02T10:00:00Z"), {}, "some times have a zone offset", SourceError),
        (("1704189600",), {}, "state `format: epoch s`", SourceError),
        (("45293.4",), {}, "state `format: excel`", SourceError),
        (("1 janvier 2024",), {}, "no known form", SourceError),
        (("2024-01-02",), {"format": "%d/%m/%Y"}, "no value has the declared format '%d/%m/%Y'", SourceError),
        (("2024-01-02",), {"zone": "Europe/Londn"}, "did you mean 'Europe/London'", SettingsError),
    ],
)
def test_refused(
    values: tuple[str, ...], mapped: dict[str, str], message: str, kind: type[CjmineError]
) -> None:
    with pytest.raises(kind, match=message):
        _read(*values, **mapped)


def test_a_late_day_above_twelve_settles_the_whole_column() -> None:
    found = _read("01/02/2024 10:00", "25/02/2024 10:00")
    assert found.instants.to_list() == [_utc("2024-02-01 10:00:00"), _utc("2024-02-25 10:00:00")]
    assert found.warnings == (
        "column 't': read with the day first, because of values such as '25/02/2024 10:00'",
    )


def test_a_repeated_hour_is_the_earlier_and_counted() -> None:
    found = _read("2024-10-27 01:30:00", "2024-10-27 03:00:00")
    assert found.instants[0] == _utc("2024-10-27 00:30:00")
    assert found.warnings[0].startswith("column 't': 1 local times occur twice")


def test_precision_is_known_per_value() -> None:
    found = _read("2024-01-02 10:00:00", "2024-01-02 10:00", "2024-01-02")
    assert found.precision.to_list() == ["s", "min", "day"]
    assert "1 dates have no time of day" in found.warnings[0]


def test_offsets_that_differ_by_row_are_ordered_by_instant() -> None:
    found = _read("2024-01-02T10:00:00+02:00", "2024-01-02T09:30:00Z")
    assert found.instants.is_sorted()


def test_seconds_among_milliseconds_do_not_overflow() -> None:
    found = _read("1704189600000", "1" * 30, "x", format="epoch s")
    assert found.instants.null_count() == 3
