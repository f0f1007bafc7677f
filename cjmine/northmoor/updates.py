"""Back-office work: referrals between services, then housing, council tax and benefits side by side."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act, What
from cjmine.northmoor.story import Story

_ENOUGH_TO_INTERLEAVE = 3


def refer(story: Story, times: int) -> None:
    """Pass the case on ``times`` times between two services, each passing on a later working day.

    Three times makes housing > council tax > housing > council tax, the strict
    ping-pong of domain.md 2.13.
    """
    ends = (HOUSING, COUNCIL_TAX) if story.person.tenant else (COUNCIL_TAX, BENEFITS)
    acts: list[int] = []
    for number in range(times):
        act = Act(
            what=What.REFER,
            at=clock.work_after(story.dice, story.now, 1, 4),
            service=ends[number % 2],
            outcome=Outcome.TRANSFERRED,
            onward=ends[(number + 1) % 2],
        )
        acts.append(story.add(act))
    taken_up = clock.work_after(story.dice, story.now, 1, 4)
    acts.append(story.add(Act(what=What.RECEIVE, at=taken_up, service=ends[times % 2], outcome=Outcome.NONE)))
    pattern = "referral" if times == 1 else "ping_pong"
    for sender, receiver in pairwise(acts):
        story.mark(pattern, "H2", sender, receiver)
    if times > 1:
        story.mark(pattern, "L6", *acts, primary=acts[2])
        story.mark(pattern, "L5", *acts[:3])
        story.mark(pattern, "L5", *acts[1:])


def update(story: Story) -> None:
    """Let each service do its part, then confirm; services work side by side and wait for nobody."""
    start, before = story.now, len(story.acts)
    for branch in (_housing, _council_tax, _benefits):
        branch(story, start)
    done = sorted(range(before, len(story.acts)), key=lambda at: story.acts[at].at)
    services = [story.acts[at].service for at in done]
    runs = sum(a != b for a, b in pairwise(services)) + 1
    if runs > len(set(services)) + 1 >= _ENOUGH_TO_INTERLEAVE:
        story.mark("parallel_work", "L5", *done)
    story.add(
        Act(
            what=What.CONFIRM,
            at=clock.work_after(story.dice, story.now, 1, 4),
            channel=story.dice.pick((Channel.EMAIL, Channel.SMS, Channel.POST), (6, 2, 2)),
            service=CONTACT_CENTRE,
        )
    )


def _housing(story: Story, start: datetime) -> None:
    dice = story.dice
    begun = clock.work_after(dice, start, 1, 2)
    if story.person.tenant:
        story.add(Act(what=What.LOG, at=begun, service=HOUSING, outcome=Outcome.NONE))
    story.add(Act(what=What.TENANCY, at=clock.work_after(dice, begun, 1, 4), service=HOUSING))


def _council_tax(story: Story, start: datetime) -> None:
    """Close, open, bill; or, where planted, the bill before the account it is for."""
    dice = story.dice
    times = [clock.work_after(dice, start, 1, 3)]
    for _ in range(2):
        times.append(clock.work_after(dice, times[-1], 1, 3))
    wrong = "bill_first" in story.plan
    close, opened, bill = times[0], times[2 if wrong else 1], times[1 if wrong else 2]
    story.add(Act(what=What.CLOSE, at=close, service=COUNCIL_TAX, outcome=Outcome.NONE))
    billed = story.add(Act(what=What.BILL, at=bill, service=COUNCIL_TAX, channel=Channel.POST))
    at = story.add(Act(what=What.OPEN, at=opened, service=COUNCIL_TAX, outcome=Outcome.NONE))
    if wrong:
        story.mark("bill_first", "V3", billed, at)


def _benefits(story: Story, start: datetime) -> None:
    dice = story.dice
    begun = clock.work_after(dice, start, 1, 3)
    if not story.person.claims:
        story.add(Act(what=What.NO_CLAIM, at=begun, service=BENEFITS))
        return
    story.add(Act(what=What.REASSESS, at=begun, service=BENEFITS, outcome=Outcome.NONE))
    story.add(
        Act(
            what=What.DECIDE,
            at=clock.work_after(dice, begun, 3, 7),
            service=BENEFITS,
            channel=Channel.POST,
            outcome=Outcome.DECISION_YES if dice.chance(0.85) else Outcome.DECISION_NO,
        )
    )
