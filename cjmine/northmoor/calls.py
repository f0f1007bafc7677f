"""What does telephony write of a call? Three or four legs, no name, and no idea what it was about.

Losses: 3 % of numbers are withheld. Disguise: one call put through in ten comes
back under a new call id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor.acts import BENEFITS, BINS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act
from cjmine.northmoor.rows import Desk, Row

WITHHELD, NEW_CALL_ID, NO_QUEUE = 0.03, 0.1, 0.25
QUEUES = {CONTACT_CENTRE: "CC", COUNCIL_TAX: "CTAX", HOUSING: "HSG", BENEFITS: "BEN"}
_STAMP = "%d/%m/%Y %H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg of a call, before it has a caller and an id."""

    name: str
    queue: str
    seconds: int
    result: str = ""
    call: str
    pause: int = 0  # seconds of silence before it


def telephony(desk: Desk) -> tuple[list[Row], dict[int, datetime]]:
    """Return the legs of every call in order, and when each call ended by the number of its act."""
    rows: list[Row] = []
    ends: dict[int, datetime] = {}
    for number, act in enumerate(desk.life.acts):
        if act.channel is Channel.PHONE:
            rows.extend(_call(desk, number, act, ends))
    return rows, ends


def _call(desk: Desk, number: int, act: Act, ends: dict[int, datetime]) -> Iterator[Row]:
    person = desk.life.person
    withheld = desk.dice.chance(WITHHELD)
    at = act.at
    for leg in _legs(desk, act):
        at += timedelta(seconds=leg.pause)
        ends[number] = at + timedelta(seconds=leg.seconds)
        cells = {
            "call_id": leg.call,
            "caller": "" if withheld else person.ids["phone"],
            "option": "3" if act.need == BINS else "1",
            "leg": leg.name,
            "queue": leg.queue,
            "started": at.strftime(_STAMP),
            "ended": ends[number].strftime(_STAMP),
            "result": leg.result,
        }
        yield Row(
            system="telephony",
            at=at,
            act=(person.index, number),
            cells=cells,
            source_id=None if withheld else person.ids["phone"],
            linkable=not withheld and person.joined("phone"),
        )
        at = ends[number]


def _legs(desk: Desk, act: Act) -> Iterator[Leg]:
    dice, queue = desk.dice, QUEUES[str(act.service)]
    call = f"{act.at:%y%m%d}-{dice.token(6)}"
    yield Leg(name="IVR", queue=queue, seconds=dice.between(15, 60), call=call)
    if not (act.onward or dice.chance(NO_QUEUE)):
        yield Leg(name="QUEUE", queue=queue, seconds=dice.between(5, 150), call=call)
    sent_on = act.outcome is Outcome.TRANSFERRED
    result = "TRF" if act.onward else "REF" if sent_on else "ANS"
    yield Leg(name="ANSWER", queue=queue, seconds=dice.between(120, 280), result=result, call=call)
    if act.onward:
        queue = QUEUES[act.onward]
        again = f"{act.at:%y%m%d}-{dice.token(6)}" if dice.chance(NEW_CALL_ID) else call
        pause = dice.between(5, 55)
        yield Leg(
            name="ANSWER", queue=queue, seconds=dice.between(120, 280), result="ANS", call=again, pause=pause
        )
        call = again
    yield Leg(name="WRAP", queue=queue, seconds=dice.between(20, 45), call=call)
