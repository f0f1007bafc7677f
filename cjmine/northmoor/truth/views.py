"""How does the truth look at a life? Instants instead of wall clocks, who was first, contacts, sequences.

Written from domain.md 2 alone, in plain loops, and apart from the detectors it judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cjmine.domain.vocabulary import Channel, Direction, Precision
from cjmine.northmoor.acts import Act, Life, Need, What
from cjmine.northmoor.clock import ZONE
from cjmine.northmoor.truth.plan import PLAN_NEED, PLAN_STEPS

_DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
_ASIDE_GAP = timedelta(days=30)  # domain.md 2.6: leftovers are cut by the gap within a need

LOOKS = frozenset({What.BROWSE, What.LOOK, What.TRACK})

Place = tuple[str, int]
"""Where an act belongs: its contact, or itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance of a definition: its code, its acts (positions in the life), the one to look at first."""

    code: str
    acts: tuple[int, ...]
    primary: int
    journey: int | None = None
    step: str = ""
    intended: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """An act as it can be ordered: true instants, and the interval of the time that a record keeps."""

    pos: int
    act: Act
    label: str
    start: datetime
    end: datetime
    low: datetime
    high: datetime

    @property
    def place(self) -> Place:
        """The contact it is part of, or itself."""
        return ("act", self.pos) if self.act.contact is None else ("contact", self.act.contact)

    def before(self, other: Seen) -> bool:
        """Say whether this came first for sure; overlapping precision intervals are unordered."""
        return self.high <= other.low


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """All acts of one contact; its need is the first that any of them has."""

    number: int
    acts: tuple[Seen, ...]
    need: Need | None
    start: datetime
    end: datetime

    @property
    def first(self) -> Seen:
        """The act that began it."""
        return self.acts[0]

    @property
    def named(self) -> Seen:
        """The act it is named by: the first with a step of the plan, else the first."""
        return naming(self.acts)

    @property
    def inbound(self) -> bool:
        """Whether the customer began it; an answered survey is no contact of theirs."""
        return self.first.act.direction is Direction.INBOUND and self.first.act.channel is not Channel.SURVEY

    @property
    def looks(self) -> bool:
        """Whether the customer only looked at pages, and asked for nothing."""
        return all(one.act.what in LOOKS for one in self.acts)

    @property
    def channel(self) -> Channel:
        """By which channel it came."""
        return self.first.act.channel


@dataclass(frozen=True, slots=True, eq=False)
class Thread:
    """What happened for one need, in order: a journey, or asides of one need without long gaps."""

    journey: int | None
    need: Need | None
    acts: tuple[Seen, ...]

    @property
    def planned(self) -> bool:
        """Whether there is an intended journey for it."""
        return self.journey is not None and self.need == PLAN_NEED


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One life, ready to be searched."""

    life: Life
    acts: tuple[Seen, ...]
    contacts: tuple[Contact, ...]
    threads: tuple[Thread, ...]


def view_of(life: Life) -> View:
    """Return the life with instants, contacts and sequences."""
    acts = tuple(_seen(pos, act) for pos, act in enumerate(life.acts))
    return View(life, acts, _contacts(acts), _threads(life, acts))


def instant(local: datetime) -> datetime:
    """Return a local wall-clock time as an instant."""
    return (local.replace(tzinfo=ZONE) if local.tzinfo is None else local).astimezone(UTC)


def naming(acts: Iterable[Seen]) -> Seen:
    """Return the first act with a step of the plan, else the first act."""
    listed = list(acts)
    return next((one for one in listed if one.label in PLAN_STEPS), listed[0])


def unordered(first: Seen, second: Seen) -> bool:
    """Say whether it cannot be known which of the two came first."""
    return not first.before(second) and not second.before(first)


def _seen(pos: int, act: Act) -> Seen:
    start, at = instant(act.at), act.at
    if act.precision is Precision.DAY:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        low, high = instant(midnight), instant(midnight + _DAY)
    elif act.precision is Precision.MINUTE:
        low = start.replace(second=0, microsecond=0)
        high = low + _MINUTE
    else:
        low = start.replace(microsecond=0)
        high = low + _SECOND
    return Seen(pos, act, act.label, start, start if act.until is None else instant(act.until), low, high)


def _contacts(acts: Iterable[Seen]) -> tuple[Contact, ...]:
    groups: dict[int, list[Seen]] = {}
    for one in acts:
        if one.act.contact is not None:
            groups.setdefault(one.act.contact, []).append(one)
    found = []
    for number, group in groups.items():
        group.sort(key=lambda one: (one.start, one.pos))
        need = next((one.act.need for one in group if one.act.need is not None), None)
        start, end = group[0].start, max(one.end for one in group)
        found.append(Contact(number, tuple(group), need, start, end))
    return tuple(sorted(found, key=lambda contact: (contact.start, contact.number)))


def _threads(life: Life, acts: Iterable[Seen]) -> tuple[Thread, ...]:
    journeys: dict[int, list[Seen]] = {number: [] for number in range(len(life.journeys))}
    asides: dict[Need, list[Seen]] = {}
    for one in sorted(acts, key=lambda one: (one.low, one.pos)):
        if one.act.journey is not None:
            journeys[one.act.journey].append(one)
        elif one.act.need is not None:
            asides.setdefault(one.act.need, []).append(one)
    threads = [Thread(n, life.journeys[n].need, tuple(group)) for n, group in journeys.items() if group]
    for need, group in asides.items():
        threads += [Thread(None, need, part) for part in _parts(group)]
    return tuple(threads)


def _parts(group: list[Seen]) -> list[tuple[Seen, ...]]:
    parts: list[list[Seen]] = []
    for one in group:
        if parts and one.start - parts[-1][-1].end <= _ASIDE_GAP:
            parts[-1].append(one)
        else:
            parts.append([one])
    return [tuple(part) for part in parts]
