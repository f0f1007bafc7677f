"""When does a customer who served themselves turn to a person after all: F1, F2 (domain.md 2.12)?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor.truth.again import completes
from cjmine.northmoor.truth.views import Contact, Instance, View

WITHIN = timedelta(hours=24)
_SELF = frozenset({Channel.WEB, Channel.APP, Channel.IVR, Channel.KIOSK})
_ASSISTED = frozenset(
    {Channel.PHONE, Channel.FACE_TO_FACE, Channel.CHAT, Channel.EMAIL, Channel.POST, Channel.HOME_VISIT}
)
_FAILED = frozenset({Outcome.FAILED, Outcome.ABANDONED})


def channel_shifts(view: View, within: timedelta = WITHIN) -> Iterator[Instance]:
    """Return assisted contacts after a failed (F1) or completed (F2) one by self-service.

    An assisted contact is held against the latest such attempt before it, and
    an attempt against the first assisted contact after it.
    """
    inbound = [contact for contact in view.contacts if contact.inbound]
    for code in ("F1", "F2"):
        taken: set[int] = set()
        for helped in inbound:
            if helped.channel not in _ASSISTED:
                continue
            tried = [
                one
                for one in inbound
                if one.channel in _SELF
                and _code(one) == code
                and _same_need(one, helped)
                and timedelta(0) <= helped.start - one.end <= within
                and one.number not in taken
                and not _done_between(view, one, helped)
            ]
            if not tried:
                continue
            taken |= {one.number for one in tried}
            first, then = tried[-1].named, helped.named
            yield Instance(
                code=code,
                acts=tuple(sorted((first.pos, then.pos))),
                primary=then.pos,
                journey=then.act.journey,
                step=then.label,
            )


def _code(contact: Contact) -> str:
    outcomes = [one.act.outcome for one in contact.acts]
    if outcomes[-1] in _FAILED:
        return "F1"
    return "F2" if outcomes[-1] is Outcome.COMPLETED else ""


def _same_need(tried: Contact, helped: Contact) -> bool:
    """Say whether the needs are equal, or one of them unknown."""
    return tried.need is None or helped.need is None or tried.need == helped.need


def _done_between(view: View, tried: Contact, helped: Contact) -> bool:
    """Say whether the need, or the very thing that failed, was completed before help was asked for."""
    label = tried.named.label
    return any(
        completes(one, tried.need)
        or (one.label == label and one.act.outcome is Outcome.COMPLETED and one.act.channel in _SELF)
        for one in view.acts
        if tried.end < one.start < helped.start
    )
