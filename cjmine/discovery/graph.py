"""Which label directly follows which? A graph as bit masks: a set of labels is one whole number.

Bit ``b`` of ``follows[a]`` is set where label ``b`` directly follows label ``a`` somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.discovery.counted import Ints, Log


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """How often ``target`` directly follows ``source``, and each label starts or ends a sequence."""

    source: Ints
    target: Ints
    times: Ints
    starts: Ints
    ends: Ints


@dataclass(frozen=True, slots=True)
class Graph:
    """Sets of labels as bit masks; ``nodes`` has those that follow, precede, start or end anything."""

    follows: tuple[int, ...]
    precedes: tuple[int, ...]
    starts: int
    ends: int
    nodes: int


def flows_of(log: Log) -> Flows:
    """Count which label directly follows which."""
    walks, n = log.walks, log.size
    labels = walks.labels.astype(np.int64)
    last = walks.begins + walks.lengths - 1
    inside = np.ones(len(labels), dtype=bool)
    inside[last] = False  # a last step and the next sequence's first one
    rows = np.flatnonzero(inside)
    pair, times = _counted(labels[rows] * n + labels[rows + 1], np.repeat(log.counts, walks.lengths - 1))
    ends = np.zeros((2, n), np.int64)
    for side, place in zip(ends, (walks.begins, last), strict=True):
        np.add.at(side, labels[place], log.counts)
    return Flows(pair // n, pair % n, times, *ends)


def graph_of(flows: Flows) -> Graph:
    """Return the graph of everything that was counted."""
    return _graph(flows.source, flows.target, flows.starts > 0, flows.ends > 0)


def frequent(flows: Flows, noise: float) -> Graph:
    """Return the graph without what is rare beside the most frequent thing that may happen instead (IMf).

    A label is followed, or ends, in several ways: a way stays that is more frequent than
    ``noise`` times the most frequent of them. Starts are held against the most frequent start;
    ends all stay.
    """
    most = flows.ends.copy()
    np.maximum.at(most, flows.source, flows.times)
    kept = flows.times > noise * most[flows.source]
    starts = (flows.starts > 0) & (flows.starts >= flows.starts.max() * noise)
    return _graph(flows.source[kept], flows.target[kept], starts, flows.ends > 0)


def each_without(log: Log, graph: Graph) -> Iterator[Graph]:
    """Yield, for each label in order, the graph of the log without that label.

    Equal steps in a row are one run; without a label, what stands before a run of it
    is followed by what stands behind it.
    """
    walks, n = log.walks, log.size
    labels = walks.labels.astype(np.int64)
    fresh = np.ones(len(labels), dtype=bool)
    np.not_equal(labels[1:], labels[:-1], out=fresh[1:])
    fresh[walks.begins] = True
    runs, walk = labels[fresh], log.walk_of[fresh]
    within = walk[1:] == walk[:-1]
    inner = np.flatnonzero(within[1:] & within[:-1]) + 1
    bridges = np.unique((runs[inner] * n + runs[inner - 1]) * n + runs[inner + 1])
    second = np.flatnonzero(within & np.append(True, ~within[:-1])) + 1
    firsts = np.unique(runs[second - 1] * n + runs[second])
    before = np.flatnonzero(within & np.append(~within[1:], True))
    lasts = np.unique(runs[before + 1] * n + runs[before])
    bounds = np.searchsorted(bridges, np.arange(n + 1) * n * n)
    starts, ends = (_masks(n, keys // n, keys % n) for keys in (firsts, lasts))
    for label in range(n):
        pairs = bridges[bounds[label] : bounds[label + 1]] % (n * n)
        left = ~(1 << label)
        follows, precedes = list(graph.follows), list(graph.precedes)
        for source, target in zip((pairs // n).tolist(), (pairs % n).tolist(), strict=True):
            follows[source] |= 1 << target
            precedes[target] |= 1 << source
        follows[label] = precedes[label] = 0
        yield Graph(
            tuple(mask & left for mask in follows),
            tuple(mask & left for mask in precedes),
            (graph.starts | starts[label]) & left,
            (graph.ends | ends[label]) & left,
            graph.nodes & left,
        )


def bits(mask: int) -> Iterator[int]:
    """Yield the labels of a set in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def union(masks: Sequence[int], of: int) -> int:
    """Return the labels that any label of a set leads to."""
    whole = 0
    for label in bits(of):
        whole |= masks[label]
    return whole


def spread(masks: Sequence[int], of: int, within: int) -> int:
    """Return what a set leads to in any number of steps, itself included, never leaving ``within``."""
    found = waiting = of
    while waiting and found != within:
        low = waiting & -waiting
        new = masks[low.bit_length() - 1] & within & ~found
        found |= new
        waiting ^= low | new
    return found


def components(masks: Sequence[int], within: int) -> list[int]:
    """Return the connected parts of a set (``masks`` must be symmetric), by their first labels."""
    parts = []
    while within:
        part = spread(masks, within & -within, within)
        parts.append(part)
        within &= ~part
    return parts


def circles(graph: Graph) -> list[int]:
    """Return the strongly connected parts of the graph, each before those it leads to (Kosaraju, Sharir)."""
    unseen, finished = graph.nodes, list[int]()
    while unseen:
        low = unseen & -unseen
        path = [low.bit_length() - 1]
        unseen ^= low
        while path:
            ahead = graph.follows[path[-1]] & unseen
            if ahead:
                low = ahead & -ahead
                path.append(low.bit_length() - 1)
                unseen ^= low
            else:
                finished.append(path.pop())
    parts, left = list[int](), graph.nodes
    for label in reversed(finished):
        if left >> label & 1:
            parts.append(spread(graph.precedes, 1 << label, left))
            left &= ~parts[-1]
    return parts


def _counted(keys: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and the sum of the times of each."""
    rows = pl.LazyFrame({"key": keys, "times": times})
    table = rows.group_by("key").agg(pl.col("times").sum()).sort("key").collect()
    return table["key"].to_numpy(), table["times"].to_numpy()


def _masks(n: int, sources: Ints, targets: Ints) -> list[int]:
    """Return for each label the set of those it is paired with."""
    masks = [0] * n
    for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
        masks[source] |= 1 << target
    return masks


def _graph(source: Ints, target: Ints, starts: npt.NDArray[np.bool_], ends: npt.NDArray[np.bool_]) -> Graph:
    n = len(starts)
    follows, precedes = _masks(n, source, target), _masks(n, target, source)
    start, end = (sum(1 << label for label in np.flatnonzero(side).tolist()) for side in (starts, ends))
    nodes = start | end
    for then, first in zip(follows, precedes, strict=True):
        nodes |= then | first
    return Graph(tuple(follows), tuple(precedes), start, end, nodes)
