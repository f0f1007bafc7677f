"""How do the other journeys run? Discount, claim, repair, permit: apply, perhaps prove, be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import (
    BENEFITS,
    CLAIM_PROOFS,
    CONTACT_CENTRE,
    COUNCIL_TAX,
    HOUSING,
    PARKING,
    Need,
    What,
)
from cjmine.northmoor.clock import DAY, HOUR, MINUTE
from cjmine.northmoor.stories.early import other_need
from cjmine.northmoor.stories.evidence import PROOFS
from cjmine.northmoor.stories.settled import SLOWER
from cjmine.northmoor.stories.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One plain journey: what asks, what ends it, who does it, and after how many working days per period."""

    ask: What
    end: What
    service: str
    before: tuple[int, int]
    after: tuple[int, int]
    refused: float = 0.0
    front: str = CONTACT_CENTRE


COURSES = {
    Need.DISCOUNT: Course(
        ask=What.APPLY_DISCOUNT,
        end=What.GRANT_DISCOUNT,
        service=COUNCIL_TAX,
        before=(5, 12),
        after=(4, 10),
        refused=0.1,
    ),
    Need.CLAIM: Course(
        ask=What.CLAIM,
        end=What.CLAIM_DECISION,
        service=BENEFITS,
        before=(4, 12),
        after=(3, 9),
        refused=0.2,
    ),
    Need.REPAIR: Course(
        ask=What.REPORT_REPAIR,
        end=What.REPAIR_DONE,
        service=HOUSING,
        before=(6, 16),
        after=(6, 14),
        front=HOUSING,
    ),
    Need.PERMIT: Course(
        ask=What.APPLY_PERMIT, end=What.ISSUE_PERMIT, service=PARKING, before=(6, 11), after=(6, 11)
    ),
}


def plain(story: Story) -> None:
    """Tell a journey of one service from the application to its end."""
    course, dice = COURSES[story.plan.need], story.dice
    web = story.plan.channel is Channel.WEB
    story.told = story.hear(
        course.ask,
        story.now,
        story.plan.channel,
        course.front,
        payload=dice.token(16) if web else "",
        info=(("request", dice.token(12)),),
        reason="NEW",
    )
    told = story.acts[story.told]
    if story.plan.need is not Need.REPAIR:
        story.send(
            What.ACKNOWLEDGE,
            clock.work_after(dice, told.at, 1, 1),
            Channel.EMAIL,
            CONTACT_CENTRE,
            automatic=True,
        )
    low, high = course.before if story.plan.period == "before" else course.after
    days = dice.between(low, high)
    _again(story)
    if story.plan.slots.get("evidence"):
        _round(story, course)
    if course.ask is What.CLAIM:
        _proofs(story, course)
    start = story.now
    at = clock.office_time(dice, clock.working_day(start.date(), days))
    if story.person.assisted:
        late = story.plan.start + (at - story.plan.start) * SLOWER
        at = max(at, clock.office_time(dice, clock.working_day(late.date(), 0)))
    _visit(story, course, start, at)
    _look_on(story, at)
    _chase(story, at)
    _decide(story, course, at)
    story.opened()
    story.close_case()


def _again(story: Story) -> None:
    """Ask again within a week, or about something else."""
    pattern = f"{story.plan.need.name.lower()}_repeat"
    if pattern in story.names:
        told = story.acts[story.told].ends
        call = clock.office_between(story.dice, told + 49 * HOUR, told + 7 * DAY - HOUR)
        if call is not None:
            again = story.hear(What.ENQUIRE, call, Channel.PHONE, CONTACT_CENTRE, reason="ENQ")
            story.now = max(story.now, story.acts[again].ends)
            story.mark(pattern, "D1", story.told, again)
    elif story.plan.slots.get("early"):
        other_need(story, story.plan.slots["early"])


def _look_on(story: Story, end: datetime) -> None:
    """Look at the state of the case on the web, which is no chase."""
    pattern = f"{story.plan.need.name.lower()}_tracks"
    if pattern in story.names:
        heard = story.acts[story.told].at
        at = clock.web_after(story.dice, heard, 2, 6)
        view = story.hear(What.TRACK, at if at < end else heard + 9 * HOUR, Channel.WEB, None)
        story.mark(pattern, "A4", view)


def _round(story: Story, course: Course) -> None:
    """Ask for one proof and be given it, which is no loop."""
    dice, item = story.dice, story.item(course.service)
    asked = story.send(
        What.REQUEST,
        clock.work_after(dice, story.now, 1, 3),
        Channel.POST,
        course.service,
        item=item,
        outcome=Outcome.REQUESTED_INFO,
        asks=(PROOFS[0],),
        letter=What.REQUEST.value,
    )
    given = story.add(
        What.PROVIDE,
        clock.work_after(dice, story.now, 2, 7),
        channel=Channel.POST,
        service=course.service,
        direction=Direction.INBOUND,
        item=item,
        outcome=Outcome.SUPPLIED_INFO,
        info=((PROOFS[0], dice.token(12)),),
        reason="INFO",
    )
    for code in ("L2", "L3"):
        story.mark(story.plan.slots["evidence"], code, asked, given)


def _proofs(story: Story, course: Course) -> None:
    """Ask for one proof after another, as claims do: many contacts, each of them wanted, in every period.

    Claims are commoner after the change, so contacts per journey of all types taken
    together rise although those of each type do not (domain.md 6.1).
    """
    dice, item = story.dice, story.item(course.service)
    for proof in CLAIM_PROOFS[: dice.between(8, len(CLAIM_PROOFS))]:
        story.send(
            What.ASK_PROOF,
            clock.work_after(dice, story.now, 1, 1),
            Channel.POST,
            course.service,
            item=item,
            outcome=Outcome.REQUESTED_INFO,
            asks=(proof,),
            letter=f"{What.ASK_PROOF.value}-{proof}",
        )
        story.add(
            What.SEND_PROOF,
            clock.work_after(dice, story.now, 1, 3),
            channel=Channel.POST,
            service=course.service,
            direction=Direction.INBOUND,
            item=item,
            outcome=Outcome.SUPPLIED_INFO,
            info=((proof, dice.token(12)),),
            reason="INFO",
        )


def _visit(story: Story, course: Course, start: datetime, end: datetime) -> None:
    """Let somebody come and look at the repair."""
    if course.service == HOUSING:
        day = clock.working_day(start.date(), story.dice.between(1, 3))
        at = clock.office_time(story.dice, day)
        if at < end - HOUR:
            story.work(What.VISIT_REPAIR, at, HOUSING, outcome=Outcome.NONE, item_state=ItemState.OPEN)


def _chase(story: Story, end: datetime) -> None:
    """Chase progress after a week without a word."""
    pattern = f"{story.plan.need.name.lower()}_chase"
    if pattern in story.names:
        heard = story.last_heard(end)
        at = clock.office_between(story.dice, heard + 7 * DAY + 10 * MINUTE, end - HOUR)
        at = at or clock.office_between(story.dice, heard + 20 * HOUR, end - HOUR)
        if at is not None:
            call = story.hear(What.CHASE, at, Channel.PHONE, CONTACT_CENTRE, reason="CHASE")
            story.mark(pattern, "A4", call)


def _decide(story: Story, course: Course, at: datetime) -> None:
    """End the journey: a decision by letter, a repair done, a permit sent."""
    item = story.item(course.service)
    if course.end is What.REPAIR_DONE:
        story.work(course.end, at, HOUSING, item_state=ItemState.CLOSE)
        return
    outcome = Outcome.DECISION_NO if story.dice.chance(course.refused) else Outcome.DECISION_YES
    story.send(
        course.end,
        at,
        Channel.EMAIL if course.service == PARKING else Channel.POST,
        course.service,
        item=item,
        item_state=ItemState.CLOSE,
        outcome=outcome,
        letter=course.end.value,
    )
