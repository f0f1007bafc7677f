"""How does the council learn of a move, and does it say so? Failing forms, late acknowledgements."""

from __future__ import annotations

from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, What
from cjmine.northmoor.clock import DAY, HOUR, MINUTE
from cjmine.northmoor.stories.story import OTHER_NEED, Story

ADDRESS, MOVES_ON = "new_address", "move_date"
_FAILS_FIRST = ("failed_self_service", "late_call", "other_call_after_failure")


def report(story: Story) -> None:
    """Tell of the notice, and of forms that failed before it."""
    names, dice = story.names, story.dice
    info = ((ADDRESS, dice.token(12)), (MOVES_ON, dice.token(12)))
    failed: list[int] = []
    if "form_self_loop" in names:
        for _ in range(dice.pick((1, 2), (4, 1))):
            failed.append(_refused(story, info))
            story.now = clock.awake(story.now + timedelta(minutes=dice.between(45, 300)))
    elif not names.isdisjoint(_FAILS_FIRST):
        failed.append(_refused(story, info))
        _after_failure(story, failed[0])
    web = story.plan.channel is Channel.WEB
    story.told = story.hear(
        What.NOTIFY,
        story.now,
        story.plan.channel,
        CONTACT_CENTRE,
        payload=dice.token(16) if web else "",
        info=info,
        reason="NEW",
        twice="double_fire" in names,
    )
    if "form_self_loop" in names:
        story.mark("form_self_loop", "L1", *failed, story.told)
    for pattern in ("failed_self_service", "late_call"):
        soon = story.acts[story.told].at - story.acts[failed[0]].ends <= DAY if failed else False
        if pattern in names and soon == (pattern == "failed_self_service"):
            story.mark(pattern, "F1", failed[0], story.told)
    if "double_fire" in names:
        story.mark("double_fire", "D5", story.told)
    if "form_saves" in names:
        story.mark("form_saves", "L1", story.told)
    if "preferred_channel" in names:
        story.mark("preferred_channel", "V6", story.told, step=What.NOTIFY.value)


def _refused(story: Story, info: tuple[tuple[str, str], ...]) -> int:
    """Add a form that the portal does not take."""
    return story.hear(
        What.NOTIFY,
        story.now,
        Channel.WEB,
        CONTACT_CENTRE,
        outcome=Outcome.FAILED,
        payload=story.dice.token(16),
        info=info,
        reason="NEW",
    )


def _after_failure(story: Story, failed: int) -> None:
    """Move on to the moment at which the customer tries again, by phone within a day or later."""
    names, dice, at = story.names, story.dice, story.acts[failed].at
    if "other_call_after_failure" in names:
        call = clock.office_between(dice, at + 10 * MINUTE, at + 23 * HOUR)
        if call is not None:
            bins = story.hear(What.OTHER, call, Channel.PHONE, CONTACT_CENTRE, **OTHER_NEED)
            story.mark("other_call_after_failure", "F1", failed, bins)
        story.now = clock.web_time(dice, (at + DAY).date())
        return
    low, high = (10 * MINUTE, 23 * HOUR) if "failed_self_service" in names else (25 * HOUR, 46 * HOUR)
    call = clock.office_between(dice, at + low, at + high)
    story.now = call if call is not None else clock.work_after(dice, at + high, 1, 1)


def acknowledge(story: Story) -> None:
    """Tell of the acknowledgement: by staff on the next working day at most, since the change by itself."""
    names, dice, told = story.names, story.dice, story.acts[story.told]
    if "missing_acknowledge" in names:
        return
    if "late_acknowledge" in names:
        at = story.wait(2, 3)
    elif "stage_tie" in names:
        at = clock.work_after(dice, told.at, 1, 1)
    elif story.plan.after:
        at = told.ends + timedelta(seconds=dice.between(60, 110))  # after a call was put through
    else:
        at = _by_hand(story, told.ends)
    channel = Channel.SMS if story.plan.after else Channel.EMAIL
    if "wrong_channel" in names:
        channel = Channel.POST
    number = story.send(What.ACKNOWLEDGE, at, channel, CONTACT_CENTRE, automatic=True)
    if "wrong_channel" in names:
        story.mark("wrong_channel", "V6", number, step=What.ACKNOWLEDGE.value)
    if "confirmation_email" in names:
        story.mark("confirmation_email", "D2", story.told, number)


def _by_hand(story: Story, told: datetime) -> datetime:
    """Return when the contact centre sends an acknowledgement: mostly the same day."""
    soon = clock.office_between(story.dice, told + 5 * MINUTE, told + 8 * HOUR)
    if soon is not None and story.dice.chance(0.8):
        return soon
    return clock.work_after(story.dice, told, 1, 1)
