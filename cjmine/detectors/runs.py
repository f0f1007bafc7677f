"""What follows upon what: steps under one label by thread, runs of equal labels, and what is sure of them."""

from __future__ import annotations

import polars as pl

from cjmine.detectors.steps import sequence, titled, visits
from cjmine.detectors.threads import threaded
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import ordered

THREAD = ["journey_id", "thread"]
STRETCH = [*THREAD, "stretch"]


def labelled(partition: Partition, context: Context, level: str) -> pl.DataFrame:
    """Return the threaded steps in order, with label, what preceded each, and the ``run`` of equal labels."""
    steps = threaded(visits(sequence(partition), context), context, by_service=level != "service")
    shown = titled(context) if level == "touchpoint" else pl.col(level)
    steps = steps.with_columns(pl.col(level).alias("label"), shown.alias("shown"))
    steps = steps.filter(pl.col("label").is_not_null()).sort(*THREAD, "step_no")
    return steps.with_columns(
        pl.struct(*THREAD, "label").rle_id().alias("run"),
        pl.col("outcome").shift().over(THREAD).alias("before"),
        ordered(THREAD).alias("ordered"),
    )


def firm(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the steps whose place among other labels is known, by unbroken ``stretch``.

    A step of unknown place may lie between any two that it overlaps, so nothing
    next to each other can be told across it.
    """
    run = ["run"]
    known = steps.with_columns(pl.col("latest").max().over(run).alias("by"))
    known = known.with_columns(pl.col("by").cum_max().over(THREAD).alias("by"))
    heads = known.unique("run", keep="first", maintain_order=True).select(
        *run,
        pl.col("by").shift().over(THREAD).alias("earlier_by"),
        pl.col("start").shift(-1).over(THREAD).alias("next_start"),
    )
    known = known.join(heads, on="run", how="left", maintain_order="left")
    loose = (pl.col("earlier_by") > pl.col("start")) | (pl.col("latest") > pl.col("next_start"))
    known = known.with_columns(loose.fill_null(value=False).alias("loose"))
    known = known.with_columns(pl.col("loose").cum_sum().alias("stretch"))
    sure = known.filter(~pl.col("loose")).drop("by", "earlier_by", "next_start", "loose")
    return sure.with_columns(pl.struct(*STRETCH, "label").rle_id().alias("run"))


def runs_of(steps: pl.DataFrame, within: list[str]) -> pl.DataFrame:
    """Return the maximal runs of equal labels in order."""
    return steps.group_by("run", maintain_order=True).agg(
        pl.col("customer_id", *within, "label", "shown", "before", "ordered").first(),
        pl.col("event_id").alias("event_ids"),
        pl.col("start").first(),
        pl.col("end").first().alias("first_end"),
        pl.col("end").max(),
    )
