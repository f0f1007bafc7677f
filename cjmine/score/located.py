"""What does a finding truly speak of? From rows of exports to contacts, and events outside any contact.

The unit is the contact: a call that is put through is two true events of one
contact, and a finding names whichever row stands for it.
"""

from __future__ import annotations

import polars as pl

from cjmine.score.truth import Truth

COLUMNS = ("code", "event_ids", "primary_event_id", "touchpoint", "customer_id")
"""What a finding needs to be located; cjmine's own FINDING rows have more."""


def rows_of(events: pl.DataFrame) -> pl.DataFrame:
    """Return event_id, ref: every row that an event of a run stands for, those merged into it included."""
    several = events.filter(pl.col("merged_ids").list.len() > 0)
    merged = several.select("event_id", pl.col("merged_ids").alias("ref")).explode("ref")
    return pl.concat([events.select("event_id", pl.col("event_id").alias("ref")), merged])


def located(findings: pl.DataFrame, rows: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """Return found, code, person, journey, step, primaries, units, foreign of each finding.

    ``rows`` comes from ``rows_of``; an event that is not listed there stands for
    the row of its name. Events without a true event stay as themselves; a finding
    of nothing else is ``foreign``, its person the customer of the run.
    """
    about = findings.select(COLUMNS).with_columns(pl.col("event_ids").list.join(" ").alias("key"))
    order = ["code", "customer_id", "key", "primary_event_id", "touchpoint"]
    numbered = about.sort(order, nulls_last=True).drop("key").with_row_index("found")
    named = numbered.select("found", pl.col("event_ids").alias("event_id")).explode("event_id")
    first = numbered.select("found", pl.col("primary_event_id").alias("event_id"))
    wanted = pl.concat([named, first])["event_id"].drop_nulls().unique()
    true = _true_units(wanted, rows, truth)
    events = named.drop_nulls("event_id").join(true, on="event_id", how="left")
    sets = events.group_by("found").agg(
        pl.coalesce("unit", "event_id").unique().sort().alias("units"),
        pl.col("person_id").drop_nulls().mode().min().alias("person"),
        pl.col("journey_id").drop_nulls().mode().min().alias("journey"),
        pl.col("unit").is_null().all().alias("foreign"),
    )
    primaries = first.drop_nulls("event_id").join(true, on="event_id", how="left")
    primaries = primaries.group_by("found").agg(
        pl.coalesce("unit", "event_id").unique().sort().alias("primaries")
    )
    joined = numbered.join(sets, on="found", how="left").join(primaries, on="found", how="left")
    nothing = pl.lit([], dtype=pl.List(pl.String))
    return joined.sort("found").select(
        "found",
        "code",
        pl.coalesce("person", "customer_id").alias("person"),
        "journey",
        pl.col("touchpoint").alias("step"),
        pl.col("primaries").fill_null(nothing),
        pl.col("units").fill_null(nothing),
        pl.col("foreign").fill_null(value=True),
    )


def _true_units(wanted: pl.Series, rows: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """Return event_id, unit, person_id, journey_id, linked of those wanted events that truly happened."""
    listed = rows.join(wanted.to_frame("event_id"), on="event_id", how="semi")
    unlisted = wanted.to_frame("event_id").join(rows, on="event_id", how="anti")
    whole = pl.concat([listed, unlisted.with_columns(pl.col("event_id").alias("ref"))])
    known = whole.join(truth.rows, on="ref")
    unit = pl.coalesce("contact_id", "true_event_id").alias("unit")
    return known.group_by("event_id", unit, "person_id", "journey_id").agg(pl.col("linked").any())
