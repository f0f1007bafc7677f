"""A small builder of lives: acts one by one, hours after a Monday morning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from cjmine.domain.vocabulary import Channel, Direction
from cjmine.northmoor.acts import Act, Ended, Journey, Life, Mark, Need, What
from cjmine.northmoor.person import SEGMENTS, Person
from cjmine.northmoor.truth.plan import CHANNELS

MONDAY = datetime(2025, 9, 1, 9, 0)  # noqa: DTZ001 - local by convention
_LETTERS = "N A U C O B X Z q p R r v c W e"
_WHATS = (
    *(What.NOTIFY, What.ACKNOWLEDGE, What.TENANCY, What.CLOSE, What.OPEN, What.BILL, What.NO_CLAIM),
    *(What.CONFIRM, What.REQUEST, What.PROVIDE, What.RATE, What.BROWSE, What.LOOK, What.CHASE),
    *(What.WITHDRAW, What.ENQUIRE),
)
CODES = dict(zip(_LETTERS.split(), _WHATS, strict=True))


def person(**more: Any) -> Person:
    plain = dict.fromkeys(SEGMENTS, "any") | {"access": "digital"}
    texts = dict.fromkeys(("forename", "surname", "address", "postcode", "uprn", "nino"), "x")
    return Person(
        **{"index": 0, "name": "P00001", "ids": {}, "listed": {}, "segments": plain, "born": date(1980, 1, 1)}
        | texts
        | more
    )


def act(what: What, hours: float, **more: Any) -> Act:
    """Return an act of the first journey, by the channel that the plan has for it."""
    channel = Channel(CHANNELS.get(what.value, ("internal",))[0])
    usual = {"what": what, "at": MONDAY + timedelta(hours=hours), "need": Need.MOVE, "journey": 0}
    return Act(**usual | {"channel": channel} | more)


def call(hours: float, contact: int, **more: Any) -> Act:
    usual = {"direction": Direction.INBOUND, "channel": Channel.PHONE, "service": "contact-centre"}
    return act(more.pop("what", What.ENQUIRE), hours, **usual | {"contact": contact, "reason": "ENQ"} | more)


def letter(hours: float, contact: int, **more: Any) -> Act:
    usual = {"direction": Direction.OUTBOUND, "channel": Channel.POST, "service": "council-tax"}
    return act(more.pop("what", What.ANSWER), hours, **usual | {"contact": contact} | more)


def life(*acts: Act, status: Ended = Ended.CENSORED, need: Need = Need.MOVE, **more: Any) -> Life:
    numbers = {one.journey for one in acts if one.journey is not None}
    start = min(one.at for one in acts)
    end = max(one.at for one in acts)
    journey = Journey(need=need, motive="", start=start, end=end, status=status, period="after")
    return Life(
        **{
            "person": person(),
            "acts": acts,
            "journeys": (journey,) * len(numbers),
            "planted": (),
            "decoys": (),
        }
        | more
    )


def move(trace: str, status: Ended | None = None, **more: Any) -> Life:
    """Return a move with one act a day, told in letters."""
    acts = [act(CODES[letter], 24 * number) for number, letter in enumerate(trace.replace(" ", ""))]
    ended = Ended.COMPLETE if "Z" in trace else Ended.STOPPED if "W" in trace else Ended.CENSORED
    return life(*acts, status=status or ended, **more)


def mark(code: str, *acts: int, primary: int | None = None, step: str = "", pattern: str = "test") -> Mark:
    return Mark(
        code=code, pattern=pattern, acts=acts, primary=acts[-1] if primary is None else primary, step=step
    )
