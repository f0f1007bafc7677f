"""What does every remainder of every variant still cost, from every state of the model?

Dynamic programming over the trie of the distinct variants' suffixes, all
suffixes of one length at once. A value is ``cost * K - synchronous moves``, K
larger than any number of synchronous moves: one minimum serves both the cost
and the first tie-break (domain.md 0.1, ruling 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Automaton, IntArray

Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Coded:
    """Variants as label codes end to end (-1: no label of the model), with ``ends`` and ``lengths``."""

    codes: IntArray
    ends: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Suffixes:
    """``values[node, state]``; per suffix length, the nodes of the variants that are that long."""

    values: Values
    nodes: tuple[npt.NDArray[np.int64], ...]
    scale: int


@dataclass(frozen=True, slots=True)
class Costs:
    """Per label: the states a synchronous move leads to, and the scaled steps (target, state) before it."""

    targets: tuple[npt.NDArray[np.int64], ...]
    tables: tuple[Values, ...]
    to_end: Values


def costs_of(automaton: Automaton, table: IntArray, longest: int, *, prefix: bool) -> tuple[Costs, int]:
    """Return the scaled costs of model moves, and the scale K, for variants up to ``longest`` events."""
    n = automaton.n_states
    to_end = (
        np.zeros(n, np.int64) if prefix else table[:, list(automaton.finals)].min(axis=1).astype(np.int64)
    )
    # beyond this a way costs more than moving in the log alone and then to the end
    far = longest + int(to_end.max(initial=0)) + 1
    scale = longest + 1
    kind = np.int32 if scale * (2 * far + 2) < np.iinfo(np.int32).max else np.int64
    targets, tables = [], []
    for label in range(len(automaton.labels)):
        arcs = automaton.arcs[automaton.arcs[:, 1] == label]
        arcs = arcs[np.argsort(arcs[:, 2], kind="stable")]
        reached, first = np.unique(arcs[:, 2], return_index=True)
        before = np.minimum(table[:, arcs[:, 0]], far)
        best = np.minimum.reduceat(before, first, axis=1) if len(arcs) else np.empty((n, 0))
        targets.append(reached.astype(np.int64))
        tables.append(np.ascontiguousarray(best.T.astype(kind) * scale - 1))
    return Costs(tuple(targets), tuple(tables), to_end.astype(kind) * scale), scale


def suffixes_of(coded: Coded, costs: Costs, scale: int) -> Suffixes:
    """Return the values of all distinct suffixes; variants must come longest first."""
    base = len(costs.targets) + 1
    levels = [costs.to_end[None, :]]
    nodes = [np.zeros(len(coded.lengths), np.int64)]
    offset = 0
    for length in range(1, int(coded.lengths.max(initial=0)) + 1):
        active = int(np.searchsorted(-coded.lengths, -length, side="right"))
        codes = coded.codes[coded.ends[:active] - length].astype(np.int64) + 1
        keys, inverse = np.unique((nodes[-1][:active] - offset) * base + codes, return_inverse=True)
        levels.append(_level(levels[-1], keys // base, keys % base - 1, costs, scale))
        offset += len(levels[-2])
        nodes.append(inverse.astype(np.int64) + offset)
    return Suffixes(np.concatenate(levels), tuple(nodes), scale)


def _level(
    shorter: Values, parents: npt.NDArray[Any], labels: npt.NDArray[Any], costs: Costs, scale: int
) -> Values:
    """Return the values one event earlier: the event moves alone, or together with the model."""
    behind = shorter[parents]
    values: Values = behind + costs.to_end.dtype.type(scale)
    order = np.argsort(labels, kind="stable")
    kinds, first = np.unique(labels[order], return_index=True)
    for label, rows in zip(kinds.tolist(), np.split(order, first[1:]), strict=True):
        if label >= 0:
            _together(values, rows, behind[rows][:, costs.targets[label]], costs.tables[label])
    return values


def _together(values: Values, rows: npt.NDArray[Any], after: Values, table: Values) -> None:
    """Lower ``values[rows]`` to the best synchronous move: min over targets of after + table."""
    best = values[rows]
    if len(rows) < len(table):
        for i, row in enumerate(after):
            np.minimum(best[i], (row[:, None] + table).min(axis=0, initial=best.max()), out=best[i])
    else:
        room = np.empty_like(best)
        for j, steps in enumerate(table):
            np.add(after[:, j, None], steps[None, :], out=room)
            np.minimum(best, room, out=best)
    values[rows] = best
