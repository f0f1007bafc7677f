"""Life around the move: reading beforehand, looking at the account, rating, reminders, a leaking tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, COUNCIL_TAX, HOUSING, PAY, REPAIR, Act, What
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.story import Story

_READS, _ANONYMOUS, _LOOKS, _RATES, _REPAIRS = 0.35, 0.45, 0.3, 0.18, 0.1
_MONTHS_OF_INSTALMENTS = 10
_ENOUGH_TO_BE_SCHEDULED = 5  # domain.md 0.1, ruling 7
_NIGHTLY_BATCH = time(23, 30)


def surroundings(story: Story, told: int) -> None:
    """Add what surrounds the move without being part of it."""
    dice, first = story.dice, story.acts[told].at
    account = "portal" in story.person.ids
    if dice.chance(_READS):
        earlier = min(act.at for act in story.acts)
        story.aside(
            Act(
                what=What.BROWSE,
                at=clock.web_after(dice, earlier, -6, -1),
                channel=Channel.WEB,
                need=None,
                logged_in=account and not dice.chance(_ANONYMOUS),
            )
        )
    if account and dice.chance(_LOOKS):
        for _ in range(dice.between(1, 2)):
            at = clock.web_after(dice, first, 1, max(2, (story.now - first).days))
            story.aside(Act(what=What.LOOK, at=at, channel=Channel.WEB, need=None))
    if story.person.tenant and dice.chance(_REPAIRS):
        _repair(story, first)
    if any(act.what is What.CONFIRM for act in story.acts):
        _afterwards(story)


def _repair(story: Story, first: datetime) -> None:
    reported = Act(
        what=What.REPAIR_IN,
        at=clock.work_after(story.dice, first, 2, 15),
        service=HOUSING,
        need=REPAIR,
        outcome=Outcome.NONE,
    )
    story.aside(reported)
    done = clock.work_after(story.dice, reported.at, 1, 10)
    story.aside(replace(reported, what=What.REPAIR_DONE, at=done, outcome=Outcome.COMPLETED))


def _afterwards(story: Story) -> None:
    """Add the rating that some give, and the instalment reminders that some get."""
    dice, done = story.dice, story.now
    if dice.chance(_RATES):
        at = clock.web_after(dice, done, 1, 6)
        story.aside(
            Act(
                what=What.RATE,
                at=at,
                channel=Channel.SURVEY,
                service=CONTACT_CENTRE,
                need=None,
                outcome=Outcome.NONE,
            )
        )
    if "instalments" not in story.plan:
        return
    sent = [
        story.aside(
            Act(
                what=What.REMIND,
                at=at,
                channel=Channel.POST,
                service=COUNCIL_TAX,
                need=PAY,
                outcome=Outcome.NONE,
            )
        )
        for at in _monthly(dice, done)
    ]
    if len(sent) >= _ENOUGH_TO_BE_SCHEDULED:
        story.mark("instalments", "L1", *sent)


def _monthly(dice: Dice, done: datetime) -> list[datetime]:
    """Return the nightly batches in which reminders go out, on one day of each month before the log ends."""
    day = dice.between(1, 28)
    months = (done.year * 12 + done.month + ahead for ahead in range(1, _MONTHS_OF_INSTALMENTS + 1))
    runs = (datetime(at // 12, at % 12 + 1, day) for at in months)  # noqa: DTZ001 - local by convention
    sent = (
        datetime.combine(run.date(), _NIGHTLY_BATCH) + timedelta(minutes=dice.between(0, 20)) for run in runs
    )
    return [at for at in sent if at < clock.LOG_END]
