"""Connected components over edges of whole columns: the one global step before partitioning."""

from __future__ import annotations

import polars as pl


def components(nodes: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """Return, for each node, the smallest node of its component.

    ``nodes`` are distinct and sorted; ``left`` and ``right`` are the two ends of
    each edge. The smallest node names the component, so the answer does not
    depend on the order of edges.
    """
    from scipy.sparse import coo_matrix  # noqa: PLC0415 (slow to import)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    index = pl.DataFrame({"node": nodes, "at": pl.int_range(nodes.len(), eager=True)})
    ends = [
        side.alias("node")
        .to_frame()
        .join(index, on="node", how="left", maintain_order="left")["at"]
        .to_numpy()
        for side in (left, right)
    ]
    size = nodes.len()
    graph = coo_matrix(([True] * left.len(), (ends[0], ends[1])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    grouped = pl.DataFrame({"node": nodes, "label": labels})
    return grouped.select(pl.col("node").min().over("label").alias("root"))["root"]
