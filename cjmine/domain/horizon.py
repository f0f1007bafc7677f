"""Until when does the log tell of a journey? To the earliest end of the logs of its systems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import journeys_of
from cjmine.domain.tables import TIME
from cjmine.domain.walks import coded


def seen_until(partition: Partition, context: Context) -> pl.Series:
    """Return the last instant of which the log tells, for each journey by its number (``journeys_of``).

    Null where nothing is known of when its systems were extracted.
    """
    numbered = partition.derived(journeys_of, partition.events)
    return partition.derived(seen_of, partition.events, numbered, context.extracted_at)


def seen_of(
    events: pl.DataFrame, numbered: tuple[pl.Series, pl.Series], extracted_at: Mapping[str, datetime]
) -> pl.Series:
    """Return the same for events whose journeys are ``numbered`` (``journeys_of``)."""
    number, firsts = numbered
    recorded = _recorded(events, number)
    recorded = recorded.filter(new(recorded["number"], recorded["source_system"]))
    last = pl.DataFrame(
        {"source_system": list(extracted_at), "seen": list(extracted_at.values())},
        schema={"source_system": pl.String, "seen": TIME},
    )
    found = recorded.join(last, on="source_system", how="left").group_by("number").agg(pl.col("seen").min())
    whole = pl.DataFrame({"number": pl.Series(np.arange(firsts.len()), dtype=number.dtype)})
    return whole.join(found, on="number", how="left", maintain_order="left")["seen"]


def systems_of(partition: Partition) -> pl.DataFrame:
    """Return number (of the journey), source_system, start of every row, merged ones included."""
    return _recorded(partition.events, partition.derived(journeys_of, partition.events)[0])


def _recorded(events: pl.DataFrame, number: pl.Series) -> pl.DataFrame:
    rows = events.select(number, "source_system", "start")
    merged = rows.with_columns(events["merged_ids"]).filter(pl.col("merged_ids").list.len() > 0)
    others = merged.explode("merged_ids").with_columns(
        pl.col("merged_ids").str.extract("^([^:]*):").alias("source_system")
    )
    return pl.concat([rows, others.select(rows.columns)])


def new(number: pl.Series, values: pl.Series) -> pl.Series:
    """Tell where a value first appears in its journey."""
    if values.null_count() == values.len():
        return pl.repeat(False, values.len(), eager=True)  # noqa: FBT003 - a value, not a switch
    codes, names = coded(values)
    key = number.cast(pl.UInt64) * names.len() + pl.Series(codes)
    return key.is_first_distinct() & values.is_not_null()
