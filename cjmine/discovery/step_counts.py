"""How often is each step taken, and how long after which other one?"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

NEARLY_ALL = 0.95
"""So much of a step is one service's, where it is said to be that service's."""


def step_counts(steps: pl.DataFrame) -> pl.DataFrame:
    """Return what journeys show of each step, sorted by step.

    ``steps`` has number (of the journey), step, start, service and channel; the steps of a
    journey stand together and in order. The result has step, journeys (that have it), most (times
    in one journey), place (the mean position at which they first have it), before (the other step
    that it most often follows at once), wait_us (the median from that one's start to its own; both
    null where it follows none), service (null where none has nearly all of it) and channels (most
    frequent first).
    """
    keyed = steps.with_columns(pl.int_range(pl.len()).over("number").alias("at"))
    each = keyed.group_by("number", "step").agg(pl.len().alias("times"), pl.col("at").min())
    counted = each.group_by("step").agg(
        pl.len().alias("journeys"),
        pl.col("times").max().alias("most").cast(pl.Int64),
        (pl.col("at").sum() / pl.len()).alias("place"),
    )
    told = counted.join(_waits(keyed), on="step", how="left").join(_services(keyed), on="step", how="left")
    return told.join(_channels(keyed), on="step", how="left").sort("step")


def _waits(steps: pl.DataFrame) -> pl.DataFrame:
    same = pl.col("number") == pl.col("number").shift()
    pairs = steps.with_columns(
        pl.when(same).then(pl.col("step").shift()).alias("before"),
        (pl.col("start") - pl.col("start").shift()).dt.total_microseconds().alias("wait_us"),
    ).filter(pl.col("before") != pl.col("step"))
    followed = pairs.group_by("step", "before").agg(pl.len().alias("pairs"), pl.col("wait_us").median())
    first = followed.sort("step", "pairs", "before", descending=[False, True, False])
    return first.unique("step", keep="first", maintain_order=True).drop("pairs")


def _services(steps: pl.DataFrame) -> pl.DataFrame:
    whole = pl.len().over("step")
    shares = steps.with_columns(whole.alias("whole")).group_by("step", "service", "whole").len("rows")
    most = pl.col("rows") >= NEARLY_ALL * pl.col("whole")
    return shares.filter(most & pl.col("service").is_not_null()).select("step", "service")


def _channels(steps: pl.DataFrame) -> pl.DataFrame:
    seen = steps.drop_nulls("channel").group_by("step", "channel").len("rows")
    ranked = seen.sort("step", "rows", "channel", descending=[False, True, False])
    return ranked.group_by("step", maintain_order=True).agg(pl.col("channel").alias("channels"))


def times_of(steps: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return how often each journey takes each step: a column for each of ``names``, by ``number``."""
    each = steps.group_by("number", "step").len("times")
    wide = each.sort("number", "step").pivot(
        on="step", on_columns=list(names), index="number", values="times"
    )
    return wide.select(pl.col(name).fill_null(0).cast(pl.Int64) for name in names)
