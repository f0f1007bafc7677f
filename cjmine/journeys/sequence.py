"""The sequence of a journey: which of its rows count as steps, under which names.

A contact counts once, however many rows record it: with each step of the
intended journey it holds, or, when it holds none (or only unwanted ones), once
as what the customer came for. What another system wrote about a contact stands
where the contact began, not where it was written down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import journeys_of, moment, sequences, ways
from cjmine.domain.walks import paths
from cjmine.journeys import planned
from cjmine.journeys.segmentation import UNMODELLED

_READ = (
    *("customer_id", "number", "contact_id", "start", "contact_start", "touchpoint"),
    *("step", "unwanted", "reason_code", "need"),
)


def type_of_journeys(partition: Partition, context: Context) -> pl.DataFrame:
    """Return journey_id, journey_type, need: the model by need, else by start step, else the need.

    The rows are in order of the journeys' numbers (``journeys_of``).
    """
    events = partition.events
    number, firsts = partition.derived(journeys_of, events)
    steps = planned.step_table(context.models)
    starts = steps.filter("starts").unique("activity", keep="first", maintain_order=True)
    begins = dict(zip(starts["activity"], starts["journey_type"], strict=True))
    known = {
        "by_need": _known(events["need"], planned.by_need(context.models)),
        "by_start": _known(events["activity"], begins),
        "need": events["need"],
    }
    first = pl.DataFrame(
        [
            events["journey_id"].gather(firsts),
            *(_first_stated(values, number, firsts.len()).alias(name) for name, values in known.items()),
        ]
    )
    kind = pl.coalesce("by_need", "by_start", "need", pl.lit(UNMODELLED))
    return first.select("journey_id", kind.alias("journey_type"), "need")


def _known(column: pl.Series, meaning: Mapping[str, str]) -> pl.Series:
    """Return what each value means to a model, null for what no model knows."""
    if not meaning:
        return pl.repeat(None, column.len(), dtype=pl.String, eager=True)
    return column.replace_strict(meaning, default=None, return_dtype=pl.String)


def _first_stated(values: pl.Series, number: pl.Series, size: int) -> pl.Series:
    """Return the first value that is no null in each journey."""
    rows = values.is_not_null().arg_true()
    first = pl.DataFrame([rows.alias("row"), number.gather(rows)]).unique("number", keep="first")
    place = pl.DataFrame({"number": pl.Series(np.arange(size), dtype=number.dtype)})
    return values.gather(place.join(first, on="number", how="left", maintain_order="left")["row"])


def assign_steps(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with ``touchpoint``, ``stage`` and ``step_no``."""
    events = partition.events.drop("touchpoint", "stage", "step_no")
    number, _ = partition.derived(journeys_of, partition.events)
    kind = type_of_journeys(partition, context)["journey_type"].gather(number)
    steps, keys = _steps(context), ["journey_type", "activity"]
    named = events.select("activity").with_columns(kind.alias("journey_type"))
    named = named.join(steps, on=keys, how="left", maintain_order="left").drop(keys)
    whole = events.with_columns(*named.iter_columns(), number).with_columns(
        pl.coalesce("step", "activity").alias("touchpoint")
    )
    return whole.with_columns(_step_numbers(whole)).drop("step", "unwanted", "number")


def _step_numbers(named: pl.DataFrame) -> pl.Series:
    """Return each row's ``step_no``: null where its contact counts under another row."""
    rows = _by_moment(named.select(*_READ, pl.int_range(pl.len()).alias("row")))
    rows = rows.with_columns(pl.int_range(pl.len()).alias("at"))
    counts = np.ones(rows.height, dtype=bool)
    held = rows.filter(pl.col("contact_id").is_not_null())
    if held.height:
        counts[held["at"].to_numpy()] = held.select(_counts()).to_series().to_numpy()
    numbered = rows.select("row", "number", pl.Series("counts", counts))
    number = pl.col("counts").cast(pl.Int32).cum_sum().over("number") - 1
    step_no = numbered.select("row", pl.when("counts").then(number).alias("step_no"))
    return (step_no if step_no["row"].is_sorted() else step_no.sort("row"))["step_no"]


def _counts() -> pl.Expr:
    """Tell which rows of contacts are steps of their journeys."""
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
    return (
        pl.when(wanted.any().over(contact))
        .then(planned_row & first_of_step)
        .otherwise((planned_row & first_of_step) | (pl.col("at") == stands))
    )


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


def variant_keys(partition: Partition) -> pl.DataFrame:
    """Return journey_id, variant: the 128-bit digest of each journey's path.

    Each distinct path is digested once.
    """
    steps, walks = sequences(partition)
    path, firsts = ways(partition)
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in paths(walks, firsts)]
    variants = pl.Series("variant", digests, dtype=pl.String)
    return steps.select(pl.col("journey_id").gather(walks.begins), variants.gather(path))
