"""What is true of one life: every instance of every definition, planted or not?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from cjmine.northmoor.acts import Ended, Life, Need
from cjmine.northmoor.clock import LOG_END
from cjmine.northmoor.truth.again import completes, duplicates, told_again
from cjmine.northmoor.truth.avoidable import avoidable
from cjmine.northmoor.truth.deviations import Course, course_of, deviations
from cjmine.northmoor.truth.handoffs import handoffs
from cjmine.northmoor.truth.loops import loops
from cjmine.northmoor.truth.marks import Held, held_against
from cjmine.northmoor.truth.selfservice import channel_shifts
from cjmine.northmoor.truth.standards import breaches
from cjmine.northmoor.truth.verdicts import status_faults
from cjmine.northmoor.truth.views import Instance, Thread, View, instant, view_of

_GIVEN_UP = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyFigures:
    """What one journey adds to the realised effects; ``days`` to its end, or as long as it was watched."""

    need: Need
    period: str
    access: str
    status: Ended
    start: datetime
    days: float
    inbound: int
    avoidable: int
    ratings: tuple[int, ...]
    codes: tuple[str, ...]
    visited: tuple[str, ...]
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTruth:
    """The truth about one life; ``faults`` are messages about a life that contradicts the rules itself."""

    life: Life
    view: View
    found: tuple[Instance, ...]
    held: Held
    figures: tuple[JourneyFigures, ...]
    faults: tuple[str, ...]


def truth_of(life: Life) -> LifeTruth:
    """Return everything that is true of a life."""
    view = view_of(life)
    courses = {
        thread.journey: course_of(thread, life.journeys[thread.journey].status)
        for thread in view.threads
        if thread.journey is not None and thread.planned
    }
    found = tuple(_instances(view, courses))
    return LifeTruth(
        life=life,
        view=view,
        found=found,
        held=held_against(life, found),
        figures=tuple(_figures(view, thread, found) for thread in view.threads if thread.journey is not None),
        faults=tuple(status_faults(view)),
    )


def _instances(view: View, courses: dict[int, Course]) -> Iterator[Instance]:
    again = list(told_again(view))
    shifts = list(channel_shifts(view))
    places = frozenset(view.acts[one.primary].place for one in again)
    yield from chain(again, shifts, duplicates(view, courses), avoidable(view, again, shifts))
    for thread in view.threads:
        course = None if thread.journey is None else courses.get(thread.journey)
        yield from loops(thread)
        yield from handoffs(thread, course, places)
        if course is not None:
            yield from deviations(course)
            yield from breaches(thread, course)


def _figures(view: View, thread: Thread, found: Sequence[Instance]) -> JourneyFigures:
    number = -1 if thread.journey is None else thread.journey
    journey = view.life.journeys[number]
    here = [one for one in found if one.journey == number and not one.intended]
    inbound = [c for c in view.contacts if c.inbound and c.named.act.journey == number]
    avoided = {one.primary for one in here if one.code.startswith("A")}
    return JourneyFigures(
        need=journey.need,
        period=journey.period,
        access=view.life.person.segments["access"],
        status=journey.status,
        start=journey.start,
        days=(_ended(thread, journey.status) - thread.acts[0].start) / timedelta(days=1),
        inbound=len(inbound),
        avoidable=sum(contact.named.pos in avoided for contact in inbound),
        ratings=tuple(one.act.rating for one in thread.acts if one.act.rating is not None),
        codes=tuple(one.code for one in here),
        visited=tuple(sorted({one.label for one in thread.acts})),
        last=thread.acts[-1].label,
    )


def _ended(thread: Thread, status: Ended) -> datetime:
    """Return when a journey was over: served, given up after 30 days' silence, or no longer watched."""
    end = instant(LOG_END)
    if status is Ended.COMPLETE:
        return next((one.start for one in thread.acts if completes(one, thread.need)), thread.acts[-1].start)
    if status is Ended.STOPPED:
        return thread.acts[-1].start
    return end if status is Ended.CENSORED else min(end, thread.acts[-1].end + _GIVEN_UP)
