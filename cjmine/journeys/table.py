"""The journey table: one row for each journey, and where it stands at the end of the log."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.lengths import DAY, in_units
from cjmine.domain.observed import first_of, observed, systems_of
from cjmine.domain.sequences import journeys_of
from cjmine.domain.settings import microseconds
from cjmine.domain.vocabulary import Direction, Status
from cjmine.journeys.sequence import type_of_journeys, variant_keys


def journeys(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows without status, cost and fitness (pass 1)."""
    events = partition.events
    number, _ = partition.derived(journeys_of, events)
    inbound = (events["direction"] == Direction.INBOUND).fill_null(value=False)
    contact = events["contact_id"].is_first_distinct() & events["contact_id"].is_not_null()
    counted = {
        "n_contacts": contact,  # the rows of a contact lie in one journey, and go one way
        "n_inbound": contact & inbound,
        "n_services": first_of(number, events["service"]),
        "n_channels": first_of(number, events["channel"]),
    }
    table = (
        events.select("customer_id", "start", "end", "step_no", number, **counted)
        .group_by("number", maintain_order=True)
        .agg(
            pl.col("customer_id").first(),
            pl.col("start").min(),
            pl.col("end").max(),
            pl.len().alias("n_events"),
            pl.col("step_no").count().alias("n_steps"),
            pl.col(counted).sum(),
        )
    )
    recorded = systems_of(events, number)
    recorded = recorded.filter(first_of(recorded["number"], recorded["source_system"]))
    systems = recorded.group_by("number").agg(pl.len().alias("n_systems"))
    table = table.join(systems, on="number", how="left", maintain_order="left")
    typed = table.with_columns(*type_of_journeys(partition, context).iter_columns())
    whole = typed.join(variant_keys(partition), on="journey_id", how="left")
    elapsed = (pl.col("end") - pl.col("start")).dt.total_microseconds()
    return whole.with_columns(in_units(elapsed, DAY).alias("duration_d")).sort(
        "customer_id", "start", "journey_id"
    )


def status(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows with ``status`` (2.15).

    An unfinished journey is open (censored) until it has been silent for longer
    than ``abandon_after`` before the earliest end of its systems' logs; only then
    is it abandoned. Without a model no end is declared: silence means complete.
    """
    ended = _ended(partition.events, partition.journeys, context)
    numbered = partition.derived(journeys_of, partition.events)
    seen = observed(partition.events, numbered, context.extracted_at)
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
    steps = events.select("journey_id", "touchpoint")
    typed = steps.filter(pl.col("touchpoint").is_in(ends["touchpoint"].unique().implode())).join(
        table.select("journey_id", "journey_type"), on="journey_id"
    )
    reached = typed.join(ends, on=["journey_type", "touchpoint"])
    return reached.group_by("journey_id").agg(
        pl.col("success").any().alias("succeeded"), (~pl.col("success")).any().alias("stopped")
    )
