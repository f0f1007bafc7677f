"""What does the customer do while nothing is heard? Chasing, looking, calling with news, telling us again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Channel, ItemState, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, COUNCIL_TAX, What
from cjmine.northmoor.clock import DAY, HOUR, MINUTE
from cjmine.northmoor.stories.story import BILL_LIMIT, Story
from cjmine.northmoor.stories.telling import MOVES_ON

_WEEK = 7 * DAY + 10 * MINUTE
_SMS_AFTER = 6  # days


def silence(story: Story, start: datetime, bill: int) -> None:
    """Tell what happens between the beginning of the work and the bill."""
    names, billed = story.names, story.acts[bill].at
    if "chase" in names:
        _chase(story, start, billed)
    elif "chase_late" in names:
        late = clock.working_day(start.date(), BILL_LIMIT + 3 - story.spent(start.date()))
        low = max(datetime.combine(late, clock.OPENS), start + HOUR)
        _ring_about(story, "chase_late", clock.office_between(story.dice, low, billed - HOUR))
    elif "new_information" in names:
        _new_information(story, start, billed)
    if "tracks" in names:
        _track(story, start, billed)
    if "looks" in names:
        at = _web_between(story, start, billed + 3 * DAY)
        look = story.hear(What.LOOK, at, Channel.WEB, None)
        story.mark("looks", "V2", look, step=What.LOOK.value)
    if story.plan.after:
        _message(story, start, billed)


def _chase(story: Story, start: datetime, billed: datetime) -> None:
    """Chase before the standard: after a week without contact if there is room for that before the bill."""
    limit = clock.working_day(start.date(), max(1, BILL_LIMIT - 1 - story.spent(start.date())))
    high = min(billed - HOUR, datetime.combine(limit, clock.LAST_CALL))
    heard = story.last_heard(billed)
    quiet = clock.office_between(story.dice, max(start + HOUR, heard + _WEEK), high)
    late = max(start + HOUR, high - 3 * DAY)
    soon = clock.office_between(story.dice, max(late, heard + HOUR), high)
    _ring_about(story, "chase", quiet or soon or clock.office_between(story.dice, late, high))


def _ring_about(story: Story, pattern: str, at: datetime | None) -> None:
    """Add a call to chase progress, and mark it."""
    if at is not None:
        call = story.hear(What.CHASE, at, Channel.PHONE, CONTACT_CENTRE, reason="CHASE")
        own = story.item(CONTACT_CENTRE)
        before = [act for act in story.acts if act.ends <= at]
        if any(act.item == own or act.item_state is ItemState.OPEN for act in before):
            story.mark(pattern, "A4", call)
        story.mark(pattern, "V2", call, step=What.CHASE.value)


def _new_information(story: Story, start: datetime, billed: datetime) -> None:
    """Tell the decoy of a chase: a call to council tax that changes the date of the move."""
    heard = story.last_heard(billed)
    at = clock.office_between(story.dice, max(start + HOUR, heard + _WEEK), billed + 2 * DAY)
    at = at or clock.office_between(story.dice, max(start, heard) + 2 * HOUR, billed + 4 * DAY)
    if at is not None:
        info = ((MOVES_ON, story.dice.token(12)),)
        call = story.hear(What.ENQUIRE, at, Channel.PHONE, COUNCIL_TAX, reason="INFO", info=info)
        story.mark("new_information", "A4", call)
        story.mark("new_information", "D4a", story.told, call)


def _track(story: Story, start: datetime, billed: datetime) -> None:
    """Tell the decoy of a chase: a look at the state of the case on the web."""
    for _ in range(story.dice.between(1, 2)):
        view = story.hear(What.TRACK, _web_between(story, start, billed), Channel.WEB, None)
        story.mark("tracks", "A4", view)


def _message(story: Story, start: datetime, billed: datetime) -> None:
    """Send the text message of the sixth day, if the council holds the case then."""
    day = story.plan.start.date() + timedelta(days=_SMS_AFTER)
    at = datetime.combine(day, time(10, story.dice.between(0, 4), story.dice.between(0, 59)))
    if start < at < billed:
        story.send(What.INFORM, at, Channel.SMS, CONTACT_CENTRE, outcome=Outcome.NONE, automatic=True)


def told_again_after_update(story: Story, updated: int) -> datetime | None:
    """Let the customer correct the date of the move after the update: back to 'Tell us'. Return when."""
    if "back_to_tell_us" not in story.names:
        return None
    web = story.plan.channel is Channel.WEB
    day = clock.working_day(story.acts[updated].at.date(), 1)
    at = clock.web_time(story.dice, day) if web else clock.office_time(story.dice, day)
    again = story.hear(
        What.NOTIFY,
        at,
        story.plan.channel,
        CONTACT_CENTRE,
        payload=story.dice.token(16) if web else "",
        info=((MOVES_ON, story.dice.token(12)),),
        reason="INFO",
    )
    story.mark("back_to_tell_us", "L4", again)
    return clock.work_after(story.dice, at, 1, 1)


def _web_between(story: Story, low: datetime, high: datetime) -> datetime:
    """Return a moment on the web between two others, at the latest some minutes after the first."""
    at = clock.web_time(
        story.dice, low.date() + timedelta(days=story.dice.between(0, max(0, (high - low).days)))
    )
    return at if low < at < high else low + timedelta(minutes=story.dice.between(5, 50))
