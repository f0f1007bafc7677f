"""What does a journey say that another form of it does not?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import PlannedStep
from cjmine.intended.sentences import sentence
from cjmine.intended.steps import titled

Aspect = Callable[[IntendedJourney], Any]


def lost(before: IntendedJourney, after: IntendedJourney, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say what of one journey another no longer has; ``names`` leads to the steps' names there.

    Only what the first says beyond its flow is asked for; that the flow is the
    same is for automata to say.
    """
    found = []
    for what, aspect in _ASPECTS:
        was, now = aspect(before), aspect(after)
        if what in _WHOLE:
            gone = list(was) if {names.get(name, name) for name in was} != set(now) else []
        elif isinstance(was, dict):
            gone = [key for key, value in was.items() if now.get(names.get(key, key)) != value]
        elif isinstance(was, tuple):
            gone = [item for item in was if names.get(item, item) not in now]
        else:
            gone = [was] if was and was != now else []
        if gone:
            found.append(f"{what}: {', '.join(map(str, gone))}")
    return tuple(found)


def _of_steps(ask: Callable[[PlannedStep], Any]) -> Aspect:
    def told(journey: IntendedJourney) -> dict[str, Any]:
        return {name: said for name, step in journey.planned.items() if (said := ask(step))}

    return told


def _titles(journey: IntendedJourney) -> dict[str, str]:
    return {name: title for name, title in journey.titles.items() if title != titled(name)}


def _maps(journey: IntendedJourney) -> dict[str, tuple[str, ...]]:
    raw: dict[str, tuple[str, ...]] = {}
    for activity, step in journey.mapping.items():
        raw[step] = (*raw.get(step, ()), activity)
    return raw


def _repeats(journey: IntendedJourney) -> tuple[str, ...]:
    return tuple(text for repeat in journey.repeats for text in (repeat.because, repeat.until) if text)


_WHOLE = {"starts", "ends.success"}
"""What more of would be as wrong as less."""

_ASPECTS: tuple[tuple[str, Aspect], ...] = (
    ("the journey's id", lambda one: one.name),
    ("title", lambda one: one.title),
    ("version", lambda one: one.version),
    ("customer", lambda one: one.customer),
    ("need", lambda one: one.need),
    ("clock", lambda one: one.clock.timezone if one.clock else None),
    ("systems of services", lambda one: dict(one.services)),
    ("starts", lambda one: one.starts),
    ("ends.success", lambda one: one.success),
    ("ends.stopped", lambda one: one.stopped),
    ("stages", lambda one: tuple(title for title, _ in one.stages)),
    ("why and until when to repeat", _repeats),
    ("by", lambda one: dict(one.by)),
    ("channel of", _of_steps(lambda step: (step.channels, step.prefer) if step.channels else step.prefer)),
    ("backstage", _of_steps(lambda step: step.backstage)),
    ("within", _of_steps(lambda step: step.within)),
    ("not_before", _of_steps(lambda step: step.not_before)),
    ("info of", _of_steps(lambda step: step.info)),
    ("fails_to of", _of_steps(lambda step: step.fails_to)),
    ("on_stage_note of", _of_steps(lambda step: step.note)),
    ("map of", _maps),
    ("titles of", _titles),
    ("anytime", lambda one: one.anytime),
    ("unwanted", lambda one: one.unwanted),
    ("rules", lambda one: tuple(map(sentence, one.rules))),
    ("standards", lambda one: tuple(standard.name for standard in one.standards)),
)
