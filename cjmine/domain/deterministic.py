"""In which sets of states may one be after each step, if silent steps are taken freely?

A set is kept as its heads: the states from which silent steps lead to all others in it.
Side by side optional steps have sets of thousands of states with one head each.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Automaton
from cjmine.errors import StatesError

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]
_Heads = frozenset[int]


def deterministic(automaton: Automaton, max_states: int) -> tuple[_Ints, _Bools]:
    """Return, for each set of states one may be in, the set that each label leads to; and which are final.

    Raises ``StatesError`` naming the limit when there are more than ``max_states``.
    """
    silent = _Silent(automaton)
    sets = [silent.heads([0])]
    number = {sets[0]: 0}
    found: list[tuple[int, int, int]] = []
    for at, one in enumerate(sets):  # grows as it is walked
        ahead = silent.ahead(one)
        for label in sorted(ahead):
            to = number.get(ahead[label])
            if to is None:
                if len(sets) >= max_states:
                    raise too_large(max_states)
                to = number[ahead[label]] = len(sets)
                sets.append(ahead[label])
            found.append((at, label, to))
    after = np.full((len(sets), len(automaton.labels)), -1, np.int64)
    arcs = np.array(found, np.int64).reshape(-1, 3)
    after[arcs[:, 0], arcs[:, 1]] = arcs[:, 2]
    return after, np.array([any(state in silent.ending for state in one) for one in sets])


def too_large(limit: int) -> StatesError:
    """Return the refusal of a language that needs more states than the limit."""
    return StatesError(
        f"the language of the model needs more than {limit:,} states (limit {limit:,}): "
        "too many branches run at the same time",
        "shorten the parallel branches, or raise the noise threshold the model is discovered with",
    )


class _Silent:
    """What silent steps lead to: from each state the states (as bits), the labels ahead, and the end."""

    def __init__(self, automaton: Automaton) -> None:
        n = automaton.n_states
        onward: list[list[int]] = [[] for _ in range(n)]
        for source, target in automaton.silent.tolist():
            onward[source].append(target)
        self.reach = _reach(onward)
        same: dict[int, int] = {}
        self.same = [same.setdefault(reach, state) for state, reach in enumerate(self.reach)]
        finals = {self.same[state] for state in automaton.finals}
        telling = {self.same[state] for state in automaton.arcs[:, 0].tolist()} | finals
        further: dict[int, set[int]] = {state: set() for state in same.values()}
        for state, targets in enumerate(onward):
            further[self.same[state]].update(self.same[target] for target in targets)
        # a state comes behind all that it leads to: it leads to more
        order = sorted(further, key=lambda state: self.reach[state].bit_count())
        self._heads: dict[int, _Heads] = {}
        self._known: dict[_Heads, _Heads] = {}
        for state in order:
            others = [self._heads[other] for other in further[state] if other != state]
            self._heads[state] = frozenset({state}) if state in telling else self._leading(others)
        direct: dict[int, dict[int, list[_Heads]]] = {state: {} for state in order}
        for source, label, target in automaton.arcs.tolist():
            direct[self.same[source]].setdefault(label, []).append(self._heads[self.same[target]])
        self._ahead: dict[int, dict[int, _Heads]] = {}
        self.ending = set(finals)
        for state in order:
            for other in further[state] - {state}:
                for label, heads in self._ahead[other].items():
                    direct[state].setdefault(label, []).append(heads)
                if other in self.ending:
                    self.ending.add(state)
            self._ahead[state] = {label: self._leading(heads) for label, heads in direct[state].items()}

    def heads(self, states: Iterable[int]) -> _Heads:
        """Return the heads of what one may be in at some of the states."""
        return self._leading([self._heads[self.same[state]] for state in states])

    def ahead(self, heads: _Heads) -> dict[int, _Heads]:
        """Return where each label leads to from a set."""
        if len(heads) == 1:
            return self._ahead[next(iter(heads))]
        found: dict[int, list[_Heads]] = {}
        for state in heads:
            for label, targets in self._ahead[state].items():
                found.setdefault(label, []).append(targets)
        return {label: self._leading(targets) for label, targets in found.items()}

    def _leading(self, sets: list[_Heads]) -> _Heads:
        """Return the heads of several sets together: without those that another leads to."""
        if len(sets) == 1:
            return sets[0]
        every = frozenset().union(*sets)
        if len(every) < 2:  # noqa: PLR2004 - nobody else is there
            return every
        known = self._known.get(every)
        if known is None:
            led = 0
            for state in every:
                led |= self.reach[state] & ~(1 << state)
            known = self._known[every] = frozenset(state for state in every if not led >> state & 1)
        return known


def _reach(onward: list[list[int]]) -> list[int]:
    """Return the states that each state leads to by silent steps, itself included, as bits of a number."""
    reach = [1 << state for state in range(len(onward))]
    having = [state for state in reversed(range(len(onward))) if onward[state]]
    again = True
    while again:  # most steps lead to higher numbers, so twice is mostly enough
        again = False
        for state in having:
            more = reach[state]
            for target in onward[state]:
                more |= reach[target]
            if more != reach[state]:
                reach[state], again = more, True
    return reach
