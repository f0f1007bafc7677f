"""What truly happens to the people of Northmoor: planned for the whole town, told person by person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from cjmine.northmoor.acts import Life
from cjmine.northmoor.person import Person
from cjmine.northmoor.stories.life import life
from cjmine.northmoor.stories.plan import Plan, plans

__all__ = ["Plan", "life", "lives", "plans"]


def lives(everybody: Sequence[Person], seed: int) -> Iterator[Life]:
    """Yield everybody's life in the order of ``everybody``, each told with a stream of chance of its own."""
    planned = plans(list(everybody), seed)
    calls = _partner_calls(everybody, planned)
    for person, own in zip(everybody, planned, strict=True):
        yield life(person, own, seed, calls.get(person.index))


def _partner_calls(everybody: Sequence[Person], planned: Sequence[Sequence[Plan]]) -> Mapping[int, datetime]:
    """Return who rings about something else soon after their other half has told us of a move."""
    return {
        person.partner: plan.start
        for person, own in zip(everybody, planned, strict=True)
        for plan in own
        if "partner_call" in plan.names and person.partner is not None
    }
