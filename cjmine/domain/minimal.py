"""Which is the smallest automaton with a language?

Deterministic (from each state at most one arc per label, no silent arcs) and minimal
(no two states with the same future), so its arcs are exactly the steps a journey may
take next, and after the steps made so far a journey is in one state.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cjmine.domain.deterministic import deterministic
from cjmine.domain.models import Automaton, IntArray
from cjmine.domain.walks import FACTOR

STATES = 20_000
_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]


def minimal(automaton: Automaton, *, max_states: int = STATES) -> Automaton:
    """Return the smallest deterministic automaton with the same language, its states as found from the first.

    Every state must be reachable and lead to the end, as ``automaton_of`` returns them.
    Raises ``StatesError`` naming the limit when more than ``max_states`` are needed on the way.
    """
    after, final = deterministic(automaton, max_states)
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
