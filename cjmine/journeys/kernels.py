"""The kernels of this room in the order a partition meets them, and what is tallied on the way."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.sequences import steps_of
from cjmine.domain.tables import CONTACT, EVENT, JOURNEY
from cjmine.journeys.contacts import assign_contacts, contacts
from cjmine.journeys.same_event import merge_same_events
from cjmine.journeys.segmentation import assign_journeys
from cjmine.journeys.sequence import assign_steps
from cjmine.journeys.settings import JourneySettings
from cjmine.journeys.table import journeys, status, systems_of
from cjmine.tally import Merge, Tally, bucket, quantiles

GAPS = Tally(keys={"journey_type": pl.String, "bucket": pl.Int32}, measures={"count": Merge.SUM})
ECHOES = Tally(
    keys={"kind": pl.String, "system_a": pl.String, "system_b": pl.String}, measures={"rows": Merge.SUM}
)
SPANS = Tally(
    keys={"source_system": pl.String},
    measures={"first_us": Merge.MIN, "last_us": Merge.MAX, "events": Merge.SUM},
)


def count_gaps(partition: Partition, context: Context) -> pl.DataFrame:
    """Tally the silences inside journeys that reached success, for the abandonment threshold (2.15)."""
    ends = pl.DataFrame(
        [{"journey_type": n, "touchpoint": s} for n, m in sorted(context.models.items()) for s in m.success],
        schema={"journey_type": pl.String, "touchpoint": pl.String},
    )
    steps = steps_of(partition)
    done = steps.join(ends, on=["journey_type", "touchpoint"], how="semi")["journey_id"].unique()
    inside = steps.filter(pl.col("journey_id").is_in(done.implode()))
    gap = (pl.col("start") - pl.col("end").shift().over("journey_id")).dt.total_microseconds()
    gaps = inside.select("journey_type", bucket(gap.clip(lower_bound=0)).alias("bucket"), gap.alias("gap"))
    return gaps.drop_nulls("gap").group_by("journey_type", "bucket").agg(pl.len().alias("count"))


def abandon_after(gaps: pl.DataFrame, settings: JourneySettings) -> timedelta:
    """Return max(30 d, P95 of the silences in successful journeys)."""
    if not gaps.height:
        return settings.abandon_min
    whole = gaps.group_by("bucket").agg(pl.col("count").sum())
    found = quantiles(whole, [], {"gap": settings.abandon_quantile}, of="bucket", count="count")["gap"].item(
        0
    )
    return max(settings.abandon_min, timedelta(microseconds=round(float(found or 0))))


def count_echoes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally rows folded into another, by kind and pair of systems (the kept row's first)."""
    folded = partition.events.filter(pl.col("merged_ids").list.len() > 0).select(
        pl.when(pl.col("native_event_id").is_null())
        .then(pl.lit("same content"))
        .otherwise(pl.lit("same event id"))
        .alias("kind"),
        pl.col("source_system").alias("system_a"),
        pl.col("merged_ids").alias("others"),
    )
    rows = folded.explode("others").select(
        "kind", "system_a", pl.col("others").str.extract("^([^:]*):").alias("system_b")
    )
    several = partition.contacts.filter(pl.col("merged_systems").list.len() > 1).select(
        pl.lit("same contact").alias("kind"),
        pl.col("merged_systems").list.first().alias("system_a"),
        pl.col("merged_systems").list.slice(1).alias("system_b"),
    )
    pairs = pl.concat([rows, several.explode("system_b")])
    return pairs.group_by(list(ECHOES.keys)).agg(pl.len().alias("rows"))


def count_spans(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally each system's first and last instant: the last is when it was extracted (2.15)."""
    return (
        systems_of(partition.events)
        .group_by("source_system")
        .agg(
            pl.col("start").dt.epoch("us").min().alias("first_us"),
            pl.col("start").dt.epoch("us").max().alias("last_us"),
            pl.len().alias("events"),
        )
    )


ARRANGE = (
    Kernel(name="same_events", output=EVENT, compute=merge_same_events, into="events"),
    Kernel(name="contact_rows", output=EVENT, compute=assign_contacts, into="events"),
    Kernel(name="segments", output=EVENT, compute=assign_journeys, into="events"),
    Kernel(name="steps", output=EVENT, compute=assign_steps, into="events"),
    Kernel(name="contacts", output=CONTACT, compute=contacts, into="contacts"),
    Kernel(name="journeys", output=JOURNEY, compute=journeys, into="journeys"),
)
"""Pass 1: rows become events, contacts and journeys."""

GLOBALS = (
    Kernel(name="gaps", output=GAPS, compute=count_gaps),
    Kernel(name="echoes", output=ECHOES, compute=count_echoes),
    Kernel(name="spans", output=SPANS, compute=count_spans),
)
"""Pass 1: what is true of all customers and becomes context."""

STATUS = Kernel(name="status", output=JOURNEY, compute=status, into="journeys")
"""Pass 2: where each journey stands."""
