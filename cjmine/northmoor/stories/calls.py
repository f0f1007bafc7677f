"""Which calls are put through, introduced or blind, and what has to be said again?"""

from __future__ import annotations

from datetime import timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, What
from cjmine.northmoor.stories.story import Story

_FIRST_CHOICE = (What.CHASE, What.ENQUIRE, What.NOTIFY)


def put_through(story: Story) -> None:
    """Put one of the calls to the contact centre through to another service."""
    pattern = story.plan.slots.get("transfer")
    number = _candidate(story)
    if pattern is None or number is None:
        return
    dice, call, warm = story.dice, story.acts[number], pattern == "warm_transfer"
    services = (COUNCIL_TAX, HOUSING, BENEFITS) if story.plan.claims else (COUNCIL_TAX, HOUSING)
    onward = dice.pick(services)
    story.change(number, outcome=Outcome.TRANSFERRED, onward=onward, warm=warm)
    at = call.ends + timedelta(seconds=dice.between(5, 55))
    leg = story.hear(
        What.PUT_THROUGH, at, Channel.PHONE, onward, contact=call.contact, warm=warm, reason=call.reason
    )
    if call.at <= story.now < story.acts[leg].ends:
        story.now = story.acts[leg].ends
    story.mark(pattern, "H1", number, leg)


def told_cold(story: Story) -> None:
    """Let the customer give the address again to a service that was not told who is calling."""
    if "told_again" not in story.names or "evidence" in story.plan.slots:
        return
    for number, act in enumerate(story.acts):
        again = act.what is What.PUT_THROUGH or (act.what is What.ENQUIRE and act.service == COUNCIL_TAX)
        if again and act.warm is False:
            story.change(number, info=story.acts[story.told].info[:1])
            story.mark("told_again", "D4a", story.told, number)
            return


def _candidate(story: Story) -> int | None:
    """Return the call to put through: a chase, else an enquiry of the first days, else the notice."""
    for what in _FIRST_CHOICE:
        for number, act in enumerate(story.acts):
            to_centre = act.channel is Channel.PHONE and act.service == CONTACT_CENTRE
            if act.what is what and to_centre and act.about is None and act.outcome is Outcome.COMPLETED:
                return number
    return None
