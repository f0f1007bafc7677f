from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjmine.domain.deadlines import Deadlines
from cjmine.domain.plan import Length, Unit
from cjmine.domain.tables import TIME
from cjmine.domain.working_time import WorkingCalendar

HOLIDAYS = ("2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25")
LONDON = ZoneInfo("Europe/London")
ENGLAND = Deadlines(calendar=WorkingCalendar(timezone="Europe/London", holidays=HOLIDAYS), told=True)
MICRO = timedelta(microseconds=1)


def local(day: str, at: time = time(0)) -> datetime:
    return datetime.combine(date.fromisoformat(day), at, LONDON).astimezone(UTC)


def one(*times: datetime | None) -> pl.Series:
    return pl.Series(times, dtype=TIME)


def due(since: datetime, amount: int, unit: Unit, more: int = 0) -> datetime:
    (found,) = ENGLAND.due(one(since), Length(amount, unit), more)
    assert isinstance(found, datetime)
    return found


@pytest.mark.parametrize(
    ("since", "amount", "unit", "last"),
    [
        ("2026-04-02", 10, Unit.WORKING_DAY, "2026-04-20"),  # Good Friday and Easter Monday
        ("2026-05-23", 5, Unit.WORKING_DAY, "2026-06-01"),  # from a Saturday, over a bank holiday
        ("2026-04-02", 9, Unit.DAY, "2026-04-11"),
        ("2026-03-28", 1, Unit.DAY, "2026-03-29"),  # the clocks change
        ("2026-05-23", 0, Unit.WORKING_DAY, "2026-05-23"),
    ],
)
def test_days_are_counted_by_date_and_last_to_midnight(
    since: str, amount: int, unit: Unit, last: str
) -> None:
    found = due(local(since, time(11, 30)), amount, unit)
    after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    assert found == local(after) - MICRO
    (earliest,) = ENGLAND.earliest(one(local(since, time(23, 59))), Length(amount, unit))
    assert earliest == local(last)


def test_more_days_lengthen_each_its_own() -> None:
    start = local("2026-04-02", time(9))
    assert due(start, 7, Unit.WORKING_DAY, 3) == due(start, 10, Unit.WORKING_DAY)
    assert due(start, 1, Unit.HOUR, 60_000_000) == start + timedelta(minutes=61)


def test_hours_are_exact_and_working_hours_are_office_hours() -> None:
    friday = local("2026-05-22", time(16))
    assert due(friday, 4, Unit.HOUR) == friday + timedelta(hours=4)
    assert due(friday, 30, Unit.MINUTE) == friday + timedelta(minutes=30)
    assert due(friday, 1, Unit.WORKING_HOUR) == local("2026-05-22", time(17))
    assert due(friday, 2, Unit.WORKING_HOUR) == local("2026-05-26", time(10))  # Monday is a holiday
    assert due(local("2026-05-23", time(12)), 8, Unit.WORKING_HOUR) == local("2026-05-26", time(17))


def test_nothing_to_count_from_is_due_never() -> None:
    for length in (Length(2, Unit.DAY), Length(2, Unit.HOUR), Length(2, Unit.WORKING_HOUR)):
        assert ENGLAND.due(one(None, local("2026-01-05")), length).null_count() == 1
        assert ENGLAND.earliest(one(None), length).null_count() == 1
        assert ENGLAND.spent(one(None), one(local("2026-01-05")), length.unit).null_count() == 1


def test_midnight_may_be_skipped() -> None:
    beirut = Deadlines(calendar=WorkingCalendar(timezone="Asia/Beirut"))
    (first,) = beirut.earliest(one(datetime(2022, 3, 26, 9, tzinfo=UTC)), Length(1, Unit.DAY))
    assert first == datetime(2022, 3, 26, 22, tzinfo=UTC)  # 00:00 became 01:00


@given(
    days=st.integers(0, 700),
    minute=st.integers(0, 24 * 60 - 1),
    amount=st.integers(0, 40),
    unit=st.sampled_from([Unit.DAY, Unit.WORKING_DAY, Unit.WORKING_HOUR]),
)
def test_what_is_due_is_spent_then_and_not_before(days: int, minute: int, amount: int, unit: Unit) -> None:
    since = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=days, minutes=minute)
    last = due(since, amount, unit)
    (spent,) = ENGLAND.spent(one(since), one(last), unit)
    (later,) = ENGLAND.spent(one(since), one(last + timedelta(days=7)), unit)
    assert spent == amount
    assert later > amount
    if unit is Unit.WORKING_HOUR and amount:
        (earlier,) = ENGLAND.spent(one(since), one(last - MICRO), unit)
        assert earlier < amount
    if unit is Unit.WORKING_DAY and amount:
        (earlier,) = ENGLAND.spent(one(since), one(last - timedelta(days=1)), unit)
        assert earlier == amount - 1


def test_time_spent_may_be_negative() -> None:
    monday, friday = local("2026-04-13", time(10)), local("2026-04-17", time(12))
    spent = {unit: ENGLAND.spent(one(friday), one(monday), unit)[0] for unit in Unit}
    assert spent == {
        Unit.DAY: -4,
        Unit.WORKING_DAY: -4,
        Unit.HOUR: -98,
        Unit.MINUTE: -98 * 60,
        Unit.WORKING_HOUR: -34,
    }
