"""Do two ways of grouping the same things agree? By counted pairs, never by listing them."""

from __future__ import annotations

import polars as pl

from cjmine.score.intervals import Floats, ratio


def pairs_in(size: pl.Expr) -> pl.Expr:
    """Return how many pairs a group of this size holds."""
    return size.cast(pl.Int64) * (size.cast(pl.Int64) - 1) // 2


def pair_tallies(items: pl.DataFrame) -> pl.DataFrame:
    """Return person, both, found_pairs, true_pairs, items: pairs of one group here, there, and in both.

    ``items`` have person, truth and found: the two groups of each thing. Pairs
    belong to the first person of their group, so that people can be drawn again.
    """
    parts = [
        _grouped(items, ["truth"], "true_pairs"),
        _grouped(items, ["found"], "found_pairs"),
        _grouped(items, ["truth", "found"], "both"),
        items.group_by("person").agg(pl.len().cast(pl.Int64).alias("items")),
    ]
    whole = pl.concat(parts, how="diagonal")
    counts = ("both", "found_pairs", "true_pairs", "items")
    return whole.group_by("person").agg(pl.col(counts).fill_null(0).sum()).sort("person")


def _grouped(items: pl.DataFrame, by: list[str], name: str) -> pl.DataFrame:
    groups = items.group_by(by).agg(pl.col("person").min(), pairs_in(pl.len()).alias(name))
    return groups.select("person", name)


def adjusted_rand(sums: dict[str, Floats]) -> Floats:
    """Return the Adjusted Rand Index (Hubert and Arabie 1985) of summed pair tallies."""
    every = sums["items"] * (sums["items"] - 1) / 2
    by_chance = ratio(sums["found_pairs"] * sums["true_pairs"], every)
    most = (sums["found_pairs"] + sums["true_pairs"]) / 2
    spread = most - by_chance
    index = ratio(sums["both"] - by_chance, spread)
    # all in one group, or each in its own, on both sides: the groupings are equal
    alike = (spread == 0) & (sums["both"] == most) & (sums["items"] > 0)
    return pl.Series(index).zip_with(pl.Series(~alike), pl.Series([1.0] * len(index))).to_numpy()
