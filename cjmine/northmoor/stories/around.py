"""What surrounds the journeys? Reading beforehand, reminders, tenancy reviews, the other half's calls."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Need, What
from cjmine.northmoor.clock import HOUR
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.stories.story import Story

READS, ANONYMOUS = 0.35, 0.45
_REMINDERS = 10
ENOUGH = 5  # occurrences that make a schedule (domain.md 0.1, ruling 7)
_NIGHTLY_BATCH = time(23, 30)


def read_before(story: Story) -> None:
    """Let some read the page on moving a few days before."""
    dice, first = story.dice, story.plan.start
    at = clock.web_after(dice, first, -6, -1)
    if dice.chance(READS) and at >= (clock.CHANGE if story.plan.after else clock.LOG_START):
        known = "portal" in story.person.ids and not dice.chance(ANONYMOUS)
        story.hear(What.BROWSE, at, Channel.WEB, None, logged_in=known)


def reminders(story: Story) -> None:
    """Send instalment reminders on one day of each month, by night and in bulk."""
    if "instalments" not in story.names:
        return
    sent = [
        story.aside(
            What.REMIND,
            at,
            channel=Channel.POST,
            service=COUNCIL_TAX,
            direction=Direction.OUTBOUND,
            journey=None,
            need=Need.PAY,
            outcome=Outcome.NONE,
            automatic=True,
            bulk=True,
        )
        for at in _monthly(story.dice, story.now)
    ]
    if len(sent) >= ENOUGH:
        for code in ("L1", "L3"):
            story.mark("instalments", code, *sent)


def _monthly(dice: Dice, done: datetime) -> list[datetime]:
    """Return the nightly batches in which reminders go out before the log ends."""
    day = dice.between(1, 28)
    months = (done.year * 12 + done.month + ahead for ahead in range(1, _REMINDERS + 1))
    runs = (datetime(at // 12, at % 12 + 1, day) for at in months)  # noqa: DTZ001 - local by convention
    sent = (
        datetime.combine(run.date(), _NIGHTLY_BATCH) + timedelta(minutes=dice.between(0, 20)) for run in runs
    )
    return [at for at in sent if at < clock.LOG_END]


def reviews(story: Story) -> None:
    """Review the tenancy every fortnight, for a need of its own."""
    if "tenancy_review" not in story.names:
        return
    first = clock.working_day(story.plan.start.date(), story.dice.between(0, 4))
    days = [first + timedelta(days=14 * at) for at in range(story.dice.between(6, 8))]
    held = [
        story.aside(
            What.REVIEW,
            clock.office_time(story.dice, day),
            service=HOUSING,
            item=None,
            journey=None,
            need=Need.TENANCY_REVIEW,
            outcome=Outcome.NONE,
        )
        for day in days
        if day <= clock.LAST_DAY
    ]
    if len(held) >= ENOUGH:
        for code in ("L1", "L3"):
            story.mark("tenancy_review", code, *held)


def partner_call(story: Story, notified: datetime) -> None:
    """Let this person ring about a need of their own, days after the other half told us of the move."""
    at = clock.office_between(story.dice, notified + 4 * HOUR, notified + timedelta(days=5))
    if at is not None:
        call = story.hear(
            What.ENQUIRE,
            at,
            Channel.PHONE,
            CONTACT_CENTRE,
            journey=None,
            need=Need.PERMIT,
            reason="ENQ",
            item=None,
        )
        story.mark("partner_call", "D1", call)
