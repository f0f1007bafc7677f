"""Was the promised time kept: SLA (domain.md 2.17, ruling 13), and when was it due?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cjmine.northmoor.acts import What
from cjmine.northmoor.clock import LOG_END, is_working
from cjmine.northmoor.truth.deviations import Course
from cjmine.northmoor.truth.plan import final, reaches
from cjmine.northmoor.truth.views import Instance, Seen, Thread

_ONE = timedelta(days=1)
_DAYS_NEVER = 3660  # a clock that stands still for ten years is not due


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A promise: from one step to another within so many days, working days or all."""

    name: str
    stop: What
    days: int
    working: bool


STANDARDS = (
    Standard(name="new-bill", stop=What.BILL, days=10, working=True),
    Standard(name="benefit-change", stop=What.DECIDE, days=9, working=False),
)


def add_days(start: date, days: int, *, working: bool, paused: Collection[date] = ()) -> date:
    """Return the last day in time; the day of the start does not count, nor do paused days."""
    day = start
    for _ in range(_DAYS_NEVER):
        if days == 0:
            return day
        day += _ONE
        if day not in paused and (is_working(day) or not working):
            days -= 1
    return date.max


def working_days(first: date, last: date) -> int:
    """Count the working days after ``first`` up to ``last``."""
    return sum(is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def pauses(acts: Sequence[Seen], last: date) -> frozenset[date]:
    """Return the days on which the council waited for evidence, the day of the request not among them."""
    days: set[date] = set()
    asked: date | None = None
    for one in acts:
        if one.act.what is What.REQUEST and asked is None:
            asked = one.act.at.date()
        elif one.act.what is What.PROVIDE and asked is not None:
            days.update(asked + timedelta(days=n) for n in range(1, (one.act.at.date() - asked).days + 1))
            asked = None
    if asked is not None:
        days.update(asked + timedelta(days=n) for n in range(1, (last - asked).days + 1))
    return frozenset(days)


def due(thread: Thread, standard: Standard) -> tuple[Seen, date, Seen | None] | None:
    """Return when the clock started, when the promise falls due and what stopped it, if it started."""
    start = next((one for one in thread.acts if one.act.what is What.NOTIFY), None)
    if start is None:
        return None
    stop = next(
        (one for one in thread.acts if one.act.what is standard.stop and one.start >= start.start), None
    )
    last = LOG_END.date() if stop is None else stop.act.at.date()
    counted = [one for one in thread.acts if one.start >= start.start]
    day = add_days(start.act.at.date(), standard.days, working=standard.working, paused=pauses(counted, last))
    return start, day, stop


def breaches(thread: Thread, course: Course) -> Iterator[Instance]:
    """Return the standards that were not kept, or are late already."""
    for standard in STANDARDS:
        clock = due(thread, standard)
        if clock is None:
            continue
        start, day, stop = clock
        late = stop is not None and stop.act.at.date() > day
        open_late = stop is None and day < LOG_END.date() and still_due(course, standard)
        if not late and not open_late:
            continue
        last = start if stop is None else stop
        yield Instance(
            code="SLA",
            acts=tuple(sorted({start.pos, last.pos})),
            primary=last.pos,
            journey=thread.journey,
            step=standard.name,
            detail="breached" if late else "open_breached",
        )


def still_due(course: Course, standard: Standard) -> bool:
    """Say whether the plan can still come to the step that stops the clock."""
    if course.stop is not None or not course.prefix:
        return False
    state = course.moves[-1].after if course.moves else None
    return state is None or (not final(state) and reaches(state, standard.stop.value))
