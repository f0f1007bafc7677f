"""Which journeys keep a rule? A finite automaton for each template of the notation.

The automata are those of Declare over finite traces (LTLf; Di Ciccio, Montali
2022), deterministic and without a state for broken rules: where no arc leads on,
the rule is broken for good; in a state that is not final it is broken only if
the journey ends there. Time, services and channels lie outside: a rule about
them alone accepts every order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from cjmine.domain.models import Automaton
from cjmine.domain.plan import Rule, Template

BROKEN = -1
"""Instead of a state: no journey that goes this way keeps the rule."""

State = tuple[int, Mapping[str, int]]
"""Where any other step leads, and where the named ones do."""


def automaton_of_rule(
    rule: Rule,
    labels: Sequence[str],
    *,
    anytime: Collection[str] = (),
    info: Mapping[str, Collection[str]] | None = None,
) -> Automaton:
    """Return the automaton of a rule over the steps ``labels``, state 0 first.

    ``anytime`` steps that the rule does not name stand in no way of ``directly
    after``, ``start with`` and ``end with``; ``info`` gives the steps that
    provide an item.
    """
    passing = set(anytime) - {rule.activation, rule.target}
    giving = tuple((info or {}).get(rule.activation, ()))
    if rule.template in {Template.ABSENCE, Template.ITEM_ABSENCE}:
        counted = giving if rule.template is Template.ITEM_ABSENCE else (rule.activation,)
        states, finals = _counting(counted, rule.number, most=True)
    elif rule.template in {Template.EXISTENCE, Template.EXACTLY}:
        states, finals = _counting((rule.activation,), rule.number, most=rule.template is Template.EXACTLY)
        finals = {rule.number}
    else:
        states, finals = _FORMS.get(rule.template, _anything)(rule.activation, rule.target)
    passed = passing if rule.template in _STRICT else set()
    return _automaton(states, finals, labels, passed)


_STRICT = {Template.CHAIN_PRECEDENCE, Template.INIT, Template.END}


def counter(
    steps: Collection[str], labels: Sequence[str], *, least: int = 0, most: int | None = None
) -> Automaton:
    """Return the automaton of journeys with at least, and at most, so many of ``steps`` together."""
    states, finals = _counting(tuple(steps), least if most is None else most, most=most is not None)
    return _automaton(states, {n for n in finals if n >= least}, labels, set())


def in_order(first: str, second: str, labels: Sequence[str]) -> Automaton:
    """Return the automaton of journeys in which ``second`` happens somewhere after ``first``."""
    states: list[State] = [(0, {first: 1}), (1, {second: 2}), (2, {})]
    return _automaton(states, {2}, labels, set())


def _counting(steps: Sequence[str], number: int, *, most: bool) -> tuple[list[State], set[int]]:
    beyond = BROKEN if most else number
    states: list[State] = [(n, dict.fromkeys(steps, n + 1)) for n in range(number)]
    states.append((number, dict.fromkeys(steps, beyond)))
    return states, set(range(number + 1))


def _precedence(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: BROKEN, b: 1}), (1, {})], {0, 1}


def _response(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: 1}), (1, {b: 0})], {0}


def _not_succession(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: 1}), (1, {b: BROKEN})], {0, 1}


def _not_coexistence(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: 1, b: 2}), (1, {b: BROKEN}), (2, {a: BROKEN})], {0, 1, 2}


def _responded_existence(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: 1, b: 2}), (1, {b: 2}), (2, {})], {0, 2}


def _chain_precedence(a: str, b: str) -> tuple[list[State], set[int]]:
    return [(0, {a: BROKEN, b: 1}), (0, {b: 1})], {0, 1}


def _init(a: str, _: str) -> tuple[list[State], set[int]]:
    return [(BROKEN, {a: 1}), (1, {})], {1}


def _end(a: str, _: str) -> tuple[list[State], set[int]]:
    return [(0, {a: 1}), (0, {a: 1})], {1}


def _anything(_: str, __: str) -> tuple[list[State], set[int]]:
    return [(0, {})], {0}


_FORMS: dict[Template, Callable[[str, str], tuple[list[State], set[int]]]] = {
    Template.PRECEDENCE: _precedence,
    Template.RESPONSE: _response,
    Template.NOT_SUCCESSION: _not_succession,
    Template.NOT_COEXISTENCE: _not_coexistence,
    Template.RESPONDED_EXISTENCE: _responded_existence,
    Template.CHAIN_PRECEDENCE: _chain_precedence,
    Template.INIT: _init,
    Template.END: _end,
}


def _automaton(
    states: Sequence[State], finals: Collection[int], labels: Sequence[str], passed: Collection[str]
) -> Automaton:
    """Return the automaton of some states; the steps ``passed`` lead nowhere else."""
    rows = []
    for source, (otherwise, named) in enumerate(states):
        for code, label in enumerate(labels):
            target = source if label in passed else named.get(label, otherwise)
            if target != BROKEN:
                rows.append((source, code, target))
    return Automaton(
        labels=tuple(labels),
        n_states=len(states),
        finals=tuple(sorted(finals)),
        arcs=np.array(rows, np.int32).reshape(-1, 3),
        silent=np.empty((0, 2), np.int32),
    )
