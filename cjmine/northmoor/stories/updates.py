"""Housing, council tax and benefits side by side: what does each of them do, and on which day?"""

from __future__ import annotations

from datetime import datetime

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, COUNCIL_TAX, HOUSING, What
from cjmine.northmoor.stories.referrals import log_case
from cjmine.northmoor.stories.story import BILL_LIMIT, Story

_LEAST = 2  # working days from the first step of council tax to the bill


def bill_day(story: Story) -> int:
    """Return after how many working days from now the bill is issued."""
    names, dice, spent = story.names, story.dice, story.spent(story.now.date())
    least = spent + _LEAST + ("parallel_work" in names) + ("back_to_tell_us" in names)
    if spent + _LEAST > BILL_LIMIT and "late_bill" not in names:
        least = spent + 1  # all on one day
    if "late_bill" in names:
        low, high = (15, 17) if "chase_late" in names else (13, 15)
        return dice.between(max(low, least), max(high, least)) - spent
    if not names.isdisjoint({"chase", "pauses"}):
        wanted = dice.between(BILL_LIMIT - 1, BILL_LIMIT)
    else:
        wanted = spent + (dice.between(2, 4) if story.plan.after else dice.between(2, 6))
    return max(least, min(wanted, BILL_LIMIT)) - spent


def housing(story: Story, start: datetime, days: int) -> int:
    """Update the tenancy (or the landlord's record); return the act that did it in the end."""
    names, dice = story.names, story.dice
    if "wrong_service" in names:
        number = story.work(What.TENANCY, _on(story, start, dice.between(1, 4)), COUNCIL_TAX)
        story.mark("wrong_service", "V7", number, step=What.TENANCY.value)
        return number
    begun = _begun(story, start)
    if "back_to_tell_us" in names:
        return _tenancy(story, begun)
    later = dice.between(0, min(2 if story.plan.after else 4, days))
    at = max(begun, _on(story, begun, later)) if later else begun
    if "parallel_work" in names:
        at = _on(story, start, 3)
    if "failed_step" in names or "failure_recovered" in names:
        return _fails(story, at)
    return _tenancy(story, at)


def _begun(story: Story, start: datetime) -> datetime:
    """Open the case where that has not been done; return when work began."""
    at_once = not story.names.isdisjoint({"parallel_work", "back_to_tell_us"})
    begun = _on(story, start, 1 if at_once else story.dice.between(1, 2))
    log_case(story, HOUSING, begun)
    return begun


def _tenancy(story: Story, at: datetime, outcome: Outcome = Outcome.COMPLETED) -> int:
    state = ItemState.CLOSE if story.logged else None
    return story.work(What.TENANCY, at, HOUSING, outcome=outcome, item_state=state)


def _fails(story: Story, at: datetime) -> int:
    """Let the update fail, for good or until it is tried again."""
    if "failed_step" in story.names:
        number = _tenancy(story, at, Outcome.FAILED)
        story.mark("failed_step", "V4", number, step=What.TENANCY.value)
        return number
    failed = story.work(What.TENANCY, at, HOUSING, outcome=Outcome.FAILED)
    again = _tenancy(story, _on(story, at, story.dice.between(1, 2)))
    story.mark("failure_recovered", "V4", failed, again, step=What.TENANCY.value)
    return again


def council_tax(story: Story, start: datetime, days: int, not_before: datetime | None) -> int:
    """Close, open, bill; or, where planted, the bill before the account it is for. Return the bill."""
    names, dice = story.names, story.dice
    first = 2 if "parallel_work" in names else dice.between(1, max(1, min(2, days - 1)))
    second = dice.between(first, days)
    wrong = "bill_first" in names
    item = {"item": story.item(COUNCIL_TAX)}
    closed = _on(story, start, first)
    story.work(What.CLOSE, closed, COUNCIL_TAX, outcome=Outcome.NONE, item_state=ItemState.OPEN, **item)
    floor = closed if not_before is None else max(closed, not_before)
    one_day = clock.working_day(start.date(), days if wrong else second)
    one = clock.later_on(dice, one_day, floor if wrong else closed)
    other_day = clock.working_day(start.date(), days + dice.between(1, 2) if wrong else days)
    other = clock.later_on(dice, other_day, max(one, floor))
    opened, billed = (other, one) if wrong else (one, other)
    bill = story.send(
        What.BILL,
        billed,
        Channel.POST,
        COUNCIL_TAX,
        item_state=None if wrong else ItemState.CLOSE,
        letter=What.BILL.value,
        **item,
    )
    state = ItemState.CLOSE if wrong else None
    account = story.work(What.OPEN, opened, COUNCIL_TAX, outcome=Outcome.NONE, item_state=state, **item)
    if wrong:
        story.mark("bill_first", "V3", bill, account, step=What.OPEN.value)
    if "late_bill" in names:
        story.mark("late_bill", "SLA", story.told, bill, step=What.BILL.value)
    gross = clock.rank(billed.date()) - clock.rank(story.plan.start.date())
    if "pauses" in names and gross > BILL_LIMIT:
        story.mark("pauses", "SLA", story.told, bill, step=What.BILL.value)
    return bill


def forgotten(story: Story, start: datetime) -> None:
    """Open the tax job and let it lie."""
    at = clock.later_on(story.dice, clock.working_day(max(start, story.now).date(), 1), story.now)
    number = story.work(What.CLOSE, at, COUNCIL_TAX, outcome=Outcome.NONE, item_state=ItemState.OPEN)
    story.mark("stalled", "stalled", number)


def benefits(story: Story, start: datetime) -> None:
    """Reassess and decide, or note that there is no claim; some are sent the benefit letter in between."""
    dice, own = story.dice, {"item": story.item(BENEFITS)}
    begun = _on(story, start, dice.between(1, 3))
    if not story.plan.claims:
        story.work(What.NO_CLAIM, begun, BENEFITS)
        return
    story.work(What.REASSESS, begun, BENEFITS, outcome=Outcome.NONE, item_state=ItemState.OPEN)
    if story.plan.slots.get("ending", "").startswith("dead_end"):
        return
    at = begun
    if "letter_answered" in story.names:
        at = _letter_answered(story, begun)
    story.send(
        What.DECIDE,
        _on(story, at, dice.between(1, 3) if story.plan.after else dice.between(2, 4)),
        Channel.POST,
        BENEFITS,
        outcome=Outcome.DECISION_YES if dice.chance(0.85) else Outcome.DECISION_NO,
        item_state=ItemState.CLOSE,
        letter=What.DECIDE.value,
        **own,
    )


def _letter_answered(story: Story, begun: datetime) -> datetime:
    """Tell the decoy of the dead end: the customer answers the letter; return when."""
    dice = story.dice
    letter = benefit_letter(story, _on(story, begun, 1), Outcome.REQUESTED_INFO)
    at = clock.work_after(dice, story.acts[letter].at, 2, 4)
    answer = story.add(
        What.BENEFIT_EVIDENCE,
        at,
        channel=Channel.POST,
        service=BENEFITS,
        direction=Direction.INBOUND,
        item=story.item(BENEFITS),
        outcome=Outcome.SUPPLIED_INFO,
        info=(("rent_and_income", dice.token(12)),),
        reason="INFO",
    )
    story.mark("letter_answered", "dead_end", letter, answer, primary=letter)
    return at


def benefit_letter(story: Story, at: datetime, outcome: Outcome) -> int:
    """Send the letter that asks for rent and income, or (held back) only write it."""
    held = outcome is Outcome.NONE
    return story.send(
        What.BENEFIT_LETTER,
        at,
        Channel.POST,
        BENEFITS,
        item=story.item(BENEFITS),
        outcome=outcome,
        asks=() if held else ("rent_and_income",),
        letter=What.BENEFIT_LETTER.value,
    )


def _on(story: Story, start: datetime, days: int) -> datetime:
    return clock.office_time(story.dice, clock.working_day(start.date(), days))
