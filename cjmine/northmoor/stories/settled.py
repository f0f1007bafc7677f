"""How does it end? Confirmation, the case closed in bulk, and what makes the customer come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, What
from cjmine.northmoor.clock import DAY, HOUR, MINUTE
from cjmine.northmoor.stories.story import Story
from cjmine.northmoor.stories.updates import benefit_letter

SLOWER = 1.25  # how much longer everything takes for people who need help
_AFTERCARE = 13 * DAY


def confirm(story: Story) -> None:
    """Confirm that all is done; people who need help wait a quarter longer in all."""
    dice = story.dice
    at = clock.work_after(dice, story.now, 1, 1 if story.plan.after else 2)
    if story.person.assisted:
        stretched = story.plan.start + (at - story.plan.start) * SLOWER
        at = max(at, clock.office_time(dice, clock.working_day(stretched.date(), 0)))
    channel = dice.pick((Channel.EMAIL, Channel.SMS, Channel.POST), (6, 2, 2))
    story.send(What.CONFIRM, at, channel, CONTACT_CENTRE)


def dead_end(story: Story) -> None:
    """End the story with the benefit letter, which nobody answers or nobody sends."""
    pattern = story.plan.slots["ending"]
    held = pattern == "dead_end_stalled"
    at = clock.work_after(story.dice, story.now, 1, 2)
    letter = benefit_letter(story, at, Outcome.NONE if held else Outcome.REQUESTED_INFO)
    story.mark(pattern, "stalled" if held else "abandoned", letter)
    story.mark(pattern, "dead_end", letter)


def withdraw(story: Story) -> None:
    """Call the move off."""
    at = clock.work_after(story.dice, story.now + 2 * DAY, 1, 3)
    call = story.hear(What.WITHDRAW, at, Channel.PHONE, CONTACT_CENTRE, reason="STOP")
    story.now = max(story.now, story.acts[call].ends)
    story.mark("withdrawn", "stopped", call)


def letters(story: Story, bill: int) -> None:
    """Tell of enquiries within five working days after the bill, about it or about another letter."""
    pattern = story.plan.slots.get("enquiry")
    if pattern is None:
        return
    billed = story.acts[bill].at
    last = datetime.combine(clock.working_day(billed.date(), 4), clock.LAST_CALL)
    at = clock.office_between(story.dice, billed + 20 * HOUR, last)
    if at is None:
        return
    about = story.acts[bill].letter if pattern == "unclear_letter" else "rent_statement"
    call = story.hear(What.ENQUIRE, at, Channel.PHONE, CONTACT_CENTRE, reason="ENQ", about=about)
    story.mark(pattern, "A1", bill, call)


def complain(story: Story, start: datetime) -> None:
    """Complain by e-mail while the work is open."""
    if "complaint" in story.names:
        at = clock.work_after(story.dice, start, 1, 2)
        number = story.hear(What.COMPLAIN, at, Channel.EMAIL, CONTACT_CENTRE, reason="COMP")
        story.mark("complaint", "V2", number, step=What.COMPLAIN.value)


def come_back(story: Story, closed: int) -> None:
    """Let the customer come back about a case that was closed too early."""
    if "premature_closure" not in story.names:
        return
    low = story.acts[closed].at + 10 * MINUTE
    at = clock.office_between(story.dice, low, max(story.now + _AFTERCARE, low + 3 * DAY))
    if at is None:
        at = clock.work_after(story.dice, low, 1, 1)
    call = story.hear(What.ENQUIRE, at, Channel.PHONE, CONTACT_CENTRE, reason="ENQ")
    story.mark("premature_closure", "A5", closed, call)


def rate(story: Story, acknowledged: int | None) -> None:
    """Let some rate the journey; no acknowledgement within a working day costs 0.9 of a point."""
    dice, done = story.dice, story.now
    value = (3.6 if story.plan.after else 3.45) + 2.4 * (dice.share() - 0.5)
    told = story.acts[story.told].at.date()
    if acknowledged is None or clock.rank(story.acts[acknowledged].at.date()) - clock.rank(told) > 1:
        value -= 0.9
    if "late_bill" in story.names:
        value -= 0.35
    rating = max(1, min(5, round(value)))
    answers = 0.22 if story.plan.period == "before" else 0.2
    if story.person.assisted:
        answers = 0.14 if rating > 2 else 0.07  # noqa: PLR2004 - the unhappy and unconnected keep silent
    if dice.chance(answers):
        at = clock.web_after(dice, done, 1, 6)
        story.hear(
            What.RATE,
            at + timedelta(seconds=7),
            Channel.SURVEY,
            CONTACT_CENTRE,
            rating=rating,
            outcome=Outcome.NONE,
            item=None,
        )
