"""Between which bounds does the cost of each variant lie, where the model has too many states to align with?

Of a block-structured model the costs are worked out block by block (``segments``). They are exact
unless branches side by side share steps: then each cost lies between one that is too small and one that
is too large. Long variants for which that would be too much work have plain bounds: what the model does
not know must be left out, and what it always has must be made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cjmine.conformance.segments import Stretches, labels, shared, shortest, work
from cjmine.domain.models import Tree
from cjmine.domain.walks import Walks

Ints = npt.NDArray[np.int64]
MOST_WORK = 4_000_000_000  # values worked out for one model: some 20 seconds
_CELLS = 1_000_000  # values held at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """The least and most that each walk costs; ``computed`` is false where the bounds are plain ones.

    ``shortest`` is the fewest steps of the model, 0 for prefixes.
    """

    low: Ints
    high: Ints
    computed: npt.NDArray[np.bool_]
    shortest: int

    @property
    def exact(self) -> npt.NDArray[np.bool_]:
        """Say where the bounds meet."""
        same: npt.NDArray[np.bool_] = self.low == self.high
        return same


def bounds_of(walks: Walks, tree: Tree, *, prefix: bool = False, most_work: int = MOST_WORK) -> Bounds:
    """Return the bounds of the cost of each walk, in the order given.

    With ``prefix`` a walk may stop anywhere on the way. Shorter walks are worked out first, as
    many as ``most_work`` allows: which they are depends on the walks only, not on time.
    """
    code = {label: number for number, label in enumerate(sorted(labels(tree)))}
    events = np.array([code.get(name, -1) for name in walks.names], np.int64)[walks.labels]
    lengths = walks.lengths
    fewest = 0 if prefix else shortest(tree)
    known = np.zeros(len(lengths), np.int64)
    np.add.at(known, np.repeat(np.arange(len(lengths)), lengths), events >= 0)
    low, high = lengths - known + np.maximum(fewest - known, 0), lengths + fewest
    computed = np.zeros(len(lengths), bool)
    ways = (False, True) if shared(tree) else (False,)
    for rows in _parts(lengths, tree, most_work // len(ways)):
        length = int(lengths[rows[0]])
        some = events[walks.begins[rows][:, None] + np.arange(length)]
        for strict in ways:
            stretches = Stretches(events=some, code=code, strict=strict)
            carry = stretches.within if prefix else stretches.after
            costs = carry(tree, stretches.start())[:, 0, -1]
            if not strict:
                low[rows] = np.maximum(low[rows], costs)
            if strict or len(ways) == 1:
                high[rows] = np.minimum(high[rows], costs)
        computed[rows] = True
    return Bounds(low=low, high=high, computed=computed, shortest=fewest)


def _parts(lengths: Ints, tree: Tree, most_work: int) -> Iterator[Ints]:
    """Yield walks of one length, shortest first, as many at once as fit in memory, while work is left."""
    left = most_work
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        rows = rows[: left // work(tree, length)]
        left -= len(rows) * work(tree, length)
        room = max(1, _CELLS // (length + 1) ** 2)
        yield from (rows[begin : begin + room] for begin in range(0, len(rows), room))
