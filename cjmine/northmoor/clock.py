"""When does the council work? Local wall-clock times (Europe/London) between the first and the last day.

Inside the simulation every time is local and naive; exports turn it into what
their system writes. No act lies between midnight and two in the morning but the
emergency calls of the two nights on which the clocks go back: those carry
``fold``, so that a local time is never ambiguous or impossible.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cjmine.northmoor.dice import Dice

ZONE = ZoneInfo("Europe/London")
FIRST_DAY, CHANGE_DAY, LAST_DAY = date(2024, 7, 1), date(2025, 7, 1), date(2026, 6, 30)
LOG_START = datetime.combine(FIRST_DAY, time())
CHANGE = datetime.combine(CHANGE_DAY, time())
LOG_END = datetime.combine(LAST_DAY, time(23, 59, 59))
CLOCKS_BACK = (date(2024, 10, 27), date(2025, 10, 26))
OPENS, LAST_CALL = time(9), time(16, 45)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))

# Bank holidays in England and Wales, https://www.gov.uk/bank-holidays
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2024-08-26", "2024-12-25", "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21"),
        *("2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25", "2025-12-26", "2026-01-01"),
        *("2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31"),
        *("2026-12-25", "2026-12-28"),
    )
)
_SATURDAY, _FRIDAY = 5, 4
# The hour a contact falls in: late morning is busiest, most of all on Mondays (domain.md 6.1).
_HOURS = tuple(range(9, 17))
_USUAL, _MONDAY = (9, 13, 13, 10, 9, 11, 10, 8), (9, 22, 20, 10, 8, 9, 8, 6)
_WEB_HOURS = tuple(range(7, 23))
_WEB = (2, 4, 6, 7, 7, 7, 8, 7, 6, 6, 7, 8, 10, 11, 9, 5)
_TRIES = 6


def is_working(day: date) -> bool:
    """Say whether the offices are open on ``day``."""
    return day.weekday() < _SATURDAY and day not in HOLIDAYS


# The days around the log; lives run on for some months and are then cut.
_BEFORE = FIRST_DAY - timedelta(days=40)
_ORIGIN = _BEFORE.toordinal()
_DAYS = [_BEFORE + timedelta(days=at) for at in range(1_200)]
WORKING_DAYS = tuple(day for day in _DAYS if is_working(day))
_RANK = [bisect_right(WORKING_DAYS, day) for day in _DAYS]


def rank(day: date) -> int:
    """Return how many working days there are up to and including ``day``; differences count days worked."""
    return _RANK[day.toordinal() - _ORIGIN]


def working_day(after: date, ahead: int) -> date:
    """Return the ``ahead``-th working day after ``after`` (at 0 the last one not later than it)."""
    return WORKING_DAYS[rank(after) - 1 + ahead]


def office_time(dice: Dice, day: date) -> datetime:
    """Return a moment of ``day`` within office hours, calls to end before five included."""
    hour = dice.pick(_HOURS, _USUAL if day.weekday() else _MONDAY)
    return datetime(  # noqa: DTZ001 - local by convention, see above
        day.year,
        day.month,
        day.day,
        hour,
        dice.between(0, 44 if hour == _HOURS[-1] else 59),
        dice.between(0, 59),
    )


def web_time(dice: Dice, day: date) -> datetime:
    """Return a moment of ``day`` at which people use a web site, never at night."""
    return datetime(  # noqa: DTZ001 - local by convention, see above
        day.year,
        day.month,
        day.day,
        dice.pick(_WEB_HOURS, _WEB),
        dice.between(0, 49),
        dice.between(0, 59),
    )


def awake(at: datetime) -> datetime:
    """Return ``at``, or seven hours later where that is the small hours of the night."""
    return at + timedelta(hours=7) if at.hour < _WEB_HOURS[0] else at


def work_after(dice: Dice, after: datetime, least: int, most: int) -> datetime:
    """Return an office time ``least`` to ``most`` (at least 1) working days later, so on a later day."""
    return office_time(dice, working_day(after.date(), dice.between(least, most)))


def web_after(dice: Dice, after: datetime, least: int, most: int) -> datetime:
    """Return a web time ``least`` to ``most`` calendar days later."""
    return web_time(dice, after.date() + timedelta(days=dice.between(least, most)))


def later_on(dice: Dice, day: date, after: datetime) -> datetime:
    """Return an office time of ``day`` that is later than ``after``, minutes later if there is no other."""
    for _ in range(_TRIES):
        at = office_time(dice, day)
        if at > after + 2 * MINUTE:
            return at
    return max(datetime.combine(day, OPENS), after) + timedelta(seconds=dice.between(130, 600))


def office_between(dice: Dice, low: datetime, high: datetime) -> datetime | None:
    """Return an office time between two moments, or ``None`` where the offices stay closed."""
    spans: list[tuple[datetime, int]] = []
    for at in range((high.date() - low.date()).days + 1):
        day = low.date() + timedelta(days=at)
        if is_working(day):
            start = max(low, datetime.combine(day, OPENS))
            seconds = int((min(high, datetime.combine(day, LAST_CALL)) - start).total_seconds())
            if seconds > 0:
                spans.append((start, seconds))
    if not spans:
        return None
    start, seconds = dice.pick(spans)
    return start + timedelta(seconds=dice.between(0, seconds - 1))


def friday_after(at: datetime) -> datetime:
    """Return half past four on the first Friday afternoon after ``at``, when cases are closed in bulk."""
    ahead = (_FRIDAY - at.weekday()) % 7
    closing = datetime.combine(at.date() + timedelta(days=ahead), time(16, 30))
    return closing if closing > at else closing + timedelta(days=7)


def utc(local: datetime) -> datetime:
    """Return a local moment as an instant in UTC."""
    return local.replace(tzinfo=ZONE).astimezone(UTC)
