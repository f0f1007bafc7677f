"""The sequence of a journey: which of its rows count as steps, under which names.

A contact counts once, however many rows record it: with each step of the
intended journey it holds, or, when it holds none, once as itself.
"""

from __future__ import annotations

import hashlib

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import paths
from cjmine.journeys import planned
from cjmine.journeys.segmentation import UNMODELLED


def type_of_journeys(events: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return journey_id, journey_type, need: the model by need, else by start step, else the need."""
    steps = planned.step_table(context.models)
    starts = steps.filter("starts").unique("activity", keep="first", maintain_order=True)
    begins = dict(zip(starts["activity"], starts["journey_type"], strict=True))
    rows = events.select(
        "journey_id",
        "need",
        pl.col("need")
        .replace_strict(planned.by_need(context.models), default=None, return_dtype=pl.String)
        .alias("by_need"),
        pl.col("activity").replace_strict(begins, default=None, return_dtype=pl.String).alias("by_start"),
    )
    first = rows.group_by("journey_id", maintain_order=True).agg(pl.all().drop_nulls().first())
    kind = pl.coalesce("by_need", "by_start", "need", pl.lit(UNMODELLED))
    return first.select("journey_id", kind.alias("journey_type"), "need")


def assign_steps(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with ``touchpoint``, ``stage`` and ``step_no``."""
    events = partition.events.drop("touchpoint", "stage", "step_no")
    steps = planned.step_table(context.models).drop("starts")
    typed = events.join(
        type_of_journeys(events, context).drop("need"), on="journey_id", how="left", maintain_order="left"
    )
    named = typed.join(steps, on=["journey_type", "activity"], how="left", maintain_order="left")
    named = named.with_columns(
        pl.coalesce("step", "activity").alias("touchpoint"), pl.int_range(pl.len()).alias("at")
    )
    planned_row = pl.col("step").is_not_null()
    contact = ["contact_id"]
    first_of_step = pl.col("at") == pl.col("at").first().over("contact_id", "touchpoint")
    stands = pl.coalesce(  # the row that says why the customer came, if any does
        *(
            pl.col("at").filter(pl.col(name).is_not_null()).first().over(contact)
            for name in ("reason_code", "need")
        ),
        pl.col("at").first().over(contact),
    )
    counts = (
        pl.when(pl.col("contact_id").is_null())
        .then(pl.lit(value=True))
        .when(planned_row.any().over(contact))
        .then(planned_row & first_of_step)
        .otherwise(pl.col("at") == stands)
    )
    counted = named.with_columns(counts.alias("counts"))
    number = pl.col("counts").cast(pl.Int32).cum_sum().over("journey_id") - 1
    numbered = counted.with_columns(pl.when("counts").then(number).alias("step_no"))
    return numbered.drop("journey_type", "step", "at", "counts")


def variant_keys(steps: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, variant: the 128-bit digest of each journey's path.

    ``steps`` are the counted rows in order. Each distinct path is digested once.
    """
    walked = paths(steps)
    distinct = walked["path"].unique().sort()
    digests = [hashlib.blake2b(path.encode(), digest_size=16).hexdigest() for path in distinct]
    keys = pl.DataFrame(
        {"path": distinct, "variant": digests}, schema={"path": pl.String, "variant": pl.String}
    )
    return walked.join(keys, on="path", how="left", maintain_order="left").drop("path")
