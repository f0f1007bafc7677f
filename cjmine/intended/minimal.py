"""Which is the smallest automaton with the language of a block-structured model?

It is built from the leaves of the tree up, small at every level: a net's markings
tell apart what the silent steps of loops and choices have done, and can be too many
where the language needs a few states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import reduce
from math import prod

import numpy as np

from cjmine.domain.deterministic import too_large
from cjmine.domain.minimal import STATES, minimal
from cjmine.domain.models import Automaton, IntArray, Operator, Tree


def automaton_of_tree(tree: Tree, *, max_states: int = STATES) -> Automaton:
    """Return the minimal deterministic automaton of a block-structured model.

    Raises ``StatesError`` naming the limit when a block needs more than ``max_states``.
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
            raise too_large(max_states)
        return minimal(join(one, other), max_states=max_states)

    return reduce(joined, parts)


def states_at_least(tree: Tree) -> int:
    """Return a number of states that the smallest automaton has at least, found without making it.

    What is ahead of branches side by side whose steps stand nowhere else is what is ahead of each of
    them: their states multiply. Loops may have any number of them in one state.
    """
    times = Counter(_labels(tree))
    return _at_least(tree, frozenset(label for label, count in times.items() if count == 1))


def _at_least(tree: Tree, once: frozenset[str]) -> int:
    if tree.operator is None:
        return 1 + (tree.label in once)
    if tree.operator is Operator.LOOP:
        return 1
    each = [_at_least(child, once) for child in tree.children]
    return prod(each) if tree.operator is Operator.PARALLEL else max(each)


def _labels(tree: Tree) -> Iterator[str]:
    if tree.label is not None:
        yield tree.label
    for child in tree.children:
        yield from _labels(child)


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
