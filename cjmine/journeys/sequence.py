"""The sequence of a journey: which of its rows count as steps, under which names.

A contact counts once, however many rows record it: with each step of the
intended journey it holds, or, when it holds none (or only unwanted ones), once
as what the customer came for. What another system wrote about a contact stands
where the contact began, not where it was written down.
"""

from __future__ import annotations

import hashlib

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import moment, walks_of
from cjmine.domain.walks import distinct, paths
from cjmine.journeys import planned
from cjmine.journeys.segmentation import UNMODELLED

_READ = (
    *("customer_id", "journey_id", "contact_id", "start", "contact_start", "touchpoint"),
    *("step", "unwanted", "reason_code", "need"),
)


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
    typed = events.join(
        type_of_journeys(events, context).drop("need"), on="journey_id", how="left", maintain_order="left"
    )
    named = typed.join(_steps(context), on=["journey_type", "activity"], how="left", maintain_order="left")
    named = named.with_columns(pl.coalesce("step", "activity").alias("touchpoint"))
    return named.with_columns(_step_numbers(named)).drop("journey_type", "step", "unwanted")


def _step_numbers(named: pl.DataFrame) -> pl.Series:
    """Return each row's ``step_no``: null where its contact counts under another row."""
    rows = _by_moment(named.select(*_READ, pl.int_range(pl.len()).alias("row")))
    rows = rows.with_columns(pl.int_range(pl.len()).alias("at"))
    planned_row = pl.col("step").is_not_null()
    contact = ["contact_id"]
    first_of_step = pl.col("at") == pl.col("at").first().over("contact_id", "touchpoint")
    says_why = (  # the most telling first
        pl.col("reason_code").is_not_null(),
        pl.col("contact_start").is_not_null(),  # somebody wrote down in another system what it was
        planned_row,
        pl.col("need").is_not_null(),
    )
    telling = pl.coalesce(
        *(pl.when(said).then(place) for place, said in enumerate(says_why)), pl.lit(len(says_why))
    )
    stands = pl.col("at").sort_by(telling, maintain_order=True).first().over(contact)
    wanted = planned_row & ~pl.col("unwanted")
    counts = (
        pl.when(pl.col("contact_id").is_null())
        .then(pl.lit(value=True))
        .when(wanted.any().over(contact))
        .then(planned_row & first_of_step)
        .otherwise((planned_row & first_of_step) | (pl.col("at") == stands))
    )
    counted = rows.select("row", "journey_id", "contact_start", counts.alias("counts"))
    number = pl.col("counts").cast(pl.Int32).cum_sum().over("journey_id") - 1
    numbered = counted.select("row", pl.when("counts").then(number).alias("step_no"))
    return numbered.sort("row")["step_no"]


def _steps(context: Context) -> pl.DataFrame:
    """Return journey_type, activity, step, stage, unwanted: each activity that a model knows."""
    unwanted = pl.DataFrame(
        [(name, step, True) for name, model in sorted(context.models.items()) for step in model.unwanted],
        schema={"journey_type": pl.String, "step": pl.String, "unwanted": pl.Boolean},
        orient="row",
    )
    steps = planned.step_table(context.models).drop("starts")
    steps = steps.join(unwanted, on=["journey_type", "step"], how="left", maintain_order="left")
    return steps.with_columns(pl.col("unwanted").fill_null(value=False))


def _by_moment(rows: pl.DataFrame) -> pl.DataFrame:
    """Put rows in the order in which they took place: an echo where its contact began."""
    if rows["contact_start"].null_count() == rows.height:
        return rows
    return (
        rows.with_columns(pl.col("customer_id").rle_id().alias("customer"), moment().alias("moment"))
        .sort("customer", "moment", "row")
        .drop("customer", "moment")
    )


def variant_keys(events: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, variant: the 128-bit digest of each journey's path.

    Each distinct path is digested once.
    """
    steps, walks = walks_of(events)
    path, firsts = distinct(walks)
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in paths(walks, firsts)]
    variants = pl.Series("variant", digests, dtype=pl.String)
    return steps.select(pl.col("journey_id").gather(walks.begins), variants.gather(path))
