"""Which services does the plan still need, after each move of an alignment?

A service is owed a step while every way from here to the end of the plan has
one. With it a detector can tell work side by side from passing the customer on
(domain.md 0.1, ruling 4). Only for plans that say who takes a step (``by``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cjmine.conformance.moves import Alignment
from cjmine.domain.models import Automaton
from cjmine.domain.vocabulary import MoveKind

States = frozenset[int]
Services = tuple[str, ...]


class Owed:
    """What a plan still needs, looked up once for each set of states that journeys come to."""

    def __init__(self, automaton: Automaton, by: Mapping[str, str]) -> None:
        self._silent: dict[int, list[int]] = {}
        for source, target in automaton.silent.tolist():
            self._silent.setdefault(source, []).append(target)
        self._arcs: dict[tuple[int, str], list[int]] = {}
        for source, code, target in automaton.arcs.tolist():
            self._arcs.setdefault((source, automaton.labels[code]), []).append(target)
        self._spared = {
            service: _ending(automaton, {label for label, who in by.items() if who == service})
            for service in sorted(set(by.values()))
        }
        self._next: dict[tuple[States, str], States] = {}
        self._named: dict[States, Services] = {}
        self.start = self._closed([0])

    def after(self, alignment: Alignment) -> list[Services]:
        """Return the services still owed a step after each move."""
        states, found = self.start, []
        for move in alignment.moves:
            if move.kind is not MoveKind.LOG:
                states = self._step(states, move.label)
            found.append(self.named(states))
        return found

    def named(self, states: States) -> Services:
        """Return the services without which none of the states leads to the end."""
        known = self._named.get(states)
        if known is None:
            known = tuple(name for name, spared in self._spared.items() if states.isdisjoint(spared))
            self._named[states] = known
        return known

    def _step(self, states: States, label: str) -> States:
        known = self._next.get((states, label))
        if known is None:
            known = self._closed(target for state in states for target in self._arcs.get((state, label), ()))
            self._next[states, label] = known
        return known

    def _closed(self, states: Iterable[int]) -> States:
        found = set(states)
        todo = list(found)
        while todo:
            new = [state for state in self._silent.get(todo.pop(), ()) if state not in found]
            found.update(new)
            todo += new
        return frozenset(found)


def _ending(automaton: Automaton, without: set[str]) -> States:
    """Return the states that can end without any of the steps ``without``."""
    backward: dict[int, list[int]] = {}
    for source, code, target in automaton.arcs.tolist():
        if automaton.labels[code] not in without:
            backward.setdefault(target, []).append(source)
    for source, target in automaton.silent.tolist():
        backward.setdefault(target, []).append(source)
    found = set(automaton.finals)
    todo = list(found)
    while todo:
        new = [state for state in backward.get(todo.pop(), ()) if state not in found]
        found.update(new)
        todo += new
    return frozenset(found)
