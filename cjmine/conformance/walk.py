"""Which of the optimal alignments is told?

The one with the lexicographically smallest moves (together < model < log, then
label), silent steps ignored. All variants walk at the same time, one move each: in a
deterministic model the moves told so far lead to one state, and a move is on an
optimal way if what is still to be paid behind it is exactly what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjmine.conformance.onward import Onward
from cjmine.conformance.suffixes import Coded, Ints, Suffixes

SYNC, MODEL, LOG = 0, 1, 2
_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Walk:
    """Moves of all variants end to end, each ``packed`` in a word, ``bounds`` between them; their costs."""

    packed: Ints
    bounds: Ints
    costs: Ints


def packed(kinds: Ints, labels: Ints, positions: Ints, states: Ints) -> Ints:
    """Return moves as words, because one column is moved about in a quarter of the time.

    A kind is below 2**2, a state below 2**15, a label below 2**24, a position below 2**22.
    """
    found: Ints = (((positions + 1) << 24 | labels) << 15 | states) << 2 | kinds
    return found


def unpacked(words: Ints) -> dict[str, npt.NDArray[Any]]:
    """Return kinds, labels, positions and states of moves."""
    return {
        "kinds": (words & 3).astype(np.int8),
        "labels": (words >> 17 & (1 << 24) - 1).astype(np.int32),
        "positions": ((words >> 41) - 1).astype(np.int32),
        "states": (words >> 2 & (1 << 15) - 1).astype(np.int32),
    }


class _Walkers:
    """Those still on the way: who, in which state, how many events and how much to pay are left."""

    def __init__(self, coded: Coded, suffixes: Suffixes, onward: Onward) -> None:
        self.coded, self.suffixes, self.onward = coded, suffixes, onward
        self.who = np.arange(len(coded.lengths))
        self.left = coded.lengths.copy()
        self.state = np.full(len(self.who), onward.start)
        self.due = self.value(self.state, self.left, self.who)
        sources, self.arc_labels = np.nonzero(onward.after >= 0)
        self.arc_targets = onward.after[sources, self.arc_labels]
        self.arc_begins = np.searchsorted(sources, np.arange(onward.n_states + 1))

    def value(self, state: Ints, left: Ints, who: Ints) -> Ints:
        """Return what is to be paid from a state with so many events left."""
        suffixes = self.suffixes
        found: Ints = suffixes.values[state, suffixes.nodes[suffixes.starts[left] + who]].astype(np.int64)
        return found

    def keep(self, some: _Bools) -> None:
        """Let the others go: they have arrived."""
        self.who, self.left = self.who[some], self.left[some]
        self.state, self.due = self.state[some], self.due[some]

    def move(self) -> tuple[Ints, Ints]:
        """Make one move each; return the kinds and labels."""
        kinds = np.full(len(self.who), LOG)
        labels = self.coded.codes[self.coded.ends[self.who] - self.left].astype(np.int64)
        labels[self.left == 0] = -1  # no event is left
        together, target = self.together(labels)
        kinds[together] = SYNC
        self.state[together] = target
        rest = np.ones(len(self.who), bool)
        rest[together] = False
        alone, target, label = self.model(np.flatnonzero(rest))
        kinds[alone], labels[alone] = MODEL, label
        self.state[alone] = target
        scale = self.suffixes.scale
        self.due += np.where(kinds == SYNC, 1, -scale)
        self.left -= kinds != MODEL
        return kinds, labels

    def together(self, labels: Ints) -> tuple[Ints, Ints]:
        """Return who can move with the model, and where to."""
        can = np.flatnonzero((labels >= 0) & (labels < len(self.onward.labels)))
        target = self.onward.after[self.state[can], labels[can]].astype(np.int64)
        can, target = can[target >= 0], target[target >= 0]
        good = self.value(target, self.left[can] - 1, self.who[can]) == self.due[can] + 1
        return can[good], target[good]

    def model(self, some: Ints) -> tuple[Ints, Ints, Ints]:
        """Return which of some can move in the model alone, and where to by the smallest label."""
        begins = self.arc_begins[self.state[some]]
        lengths = self.arc_begins[self.state[some] + 1] - begins
        ends = np.cumsum(lengths)
        who = np.repeat(some, lengths)
        arcs = np.arange(len(who)) + np.repeat(begins - (ends - lengths), lengths)
        target = self.arc_targets[arcs]
        good = self.value(target, self.left[who], self.who[who]) == self.due[who] - self.suffixes.scale
        who, first = np.unique(who[good], return_index=True)  # arcs of a state are sorted by label
        arcs = arcs[good][first]
        return who, self.arc_targets[arcs], self.arc_labels[arcs]


def walk(coded: Coded, suffixes: Suffixes, onward: Onward) -> Walk:
    """Return the moves of every variant of ``coded``, in its order."""
    walkers = _Walkers(coded, suffixes, onward)
    costs = -(-walkers.due // suffixes.scale)
    counts = np.zeros(len(costs), np.int64)
    told: list[tuple[Ints, Ints]] = []
    while True:
        walkers.keep((walkers.left > 0) | (walkers.due > 0))
        if not len(walkers.who):
            break
        left = walkers.left.copy()
        kinds, labels = walkers.move()
        position = np.where(kinds == MODEL, -1, coded.lengths[walkers.who] - left)
        told.append((walkers.who, packed(kinds, labels, position, walkers.state)))
        counts[walkers.who] += 1
    bounds = np.append(0, np.cumsum(counts))
    words = np.empty(bounds[-1], np.int64)
    for number, (who, moves) in enumerate(told):
        words[bounds[who] + number] = moves
    return Walk(words, bounds, costs)
