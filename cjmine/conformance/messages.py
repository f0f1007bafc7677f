"""How is a deviation said in plain words? (domain.md 3.3; dates are added where they are known)"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache

from cjmine.conformance.same import Same
from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.domain.plan import Rule, Template


def missing(journey: IntendedJourney, label: str, later: str | None, *, happened: bool) -> str:
    """V1: a step of the plan did not happen (or not once more, or not in time)."""
    how = "is missing once" if happened else "never happened"
    although = f" although {_titled(journey, later)} did" if later is not None else ""
    return f"{_titled(journey, label)} {how}{although if not happened else _before(journey, later)}."


def ad_hoc(journey: IntendedJourney, label: str, agreed: AbstractSet[str]) -> str:
    """V2: something happened that the plan does not have here."""
    if label in journey.unwanted:
        return f"{_titled(journey, label)} should not be needed, but happened."
    other = (
        next((o for o in _rivals_of(Same(journey.tree), label) if o in agreed), None)
        if journey.tree
        else None
    )
    if other is not None:
        return f"Both {_titled(journey, other)} and {_titled(journey, label)} happened; only one is expected."
    if label in _steps_of(Same(journey)):
        return f"{_titled(journey, label)} happened where the plan does not have it."
    return f"{_titled(journey, label)} happened; the plan does not have it."


def out_of_order(journey: IntendedJourney, earlier: str, later: str) -> str:
    """V3: two steps are swapped."""
    first, second = _titled(journey, earlier), _titled(journey, later)
    return f"{first} happened before {second}; it should come after."


def too_many(journey: IntendedJourney, label: str, times: int, limit: int, because: str) -> str:
    """V8: a part of the plan was repeated beyond its limit."""
    reason = f" because: {because}" if because else ""
    return f"{_titled(journey, label)} happened {times} times; at most {limit} expected{reason}."


def rule_broken(journey: IntendedJourney, rule: Rule) -> str:
    """V9: what it means that a rule is broken, without the dates."""
    a, b, n = _titled(journey, rule.activation), _titled(journey, rule.target), rule.number
    times = "once" if n == 1 else f"{n} times"
    within = f" within {rule.length}" if rule.length is not None else ""
    texts = {
        Template.PRECEDENCE: f"{a} without an earlier {b}.",
        Template.RESPONSE: f"{b} did not follow {a}{within}.",
        Template.NOT_SUCCESSION: f"{b} happened after {a}; it should not.",
        Template.NOT_COEXISTENCE: f"Both {a} and {b} happened; at most one of them is expected.",
        Template.RESPONDED_EXISTENCE: f"{a} happened, but {b} did not.",
        Template.ABSENCE: f"{a} happened more than {times}.",
        Template.EXISTENCE: f"{a} did not happen at least {times}.",
        Template.EXACTLY: f"{a} did not happen exactly {times}.",
        Template.CHAIN_PRECEDENCE: f"{a} did not come directly after {b}.",
        Template.NEGATIVE_RESPONSE: f"{b} happened{within} of {a}; it should not be needed so soon.",
        Template.INIT: f"The journey did not start with {a}.",
        Template.END: f"The journey did not end with {a}.",
        Template.ITEM_ABSENCE: f"The customer gave {rule.activation!r} more than {times}.",
        Template.ONLY_BY: f"{a} was not done by {rule.target}.",
        Template.ONLY_VIA: f"{a} did not come via {rule.target}.",
    }
    return texts[rule.template]


def _before(journey: IntendedJourney, later: str | None) -> str:
    return f" before {_titled(journey, later)}" if later is not None else ""


def _titled(journey: IntendedJourney, label: str) -> str:
    return f"'{journey.titles.get(label, label)}'"


@lru_cache(maxsize=64)
def _steps_of(same: Same[IntendedJourney]) -> frozenset[str]:
    return frozenset(same.value.steps)


@lru_cache(maxsize=4096)  # few steps and few plans, but asked for with every event that no plan has
def _rivals_of(same: Same[Tree], label: str) -> tuple[str, ...]:
    together = _beside(same.value, label)
    return tuple(other for other in _rivals(same.value, label) if other not in together)


def _rivals(tree: Tree, label: str) -> Iterator[str]:
    """Yield the steps of the other branches of every choice around a step, innermost choice first."""
    for child in tree.children:
        if label in _labels(child):
            yield from _rivals(child, label)
            if tree.operator is Operator.CHOICE:
                for other in tree.children:
                    if other is not child:
                        yield from _labels(other)


def _beside(tree: Tree, label: str) -> set[str]:
    """Return the steps that run beside a step somewhere: a choice of one or more branches has them too."""
    found: set[str] = set()
    for child in tree.children:
        if label in _labels(child):
            found |= _beside(child, label)
            if tree.operator is Operator.PARALLEL:
                found.update(step for other in tree.children if other is not child for step in _labels(other))
    return found


def _labels(tree: Tree) -> list[str]:
    own = [tree.label] if tree.label is not None else []
    return own + [label for child in tree.children for label in _labels(child)]
