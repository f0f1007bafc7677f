"""Can what the plan counts from come first, and can every journey end in success?"""

from __future__ import annotations

from collections.abc import Iterator

from cjmine.domain.plan import Anchor, Place
from cjmine.intended.flow import Flow
from cjmine.intended.machine import stuck
from cjmine.intended.rule_automata import counter, in_order
from cjmine.intended.ways import Machine, ways
from cjmine.intended.yaml_nodes import Fault

_NOWHERE = Place(0, 0)


def impossible_limits(flow: Flow) -> Iterator[Fault]:
    """Yield E04: a limit or a standard that counts from a step which can never come before."""
    journey = flow.journey
    for name, step in journey.planned.items():
        for word, limit in (("within", step.within), ("not_before", step.not_before)):
            if limit is not None and limit.anchor is Anchor.STEP and _never(flow, limit.name, name):
                what = f"{word}: {limit}: {limit.name!r} can never come before {name!r}"
                yield Fault(step.place.line, step.place.column, what, "E04", _earlier(flow, name))
    for standard in journey.standards:
        if _never(flow, standard.start, standard.stop):
            what = f"the standard {standard.name!r} never ends: {standard.start!r} can never come before"
            place = standard.place
            hint = _earlier(flow, standard.stop)
            yield Fault(place.line, place.column, f"{what} {standard.stop!r}", "E04", hint)


def lost_success(flow: Flow) -> Iterator[Fault]:
    """Yield E06: a plan that can get stuck, or a way through it without any step of success."""
    journey = flow.journey
    for what in stuck(journey):
        yield Fault(0, 0, *_halves(what, "E06"))
    ends = {*journey.success, *journey.stopped}
    if not journey.success:
        return
    asked = (counter(sorted(ends), flow.labels, most=0), counter(flow.steps, flow.labels, least=1))
    way = ways(flow.machine, [Machine(one) for one in asked]).shortest
    if way is not None:
        place = journey.planned[way[-1]].place if way[-1] in journey.planned else _NOWHERE
        what = f"a way through the journey reaches no step of success: {' → '.join(way)}"
        hint = "name its last step under 'ends: success' or 'ends: stopped'"
        yield Fault(place.line, place.column, what, "E06", hint)


def _never(flow: Flow, first: str, second: str) -> bool:
    """Say whether two steps of the flow can never happen in this order."""
    if not {first, second} <= set(flow.steps):
        return False
    return ways(flow.machine, [Machine(in_order(first, second, flow.labels))]).shortest is None


def _earlier(flow: Flow, name: str) -> str:
    """Name a step that can come before another: the last one on the shortest way to it."""
    way = ways(flow.machine, [Machine(counter([name], flow.labels, least=1))]).shortest or ()
    before = way[: way.index(name)] if name in way else ()
    return f"count from a step before it, such as {before[-1]!r}" if before else "count from 'start'"


def _halves(text: str, code: str) -> tuple[str, str, str]:
    """Return what is wrong, the code, and the advice of a sentence that has both."""
    what, _, hint = text.partition("; ")
    return what, code, hint
