"""Who passes the customer to whom, how warmly, and back again: H1, H2, H3, L5, L6?

The rules are those of domain.md 2.13 with its rulings 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from cjmine.domain.vocabulary import Direction, ItemState, Outcome
from cjmine.northmoor.acts import CONTACT_CENTRE, What
from cjmine.northmoor.truth.deviations import Course
from cjmine.northmoor.truth.plan import final, requires
from cjmine.northmoor.truth.views import Instance, Place, Seen, Thread, unordered

_LIVE = timedelta(minutes=5)
_TERMINAL = frozenset(
    {Outcome.COMPLETED, Outcome.FAILED, Outcome.DECISION_YES, Outcome.DECISION_NO, Outcome.TRANSFERRED}
)
_SENDS_ON = frozenset({Outcome.TRANSFERRED, Outcome.FAILED, Outcome.DECISION_NO, Outcome.REQUESTED_INFO})
_PING_PONG = 4  # A B A B
Pair = tuple[Seen, Seen]


def handoffs(thread: Thread, course: Course | None, retold: frozenset[Place]) -> Iterator[Instance]:
    """Return every handoff of a journey; ``retold`` says where something was told again.

    A referral between two events that the plan has just so, and a return to an event that it
    has, are intended.
    """
    pairs = found_handoffs(thread, course)
    for first, then in pairs:
        code = _kind(first, then)
        yield Instance(
            code=code,
            acts=(first.pos, then.pos),
            primary=then.pos,
            journey=thread.journey,
            step=then.label,
            intended=code == "H2" and _planned(course, first, then),
            detail=_temperature(first, then, retold),
        )
    yield from _chain_findings(thread.journey, chain(pairs), course)


def _planned(course: Course | None, *events: Seen) -> bool:
    return course is not None and all(course.expected(one) for one in events)


def found_handoffs(thread: Thread, course: Course | None) -> list[Pair]:
    """Return the pairs of consecutive events of two services that are handoffs."""
    served = _without_relays(_calls_whole([one for one in thread.acts if one.act.service is not None]))
    return [
        (first, then)
        for first, then in pairwise(served)
        if first.act.service != then.act.service
        and not unordered(first, then)
        and (_explicit(first, then) or _sent(first, then) or open_work(thread, course, first) is False)
    ]


def _calls_whole(served: list[Seen]) -> list[Seen]:
    """Keep the legs of a call together: what else is recorded while it is put through is not part of it."""
    first: dict[Place, int] = {}
    for at, one in enumerate(served):
        first.setdefault(one.place, at)
    return [one for _, one in sorted(enumerate(served), key=lambda pair: (first[pair[1].place], pair[0]))]


def _without_relays(served: list[Seen]) -> list[Seen]:
    """Leave out what the front office only relayed from a service back to itself."""
    kept: list[Seen] = []
    for at, one in enumerate(served):
        if one.act.relay and one.act.service == CONTACT_CENTRE and kept:
            then = next((later for later in served[at:] if not _relayed(later)), None)
            if then is not None and then.act.service == kept[-1].act.service:
                continue
        kept.append(one)
    return kept


def _relayed(one: Seen) -> bool:
    return one.act.relay and one.act.service == CONTACT_CENTRE


def _explicit(first: Seen, then: Seen) -> bool:
    """Say whether the one event, or a work item that moves, passes the case on: case (a)."""
    to = then.act.service
    if then.act.what is What.PUT_THROUGH and _same_contact(first, then):
        return True
    if first.act.item is not None and first.act.item == then.act.item:
        return True
    passes = first.act.what is What.REFER or first.act.outcome is Outcome.TRANSFERRED
    return passes and first.act.onward == to


def _sent(first: Seen, then: Seen) -> bool:
    """Say whether the customer made a new contact because of how the last event ended: case (c)."""
    return (
        then.act.direction is Direction.INBOUND
        and not _same_contact(first, then)
        and first.act.outcome in _SENDS_ON
        and first.act.onward in {None, then.act.service}
    )


def open_work(thread: Thread, course: Course | None, one: Seen) -> bool | None:
    """Say whether a service still has work to do after its event: case (b); ``None`` if nobody can know."""
    service = str(one.act.service)
    if _open_items(thread.acts, one, service):
        return True
    if course is not None:
        state = course.state_after(one)
        return state is not None and not final(state) and requires(state, service)
    return False if one.act.outcome in _TERMINAL else None


def _open_items(acts: Sequence[Seen], until: Seen, service: str) -> bool:
    """Say whether a work item that the service opened is open after ``until``."""
    opened: dict[str, str | None] = {}
    for one in acts:
        if one.act.item is not None and one.act.item_state is ItemState.OPEN:
            opened[one.act.item] = one.act.service
        elif one.act.item is not None and one.act.item_state is ItemState.CLOSE:
            opened.pop(one.act.item, None)
        if one is until:
            break
    return service in opened.values()


def _kind(first: Seen, then: Seen) -> str:
    if _same_contact(first, then) and then.start - first.end <= _LIVE:
        return "H1"
    return "H3" if then.act.direction is Direction.INBOUND else "H2"


def _temperature(first: Seen, then: Seen, retold: frozenset[Place]) -> str:
    """Say whether the receiver knew the case: warm, cold, or unknown, which is never guessed."""
    flags = {first.act.warm, then.act.warm}
    shared = first.act.item is not None and first.act.item == then.act.item
    new_case = then.act.item_state is ItemState.OPEN and not shared
    if then.place in retold or False in flags or new_case:
        return "cold"
    return "warm" if True in flags or shared else "unknown"


def _same_contact(first: Seen, then: Seen) -> bool:
    return first.act.contact is not None and first.act.contact == then.act.contact


def chain(pairs: Sequence[Pair]) -> list[Seen]:
    """Return the endpoints of handoffs with runs of one service collapsed to their first event."""
    found: list[Seen] = []
    for one in (end for pair in pairs for end in pair):
        if not found or found[-1].act.service != one.act.service:
            found.append(one)
    return found


def revisits(services: Sequence[str | None]) -> list[tuple[int, int]]:
    """L5: return the places where a service was left and where the chain comes back to it."""
    return [
        (max(k for k in range(at) if services[k] == service), at)
        for at, service in enumerate(services)
        if service in services[:at]
    ]


def ping_pong(services: Sequence[str | None]) -> list[tuple[int, ...]]:
    """L6: return the places of maximal alternations of two services, at least A B A B."""
    found, at = [], 0
    while at + 1 < len(services):
        last = at + 1
        while last + 1 < len(services) and services[last + 1] == services[last - 1]:
            last += 1
        if last - at + 1 >= _PING_PONG:
            found.append(tuple(range(at, last + 1)))
        at = last
    return found


def returns(services: Sequence[str | None]) -> int:
    """Count the handoffs that lead back to where the one before came from."""
    return sum(services[at] == services[at - 2] for at in range(2, len(services)))


def _chain_findings(journey: int | None, found: list[Seen], course: Course | None) -> Iterator[Instance]:
    services = [one.act.service for one in found]
    for left, back in revisits(services):
        acts = tuple(sorted({found[left].pos, found[back].pos}))
        yield Instance(
            code="L5",
            acts=acts,
            primary=found[back].pos,
            journey=journey,
            step=str(services[back]),
            intended=_planned(course, found[back]),
        )
    for places in ping_pong(services):
        acts = tuple(sorted(found[at].pos for at in places))
        index = f"{returns([services[at] for at in places])}/{len(places) - 1}"
        yield Instance(
            code="L6",
            acts=acts,
            primary=found[places[2]].pos,
            journey=journey,
            detail=index,
            intended=_planned(course, *(found[at] for at in places)),
        )
