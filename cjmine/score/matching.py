"""Which finding is which true instance? One to one, as many as possible, the most alike first.

A finding may stand for an instance of the same code when at least half of all
the contacts that either names are named by both (Jaccard), or when the contact
to look at first is the same; an event outside any contact stands for itself. A
missing step has no event of its own: it is matched by journey and step
(domain.md 2.1, 6.5).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.engine.components import components

MISSING = "V1"
_ALIKE = 0.5
_BATCH = 500
_OUTSIDE = 2.0


def candidates(found: pl.DataFrame, instances: pl.DataFrame, *, same_code: bool = True) -> pl.DataFrame:
    """Return found, instance, jaccard of every pair that may be matched, sorted.

    ``found`` comes from ``located.located``; ``instances`` have instance, code,
    units and, where they have them, primary, journey_id, step.
    """
    by = ["code"] if same_code else []
    ours = found.filter(pl.col("code") != MISSING) if same_code else found
    theirs = instances.filter(pl.col("code") != MISSING) if same_code else instances
    left = ours.select("found", "code", pl.col("units").alias("unit")).explode("unit").drop_nulls("unit")
    right = (
        theirs.select("instance", "code", pl.col("units").alias("unit")).explode("unit").drop_nulls("unit")
    )
    if not same_code:
        right = right.drop("code")
    shared = left.join(right, on=[*by, "unit"]).group_by("found", "instance").agg(pl.len().alias("both"))
    sizes = ours.select("found", pl.col("units").list.len().cast(pl.Int64).alias("n"))
    others = theirs.select("instance", pl.col("units").list.len().cast(pl.Int64).alias("m"))
    jaccard = (pl.col("both") / (pl.col("n") + pl.col("m") - pl.col("both"))).alias("jaccard")
    alike = shared.join(sizes, on="found").join(others, on="instance").select("found", "instance", jaccard)
    pairs = [alike.filter(pl.col("jaccard") >= _ALIKE)]
    if "primary" in instances.columns:
        first = ours.select("found", "code", pl.col("primaries").alias("unit")).explode("unit")
        named = theirs.select("instance", *by, pl.col("primary").alias("unit"))
        same = first.drop_nulls("unit").join(named, on=[*by, "unit"]).select("found", "instance")
        pairs.append(same.join(alike, on=["found", "instance"], how="left"))
        if same_code:
            pairs.append(_missing(found, instances))
    whole = pl.concat(pairs).with_columns(pl.col("jaccard").fill_null(0.0))
    return whole.group_by("found", "instance").agg(pl.col("jaccard").max()).sort("found", "instance")


def _missing(found: pl.DataFrame, instances: pl.DataFrame) -> pl.DataFrame:
    """Pair missing steps of one journey by the step's name."""
    ours = found.filter(pl.col("code") == MISSING).select("found", "journey", "step")
    theirs = instances.filter(pl.col("code") == MISSING).select(
        "instance", pl.col("journey_id").alias("journey"), "step"
    )
    return ours.join(theirs, on=["journey", "step"]).select("found", "instance", pl.lit(1.0).alias("jaccard"))


def match(pairs: pl.DataFrame, instances: pl.DataFrame) -> pl.DataFrame:
    """Return found, instance: a maximum matching, and of those one with the most likeness.

    Among equals, instances ``in_scope`` go first. The answer depends on the
    numbers of findings and instances, never on the order of rows.
    """
    scope = instances.select("instance", "in_scope")
    costs = pairs.join(scope, on="instance").with_columns(
        (2.0 - pl.col("jaccard") + pl.when("in_scope").then(0.0).otherwise(_OUTSIDE)).alias("cost")
    )
    costs = costs.sort("found", "instance").with_columns(
        ((pl.len().over("found") == 1) & (pl.len().over("instance") == 1)).alias("lone")
    )
    lone = costs.filter("lone").select("found", "instance")
    rest = costs.filter(~pl.col("lone"))
    parts = [lone, *(_assigned(batch) for batch in _batches(rest))]
    return pl.concat(parts).sort("found")


def _batches(pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the pairs cut between components, some hundred findings at a time."""
    if not pairs.height:
        return []
    number = pairs.select(
        pl.col("found").cast(pl.Int64), (-1 - pl.col("instance").cast(pl.Int64)).alias("instance")
    )
    nodes = pl.concat([number["found"], number["instance"].alias("found")]).unique().sort()
    roots = pl.DataFrame({"node": nodes, "root": components(nodes, number["found"], number["instance"])})
    placed = pairs.with_columns(number["found"].alias("node")).join(roots, on="node").sort("root", "found")
    sizes = placed.group_by("root", maintain_order=True).agg(pl.col("found").n_unique().alias("size"))
    sizes = sizes.with_columns((pl.col("size").cum_sum() // _BATCH).alias("batch"))
    batched = placed.join(sizes, on="root", maintain_order="left")
    return batched.partition_by("batch", maintain_order=True)


def _assigned(pairs: pl.DataFrame) -> pl.DataFrame:
    """Solve one batch: every finding may also stay alone, at a price no likeness can outweigh."""
    from scipy.sparse import csr_array  # noqa: PLC0415 (slow to import)
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    ours, theirs = (pairs[name].unique().sort() for name in ("found", "instance"))
    rows = ours.search_sorted(pairs["found"]).to_numpy()
    columns = theirs.search_sorted(pairs["instance"]).to_numpy()
    alone = np.arange(ours.len())
    price = 4.0 * (ours.len() + 1)
    graph = csr_array(
        (
            np.concatenate([pairs["cost"].to_numpy(), np.full(ours.len(), price)]),
            (np.concatenate([rows, alone]), np.concatenate([columns, theirs.len() + alone])),
        ),
        shape=(ours.len(), theirs.len() + ours.len()),
    )
    left, right = min_weight_full_bipartite_matching(graph)
    real = right < theirs.len()
    return pl.DataFrame(
        {"found": ours.gather(left[real]), "instance": theirs.gather(right[real])},
        schema={"found": pl.UInt32, "instance": pl.UInt32},
    )
