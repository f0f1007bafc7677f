"""What does telephony write of a call? Three or four legs, no name, and no idea what it was about.

Losses: 8 % of numbers are withheld. Disguises: local times without a zone, so
that the hour in which the clocks go back comes twice; of the calls put through,
one in ten comes back under a new call id; since July 2025 a column has a new name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, Need, What
from cjmine.northmoor.systems.desk import Desk, Row, System, local, team

WITHHELD, NEW_CALL_ID, NO_QUEUE = 0.08, 0.1, 0.25
STAMP = "%d/%m/%Y %H:%M:%S"
STARTED, ENDED = 5, 6  # places of the times among the cells
COLUMNS = ("call_id", "caller", "option", "leg", "queue", "started", "ended", "result", "consult")
RENAMED, RENAMED_FROM = {"caller": "caller_number"}, "2025H2"
OPTIONS = {
    Need.MOVE: "1",
    Need.DISCOUNT: "2",
    Need.CLAIM: "3",
    Need.REPAIR: "4",
    Need.PERMIT: "5",
    Need.BINS: "6",
}
RESULTS = {Outcome.COMPLETED: "ANS", Outcome.TRANSFERRED: "TRF"}
CARRIED = "REF"  # told to ring elsewhere
_SPOKEN, _SHORTEST = timedelta(minutes=4), timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """How a call presents itself: its number, if it shows one, and its id, which may change on the way."""

    number: str
    call: str
    linkable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg of a call."""

    name: str
    start: datetime
    end: datetime
    result: str = ""
    consult: str = ""


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the legs of every call in order; note at the desk when each call ended."""
    calls: dict[int | None, tuple[int, Caller]] = {}
    for number, act in desk.acts_of(System.TELEPHONY):
        first, caller = calls.get(act.contact, (number, None))
        if act.what is not What.PUT_THROUGH or caller is None:
            first, caller = number, _caller(desk, act)
        elif desk.dice.chance(NEW_CALL_ID):
            caller = Caller(number=caller.number, call=_call_id(desk, act), linkable=caller.linkable)
        calls[act.contact] = first, caller
        for leg in _legs(desk, act):
            yield _row(number, act, leg, caller)
            desk.ends[first] = leg.end


def _caller(desk: Desk, act: Act) -> Caller:
    withheld = desk.dice.chance(WITHHELD)
    return Caller(
        number="" if withheld else desk.person.ids["phone"],
        call=_call_id(desk, act),
        linkable=not withheld and desk.person.joined("phone"),
    )


def _call_id(desk: Desk, act: Act) -> str:
    return f"{act.at:%y%m%d}-{desk.dice.token(6)}"


def _legs(desk: Desk, act: Act) -> Iterator[Leg]:
    """Yield menu, queue, conversation and, where the call ends here, the adviser's notes."""
    dice, start = desk.dice, clock.utc(act.at)
    end = start + _SPOKEN if act.until is None else clock.utc(act.until)
    end = max(end, start + _SHORTEST)
    wrap = Leg(name="WRAP", start=end, end=end + timedelta(seconds=dice.between(20, 45)))
    if act.what is What.PUT_THROUGH:
        consult = "Y" if act.warm else "N"
        yield Leg(name="XFER", start=start, end=end, result=RESULTS[act.outcome], consult=consult)
        yield wrap
        return
    at = start + timedelta(seconds=dice.between(15, 35))
    yield Leg(name="IVR", start=start, end=at)
    if not (act.onward or dice.chance(NO_QUEUE)):
        queued = at + timedelta(seconds=dice.between(5, 40))
        yield Leg(name="QUEUE", start=at, end=queued)
        at = queued
    carried = act.outcome is Outcome.TRANSFERRED and act.onward is None
    yield Leg(name="ANSWER", start=at, end=end, result=CARRIED if carried else RESULTS[act.outcome])
    if act.onward is None:
        yield wrap


def _row(number: int, act: Act, leg: Leg, caller: Caller) -> Row:
    started = local(leg.start)
    half = 1 if started.month <= 6 else 2  # noqa: PLR2004 - half years
    return Row(
        system=System.TELEPHONY,
        file=f"telephony/calls-{started.year}H{half}.csv",
        at=leg.start,
        act=number,
        cells=(
            caller.call,
            caller.number,
            OPTIONS[act.need] if act.need else "",
            leg.name,
            team(act),
            started.strftime(STAMP),
            local(leg.end).strftime(STAMP),
            leg.result,
            leg.consult,
        ),
        source_id=caller.number or None,
        linkable=caller.linkable,
    )
