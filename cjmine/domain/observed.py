"""Until when was each journey seen? Each system tells only of the time before it was extracted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from cjmine.domain.tables import TIME
from cjmine.domain.walks import coded


def systems_of(events: pl.DataFrame, number: pl.Series) -> pl.DataFrame:
    """Return number (of the journey), source_system, start of every row, merged ones included."""
    rows = events.select(number, "source_system", "start")
    merged = rows.with_columns(events["merged_ids"]).filter(pl.col("merged_ids").list.len() > 0)
    others = merged.explode("merged_ids").with_columns(
        pl.col("merged_ids").str.extract("^([^:]*):").alias("source_system")
    )
    return pl.concat([rows, others.select(rows.columns)])


def observed(
    events: pl.DataFrame, numbered: tuple[pl.Series, pl.Series], extracted_at: Mapping[str, datetime]
) -> pl.DataFrame:
    """Return journey_id, seen: the earliest end of the logs of the systems a journey is in (2.15).

    ``numbered`` is ``sequences.journeys_of`` the events. Null where no end is known.
    """
    number, firsts = numbered
    ends = pl.DataFrame(
        {"source_system": list(extracted_at), "seen": list(extracted_at.values())},
        schema={"source_system": pl.String, "seen": TIME},
    )
    recorded = systems_of(events, number)
    recorded = recorded.filter(first_of(recorded["number"], recorded["source_system"]))
    seen = recorded.join(ends, on="source_system", how="left").group_by("number").agg(pl.col("seen").min())
    return seen.select(events["journey_id"].gather(firsts.gather(seen["number"])), "seen")


def first_of(number: pl.Series, values: pl.Series) -> pl.Series:
    """Tell where a value first appears in its journey."""
    if values.null_count() == values.len():
        return pl.repeat(False, values.len(), eager=True)  # noqa: FBT003 - a value, not a switch
    codes, names = coded(values)
    key = number.cast(pl.UInt64) * names.len() + pl.Series(codes)
    return key.is_first_distinct() & values.is_not_null()
