"""One person's life: the journeys in order, what surrounds them, and what the end of the log leaves of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, Ended, Journey, Life, Mark, Need, What
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person
from cjmine.northmoor.stories.around import partner_call, read_before, reminders, reviews
from cjmine.northmoor.stories.moving import move
from cjmine.northmoor.stories.plan import Plan
from cjmine.northmoor.stories.simple import COURSES, plain
from cjmine.northmoor.stories.story import Story

_STALLED_AFTER = 30 * clock.DAY  # domain.md 2.15
_ENDINGS = frozenset({"abandoned", "stalled", "stopped", "dead_end"})
_MOTIVES = {
    Need.MOVE: (("new job", "bigger home", "separation", "rent", "eviction", "care"), (5, 6, 4, 5, 2, 3)),
    Need.DISCOUNT: (("living alone", "separation", "bereavement"), (5, 4, 2)),
    Need.CLAIM: (("lost a job", "fewer hours", "illness", "new baby"), (5, 4, 4, 2)),
    Need.REPAIR: (("leak", "heating", "damp", "door or window"), (4, 4, 3, 2)),
    Need.PERMIT: (("new car", "new zone", "visitors"), (4, 2, 3)),
}
_SUCCESS = frozenset({What.CONFIRM, *(course.end for course in COURSES.values())})


def life(person: Person, own: Sequence[Plan], seed: int, partner_told: datetime | None = None) -> Life:
    """Return what truly happened to ``person``, whose journeys are planned as in ``own``."""
    dice, contacts = Dice(seed, 5, person.index), count()
    stories: list[Story] = []
    for plan in own:
        story = Story(plan=plan, dice=dice, contacts=contacts, now=plan.start)
        stories.append(story)
        if plan.need is Need.MOVE:
            move(story)
            read_before(story)
        else:
            plain(story)
        reminders(story)
        reviews(story)
    if partner_told is not None:
        partner_call(stories[0], partner_told)
    return _told(person, stories)


def _told(person: Person, stories: Sequence[Story]) -> Life:
    """Return the stories as the log can know them: in order, and cut to its first and last day."""
    keyed = [
        (act.at, act.at.fold, number, at)
        for number, story in enumerate(stories)
        for at, act in enumerate(story.acts)
        if act.at >= clock.LOG_START and act.ends < clock.LOG_END
    ]
    keyed.sort(key=lambda key: (key[0].replace(fold=0), key[1:]))
    place = {(number, at): position for position, (_, _, number, at) in enumerate(keyed)}
    planted: list[Mark] = []
    decoys: list[Mark] = []
    journeys: list[Journey] = []
    for number, story in enumerate(stories):
        journey = _journey(story)
        journeys.append(journey)
        planted += _placed(story.planted, number, place, journey.status)
        decoys += _placed(story.decoys, number, place, journey.status)
        if journey.status is Ended.CENSORED and story.plan.need is Need.MOVE:
            decoys += _censored(story, number, place)
    return Life(
        person=person,
        acts=tuple(stories[number].acts[at] for _, _, number, at in keyed),
        journeys=tuple(journeys),
        planted=tuple(planted),
        decoys=tuple(decoys),
    )


def _journey(story: Story) -> Journey:
    plan = story.plan
    acts = [act for act in story.acts if act.journey is not None and act.ends < clock.LOG_END]
    acts = [act for act in acts if act.at >= clock.LOG_START]
    attributes = {"shared_case": "yes"} if plan.after and plan.need is not Need.PERMIT else {}
    if plan.need is Need.MOVE:
        attributes["form"] = "tell-us-once" if plan.after else "move-form"
    return Journey(
        need=plan.need,
        motive=story.dice.pick(*_MOTIVES[plan.need]),
        start=min((act.at for act in acts), default=plan.start),
        end=max((act.ends for act in acts), default=plan.start),
        status=_status(story, acts),
        period=plan.period,
        patterns=frozenset(plan.names),
        attributes=attributes,
    )


def _status(story: Story, acts: Sequence[Act]) -> Ended:
    done = {act.what for act in acts}
    if not done.isdisjoint(_SUCCESS):
        return Ended.COMPLETE
    if What.WITHDRAW in done:
        return Ended.STOPPED
    ending = story.plan.slots.get("ending", "")
    if ending in {"abandoned", "dead_end_abandoned"}:
        return Ended.ABANDONED
    silent = acts and clock.LOG_END - max(act.ends for act in acts) > _STALLED_AFTER
    return Ended.STALLED if silent or ending in {"stalled", "dead_end_stalled"} else Ended.CENSORED


def _placed(
    marks: Sequence[Mark], number: int, place: dict[tuple[int, int], int], status: Ended
) -> list[Mark]:
    """Return the marks that the end of the log has left whole, by position in the life."""
    return [
        replace(mark, acts=tuple(place[number, at] for at in mark.acts), primary=place[number, mark.primary])
        for mark in marks
        if all((number, at) in place for at in mark.acts)
        and not (status is Ended.CENSORED and mark.code in _ENDINGS)
    ]


def _censored(story: Story, number: int, place: dict[tuple[int, int], int]) -> list[Mark]:
    """Mark a journey that was still under way: its missing steps are not missing."""
    last = max(
        (
            place[number, at]
            for at, act in enumerate(story.acts)
            if act.journey is not None and (number, at) in place
        ),
        default=None,
    )
    if last is None:
        return []
    return [Mark(code="V1", pattern="censored", acts=(last,), primary=last, step=What.CONFIRM.value)]
