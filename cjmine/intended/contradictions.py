"""Do the rules of a plan contradict its flow, each other, or what its steps say?

A rule contradicts the flow when no way through the flow keeps it, or when a step
of the flow can no longer happen. That a rule forbids some ways is no
contradiction: that is what rules are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from cjmine.domain.plan import Length, Rule, Template, Unit
from cjmine.intended.flow import Flow
from cjmine.intended.rule_automata import counter
from cjmine.intended.ways import Machine, Ways, broken_at, keeps, ways
from cjmine.intended.yaml_nodes import Fault

_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 24 * 60}

Asked = tuple[Rule, Machine]


def contradictions(flow: Flow) -> Iterator[Fault]:
    """Yield E05, or E06 where it is a success step that the rules rule out.

    Raises ``TooManyStatesError`` where the question cannot be decided.
    """
    left: list[Asked] = []
    for rule in flow.journey.rules:
        yield from _with_attributes(flow, rule)
        asked = (rule, flow.rule(rule))
        found = ways(flow.machine, [asked[1]])
        faults = list(_faults(flow, [asked], found, set()))
        yield from faults
        if not faults and not found.free:
            left.append(asked)
    if len(left) > 1:
        yield from _together(flow, left)


def _together(flow: Flow, rules: Sequence[Asked]) -> Iterator[Fault]:
    """Yield what rules that are each fine contradict together, naming as few of them as will do."""
    found = ways(flow.machine, [machine for _, machine in rules])
    if found.shortest is None:
        core = _core(flow, rules, lambda one: one.shortest is None)
        yield from _faults(flow, core, found, set())
        return
    told: set[str] = set()
    for step in sorted(set(flow.steps) - found.steps):
        if step not in told:
            core = _core(flow, rules, partial(_without, step))
            yield from _faults(flow, core, ways(flow.machine, [machine for _, machine in core]), told)


def _without(step: str, found: Ways) -> bool:
    return step not in found.steps


def _core(flow: Flow, rules: Sequence[Asked], bad: Callable[[Ways], bool]) -> list[Asked]:
    """Return as few of the rules as are bad together."""
    kept = list(rules)
    for asked in rules:
        fewer = [one for one in kept if one is not asked]
        if bad(ways(flow.machine, [machine for _, machine in fewer])):
            kept = fewer
    return kept


def _faults(flow: Flow, rules: Sequence[Asked], found: Ways, told: set[str]) -> Iterator[Fault]:
    if found.shortest is None:
        way = ways(flow.machine, []).shortest or ()
        broken = f"the shortest, {_told(way)}, {_breaks(rules, way)}"
        what = f"no way through the journey keeps {_named(rules)}: {broken}"
        yield _fault(rules, "E05", what, "change the order of the steps, or the rule")
        return
    for step in sorted(set(flow.steps) - found.steps - told):
        told.add(step)
        way = ways(flow.machine, [Machine(counter([step], flow.labels, least=1))]).shortest or ()
        end = "success step " if step in flow.journey.success else ""
        what = f"the {end}{step!r}" if end else repr(step)
        what += f" can never happen under {_named(rules)}: the shortest way to have it, {_told(way)}, "
        code = "E06" if end else "E05"
        yield _fault(
            rules, code, what + _breaks(rules, way), "take the step out of the flow, or change the rule"
        )


def _named(rules: Sequence[Asked]) -> str:
    """Name a rule, or several by their lines: the last is where the fault is told."""
    *others, (last, _) = rules
    if not others:
        return f"the rule {last.text!r}"
    lines = [f"{rule.text!r} (line {rule.place.line})" for rule, _ in others]
    return f"the rule {last.text!r} together with {' and '.join(lines)}"


def _breaks(rules: Sequence[Asked], way: Sequence[str]) -> str:
    rule, machine = next((one for one in reversed(rules) if not keeps(one[1], way)), rules[-1])
    step = broken_at(machine, way)
    where = f"at {step!r}" if step is not None else "when it ends"
    return f"breaks {rule.text!r} {where}" if len(rules) > 1 else f"breaks it {where}"


def _told(way: Sequence[str]) -> str:
    return " → ".join(way) or "no step at all"


def _fault(rules: Sequence[Asked], code: str, what: str, hint: str) -> Fault:
    place = rules[-1][0].place
    return Fault(place.line, place.column, what, code, hint)


def _with_attributes(flow: Flow, rule: Rule) -> Iterator[Fault]:
    """Yield where a rule about service, channel or time denies what the step itself says."""
    journey, place = flow.journey, rule.place
    step = journey.planned.get(
        rule.target if rule.template is Template.NEGATIVE_RESPONSE else rule.activation
    )
    what = ""
    if rule.template is Template.ONLY_BY:
        by = journey.by.get(rule.activation, rule.target)
        what = f"by: {by}" if by != rule.target else ""
    elif rule.template is Template.ONLY_VIA and step is not None:
        usual = (step.prefer,) if step.prefer and not step.channels else step.channels
        what = f"channel: {', '.join(usual)}" if usual and rule.target not in usual else ""
    elif rule.template is Template.NEGATIVE_RESPONSE and step is not None and step.within is not None:
        due, limit = step.within, rule.length
        inside = limit is not None and _no_longer(due.length, limit)
        what = f"within: {due}" if due.name == rule.activation and inside else ""
    if what:
        name = rule.target if rule.template is Template.NEGATIVE_RESPONSE else rule.activation
        told = f"the rule {rule.text!r} contradicts the step {name!r}, which has '{what}'"
        yield Fault(place.line, place.column, told, "E05", "change the rule, or the step")


def _no_longer(one: Length, other: Length) -> bool:
    """Say whether one length is certainly no longer than another; without a calendar only like units tell."""
    if one.unit == other.unit:
        return one.amount <= other.amount
    if not {one.unit, other.unit} <= _MINUTES.keys():
        return False
    return one.amount * _MINUTES[one.unit] <= other.amount * _MINUTES[other.unit]
