"""From which journeys is a draft made: those between certain steps, and the most frequent of their ways?"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl


def between(steps: pl.DataFrame, starts: Collection[str], ends: Collection[str]) -> pl.DataFrame:
    """Return the steps of journeys that begin and end with one of these, of all where none is named.

    ``steps`` has number (of the journey) and step, each journey's together and in order.
    """
    kept = steps
    for names, place in ((starts, "first"), (ends, "last")):
        if names:
            edge = getattr(pl.col("step"), place)().over("number")
            kept = kept.filter(edge.is_in(sorted(names)))
    return kept


def variants_of(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct sequences of steps with numbers (of their journeys), count; most frequent first."""
    ways = steps.group_by("number", maintain_order=True).agg("step")
    counted = ways.group_by("step", maintain_order=True).agg(
        pl.col("number").alias("numbers"), pl.len().alias("count")
    )
    path = pl.col("step").list.join("\x1f")
    return counted.sort(-pl.col("count").cast(pl.Int64), path).rename({"step": "steps"})


def most_frequent(variants: pl.DataFrame, share: float) -> pl.DataFrame:
    """Return the fewest of the most frequent variants that make up a share of the journeys."""
    before = pl.col("count").cum_sum() - pl.col("count")
    return variants.filter(before < share * pl.col("count").sum())
