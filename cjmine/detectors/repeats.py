"""Which repetition is meant to be: planned, sent to many at once, or on a schedule?"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.detectors.runs import Lines
from cjmine.domain.lists import flattened
from cjmine.domain.vocabulary import Direction


def mark_intended(
    rows: pl.DataFrame, lines: Lines, expected: pl.Series, *, least: int, evenness: float
) -> pl.DataFrame:
    """Mark repetition that the plan has, that went to many at once, or that follows a schedule.

    What is judged are the extra events or, where a row has one, its whole ``body``.
    ``expected`` says of each row of the events whether the plan has it.
    """
    judged, whose = flattened(rows.select(pl.coalesce("body", "extra_rows")).to_series())
    bulk = lines.sequence.events["bulk"].gather(judged).fill_null(value=False)
    allowed = expected.gather(judged) | bulk
    planned = np.ones(rows.height, dtype=bool)
    planned[whose[~allowed.to_numpy()]] = False
    scheduled = _rhythm(lines, least=least, evenness=evenness)
    key = rows.select(_key(lines)).to_series()
    return rows.with_columns(
        intended=pl.Series(planned) | key.is_in(scheduled.implode()).fill_null(value=False)
    )


def _key(lines: Lines) -> pl.Expr:
    return pl.col("journey") * lines.names.len() + pl.col("label").cast(pl.Int64)


def _rhythm(lines: Lines, *, least: int, evenness: float) -> pl.Series:
    """Return the keys of what a journey has at least so often, so evenly, and never from the customer."""
    size = np.bincount(lines.sequence.steps["journey"].to_numpy())
    long = pl.Series(size >= least)
    often = lines.steps.select("n", "at", "journey", "label", "start").filter(
        long.gather(lines.steps["journey"])
    )
    often = often.unique("n", keep="first", maintain_order=True).with_columns(_key(lines).alias("key"))
    often = often.filter(pl.len().over("key") >= least).sort("n")
    gap = pl.col("start").diff().over("key").dt.total_microseconds()
    told = often.with_columns(gap.alias("gap"), lines.sequence.events["direction"].gather(often["at"]))
    rhythm = told.group_by("key").agg(
        ((pl.col("gap").std() / pl.col("gap").mean()).fill_nan(None) < evenness).alias("even"),
        (pl.col("direction") == Direction.INBOUND).fill_null(value=False).any().alias("asked"),
    )
    return rhythm.filter(pl.col("even") & ~pl.col("asked"))["key"]
