"""Which repetition is meant to be: planned, sent to many at once, or on a schedule?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.vocabulary import Direction


def mark_intended(rows: pl.DataFrame, steps: pl.DataFrame, *, least: int, evenness: float) -> pl.DataFrame:
    """Mark repetition that the plan has, that went to many at once, or that follows a schedule.

    What is judged are the extra events or, where a row has one, its whole ``body``.
    """
    gap = pl.col("start").diff().over("journey_id", "label").dt.total_microseconds()
    once = steps.unique("event_id", keep="first", maintain_order=True).sort("journey_id", "step_no")
    once = once.with_columns(gap.alias("gap"))
    rhythm = once.group_by("journey_id", "label").agg(
        (
            (pl.len() >= least)
            & ((pl.col("gap").std() / pl.col("gap").mean()).fill_nan(None) < evenness)
            & ~(pl.col("direction") == Direction.INBOUND).fill_null(value=False).any()
        )
        .fill_null(value=False)
        .alias("scheduled")
    )
    bulk = pl.col("bulk").fill_null(value=False)
    allowed = once.select(pl.col("event_id").alias("judged"), pl.col("expected") | bulk)
    numbered = rows.with_columns(pl.int_range(pl.len()).alias("n"))
    planned = (
        numbered.select("n", pl.coalesce("body", "extra_event_ids").alias("judged"))
        .explode("judged")
        .join(allowed, on="judged", how="left")
        .group_by("n")
        .agg(pl.col("expected").fill_null(value=False).all())
    )
    marked = numbered.join(planned, on="n", how="left").join(rhythm, on=["journey_id", "label"], how="left")
    intended = pl.col("expected").fill_null(value=False) | pl.col("scheduled").fill_null(value=False)
    return marked.sort("n").with_columns(intended.alias("intended")).drop("n", "expected", "scheduled")
