"""Journeys that shared case ids seed, and those that serve one need at one time."""

from __future__ import annotations

import polars as pl

from cjmine.engine.components import components


def linked(units: pl.DataFrame) -> pl.DataFrame:
    """Return unit, journey, assigned_by for units that carry link keys.

    Keys join within one customer only (0.1, ruling 1); a journey is numbered by
    its first unit.
    """
    keyed = units.filter(pl.col("link_keys").list.len() > 0)
    pairs = keyed.select("unit", "customer_id", "link_keys").explode("link_keys")
    pairs = pairs.with_columns(pl.int_range(pl.len()).alias("place"), pl.col("unit").cast(pl.Int64))
    first = pl.col("place").first().over("customer_id", "link_keys")
    pairs = pairs.with_columns((-1 - first).alias("key"))
    nodes = pl.concat([pairs["unit"], pairs["key"].alias("unit")]).unique().sort()
    roots = pl.DataFrame({"unit": nodes, "root": components(nodes, pairs["unit"], pairs["key"])})
    roots = roots.filter(pl.col("unit") >= 0)
    return roots.select(
        "unit", pl.col("unit").min().over("root").alias("journey"), pl.lit("link").alias("assigned_by")
    ).sort("unit")


def merge_by_need(units: pl.DataFrame, seeded: pl.DataFrame, pad: int) -> pl.DataFrame:
    """Merge linked journeys of one customer with one purpose whose padded spans overlap.

    So a journey does not depend on a shared case id existing; journeys with
    different purposes, or none, stay apart (0.1, ruling 1).
    """
    spans = spans_of(units, seeded)
    same = ["customer_id", "purpose"]
    ordered = spans.filter(pl.col("purpose").is_not_null()).sort(*same, "from", "journey")
    apart = pl.col("from") - pl.col("to").cum_max().over(same).shift()
    fresh = (pl.struct(same) != pl.struct(same).shift()).fill_null(value=True) | (apart > 2 * pad)
    merged = ordered.with_columns(fresh.cum_sum().alias("run")).select(
        "journey", pl.col("journey").min().over("run").alias("whole")
    )
    joined = seeded.join(merged, on="journey", how="left", maintain_order="left")
    return joined.select("unit", pl.coalesce("whole", "journey").alias("journey"), "assigned_by")


def spans_of(units: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Summarise journeys: customer_id, from, to, purpose, services, ended (first success)."""
    return (
        units.join(placed, on="unit")
        .sort("journey", "unit")
        .group_by("journey", maintain_order=True)
        .agg(
            pl.col("customer_id").first(),
            pl.col("from").min(),
            pl.col("to").max(),
            pl.col("purpose").drop_nulls().first(),
            pl.col("service").drop_nulls().unique().sort().alias("services"),
            pl.col("from").filter("succeeds").min().alias("ended"),
        )
    )
