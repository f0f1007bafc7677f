"""Which ways through the flow keep some rules, and which is the shortest?

The product of deterministic automata, searched breadth first, steps in the order
of their labels: the first way found is the shortest, and of the shortest the
first in the alphabet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cjmine.domain.models import Automaton

MOST = 200_000
"""States of a product beyond which the question is left open."""


class TooManyStatesError(Exception):
    """A product has more states than can be searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is common to all ways that keep the rules.

    ``shortest`` is ``None`` where there is none; ``steps`` are those that happen
    on some way; ``free`` where the rules leave every way of the flow as it is.
    """

    shortest: tuple[str, ...] | None
    steps: frozenset[str]
    free: bool


class Machine:
    """A deterministic automaton, its arcs looked up by state and label."""

    def __init__(self, automaton: Automaton) -> None:
        self.labels = automaton.labels
        self.finals = frozenset(automaton.finals)
        self.after: list[dict[int, int]] = [{} for _ in range(automaton.n_states)]
        for source, label, target in automaton.arcs.tolist():
            self.after[source][label] = target


def ways(flow: Machine, rules: Sequence[Machine]) -> Ways:
    """Return what the ways of ``flow`` that keep all ``rules`` have in common; labels are the same in all.

    Raises ``TooManyStatesError`` beyond ``MOST`` states.
    """
    parts = (flow, *rules)
    start = (0,) * len(parts)
    came: dict[tuple[int, ...], tuple[tuple[int, ...], int] | None] = {start: None}
    back: dict[tuple[int, ...], list[tuple[tuple[int, ...], int]]] = {}
    ends: list[tuple[int, ...]] = []
    free = True
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state[0] in flow.finals:
            if all(s in part.finals for s, part in zip(state, parts, strict=True)):
                ends.append(state)
            else:
                free = False
        for label in sorted(flow.after[state[0]]):
            after = tuple(part.after[s].get(label, -1) for s, part in zip(state, parts, strict=True))
            if -1 in after:
                free = False
                continue
            if after not in came:
                if len(came) >= MOST:
                    raise TooManyStatesError
                came[after] = (state, label)
                queue.append(after)
            back.setdefault(after, []).append((state, label))
    return Ways(
        shortest=_way(flow, came, ends[0]) if ends else None,
        steps=frozenset(flow.labels[label] for label in _used(back, ends)),
        free=free,
    )


def broken_at(rule: Machine, way: Iterable[str]) -> str | None:
    """Return the step of a way at which it breaks a rule, or ``None`` where only its end does."""
    return _led(rule, way)[1]


def keeps(rule: Machine, way: Iterable[str]) -> bool:
    """Say whether a way keeps a rule."""
    state, broken = _led(rule, way)
    return broken is None and state in rule.finals


def _led(rule: Machine, way: Iterable[str]) -> tuple[int, str | None]:
    """Return the state that a way leads to, and the step that leads no further, if one does."""
    state = 0
    for step in way:
        target = rule.after[state].get(rule.labels.index(step))
        if target is None:
            return state, step
        state = target
    return state, None


def _way(
    flow: Machine,
    came: dict[tuple[int, ...], tuple[tuple[int, ...], int] | None],
    end: tuple[int, ...],
) -> tuple[str, ...]:
    steps = []
    before = came[end]
    while before is not None:
        steps.append(flow.labels[before[1]])
        before = came[before[0]]
    return tuple(reversed(steps))


def _used(
    back: dict[tuple[int, ...], list[tuple[tuple[int, ...], int]]], ends: list[tuple[int, ...]]
) -> set[int]:
    """Return the labels of arcs that lead on to an end."""
    seen, todo, used = set(ends), list(ends), set()
    while todo:
        for state, label in back.get(todo.pop(), ()):
            used.add(label)
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return used
