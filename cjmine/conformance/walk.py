"""Which of the optimal alignments is told?

The one with the lexicographically smallest moves (together < model < log, then
label), silent steps ignored. All variants walk at the same time, each with the
*set* of states it can be in after the moves told so far; a state stays in the
set only while what is still to be paid from it is exactly what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjmine.conformance.distances import Sparse
from cjmine.conformance.suffixes import Coded, Suffixes
from cjmine.domain.models import Automaton, IntArray

SYNC, MODEL, LOG = 0, 1, 2
_CELLS = 16_000_000  # walkers times arcs looked at in one go
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Walk:
    """Moves of all variants end to end, ``bounds`` between them, and each one's cost; position -1: none."""

    kinds: Ints
    labels: Ints
    positions: Ints
    bounds: Ints
    costs: Ints


class _Walkers:
    """Where every variant stands: its states, what is left to pay, and how many events are left."""

    def __init__(
        self, coded: Coded, suffixes: Suffixes, automaton: Automaton, reach: Sparse, steps: list[Sparse]
    ) -> None:
        self.coded, self.suffixes, self.steps = coded, suffixes, steps
        self.arcs: IntArray = automaton.arcs[np.lexsort((automaton.arcs[:, 2], automaton.arcs[:, 1]))]
        self.starts = np.cumsum([0, *map(len, suffixes.nodes)])
        self.nodes: Ints = np.concatenate(suffixes.nodes)
        n = len(coded.lengths)
        self.left = coded.lengths.copy()
        values = suffixes.values[self.node(np.arange(n))]
        self.due = values[:, 0].astype(np.int64)
        self.states: Bools = reach[[0]].toarray().astype(bool) & (values == self.due[:, None])
        self.told: list[tuple[Ints, int, Ints, Ints]] = []

    def node(self, who: Ints, fewer: int = 0) -> Ints:
        """Return the trie node of each walker's remaining events (``fewer`` of them)."""
        found: Ints = self.nodes[self.starts[self.left[who] - fewer] + who]
        return found

    def next_codes(self, who: Ints) -> IntArray:
        codes: IntArray = self.coded.codes[self.coded.ends[who] - self.left[who]]
        return codes

    def tell(self, who: Ints, kind: int, labels: npt.NDArray[Any]) -> None:
        position = self.coded.lengths[who] - self.left[who] if kind != MODEL else np.full(len(who), -1)
        self.told.append((who, kind, labels.astype(np.int64), position))

    def together(self, who: Ints) -> Ints:
        """Move those that can with the model; return the others."""
        codes = self.next_codes(who)
        stay = [who[codes < 0]]
        for code in np.unique(codes[codes >= 0]).tolist():
            group = who[codes == code]
            states = self.step(group, code, self.node(group, 1), self.due[group] + 1)
            can = states.any(axis=1)
            gone = group[can]
            self.tell(gone, SYNC, codes[codes == code][can])
            self.states[gone], self.due[gone] = states[can], self.due[gone] + 1
            self.left[gone] -= 1
            stay.append(group[~can])
        return np.sort(np.concatenate(stay))

    def model(self, who: Ints) -> Ints:
        """Move those that can in the model alone, by the smallest label; return the others."""
        label = np.full(len(who), -1)
        if not len(self.arcs):
            return who
        size = max(1, _CELLS // len(self.arcs))
        for first in range(0, len(who), size):
            some = who[first : first + size]
            values = self.suffixes.values[self.node(some)][:, self.arcs[:, 2]]
            good = self.states[some][:, self.arcs[:, 0]]
            good &= values == (self.due[some] - self.suffixes.scale)[:, None]
            some_can = good.any(axis=1)
            label[first : first + size][some_can] = self.arcs[good[some_can].argmax(axis=1), 1]
        for code in np.unique(label[label >= 0]).tolist():
            group = who[label == code]
            self.tell(group, MODEL, label[label == code])
            due = self.due[group] - self.suffixes.scale
            self.states[group] = self.step(group, code, self.node(group), due)
            self.due[group] = due
        return who[label < 0]

    def log(self, who: Ints) -> None:
        """Move the rest in the log alone."""
        self.tell(who, LOG, self.next_codes(who))
        self.due[who] -= self.suffixes.scale
        self.states[who] &= self.suffixes.values[self.node(who, 1)] == self.due[who][:, None]
        self.left[who] -= 1

    def step(self, who: Ints, code: int, nodes: Ints, due: Ints) -> Bools:
        """Return the states after one visible step that leave exactly ``due`` to pay."""
        after = (self.steps[code] @ self.states[who].T.astype(np.int32)).T > 0
        return np.asarray(after & (self.suffixes.values[nodes] == due[:, None]))


def walk(coded: Coded, suffixes: Suffixes, automaton: Automaton, reach: Sparse, steps: list[Sparse]) -> Walk:
    """Return the moves of every variant of ``coded``, in its order."""
    walkers = _Walkers(coded, suffixes, automaton, reach, steps)
    scale = suffixes.scale
    costs = -(-walkers.due // scale)
    who = np.arange(len(coded.lengths))
    while len(who := who[(walkers.left[who] > 0) | (walkers.due[who] > 0)]):
        events = walkers.left[who] > 0
        rest = np.sort(np.concatenate([who[~events], walkers.together(who[events])]))
        rest = walkers.model(rest)
        if len(rest):
            walkers.log(rest)
    told = walkers.told
    owner = np.concatenate([np.zeros(0, np.int64), *(t[0] for t in told)])
    order = np.argsort(owner, kind="stable")
    return Walk(
        kinds=np.concatenate([np.zeros(0, np.int64), *(np.full(len(t[0]), t[1]) for t in told)])[order],
        labels=np.concatenate([np.zeros(0, np.int64), *(t[2] for t in told)])[order],
        positions=np.concatenate([np.zeros(0, np.int64), *(t[3] for t in told)])[order],
        bounds=np.searchsorted(owner[order], np.arange(len(coded.lengths) + 1)),
        costs=costs,
    )
