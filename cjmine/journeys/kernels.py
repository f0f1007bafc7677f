"""The kernels of this room in the order a partition meets them, and what is tallied on the way."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.observed import systems_of
from cjmine.domain.sequences import journeys_of, kinds, sequences
from cjmine.domain.tables import CONTACT, EVENT, JOURNEY
from cjmine.journeys.contacts import assign_contacts, contacts
from cjmine.journeys.same_event import merge_same_events
from cjmine.journeys.segmentation import assign_journeys
from cjmine.journeys.sequence import assign_steps
from cjmine.journeys.settings import JourneySettings
from cjmine.journeys.table import journeys, status
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
    steps, walks = sequences(partition)
    codes, types = kinds(partition)
    success = np.zeros((types.len(), walks.names.len()), dtype=bool)
    for number, name in enumerate(types):
        if name in context.models:
            success[number] = walks.names.is_in(sorted(context.models[name].success)).fill_null(value=False)
    journey = np.repeat(np.arange(len(walks.begins)), walks.lengths)
    done = np.zeros(len(walks.begins), dtype=bool)
    done[journey[success[codes[journey], walks.labels]]] = True
    inside = steps.select("start", "end", pl.Series("journey", journey)).filter(done[journey])
    gap = (pl.col("start") - pl.col("end").shift()).dt.total_microseconds()
    gaps = inside.select("journey", gap.alias("gap")).filter(pl.col("journey") == pl.col("journey").shift())
    counted = gaps.select(
        types.gather(codes[gaps["journey"]]).alias("journey_type"),
        bucket(pl.col("gap").clip(lower_bound=0)).alias("bucket"),
    )
    return counted.group_by("journey_type", "bucket").agg(pl.len().alias("count"))


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
    number, _ = partition.derived(journeys_of, partition.events)
    return (
        systems_of(partition.events, number)
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
