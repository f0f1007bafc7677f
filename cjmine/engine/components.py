"""Connected components over edges of whole columns: the one global step before partitioning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.integer[Any]]
_STRETCH = 1 << 22


def components(nodes: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """Return, for each node, the smallest node of its component.

    ``nodes`` are distinct and sorted; ``left`` and ``right`` are the two ends of
    each edge. The smallest node names the component, so the answer does not
    depend on the order of edges.
    """
    index = pl.DataFrame({"node": nodes, "at": pl.int_range(nodes.len(), eager=True)})
    ends = [
        side.alias("node")
        .to_frame()
        .join(index, on="node", how="left", maintain_order="left")["at"]
        .to_numpy()
        for side in (left, right)
    ]
    return nodes.gather(smallest(nodes.len(), [np.stack(ends, axis=1)]))


def smallest(size: int, edges: Iterable[Numbers]) -> Numbers:
    """Return, for each of ``size`` numbers, the smallest of its component.

    Edges (two columns) arrive in parts, so only one number for each id has to be held: each part
    hooks the larger root of an edge below the smaller one until all its edges lie in one tree
    (Shiloach and Vishkin, 1982), and trees keep their smallest number as root.
    """
    parent: Numbers = np.arange(size, dtype=np.int32 if size <= np.iinfo(np.int32).max else np.int64)
    for part in edges:
        left, right = part[:, 0], part[:, 1]
        while len(left):
            left, right = _flattened(parent, left), _flattened(parent, right)
            apart = left != right
            left, right = left[apart], right[apart]
            low, high = np.minimum(left, right), np.maximum(left, right)
            np.minimum.at(parent, high, low)
            _flattened(parent, high)  # so that a long chain is halved with every step, not climbed
    for start in range(0, size, _STRETCH):
        _flattened(parent, np.arange(start, min(start + _STRETCH, size)))
    return parent


def _flattened(parent: Numbers, numbers: Numbers) -> Numbers:
    """Hang each number directly below its root, by doubling, and return the roots."""
    here = parent[numbers]
    while True:
        above = parent[here]
        if np.array_equal(above, here):
            return here
        parent[numbers] = here = above
