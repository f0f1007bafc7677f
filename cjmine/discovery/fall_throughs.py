"""What if no cut holds? Give up a little precision, as little as possible, and go on.

The fall-throughs of the inductive miner (Leemans 2017), in this
order: a step that everybody takes once, a step without which there is a cut, a
loop wherever a sequence could end and start again, a loop wherever it could start,
and at last the flower: anything, any number of times.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cjmine.discovery.counted import Log, nothing, singles
from cjmine.discovery.cuts import first_cut
from cjmine.discovery.graph import Flows, Graph, each_without
from cjmine.discovery.splits import cut_before, without
from cjmine.domain.models import Operator


def fall_through(log: Log, flows: Flows, graph: Graph) -> tuple[Operator, list[Log]]:
    """Return an operator under which the log is mined on in parts; ``graph`` is of the whole log."""
    label = once_each(log)
    if label is None:
        label = in_the_way(log, graph)
    if label is not None:
        return Operator.PARALLEL, without(log, label)
    starts, ends = flows.starts > 0, flows.ends > 0
    for again in (_starts_again(log, starts, ends), _starts_again(log, starts, None)):
        if again.any():
            return Operator.LOOP, [cut_before(log, again), nothing(log)]
    return Operator.LOOP, [nothing(log), singles(log)]


def once_each(log: Log) -> int | None:
    """Return the first label that every sequence has exactly once."""
    labels, walk_of = log.walks.labels, log.walk_of
    walks = len(log.counts)
    for label in np.flatnonzero(np.bincount(labels, minlength=log.size) == walks).tolist():
        if np.array_equal(walk_of[labels == label], np.arange(walks)):
            return int(label)
    return None


def in_the_way(log: Log, graph: Graph) -> int | None:
    """Return the first label without which the others have a cut."""
    for label, rest in enumerate(each_without(log, graph)):
        if first_cut(rest) is not None:
            return label
    return None


def _starts_again(
    log: Log, starts: npt.NDArray[np.bool_], ends: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.bool_]:
    """Mark the rows within a sequence that could start one, right behind what could end one."""
    labels = log.walks.labels
    again = starts[labels]
    if ends is not None:
        again[1:] &= ends[labels[:-1]]
    again[log.walks.begins] = False
    return again
