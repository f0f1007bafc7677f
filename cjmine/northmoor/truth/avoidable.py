"""Which contacts need never have been made: A1 to A6 (domain.md 2.9, 2.10), by their true reasons?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome
from cjmine.northmoor.acts import Need, What
from cjmine.northmoor.truth.again import received
from cjmine.northmoor.truth.standards import STANDARDS, add_days, due
from cjmine.northmoor.truth.views import LOOKS, Contact, Instance, Seen, View

PRECEDENCE = ("A5", "A4", "A3", "A1", "A6", "A2")
_REOPENED = timedelta(days=28)
_CLARIFY = 5  # working days
_EVIDENCE = frozenset({What.PROVIDE, What.BENEFIT_EVIDENCE, What.SEND_PROOF})
_LETTERS = frozenset({Channel.POST, Channel.EMAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Why a contact was avoidable: the code, the acts that show it besides the contact, and a word more."""

    code: str
    others: tuple[int, ...] = ()
    detail: str = ""


def avoidable(view: View, again: Sequence[Instance], shifts: Sequence[Instance]) -> Iterator[Instance]:
    """Return every code of every avoidable contact; ``detail`` says which one takes precedence."""
    first = _first_requests(view)
    for contact in view.contacts:
        if not contact.inbound or contact.number in first or not _asks(contact):
            continue
        hits = [hit for hit in _hits(view, contact, again, shifts) if hit is not None]
        hits.sort(key=lambda hit: PRECEDENCE.index(hit.code))
        named = contact.named
        for hit in hits:
            primary = "primary" if hit is hits[0] else f"after {hits[0].code}"
            yield Instance(
                code=hit.code,
                acts=tuple(sorted({*hit.others, named.pos})),
                primary=named.pos,
                journey=named.act.journey,
                step=named.label,
                detail=" ".join(word for word in (primary, hit.detail) if word),
            )


def _first_requests(view: View) -> frozenset[int]:
    """Return the contacts that first asked for what a journey is about: never avoidable."""
    found: dict[int, int] = {}
    for new in (True, False):
        for contact in view.contacts:
            journey = contact.first.act.journey
            if journey is None or journey in found or not contact.inbound or not _asks(contact):
                continue
            if contact.first.act.reason == "NEW" or not new:
                found[journey] = contact.number
    return frozenset(found.values())


def _asks(contact: Contact) -> bool:
    """Say whether it is more than a look, and neither evidence asked for nor an end to it all."""
    act = contact.named.act
    return act.what not in LOOKS | _EVIDENCE and act.reason != "STOP"


def _hits(
    view: View, contact: Contact, again: Sequence[Instance], shifts: Sequence[Instance]
) -> Iterator[Hit | None]:
    yield _closed_too_early(view, contact)
    yield _chases(view, contact)
    yield _repeats(contact, again)
    yield _clarifies(view, contact)
    yield _failed_online(contact, shifts)
    yield _misdirected(contact)


def _items(view: View, need: Need | None, until: datetime) -> dict[str, Seen]:
    """Return the last act on the state of every work item for a need, before a moment."""
    changes = (one for one in view.acts if one.start < until and one.act.item_state is not None)
    return {str(one.act.item): one for one in changes if one.act.need == need and need is not None}


def _news(view: View, contact: Contact) -> bool:
    """Say whether the customer tells something the council does not know yet."""
    known = {
        pair for one in view.acts if one.start < contact.start and received(one) for pair in one.act.info
    }
    return any(pair not in known for one in contact.acts for pair in one.act.info)


def _closed_too_early(view: View, contact: Contact) -> Hit | None:
    """A5: the same need again within 28 days of closing the item, and nothing new.

    The item is the one the contact is about, or all there are for the need where it names none.
    """
    items = _items(view, contact.need, contact.start)
    items = {name: one for name, one in items.items() if contact.named.act.item in {None, name}}
    if not items or any(one.act.item_state is ItemState.OPEN for one in items.values()):
        return None
    closed = max(items.values(), key=lambda one: (one.start, one.pos))
    if contact.start - closed.start > _REOPENED or _news(view, contact):
        return None
    return Hit(code="A5", others=(closed.pos,))


def _chases(view: View, contact: Contact) -> Hit | None:
    """A4: asking how far it is while a work item for the need is open."""
    chasing = any(one.act.what is What.CHASE or one.act.reason == "CHASE" for one in contact.acts)
    items = _items(view, contact.need, contact.start)
    if not chasing or all(one.act.item_state is ItemState.CLOSE for one in items.values()):
        return None
    return None if _news(view, contact) else Hit(code="A4", detail=_by_clock(view, contact))


def _by_clock(view: View, contact: Contact) -> str:
    """Say whether a standard that runs had been missed when the customer asked."""
    journey = contact.first.act.journey
    thread = next((one for one in view.threads if one.journey == journey and one.planned), None)
    if thread is None:
        return "no_standard"
    today = contact.first.act.at.date()
    taken_out = any(one.act.what is What.NO_CLAIM for one in thread.acts)
    for standard in STANDARDS:
        clock = due(thread, standard)
        if clock is None or (standard.stop is What.DECIDE and taken_out):
            continue
        _, day, stop = clock
        if day < today and (stop is None or stop.start > contact.start):
            return "after_standard"
    return "before_standard"


def _repeats(contact: Contact, again: Sequence[Instance]) -> Hit | None:
    """A3: something is told again."""
    inside = {one.pos for one in contact.acts}
    told = next((one for one in again if one.primary in inside), None)
    return None if told is None else Hit(code="A3", others=tuple(at for at in told.acts if at not in inside))


def _clarifies(view: View, contact: Contact) -> Hit | None:
    """A1: an enquiry about a letter within five working days of it, where the letter asked for nothing."""
    about = next((one.act.about for one in contact.acts if one.act.about is not None), None)
    if about is None:
        return None
    today = contact.first.act.at.date()
    for one in reversed(view.acts):
        act = one.act
        asks = act.outcome is Outcome.REQUESTED_INFO or act.asks
        if act.letter != about or one.end > contact.start or act.direction is not Direction.OUTBOUND:
            continue
        if asks or act.channel not in _LETTERS or add_days(act.at.date(), _CLARIFY, working=True) < today:
            return None
        return Hit(code="A1", others=(one.pos,), detail=about)
    return None


def _failed_online(contact: Contact, shifts: Sequence[Instance]) -> Hit | None:
    """A6: the customer tried to serve themselves and failed."""
    failed = next((one for one in shifts if one.code == "F1" and one.primary == contact.named.pos), None)
    return None if failed is None else Hit(code="A6", others=failed.acts)


def _misdirected(contact: Contact) -> Hit | None:
    """A2: the contact had to be put through, or the customer was sent elsewhere."""
    passed = any(
        one.act.what is What.PUT_THROUGH or one.act.outcome is Outcome.TRANSFERRED for one in contact.acts
    )
    return Hit(code="A2") if passed else None
