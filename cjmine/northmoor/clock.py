"""When does the council work? Local wall-clock times (Europe/London) between the first and the last day.

Inside the simulation every time is local and naive; exports turn it into what
their system writes. No event lies between midnight and two in the morning, so
the change of clocks never makes a local time ambiguous or impossible.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cjmine.northmoor.dice import Dice

ZONE = ZoneInfo("Europe/London")
FIRST_DAY = date(2025, 7, 1)
LOG_END = datetime(2026, 6, 30, 23, 59, 59)  # noqa: DTZ001 - local by convention, see above
OPENS = time(9)

# Bank holidays in England and Wales, https://www.gov.uk/bank-holidays
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-08-25", "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06"),
        *("2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28"),
    )
)
_SATURDAY = 5
# The hour a contact falls in: late morning is busiest, most of all on Mondays (domain.md 6.1).
_HOURS = tuple(range(9, 17))
_USUAL, _MONDAY = (9, 13, 13, 10, 9, 11, 10, 8), (9, 22, 20, 10, 8, 9, 8, 6)
_WEB_HOURS = tuple(range(7, 23))
_WEB = (2, 4, 6, 7, 7, 7, 8, 7, 6, 6, 7, 8, 10, 11, 9, 5)


def is_working(day: date) -> bool:
    """Say whether the offices are open on ``day``."""
    return day.weekday() < _SATURDAY and day not in HOLIDAYS


WORKING_DAYS = tuple(
    day for at in range(570) if is_working(day := FIRST_DAY - timedelta(days=21) + timedelta(days=at))
)


def office_time(dice: Dice, day: date) -> datetime:
    """Return a moment of ``day`` within office hours."""
    hour = dice.pick(_HOURS, _USUAL if day.weekday() else _MONDAY)
    return datetime.combine(day, time(hour, dice.between(0, 44 if hour == _HOURS[-1] else 59))) + _seconds(
        dice
    )


def web_time(dice: Dice, day: date) -> datetime:
    """Return a moment of ``day`` at which people use a web site, never at night."""
    return datetime.combine(day, time(dice.pick(_WEB_HOURS, _WEB), dice.between(0, 49))) + _seconds(dice)


def awake(at: datetime) -> datetime:
    """Return ``at``, or seven hours later where that is the small hours of the night."""
    return at + timedelta(hours=7) if at.hour < _WEB_HOURS[0] else at


def work_after(dice: Dice, after: datetime, least: int, most: int) -> datetime:
    """Return an office time ``least`` to ``most`` (at least 1) working days later, so on a later day."""
    at = bisect_right(WORKING_DAYS, after.date()) - 1
    return office_time(dice, WORKING_DAYS[at + dice.between(least, most)])


def web_after(dice: Dice, after: datetime, least: int, most: int) -> datetime:
    """Return a web time ``least`` to ``most`` calendar days later."""
    return web_time(dice, after.date() + timedelta(days=dice.between(least, most)))


def office_between(dice: Dice, low: datetime, high: datetime) -> datetime | None:
    """Return an office time between two moments, or ``None`` where the offices stay closed."""
    spans: list[tuple[datetime, int]] = []
    for at in range((high.date() - low.date()).days + 1):
        day = low.date() + timedelta(days=at)
        start = max(low, datetime.combine(day, OPENS))
        minutes = int((min(high, datetime.combine(day, time(16, 45))) - start).total_seconds() // 60)
        if is_working(day) and minutes > 0:
            spans.append((start, minutes))
    if not spans:
        return None
    start, minutes = dice.pick(spans)
    return start + timedelta(minutes=dice.between(0, minutes - 1)) + _seconds(dice)


def utc(local: datetime) -> datetime:
    """Return a local moment as an instant in UTC."""
    return local.replace(tzinfo=ZONE).astimezone(UTC)


def _seconds(dice: Dice) -> timedelta:
    return timedelta(seconds=dice.between(0, 59))
