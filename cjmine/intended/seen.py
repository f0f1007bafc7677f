"""Does a log speak of the plan's steps, and the plan of what the log has?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Place
from cjmine.errors import nearest
from cjmine.intended.yaml_nodes import Fault

FEW = 0.05
"""So many journeys may lack a step to start with: the log begins in the middle of some."""

Variants = Mapping[tuple[str, ...], int]


def against_log(journey: IntendedJourney, counted: Variants) -> Iterator[Fault]:
    """Yield W01 to W03 for a log's variants, each with the number of its cases."""
    events: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    begun = 0
    for steps, count in counted.items():
        for label, times in Counter(steps).items():
            events[label] += times * count
            cases[label] += count
        if not {journey.mapping.get(step, step) for step in steps}.isdisjoint(journey.starts):
            begun += count
    yield from _unseen(journey, events)
    yield from _unmapped(journey, events, cases)
    total = sum(counted.values())
    lacking = total - begun
    if total and lacking / total > FEW:
        place = _place(journey, journey.starts[0] if journey.starts else "")
        starts = " or ".join(map(repr, journey.starts))
        what = (
            f"{lacking:,} of {total:,} journeys ({lacking / total:.1%}) never have {starts}, where they start"
        )
        hint = "name other steps under 'starts', or map the activities that mean them"
        yield Fault(place.line, place.column, what, "W03", hint)


def _unseen(journey: IntendedJourney, events: Mapping[str, int]) -> Iterator[Fault]:
    """Yield W01 for each step of the flow; that nothing unwanted was seen is no warning."""
    seen = {journey.mapping.get(label, label) for label in events}
    known = {label for label in events if journey.mapping.get(label, label) not in journey.declared}
    for step in journey.steps:
        if step not in seen:
            place = _place(journey, step)
            near = nearest(step, known) or "map an activity of the log to it, or leave it out"
            what = f"the step {step!r} never happens in the log"
            yield Fault(place.line, place.column, what, "W01", near.removeprefix("; "))


def _unmapped(
    journey: IntendedJourney, events: Mapping[str, int], cases: Mapping[str, int]
) -> Iterator[Fault]:
    """Yield W02 for each activity that leads to no step, most frequent first."""
    for label, count in sorted(events.items(), key=lambda one: (-one[1], one[0])):
        if journey.mapping.get(label, label) not in journey.declared:
            near = nearest(label, journey.declared) or "name it in a step's 'map', or under 'anytime'"
            often = f"{count:,} events of {cases[label]:,} journeys"
            what = f"the log's activity {label!r} leads to no step: {often}"
            yield Fault(0, 0, what, "W02", near.removeprefix("; "))


def _place(journey: IntendedJourney, step: str) -> Place:
    return journey.planned[step].place if step in journey.planned else Place(0, 0)
