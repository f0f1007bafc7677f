"""How does a move run in Northmoor? The intended course of domain.md 3.2, with what is planted in it."""

from __future__ import annotations

from cjmine.northmoor import clock
from cjmine.northmoor.acts import HOUSING, What
from cjmine.northmoor.stories.calls import put_through, told_cold
from cjmine.northmoor.stories.early import first_days, other_person
from cjmine.northmoor.stories.evidence import prove
from cjmine.northmoor.stories.referrals import log_case, passes, refer
from cjmine.northmoor.stories.settled import (
    come_back,
    complain,
    confirm,
    dead_end,
    letters,
    rate,
    withdraw,
)
from cjmine.northmoor.stories.silence import silence, told_again_after_update
from cjmine.northmoor.stories.story import BILL_LIMIT, Story
from cjmine.northmoor.stories.telling import acknowledge, report
from cjmine.northmoor.stories.updates import benefits, bill_day, council_tax, forgotten, housing

_TO_BILL = 2  # working days that council tax needs
_ROUNDS = {"evidence_loop": 3, "one_round": 1, None: 0}


def move(story: Story) -> None:
    """Tell a whole move, from the notice to its end."""
    names = story.names
    report(story)
    _budget(story, early=True)
    acknowledge(story)
    first_days(story)
    _budget(story, early=False)
    if "withdrawn" in names:
        withdraw(story)
        story.opened()
        put_through(story)
        story.close_case()
        return
    prove(story)
    if "abandoned" not in names:
        refer(story)
        _update(story)
    _unacknowledged(story)
    put_through(story)
    told_cold(story)
    story.opened()


def _budget(story: Story, *, early: bool) -> None:
    """Set how many working days may be lost if the bill is to be in time."""
    if "late_bill" in story.names:
        return
    needed = _ROUNDS[story.plan.slots.get("evidence")] + passes(story) + _TO_BILL
    needed += 1 if not story.names.isdisjoint({"parallel_work", "back_to_tell_us"}) else 0
    spent = story.spent(story.now.date()) + (3 if early else 0)
    story.slack = max(0, BILL_LIMIT - needed - spent)


def _update(story: Story) -> None:
    """Let each service do its part, then end as planned."""
    names, start = story.names, story.now
    if "stalled" in names:
        housing(story, start, 3)
        benefits(story, start)
        forgotten(story, start)
        return
    days = bill_day(story)
    updated = _tied(story) if "stage_tie" in names else housing(story, start, days)
    again = told_again_after_update(story, updated)
    bill = council_tax(story, start, days, again)
    benefits(story, start)
    _parallel(story)
    other_person(story)
    complain(story, start)
    silence(story, start, bill)
    if story.plan.slots.get("ending", "").startswith("dead_end"):
        story.now = max(story.now, *(act.ends for act in story.acts))
        dead_end(story)
        return
    confirm(story)
    closed = story.close_case()
    letters(story, bill)
    come_back(story, closed)
    rate(story, next((n for n, act in enumerate(story.acts) if act.what is What.ACKNOWLEDGE), None))


def _tied(story: Story) -> int:
    """Update the tenancy on the day of the acknowledgement: a record of days cannot say which came first."""
    number = next(n for n, act in enumerate(story.acts) if act.what is What.ACKNOWLEDGE)
    at = clock.office_time(story.dice, story.acts[number].at.date())
    log_case(story, HOUSING, at)
    updated = story.work(What.TENANCY, at, HOUSING)
    story.mark("stage_tie", "L4", updated, number)
    story.mark("stage_tie", "V3", updated, number, step=What.ACKNOWLEDGE.value)
    return updated


def _parallel(story: Story) -> None:
    """Mark services that work side by side: both have open items, so nobody hands anything over."""
    if "parallel_work" not in story.names:
        return
    acts = story.acts
    found = {act.what: n for n, act in enumerate(acts) if act.what in {What.LOG, What.CLOSE, What.TENANCY}}
    if len({acts[n].at.date() for n in found.values()}) == len(found) == 3:  # noqa: PLR2004
        log, close, update = found[What.LOG], found[What.CLOSE], found[What.TENANCY]
        if acts[log].at < acts[close].at < acts[update].at:
            story.mark("parallel_work", "H2", log, close)
            story.mark("parallel_work", "H2", close, update)
            story.mark("parallel_work", "H3", close, update)
            story.mark("parallel_work", "L5", log, close, update)


def _unacknowledged(story: Story) -> None:
    """Mark the missing step, once a later one shows that it is missing and not merely still to come."""
    later = [n for n, act in enumerate(story.acts) if act.what in _REQUIRES_ACKNOWLEDGEMENT]
    if "missing_acknowledge" in story.names and later:
        after = min(later, key=lambda n: (story.acts[n].at, n))
        story.mark(
            "missing_acknowledge", "V1", story.told, after, primary=story.told, step=What.ACKNOWLEDGE.value
        )


_REQUIRES_ACKNOWLEDGEMENT = frozenset({What.REQUEST, What.TENANCY, What.CLOSE, What.NO_CLAIM, What.REASSESS})
