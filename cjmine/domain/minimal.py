"""Which is the smallest automaton with a language?

Deterministic (from each state at most one arc per label, no silent arcs) and minimal
(no two states with the same future), so its arcs are exactly the steps a journey may
take next, and after the steps made so far a journey is in one state.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Automaton, IntArray
from cjmine.domain.walks import FACTOR
from cjmine.errors import StatesError

STATES = 20_000
_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]


def minimal(automaton: Automaton, *, max_states: int = STATES) -> Automaton:
    """Return the smallest deterministic automaton with the same language, its states as found from the first.

    Every state must be reachable and lead to the end, as ``automaton_of`` returns them.
    Raises ``StatesError`` naming the limit when more than ``max_states`` are needed on the way.
    """
    after, final = _deterministic(automaton, max_states)
    number = _alike(after, final)
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    heads = np.sort(first)
    table = np.where(after[heads] < 0, -1, rank[number][after[heads]])
    source, label = np.nonzero(table >= 0)
    return Automaton(
        labels=automaton.labels,
        n_states=len(heads),
        finals=tuple(np.flatnonzero(final[heads]).tolist()),
        arcs=np.column_stack([source, label, table[source, label]]).astype(np.int32),
        silent=np.empty((0, 2), np.int32),
    )


def steps_of(automaton: Automaton) -> IntArray:
    """Return the table (states, labels) of where a minimal automaton's steps lead, -1 where there is none."""
    table = np.full((automaton.n_states, len(automaton.labels)), -1, np.int32)
    table[automaton.arcs[:, 0], automaton.arcs[:, 1]] = automaton.arcs[:, 2]
    return table


def _alike(after: _Ints, final: _Bools) -> _Ints:
    """Return a class for each state: equal for states with the same future (Moore 1956).

    Rows are told apart by sums of scattered numbers, which is fast; that two different rows
    have one sum is as good as impossible, but looked for, and then rows are compared whole.
    """
    for exact in (False, True):
        known = _told_apart(after, final, exact=exact)
        _, heads, number = np.unique(known, return_index=True, return_inverse=True)
        same = np.where(after < 0, -1, number[after])
        if np.array_equal(same, same[heads][number]) and np.array_equal(final, final[heads][number]):
            break
    return known


def _told_apart(after: _Ints, final: _Bools, *, exact: bool) -> _Ints:
    known = _left(after, final)  # states that are not equally far from the end differ
    n, width = after.shape
    weights = np.array([pow(FACTOR, power, 1 << 64) for power in range(1, width + 2)], np.uint64)
    while True:
        # what a state is told apart by: its own class, and those that each label leads to (-1: none)
        told = np.column_stack([known, np.where(after < 0, -1, known[after])])
        rows = told if exact else told.astype(np.uint64) @ weights
        _, finer = np.unique(rows, axis=0, return_inverse=True)
        if finer.max() == known.max() or finer.max() + 1 == n:
            return finer
        known = finer


def _left(after: _Ints, final: _Bools) -> _Ints:
    """Return a class for each state by how many steps it is from the end, classes numbered from 0."""
    n = len(after)
    far = np.append(np.where(final, 0, n), n)  # the last place stands for no step
    while True:
        nearer = np.minimum(far[:-1], far[after].min(axis=1, initial=n) + 1)
        if np.array_equal(nearer, far[:-1]):
            return np.unique(nearer, return_inverse=True)[1]
        far[:-1] = nearer


def _deterministic(automaton: Automaton, max_states: int) -> tuple[_Ints, _Bools]:
    """Return, for each set of states one may be in, the set that each label leads to; and which are final.

    Of a set only the states are kept that have steps or are final: the others say nothing.
    """
    settled = _settled(automaton)
    moves: list[dict[int, list[frozenset[int]]]] = [{} for _ in range(automaton.n_states)]
    for source, label, target in automaton.arcs.tolist():
        moves[source].setdefault(label, []).append(settled[target])
    sets = [settled[0]]
    number = {sets[0]: 0}
    found: list[tuple[int, int, int]] = []
    for at, one in enumerate(sets):  # grows as it is walked
        ahead: dict[int, list[frozenset[int]]] = {}
        for state in one:
            for label, targets in moves[state].items():
                ahead[label] = [*ahead[label], *targets] if label in ahead else targets
        for label in sorted(ahead):
            targets = ahead[label]
            key = targets[0] if len(targets) == 1 else frozenset().union(*targets)
            to = number.get(key)
            if to is None:
                if len(sets) >= max_states:
                    raise too_large(max_states)
                to = number[key] = len(sets)
                sets.append(key)
            found.append((at, label, to))
    after = np.full((len(sets), len(automaton.labels)), -1, np.int64)
    arcs = np.array(found, np.int64).reshape(-1, 3)
    after[arcs[:, 0], arcs[:, 1]] = arcs[:, 2]
    ends = set(automaton.finals)
    return after, np.array([not ends.isdisjoint(one) for one in sets])


def _settled(automaton: Automaton) -> list[frozenset[int]]:
    """Return the telling states that each state leads to by silent steps alone, itself included."""
    silent: dict[int, list[int]] = {}
    for source, target in automaton.silent.tolist():
        silent.setdefault(source, []).append(target)
    telling = {*automaton.arcs[:, 0].tolist(), *automaton.finals}
    found: list[frozenset[int]] = []
    for state in range(automaton.n_states):
        reached, todo = {state}, [state] if state in silent else []
        while todo:
            new = [target for target in silent.get(todo.pop(), ()) if target not in reached]
            reached.update(new)
            todo += new
        found.append(frozenset(reached & telling))
    return found


def too_large(limit: int) -> StatesError:
    """Return the refusal of a language that needs more states than the limit."""
    return StatesError(
        f"the language of the model needs more than {limit:,} states (limit {limit:,}): "
        "too many branches run at the same time",
        "shorten the parallel branches, or raise the noise threshold the model is discovered with",
    )
