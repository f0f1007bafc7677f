"""Which events is each deviation of order about? Those of variants, carried back to journeys."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import latest, moment
from cjmine.domain.vocabulary import Status

KEY = ["journey_type", "variant", "whole"]
_WHOLE = (Status.COMPLETE.value,)
"""Statuses aligned to the end; the others are aligned as far as they came."""


def keyed(journeys: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, customer_id and the key by which journeys share an alignment."""
    whole = pl.col("status").is_in(_WHOLE).fill_null(value=False).alias("whole")
    return journeys.with_columns(whole).select("journey_id", "customer_id", *KEY)


def counted(events: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, step_no, event_id of the steps that count."""
    counted = pl.col("step_no").is_not_null()
    return events.select("journey_id", "step_no", "event_id").filter(counted)


def found_in(partition: Partition, context: Context) -> pl.DataFrame:
    """Return the deviations of every journey with event ids; ``ordered`` is false where a V3 is a guess."""
    return partition.derived(_located, *_inputs(partition, context))


def _inputs(partition: Partition, context: Context) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return partition.events, partition.journeys, context.aligned["deviations"]


def _located(events: pl.DataFrame, journeys: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    rows = keyed(journeys).join(known, on=KEY).sort("journey_id", "number")
    rows = rows.with_columns(pl.int_range(pl.len()).alias("n"))
    steps = counted(events)
    for column, name in (("evidence", "event_ids"), ("extra", "extra_event_ids")):
        named = rows.select("n", "journey_id", step_no=pl.col(column)).explode("step_no")
        ids = named.join(steps, on=["journey_id", "step_no"]).sort("n", "step_no")
        lists = ids.group_by("n", maintain_order=True).agg(pl.col("event_id").alias(name))
        rows = rows.join(lists, on="n", how="left", maintain_order="left")
    primary = steps.rename({"event_id": "primary_event_id", "step_no": "primary"})
    rows = rows.join(primary, on=["journey_id", "primary"], how="left", maintain_order="left")
    times = events.select("event_id", moment().alias("start"), latest().alias("latest"))
    first, second = (times.select(pl.all().name.suffix(f"_{n}")) for n in (1, 2))
    ends = rows.select(
        "n",
        pl.col("event_ids").list.first().alias("event_id_1"),
        pl.col("event_ids").list.last().alias("event_id_2"),
    )
    ends = ends.join(first, on="event_id_1", how="left").join(second, on="event_id_2", how="left")
    told = ends.select("n", (pl.col("latest_1") <= pl.col("start_2")).fill_null(value=True).alias("ordered"))
    rows = rows.join(told, on="n", how="left", maintain_order="left")
    return rows.with_columns((pl.col("ordered") | (pl.col("code") != "V3")).alias("ordered"))


def excused(partition: Partition, context: Context) -> pl.Series:
    """Tell of each event whether it only looks out of order: nobody knows which of two came first."""
    return partition.derived(
        _excused, partition.events, partition.derived(_located, *_inputs(partition, context))
    )


def _excused(events: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    guessed = found.filter(~pl.col("ordered"))["event_ids"].explode().drop_nulls()
    return events["event_id"].is_in(guessed.implode())
