"""Which services pass the case on to each other before they begin?"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from cjmine.domain.vocabulary import ItemState, Outcome
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, What
from cjmine.northmoor.stories.story import Story

PASSES = {"ping_pong": 3, "revisit": 2, "hub_relay": 2, "referral": 1}


def passes(story: Story) -> int:
    """Return how many working days the referrals of a journey take at least."""
    name = story.plan.slots.get("referral")
    return PASSES[name] + 1 if name else 0


def refer(story: Story) -> None:
    """Pass the case on as planned, each time on a later working day.

    Three times makes housing > council tax > housing > council tax, the strict
    ping-pong of domain.md 2.13. A hub that only relays makes no ping-pong.
    """
    pattern = story.plan.slots.get("referral")
    if pattern is None:
        return
    first, second = (HOUSING, COUNCIL_TAX) if story.person.tenant else (COUNCIL_TAX, BENEFITS)
    if pattern == "hub_relay":
        second = CONTACT_CENTRE
    ends = (first, second)
    acts: list[int] = []
    for number in range(PASSES[pattern]):
        sender, receiver = ends[number % 2], ends[(number + 1) % 2]
        at = story.wait(1, 2)
        log_case(story, sender, at)
        acts.append(
            story.work(
                What.REFER,
                at,
                sender,
                outcome=Outcome.TRANSFERRED,
                onward=receiver,
                relay=sender == CONTACT_CENTRE,
                warm=None if sender == CONTACT_CENTRE else story.plan.after,
            )
        )
    taker = ends[PASSES[pattern] % 2]
    acts.append(story.work(What.RECEIVE, story.wait(1, 2), taker, outcome=Outcome.NONE))
    _mark(story, pattern, acts)


def log_case(story: Story, service: str, at: datetime) -> None:
    """Open the housing case, once, with the first thing that housing does for its tenant."""
    if service != HOUSING or story.logged or not story.person.tenant:
        return
    story.logged = True
    story.work(What.LOG, at, HOUSING, outcome=Outcome.NONE, item_state=ItemState.OPEN)


def _mark(story: Story, pattern: str, acts: list[int]) -> None:
    if pattern == "hub_relay":
        story.mark(pattern, "L5", *acts)
        story.mark(pattern, "L6", *acts)
        return
    for sender, receiver in pairwise(acts):
        story.mark(pattern, "H2", sender, receiver)
    if pattern != "referral":
        story.mark(pattern, "L5", *acts[:3])
    if pattern == "ping_pong":
        story.mark(pattern, "L5", *acts[1:])
        story.mark(pattern, "L6", *acts, primary=acts[2])
