"""How does a move run in Northmoor? The intended course of domain.md 3.2, with what is planted in it.

Each function tells one part of the story; ``live`` tells them in order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, BINS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act, Life, What
from cjmine.northmoor.around import surroundings
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.story import Story
from cjmine.northmoor.updates import refer, update
from cjmine.northmoor.world import Person

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PUT_THROUGH = (COUNCIL_TAX, HOUSING, BENEFITS)
_REQUIRES_ACKNOWLEDGEMENT = frozenset({What.REQUEST, What.TENANCY, What.CLOSE, What.NO_CLAIM, What.REASSESS})


def live(person: Person, plan: frozenset[str], seed: int) -> Life:
    """Return what truly happened to ``person``, the planted patterns of ``plan`` included."""
    dice = Dice(seed, 4, person.index)
    if person.notifies is Channel.WEB:
        start = clock.web_time(dice, person.moves)
    else:
        start = clock.work_after(dice, clock.web_time(dice, person.moves) - _DAY, 1, 1)
    while (
        "parallel_channels" in plan and clock.office_between(dice, start + _HOUR, start + 46 * _HOUR) is None
    ):
        start += _DAY
    story = Story(person=person, plan=plan, dice=dice, now=start)
    told = _tell_us(story)
    _early(story, told)
    if _prove(story) and not _withdrawn(story):
        _refer(story)
        _silence(story)
        update(story)
    _put_through(story)
    _unacknowledged(story, told)
    surroundings(story, told)
    return story.told()


def _tell_us(story: Story) -> int:
    """Notify (perhaps refused first, or fired twice) and be acknowledged (perhaps not)."""
    person, dice, plan = story.person, story.dice, story.plan
    web = person.notifies is Channel.WEB
    told = Act(
        what=What.NOTIFY,
        at=story.now,
        channel=person.notifies,
        service=None if web else CONTACT_CENTRE,
        payload=dice.token(16) if web else "",
        twice="double_fire" in plan,
    )
    refused = []
    for _ in range(dice.pick((1, 2), (4, 1)) if "form_self_loop" in plan else 0):
        refused.append(story.add(replace(told, outcome=Outcome.FAILED, payload=dice.token(16), twice=False)))
        told = replace(told, at=clock.awake(told.at + timedelta(minutes=dice.between(45, 300))))
    first = story.add(told)
    if refused:
        story.mark("form_self_loop", "L1", *refused, first)
    if told.twice:
        story.mark("double_fire", "D5", first)
    if "missing_acknowledge" in plan:
        return first
    soon = clock.office_between(dice, told.at + timedelta(minutes=5), told.at + 8 * _HOUR)
    story.add(
        Act(
            what=What.ACKNOWLEDGE,
            at=soon if soon and dice.chance(0.8) else clock.work_after(dice, told.at, 1, 1),
            channel=Channel.EMAIL,
            service=CONTACT_CENTRE,
        )
    )
    return first


def _call(story: Story, *, what: What = What.ENQUIRE, low: timedelta, high: timedelta) -> Act | None:
    """Return a call between two moments after the customer told us; ``None`` if nobody can answer then."""
    told = next(act for act in reversed(story.acts) if act.what is What.NOTIFY)
    at = clock.office_between(story.dice, told.at + low, told.at + high)
    return None if at is None else Act(what=what, at=at, channel=Channel.PHONE, service=CONTACT_CENTRE)


def _early(story: Story, told: int) -> None:
    """Tell what happens before the council has begun: repeats, parallel channels, being sent on."""
    dice, plan, first = story.dice, story.plan, story.acts[told]
    if "repeat_contact" in plan and (call := _call(story, low=2 * _DAY + _HOUR, high=6 * _DAY + 20 * _HOUR)):
        story.mark("repeat_contact", "D1", told, story.add(call))
    elif "parallel_channels" in plan and (call := _call(story, low=_HOUR, high=46 * _HOUR)):
        story.mark("parallel_channels", "D2", told, story.add(call))
    elif "resubmitted" in plan:
        again = replace(first, at=clock.web_after(dice, story.now, 1, 9), twice=False)
        story.mark("resubmitted", "D3", told, story.add(again))
    elif "other_need" in plan and (call := _call(story, what=What.OTHER, low=_DAY, high=6 * _DAY)):
        story.mark("other_need", "D1", told, story.aside(replace(call, need=BINS)))
    elif "answered" in plan:
        _answered(story, told)
    elif "carried" in plan:
        at = clock.work_after(dice, story.now + 7 * _DAY, 1, 2)
        sent = Act(
            what=What.ENQUIRE,
            at=at,
            channel=Channel.PHONE,
            service=CONTACT_CENTRE,
            outcome=Outcome.TRANSFERRED,
        )
        went = replace(
            sent, at=clock.work_after(dice, at, 1, 3), service=COUNCIL_TAX, outcome=Outcome.COMPLETED
        )
        story.mark("carried", "H3", story.add(sent), story.add(went))


def _answered(story: Story, told: int) -> None:
    """Tell the decoy of D1: the council answered between two contacts for one need."""
    at = clock.work_after(story.dice, story.now, 1, 1)
    window = story.acts[told].at + 7 * _DAY
    call = clock.office_between(story.dice, at + _HOUR, window)
    if call is None:
        return
    answer = story.add(Act(what=What.ANSWER, at=at, channel=Channel.EMAIL, service=CONTACT_CENTRE))
    later = story.add(Act(what=What.ENQUIRE, at=call, channel=Channel.PHONE, service=CONTACT_CENTRE))
    story.mark("answered", "D1", told, answer, later)


def _prove(story: Story) -> bool:
    """Ask for evidence as often as planned; return false where the customer then falls silent."""
    dice, plan = story.dice, story.plan
    gives_up = "abandoned" in plan
    rounds = dice.pick((2, 3), (6, 1)) if "evidence_loop" in plan else int("one_round" in plan or gives_up)
    service = BENEFITS if story.person.claims else COUNCIL_TAX
    asked: list[int] = []
    for number in range(rounds):
        request = Act(
            what=What.REQUEST,
            at=clock.work_after(dice, story.now, 1, 4),
            channel=Channel.POST,
            service=service,
            outcome=Outcome.REQUESTED_INFO,
        )
        asked.append(story.add(request))
        if gives_up:
            story.mark("abandoned", "abandoned", asked[0])
            return False
        asked.append(story.add(_evidence(story, service)))
        if number:
            pair = asked[-2:]
            story.mark("evidence_loop", "V8", *pair, primary=pair[0])
            story.mark("evidence_loop", "L3", *asked[:2], *pair, primary=pair[0])
    if rounds > 1:
        story.mark("evidence_loop", "L2", *asked, primary=asked[2])
    elif rounds:
        story.mark("one_round", "V8", *asked)
    return True


def _evidence(story: Story, service: str) -> Act:
    """Return the evidence the customer sends: uploaded by most who have an account, else posted."""
    dice = story.dice
    if "portal" in story.person.ids and dice.chance(0.6):
        at, channel, to = clock.web_after(dice, story.now, 2, 8), Channel.WEB, None
    else:
        at, channel, to = clock.work_after(dice, story.now, 2, 6), Channel.POST, service
    return Act(
        what=What.PROVIDE,
        at=at,
        channel=channel,
        service=to,
        outcome=Outcome.SUPPLIED_INFO,
        payload=dice.token(16) if channel is Channel.WEB else "",
    )


def _withdrawn(story: Story) -> bool:
    if "withdrawn" not in story.plan:
        return False
    at = clock.work_after(story.dice, story.now + 7 * _DAY, 1, 3)
    act = Act(what=What.WITHDRAW, at=at, channel=Channel.PHONE, service=CONTACT_CENTRE)
    story.mark("withdrawn", "stopped", story.add(act))
    return True


def _refer(story: Story) -> None:
    if "ping_pong" in story.plan:
        refer(story, 3)
    elif "referral" in story.plan:
        refer(story, 1)


def _silence(story: Story) -> None:
    """Tell of calls and complaints that come because nothing was heard for more than a week."""
    for pattern, what, channel in (
        ("chase", What.CHASE, Channel.PHONE),
        ("complaint", What.COMPLAIN, Channel.EMAIL),
    ):
        if pattern in story.plan:
            at = clock.work_after(story.dice, story.now + 7 * _DAY, 1, 3)
            act = Act(what=what, at=at, channel=channel, service=CONTACT_CENTRE)
            story.mark(pattern, "V2", story.add(act))


def _unacknowledged(story: Story, told: int) -> None:
    """Mark the missing step, once a later one shows that it is missing and not merely still to come."""
    later = [at for at, act in enumerate(story.acts) if act.what in _REQUIRES_ACKNOWLEDGEMENT]
    if "missing_acknowledge" in story.plan and later:
        after = min(later, key=lambda at: (story.acts[at].at, at))
        story.mark("missing_acknowledge", "V1", told, after, primary=told)


def _put_through(story: Story) -> None:
    """Put one of the calls to the contact centre through to another service."""
    if "transferred" not in story.plan:
        return
    for number, act in enumerate(story.acts):
        if act.channel is Channel.PHONE and act.what in {What.NOTIFY, What.CHASE}:
            story.acts[number] = replace(act, onward=story.dice.pick(_PUT_THROUGH))
            story.mark("transferred", "H1", number)
            return
