"""Which is the smallest automaton with the language of a model?

Deterministic (from each state at most one arc per label, no silent arcs) and minimal
(no two states with the same future), so its arcs are exactly the steps a journey may
take next. Of a tree it is built from the leaves up, small at every level: a net's
markings tell apart what the silent steps of loops and choices have done, and can be
too many where the language needs a few states.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Automaton, IntArray, Operator, Tree
from cjmine.errors import ModelError

STATES = 20_000


def automaton_of_tree(tree: Tree, *, max_states: int = STATES) -> Automaton:
    """Return the minimal deterministic automaton of a block-structured model.

    Raises ``ModelError`` naming the limit when a block needs more than ``max_states``.
    """
    if tree.operator is None:
        return _leaf(tree.label)
    parts = [automaton_of_tree(child, max_states=max_states) for child in tree.children]
    if tree.operator is Operator.CHOICE:
        return minimal(_chosen(parts), max_states=max_states)
    if tree.operator is Operator.LOOP:
        return minimal(_repeated(*parts), max_states=max_states)
    join = _in_turn if tree.operator is Operator.SEQUENCE else _side_by_side

    def joined(one: Automaton, other: Automaton) -> Automaton:
        if one.n_states * other.n_states > 50 * max_states:
            raise _too_large(max_states)
        return minimal(join(one, other), max_states=max_states)

    return reduce(joined, parts)


def minimal(automaton: Automaton, *, max_states: int = STATES) -> Automaton:
    """Return the smallest deterministic automaton with the same language, its states as found from the first.

    Every state must be reachable and lead to the end, as ``automaton_of`` returns them.
    """
    after, final = _deterministic(automaton, max_states)
    n, width = after.shape
    # classes are numbered from 0 on, also where every state is final: their largest number tells how many
    known = np.unique(final, return_inverse=True)[1].astype(np.int64)
    while True:
        # what a state is told apart by: its own class, and those that each label leads to (-1: none)
        told = np.column_stack([known, np.where(after < 0, -1, known[after])])
        _, finer = np.unique(told, axis=0, return_inverse=True)
        if finer.max() == known.max() or finer.max() + 1 == n:
            break
        known = finer
    _, first, number = np.unique(finer, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    heads = np.sort(first)
    table = np.where(after[heads] < 0, -1, rank[number][after[heads]])
    source, label = np.nonzero(table >= 0)
    return Automaton(
        labels=automaton.labels,
        n_states=len(heads),
        finals=tuple(np.flatnonzero(final[heads]).tolist()),
        arcs=_rows(source, label, table[source, label]) if width else _rows(*np.empty((3, 0), np.int32)),
        silent=np.empty((0, 2), np.int32),
    )


def _deterministic(
    automaton: Automaton, max_states: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return, for each set of states one may be in, the set that each label leads to; and which are final."""
    reach = _settled(automaton)
    moves: list[dict[int, set[int]]] = [{} for _ in range(automaton.n_states)]
    for source, label, target in automaton.arcs.tolist():
        moves[source].setdefault(label, set()).update(reach[target])
    sets = [frozenset(reach[0])]
    number = {sets[0]: 0}
    rows = []
    for one in sets:  # grows as it is walked
        ahead: dict[int, set[int]] = {}
        for state in one:
            for label, targets in moves[state].items():
                ahead.setdefault(label, set()).update(targets)
        row = np.full(len(automaton.labels), -1, np.int64)
        for label in sorted(ahead):
            key = frozenset(ahead[label])
            if key not in number:
                if len(sets) >= max_states:
                    raise _too_large(max_states)
                number[key] = len(sets)
                sets.append(key)
            row[label] = number[key]
        rows.append(row)
    ends = set(automaton.finals)
    return np.stack(rows), np.array([not ends.isdisjoint(one) for one in sets])


def _settled(automaton: Automaton) -> list[set[int]]:
    """Return the states that each state leads to by silent steps alone, itself included."""
    silent: dict[int, list[int]] = {}
    for source, target in automaton.silent.tolist():
        silent.setdefault(source, []).append(target)
    found = []
    for state in range(automaton.n_states):
        reached, todo = {state}, [state]
        while todo:
            new = [target for target in silent.get(todo.pop(), ()) if target not in reached]
            reached.update(new)
            todo += new
        found.append(reached)
    return found


def _leaf(label: str | None) -> Automaton:
    none = np.empty((0, 2), np.int32)
    if label is None:
        return Automaton(labels=(), n_states=1, finals=(0,), arcs=np.empty((0, 3), np.int32), silent=none)
    return Automaton(
        labels=(label,), n_states=2, finals=(1,), arcs=np.array([[0, 0, 1]], np.int32), silent=none
    )


def _beside(parts: list[Automaton], first: int) -> tuple[tuple[str, ...], list[IntArray], list[int]]:
    """Return common labels, and each part's arcs in them with its states numbered on from ``first``."""
    labels = tuple(sorted({label for part in parts for label in part.labels}))
    code = {label: number for number, label in enumerate(labels)}
    arcs, begins = [], []
    for part in parts:
        codes = np.array([code[label] for label in part.labels], np.int32)
        moved = part.arcs + np.array([first, 0, first], np.int32)
        moved[:, 1] = codes[part.arcs[:, 1]]
        arcs.append(moved)
        begins.append(first)
        first += part.n_states
    return labels, arcs, [*begins, first]


def _chosen(parts: list[Automaton]) -> Automaton:
    labels, arcs, begins = _beside(parts, 1)
    ends = [begin + end for begin, part in zip(begins, parts, strict=False) for end in part.finals]
    ways = [(0, begin) for begin in begins[:-1]]
    return _joined(labels, arcs, begins[-1], ends, ways)


def _in_turn(one: Automaton, other: Automaton) -> Automaton:
    labels, arcs, begins = _beside([one, other], 0)
    ends = [begins[1] + end for end in other.finals]
    return _joined(labels, arcs, begins[-1], ends, [(end, begins[1]) for end in one.finals])


def _repeated(body: Automaton, back: Automaton) -> Automaton:
    labels, arcs, begins = _beside([body, back], 0)
    there = [(end, begins[1]) for end in body.finals]
    again = [(begins[1] + end, 0) for end in back.finals]
    return _joined(labels, arcs, begins[-1], list(body.finals), there + again)


def _side_by_side(one: Automaton, other: Automaton) -> Automaton:
    """Return the automaton whose states are pairs: either part may take a step."""
    labels, (left, right), _ = _beside([one, other], 0)
    right = right - np.array([one.n_states, 0, one.n_states], np.int32)
    n, m = one.n_states, other.n_states
    scale, shift = np.array([m, 1, m], np.int32), np.array([1, 0, 1], np.int32)
    arcs = [
        (left[:, None, :] * scale + np.arange(m, dtype=np.int32)[None, :, None] * shift).reshape(-1, 3),
        (right[:, None, :] + np.arange(n, dtype=np.int32)[None, :, None] * shift * m).reshape(-1, 3),
    ]
    ends = [m * end + stop for end in one.finals for stop in other.finals]
    return _joined(labels, arcs, n * m, ends, [])


def _joined(
    labels: tuple[str, ...], arcs: list[IntArray], states: int, ends: list[int], silent: list[tuple[int, int]]
) -> Automaton:
    return Automaton(
        labels=labels,
        n_states=states,
        finals=tuple(sorted(ends)),
        arcs=np.concatenate(arcs),
        silent=np.array(silent, np.int32).reshape(-1, 2),
    )


def _rows(*columns: npt.NDArray[np.integer]) -> IntArray:
    return np.column_stack(columns).astype(np.int32)


def _too_large(limit: int) -> ModelError:
    return ModelError(
        f"the language of the model needs more than {limit:,} states (limit {limit:,}): "
        "too many branches run at the same time",
        "shorten the parallel branches, or raise the noise threshold the model is discovered with",
    )
