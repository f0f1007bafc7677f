"""What does an intended journey say beyond its flow: of each step, of time, and as rules?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from cjmine.domain.office_hours import OfficeHours, working_calendar
from cjmine.domain.working_time import WorkingCalendar


class Unit(StrEnum):
    """How a length of time is counted; a week is seven days."""

    MINUTE = "min"
    HOUR = "h"
    WORKING_HOUR = "wh"
    DAY = "d"
    WORKING_DAY = "wd"


WORKING = frozenset({Unit.WORKING_HOUR, Unit.WORKING_DAY})
"""Units that count only while the office works."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as the plan says it; a working calendar makes instants of it."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


class Anchor(StrEnum):
    """What a limit counts from: the latest earlier step, the journey's start, or a date the customer gave."""

    STEP = "step"
    START = "start"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time from something: ``10 wd of notify_move``."""

    length: Length
    anchor: Anchor
    name: str

    def __str__(self) -> str:
        return f"{self.length} of {self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands in its file, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """What the plan says of one step, beside its title and who takes it.

    ``channels`` is empty where any channel will do; ``info`` lists the items the
    customer gives with it; ``fails_to`` is the step that must follow a failure.
    """

    place: Place
    channels: tuple[str, ...] = ()
    prefer: str | None = None
    backstage: bool = False
    within: Limit | None = None
    not_before: Limit | None = None
    info: tuple[str, ...] = ()
    fails_to: str | None = None
    note: str = ""


class Template(StrEnum):
    """The rules of the notation, named as in Declare (Pesic, van der Aalst 2006), and four of our own."""

    PRECEDENCE = "precedence"
    RESPONSE = "response"
    NOT_SUCCESSION = "not succession"
    NOT_COEXISTENCE = "not co-existence"
    RESPONDED_EXISTENCE = "responded existence"
    ABSENCE = "absence"
    EXISTENCE = "existence"
    EXACTLY = "exactly"
    CHAIN_PRECEDENCE = "chain precedence"
    NEGATIVE_RESPONSE = "negative response"
    INIT = "init"
    END = "end"
    ITEM_ABSENCE = "item absence"
    ONLY_BY = "only by"
    ONLY_VIA = "only via"


ONCE = frozenset({Template.EXISTENCE, Template.EXACTLY, Template.INIT, Template.END})
"""Templates that every journey activates, once; the others are activated by each event of their step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence of ``rules``.

    ``activation`` is the step whose every event asks the question (the step
    counted, for the templates of ``ONCE``; the item, for ``ITEM_ABSENCE``);
    ``target`` is the step that must, or must not, be there, or the service or
    channel. ``number`` is N, ``length`` is D, both as far as the form has them.
    """

    template: Template
    text: str
    place: Place
    activation: str
    target: str = ""
    number: int = 0
    length: Length | None = None

    @property
    def by_order(self) -> bool:
        """Whether the order of steps decides it, without times, services or channels."""
        beyond = {Template.NEGATIVE_RESPONSE, Template.ONLY_BY, Template.ONLY_VIA}
        return self.length is None and self.template not in beyond


class Count(StrEnum):
    """Whether the day on which a standard's clock starts is its day 0 or its day 1."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A promise: a time from ``start`` to ``stop``, or a number of times in each journey.

    A time has ``limit``, and ``pause`` (from a step to the next of another) does
    not count; a number has ``most``, of the events of ``step`` or of those that
    give ``item``. What is received after ``received_after`` starts on the next
    working day.
    """

    name: str
    title: str
    place: Place
    start: str = ""
    stop: str = ""
    limit: Length | None = None
    pause: tuple[str, str] | None = None
    count: Count = Count.EXCLUSIVE
    received_after: time | None = None
    item: str = ""
    step: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanClock:
    """The clock of a plan's own lengths of time: zone, office hours and bank holidays."""

    timezone: str = "UTC"
    working: OfficeHours | None = None
    holidays: str | None = None

    def calendar(self, first: date, last: date) -> WorkingCalendar | None:
        """Return the working calendar of the years from ``first`` on, or ``None`` without office hours."""
        if self.working is None:
            return None
        return working_calendar(self.timezone, self.working, self.holidays, first, last)
