"""When does a need arise, and where does the customer turn first?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Need
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person

_WEB, _PHONE, _VISIT = Channel.WEB, Channel.PHONE, Channel.FACE_TO_FACE
_CHANNELS = (_WEB, _PHONE, _VISIT)
# need -> weights of web, phone and visit for people at home on the web, and for those who need help
_TURN_TO = {
    Need.MOVE: ((60, 33, 7), (36, 50, 14)),
    Need.DISCOUNT: ((65, 30, 5), (36, 54, 10)),
    Need.CLAIM: ((60, 22, 18), (36, 34, 30)),
    Need.REPAIR: ((25, 75, 0), (10, 90, 0)),
    Need.PERMIT: ((85, 15, 0), (50, 50, 0)),
}
_SUMMER, _BILLING = frozenset({7, 8, 9}), frozenset({3, 4})
_MORE_MOVES, _MORE_BILLS, _MORE_AT_THE_END = 1.35, 2.0, 1.5
_MONDAY_RUSH = 1.25
_LAST_WEEKS = date(2026, 6, 8)  # the end of the school year's tenancies


def first_contact(dice: Dice, person: Person, need: Need) -> Channel:
    """Return how a person first turns to the council; the web takes an account."""
    digital, assisted = _TURN_TO[need]
    channel = dice.pick(_CHANNELS, assisted if person.assisted else digital)
    return _PHONE if channel is _WEB and "portal" not in person.ids else channel


def start_of(dice: Dice, need: Need, period: str, channel: Channel) -> datetime:
    """Return the moment of a journey's first contact."""
    days, steps = _days(need, period, channel is _WEB)
    mark = dice.share() * steps[-1]
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if mark < steps[middle] else (middle + 1, high)
    return clock.web_time(dice, days[low]) if channel is _WEB else clock.office_time(dice, days[low])


@cache
def _days(need: Need, period: str, web: bool) -> tuple[list[date], list[float]]:  # noqa: FBT001 - cached
    """Return the days of a period and their weights, summed up."""
    first = clock.FIRST_DAY if period == "before" else clock.CHANGE_DAY
    last = clock.LAST_DAY if period == "after" else clock.CHANGE_DAY - timedelta(days=1)
    span = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    days = [day for day in span if web or clock.is_working(day)]
    return days, list(accumulate(_weight(day, need) for day in days))


def _weight(day: date, need: Need) -> float:
    weight = 1.0 if day.weekday() else _MONDAY_RUSH
    if need is Need.MOVE and day.month in _SUMMER:
        weight *= _MORE_MOVES
    if need is Need.MOVE and day >= _LAST_WEEKS:
        weight *= _MORE_AT_THE_END
    if need is Need.DISCOUNT and day.month in _BILLING:
        weight *= _MORE_BILLS
    return weight
