from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain.tables import TIME
from cjmine.domain.working_time import WorkingCalendar

LONDON = WorkingCalendar(
    timezone="Europe/London",
    week="1111110",
    opens=time(9),
    closes=time(17, 30),
    holidays=("2026-04-03", "2026-04-06"),
)
FIRST = datetime(2026, 3, 26, tzinfo=UTC)  # the clocks change on Sunday 29 March


def minutes(calendar: WorkingCalendar, start: datetime | None, end: datetime | None) -> float | None:
    (spent,) = calendar.between(pl.Series([start], dtype=TIME), pl.Series([end], dtype=TIME))
    return None if spent is None else spent / 60_000_000


def brute_force(calendar: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Count the minutes that begin in office hours, one by one."""
    count, zone = 0, ZoneInfo(calendar.timezone)
    while start < end:
        local = start.astimezone(zone)
        open_day = calendar.week[local.weekday()] == "1" and f"{local:%Y-%m-%d}" not in calendar.holidays
        count += open_day and calendar.opens <= local.time() < calendar.closes
        start += timedelta(minutes=1)
    return count


@settings(max_examples=60, deadline=None, derandomize=True)
@given(start=st.integers(0, 14 * 1440), length=st.integers(0, 6 * 1440))
def test_equals_a_count_of_minutes_across_the_change_of_clocks_and_holidays(start: int, length: int) -> None:
    begin = FIRST + timedelta(minutes=start)
    end = begin + timedelta(minutes=length)
    assert minutes(LONDON, begin, end) == brute_force(LONDON, begin, end)


def test_autumn_change_of_clocks() -> None:
    begin, end = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC)
    assert minutes(LONDON, begin, end) == brute_force(LONDON, begin, end) == 4.5 * 60 + 3 * 60


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-06T16:00", "2026-03-09T10:00", 1.5 + 8.5 + 1),  # Friday, a whole Saturday, Monday
        (
            "2026-04-02T16:00",
            "2026-04-07T09:00",
            0.5 + 8.5 + 1,
        ),  # summer time; a Saturday between two holidays
        ("2026-03-09T18:00", "2026-03-09T23:00", 0),
        ("2026-03-09T12:00", "2026-03-09T10:00", 0),  # reversed
    ],
)
def test_goldens(start: str, end: str, hours: float) -> None:
    begin, finish = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end))
    assert minutes(LONDON, begin, finish) == hours * 60


def test_null_stays_null() -> None:
    assert minutes(LONDON, None, FIRST) is None
    assert minutes(LONDON, FIRST, None) is None
    empty = pl.Series([], dtype=TIME)
    assert LONDON.between(empty, empty).dtype == pl.Int64
