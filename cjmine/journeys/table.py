"""The journey table: one row for each journey, and where it stands at the end of the log."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.lengths import DAY, in_units
from cjmine.domain.settings import microseconds
from cjmine.domain.tables import TIME
from cjmine.domain.vocabulary import Direction, Status
from cjmine.journeys.sequence import type_of_journeys, variant_keys


def journeys(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows without status, cost and fitness (pass 1)."""
    events = partition.events
    keys = variant_keys(events)
    inbound = pl.col("contact_id").filter(pl.col("direction") == Direction.INBOUND)
    table = events.group_by("journey_id", maintain_order=True).agg(
        pl.col("customer_id").first(),
        pl.col("start").min(),
        pl.col("end").max(),
        pl.len().alias("n_events"),
        pl.col("step_no").count().alias("n_steps"),
        pl.col("contact_id").drop_nulls().n_unique().alias("n_contacts"),
        inbound.drop_nulls().n_unique().alias("n_inbound"),
        pl.col("service").drop_nulls().n_unique().alias("n_services"),
        pl.col("channel").drop_nulls().n_unique().alias("n_channels"),
    )
    recorded = (
        systems_of(events).group_by("journey_id").agg(pl.col("source_system").n_unique().alias("n_systems"))
    )
    table = table.join(recorded, on="journey_id", how="left", maintain_order="left")
    typed = table.join(type_of_journeys(events, context), on="journey_id", how="left")
    whole = typed.join(keys, on="journey_id", how="left")
    elapsed = (pl.col("end") - pl.col("start")).dt.total_microseconds()
    return whole.with_columns(in_units(elapsed, DAY).alias("duration_d")).sort(
        "customer_id", "start", "journey_id"
    )


def systems_of(events: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, source_system, start of every row, those merged into another one included."""
    merged = events.filter(pl.col("merged_ids").list.len() > 0).explode("merged_ids")
    others = merged.with_columns(pl.col("merged_ids").str.extract("^([^:]*):").alias("source_system"))
    return pl.concat([part.select("journey_id", "source_system", "start") for part in (events, others)])


def status(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows with ``status`` (2.15).

    An unfinished journey is open (censored) until it has been silent for longer
    than ``abandon_after`` before the earliest end of its systems' logs; only then
    is it abandoned. Without a model no end is declared: silence means complete.
    """
    ended = _ended(partition.events, partition.journeys, context)
    last_seen = pl.DataFrame(
        {"source_system": list(context.extracted_at), "seen": list(context.extracted_at.values())},
        schema={"source_system": pl.String, "seen": TIME},
    )
    seen = (
        systems_of(partition.events)
        .join(last_seen, on="source_system", how="left")
        .group_by("journey_id")
        .agg(pl.col("seen").min())
    )
    rows = partition.journeys.join(ended, on="journey_id", how="left").join(seen, on="journey_id", how="left")
    silent = (pl.col("seen") - pl.col("end")).dt.total_microseconds() > microseconds(context.abandon_after)
    modelled = pl.col("journey_type").is_in(sorted(context.models))
    state = (
        pl.when("stopped")
        .then(pl.lit(Status.STOPPED.value))
        .when("succeeded")
        .then(pl.lit(Status.COMPLETE.value))
        .when(~silent)
        .then(pl.lit(Status.OPEN.value))
        .when(modelled)
        .then(pl.lit(Status.ABANDONED.value))
        .otherwise(pl.lit(Status.COMPLETE.value))
    )
    return rows.with_columns(state.alias("status")).sort("customer_id", "start", "journey_id")


def _ended(events: pl.DataFrame, table: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return journey_id, succeeded, stopped: which declared end each journey reached."""
    ends = pl.DataFrame(
        [
            {"journey_type": name, "touchpoint": step, "success": step in model.success}
            for name, model in sorted(context.models.items())
            for step in sorted({*model.success, *model.stopped})
        ],
        schema={"journey_type": pl.String, "touchpoint": pl.String, "success": pl.Boolean},
    )
    typed = events.select("journey_id", "touchpoint").join(
        table.select("journey_id", "journey_type"), on="journey_id"
    )
    reached = typed.join(ends, on=["journey_type", "touchpoint"])
    return reached.group_by("journey_id").agg(
        pl.col("success").any().alias("succeeded"), (~pl.col("success")).any().alias("stopped")
    )
