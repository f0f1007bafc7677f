"""One journey's true story while it is being told: acts come in any order, and the log's end cuts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Precision
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act, Mark, Need, What
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.patterns import CODES
from cjmine.northmoor.person import Person
from cjmine.northmoor.stories.plan import Plan

BILL_LIMIT = 10  # working days from the notice to the bill, pauses not counted
_SPOKEN = {Channel.PHONE: (120, 480), Channel.FACE_TO_FACE: (300, 1_200)}
_BY_THE_MINUTE = frozenset({COUNCIL_TAX, BENEFITS})
_AHEAD = 4  # journeys a person may have in each numbering


@dataclass(slots=True)
class Story:
    """Acts and marks so far; ``now`` is the moment up to which the journey has come.

    ``slack`` is how many working days may be lost before the bill is late, ``told``
    the act that told the council of the need, ``pauses`` the days from a request to the customer's answer.
    """

    plan: Plan
    dice: Dice
    contacts: Iterator[int]
    now: datetime
    acts: list[Act] = field(default_factory=list)
    planted: list[Mark] = field(default_factory=list)
    decoys: list[Mark] = field(default_factory=list)
    pauses: list[tuple[date, date]] = field(default_factory=list)
    told: int = 0
    slack: int = 99
    logged: bool = False

    @property
    def person(self) -> Person:
        """Whose story it is."""
        return self.plan.person

    @property
    def names(self) -> set[str]:
        """The patterns that it is to have."""
        return self.plan.names

    def item(self, service: str) -> str:
        """Return the reference of a service's work item for this journey."""
        serial = _AHEAD * self.person.index + self.plan.number + 10_001
        return f"{_PREFIX[service]}{serial}"

    def add(self, what: What, at: datetime, **more: Any) -> int:  # noqa: ANN401 - the fields of Act
        """Add an act, which also moves the story on; return its number."""
        self.now = max(self.now, at)
        return self.aside(what, at, **more)

    def aside(self, what: What, at: datetime, **more: Any) -> int:  # noqa: ANN401 - the fields of Act
        """Add an act that the journey does not wait for; return its number."""
        channel, service = more.get("channel", Channel.INTERNAL), more.get("service")
        direction = more.setdefault("direction", Direction.INTERNAL)
        if direction is not Direction.INTERNAL and "contact" not in more:
            more["contact"] = next(self.contacts)
        spoken = _SPOKEN.get(channel)
        if spoken and "until" not in more:
            more["until"] = _spoken_until(at, self.dice.between(*spoken))
        more.setdefault("precision", self._precision(channel, direction, service))
        more.setdefault("journey", self.plan.number)
        more.setdefault("need", self.plan.need)
        if service == CONTACT_CENTRE and channel is not Channel.WEB and more["need"] is self.plan.need:
            more.setdefault("item", self.item(CONTACT_CENTRE))
        self.acts.append(Act(what=what, at=at, **more))
        return len(self.acts) - 1

    def hear(self, what: What, at: datetime, channel: Channel, service: str | None, **more: Any) -> int:  # noqa: ANN401
        """Add a contact that the customer makes, without moving the story on."""
        return self.aside(what, at, channel=channel, service=service, direction=Direction.INBOUND, **more)

    def send(self, what: What, at: datetime, channel: Channel, service: str, **more: Any) -> int:  # noqa: ANN401
        """Add something the council sends, which moves the story on."""
        return self.add(what, at, channel=channel, service=service, direction=Direction.OUTBOUND, **more)

    def work(self, what: What, at: datetime, service: str, **more: Any) -> int:  # noqa: ANN401
        """Add something done behind the counter, which moves the story on."""
        more.setdefault("item", self.item(service))
        return self.add(what, at, service=service, **more)

    def mark(self, pattern: str, code: str, *acts: int, primary: int | None = None, step: str = "") -> None:
        """Note that ``acts`` show ``pattern``; the last is the primary one unless said otherwise."""
        kept = self.planted if code in CODES[pattern] else self.decoys
        first = acts[-1] if primary is None else primary
        kept.append(Mark(code=code, pattern=pattern, acts=acts, primary=first, step=step))

    def change(self, number: int, **more: Any) -> None:  # noqa: ANN401 - the fields of Act
        """Tell an act anew."""
        self.acts[number] = replace(self.acts[number], **more)

    def spent(self, day: date) -> int:
        """Return the working days from the first contact to ``day`` but pauses (domain.md 0.1, ruling 13)."""
        gross = clock.rank(day) - clock.rank(self.plan.start.date())
        return gross - sum(
            clock.rank(min(end, day)) - clock.rank(begin) for begin, end in self.pauses if begin < day
        )

    def wait(self, least: int, most: int) -> datetime:
        """Return an office time ``least`` to ``most`` working days on, as far as there is slack."""
        extra = self.dice.between(0, max(0, min(most - least, self.slack)))
        self.slack -= extra
        return clock.office_time(self.dice, clock.working_day(self.now.date(), least + extra))

    def last_heard(self, before: datetime) -> datetime:
        """Return when the customer last made contact about this need before a moment."""
        return max(
            (act.ends for act in self.acts if act.direction is Direction.INBOUND and act.at < before),
            default=self.plan.start,
        )

    def _precision(self, channel: Channel, direction: Direction, service: str | None) -> Precision:
        """Return how exactly the best record of an act knows its time."""
        by_hand = channel is Channel.POST or direction is not Direction.INBOUND
        if service == HOUSING and by_hand:
            return Precision.DAY if self.person.tenant else Precision.MINUTE
        if service in _BY_THE_MINUTE and by_hand:
            return Precision.MINUTE
        return Precision.SECOND

    def opened(self) -> None:
        """Let the first act of the contact centre that its system knows of open the case."""
        own = self.item(CONTACT_CENTRE)
        first = min(
            (at for at, act in enumerate(self.acts) if act.item == own),
            key=lambda at: self.acts[at].at,
            default=None,
        )
        if first is not None and self.acts[first].item_state is None:
            self.change(first, item_state=ItemState.OPEN)

    def close_case(self) -> int:
        """Close the contact centre's case in bulk on the Friday after the end; return the act's number."""
        friday = clock.friday_after(self.now)
        return self.aside(
            What.CLOSE_CASE,
            friday + timedelta(seconds=self.dice.between(0, 240)),
            service=CONTACT_CENTRE,
            item=self.item(CONTACT_CENTRE),
            item_state=ItemState.CLOSE,
            bulk=True,
        )


_PREFIX = {CONTACT_CENTRE: "NM", HOUSING: "H", COUNCIL_TAX: "CT", BENEFITS: "HB", "parking": "PK"}
OTHER_NEED: dict[str, Any] = {"journey": None, "need": Need.BINS, "reason": "BINS"}


def _spoken_until(at: datetime, seconds: int) -> datetime:
    """Return when a conversation is over; ``+`` would forget which of two equal hours it is."""
    return (at + timedelta(seconds=seconds)).replace(fold=at.fold)
