"""When is an office open: its hours and its holidays, as people write them?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from cjmine.domain.working_time import WorkingCalendar
from cjmine.errors import nearest

_WORKING = re.compile(r"(\w{3})-(\w{3}) (\d\d):(\d\d)-(\d\d):(\d\d)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAYS = {
    "england": ("GB", "ENG"),
    "wales": ("GB", "WLS"),
    "scotland": ("GB", "SCT"),
    "northern-ireland": ("GB", "NIR"),
    "netherlands": ("NL", None),
    "new-york": ("US", "NY"),
}
"""Name of a holiday calendar to its country and part."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """``week`` is seven ``1``/``0`` from Monday; ``opens`` and ``closes`` are local wall times."""

    week: str
    opens: time
    closes: time


def office_hours(text: str) -> OfficeHours:
    """Read ``Mon-Fri 09:00-17:00``; the last day may lie before the first, as in ``Sun-Thu``.

    Raises ``ValueError`` naming the form.

    >>> office_hours("Mon-Fri 09:00-17:00").week
    '1111100'
    """
    found = _WORKING.fullmatch(text)
    hours = _times(found) if found is not None and {found[1], found[2]} <= set(_DAYS) else None
    if found is None or hours is None:
        msg = f"{text!r} is not understood; write office hours as 'Mon-Fri 09:00-17:00'"
        raise ValueError(msg)
    begin, end = _DAYS.index(found[1]), _DAYS.index(found[2])
    days = {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return OfficeHours("".join("1" if day in days else "0" for day in range(7)), *hours)


def _times(found: re.Match[str]) -> tuple[time, time] | None:
    try:
        opens, closes = time(int(found[3]), int(found[4])), time(int(found[5]), int(found[6]))
    except ValueError:
        return None
    return (opens, closes) if opens < closes else None


def holiday_fault(name: str) -> str:
    """Say what is wrong with the name of a holiday calendar; nothing where it is known."""
    if name in HOLIDAYS:
        return ""
    near = nearest(name, HOLIDAYS) or f"; one of {', '.join(HOLIDAYS)}"
    return f"{name!r} is not a known holiday calendar{near}"


def zone_fault(zone: str) -> str:
    """Say what is wrong with the name of a time zone; nothing where it is known."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        near = nearest(zone, available_timezones()) or "; write an IANA name such as 'Europe/London'"
        return f"{zone!r} is not a time zone{near}"
    return ""


def working_calendar(
    timezone: str, hours: OfficeHours, holidays: str | None, first: date, last: date
) -> WorkingCalendar:
    """Return the office hours of the years from ``first`` to the one after ``last``."""
    closed: list[str] = []
    if holidays is not None:
        import holidays as known  # noqa: PLC0415 (slow to import, and only needed here)

        country, part = HOLIDAYS[holidays]
        years = range(first.year, last.year + 2)
        closed = sorted(str(day) for day in known.country_holidays(country, subdiv=part, years=years))
    return WorkingCalendar(
        timezone=timezone, week=hours.week, opens=hours.opens, closes=hours.closes, holidays=tuple(closed)
    )
