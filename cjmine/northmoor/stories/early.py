"""What happens before the council has begun? The same need again, other channels, needs and people."""

from __future__ import annotations

from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, COUNCIL_TAX, What
from cjmine.northmoor.clock import DAY, HOUR, MINUTE
from cjmine.northmoor.stories.story import OTHER_NEED, Story

_PARALLEL, _WINDOW = 48 * HOUR, 7 * DAY
# An act between these would cut a planted loop or handoff in two.
_NOT_INTERRUPTED = frozenset({What.REQUEST, What.PROVIDE, What.REFER, What.RECEIVE})
_OTHER_PERSON = 20  # days after the first form, where nothing is in the way


def first_days(story: Story) -> None:
    """Tell what the pattern of the first days asks for."""
    names = story.names
    if "repeat_contact" in names:
        _again(story)
    elif "parallel_channels" in names:
        _by_another_channel(story)
    elif "resubmitted" in names:
        first = story.acts[story.told]
        at = clock.web_after(story.dice, first.at, 1, 1 + max(0, min(2, story.slack)))
        story.now = max(story.now, at)
        again = _form(story, at, payload=first.payload, info=first.info)
        story.mark("resubmitted", "D3", story.told, again)
    elif "other_need" in names:
        other_need(story, "other_need")
    elif "answered" in names:
        _answered(story)
    if "phone_and_crm" in names:
        story.mark("phone_and_crm", "D2", story.told)


def other_person(story: Story) -> None:
    """Tell of the form that the customer fills in for somebody else of the household, days later."""
    if "other_person_form" in story.names:
        told = story.acts[story.told].at
        settled = [act.ends for act in story.acts if act.what in _NOT_INTERRUPTED]
        soonest = max((end.date() - told.date()).days + 1 for end in [told + _WINDOW, *settled])
        at = clock.web_after(story.dice, told, soonest, max(soonest, _OTHER_PERSON))
        info = (("household_member", story.dice.token(12)),)
        again = _form(story, at, payload=story.dice.token(16), info=info)
        story.mark("other_person_form", "D3", story.told, again)


def _form(story: Story, at: datetime, *, payload: str, info: tuple[tuple[str, str], ...]) -> int:
    return story.hear(What.NOTIFY, at, Channel.WEB, CONTACT_CENTRE, payload=payload, info=info, reason="NEW")


def _again(story: Story) -> None:
    """Tell of an enquiry within a week: by phone again, or after more than 48 hours by another channel."""
    told = story.acts[story.told]
    phone = told.channel is Channel.PHONE
    low = told.ends + (20 * HOUR if phone else _PARALLEL + 2 * MINUTE)
    if "carried" in story.names:
        low = max(low, story.now + 10 * MINUTE)
    high = _WINDOW - 2 * HOUR
    soon = DAY + 4 * HOUR if story.slack < 1 else 2 * DAY
    for wait in (soon, 3 * DAY, high):
        at = clock.office_between(story.dice, low, min(low + wait, told.ends + high))
        if at is not None:
            break
    if at is not None:
        _enquire(story, "repeat_contact", "D1", at)


def _by_another_channel(story: Story) -> None:
    """Tell of a call within two days of the form or the visit."""
    told = story.acts[story.told]
    low = told.ends + HOUR
    if "carried" in story.names:
        low = max(low, story.now + 10 * MINUTE)
    at = clock.office_between(story.dice, low, told.ends + _PARALLEL - 10 * MINUTE)
    if at is not None:
        _enquire(story, "parallel_channels", "D2", at)


def _enquire(story: Story, pattern: str, code: str, at: datetime) -> None:
    """Add the enquiry; where it was carried, the customer has to ring council tax minutes later."""
    call = story.hear(What.ENQUIRE, at, Channel.PHONE, CONTACT_CENTRE, reason="ENQ")
    story.now = max(story.now, story.acts[call].ends)
    story.mark(pattern, code, story.told, call)
    if "ad_hoc_call" in story.names:
        story.mark("ad_hoc_call", "V2", call, step=What.ENQUIRE.value)
    if "carried" in story.names:
        story.change(call, outcome=Outcome.TRANSFERRED, warm=False)
        went_at = story.acts[call].ends + timedelta(minutes=story.dice.between(6, 25))
        went = story.hear(What.ENQUIRE, went_at, Channel.PHONE, COUNCIL_TAX, reason="ENQ", warm=False)
        story.now = max(story.now, story.acts[went].ends)
        story.mark("carried", "H3", call, went)


def other_need(story: Story, pattern: str) -> None:
    """Tell the decoy: a call about the bins within two days."""
    told = story.acts[story.told].ends
    at = clock.office_between(story.dice, told + HOUR, told + 46 * HOUR)
    at = at or clock.office_between(story.dice, told + HOUR, told + 6 * DAY)
    if at is not None:
        call = story.hear(What.OTHER, at, Channel.PHONE, CONTACT_CENTRE, **OTHER_NEED)
        story.mark(pattern, "D1", story.told, call)
        story.mark(pattern, "D2", story.told, call)


def _answered(story: Story) -> None:
    """Tell the decoy of D1: the council answered between two contacts for one need."""
    told = story.acts[story.told].ends
    at = clock.work_after(story.dice, max(story.now, told), 1, 1)
    call = clock.office_between(story.dice, at + HOUR, min(told + _WINDOW - HOUR, at + 28 * HOUR))
    if call is None:
        return
    answer = story.send(What.ANSWER, at, Channel.EMAIL, CONTACT_CENTRE)
    later = story.hear(What.ENQUIRE, call, Channel.PHONE, CONTACT_CENTRE, reason="ENQ")
    story.now = max(story.now, story.acts[later].ends)
    story.mark("answered", "D1", story.told, answer, later)
