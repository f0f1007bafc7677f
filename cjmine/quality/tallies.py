"""What do the rows of each system look like: when, how full, with which codes, for how many people?

Kernels over the events as they arrived: customers are known, journeys are not. All outputs are additive.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.tally import Merge, Tally

_SYSTEM = {"source_system": pl.String}
_SUM = Merge.SUM
LOOKED_AT = (
    *("native_event_id", "native_case_id", "service", "channel", "direction", "resource", "need"),
    *("reason_code", "outcome", "item_id", "item_state", "payload_key", "contact_key"),
)
"""Columns that an export may fill or leave empty."""
CODED = ("activity", "service", "channel", "need", "reason_code", "outcome")
"""Columns that hold one of few words."""
_NEAR = timedelta(hours=12)
_BIN = 5 * 60_000_000

VOLUMES = Tally(keys={**_SYSTEM, "week": pl.Date}, measures={"rows": _SUM})
FILLED = Tally(keys={**_SYSTEM, "column": pl.String}, measures={"rows": _SUM, "filled": _SUM})
CODES = Tally(
    keys={**_SYSTEM, "column": pl.String, "value": pl.String},
    measures={"rows": _SUM, "first_us": Merge.MIN, "last_us": Merge.MAX},
)
PEOPLE = Tally(
    keys=_SYSTEM,
    measures={
        **dict.fromkeys(("rows", "customers", "once", "tied", "midnight", "timed"), _SUM),
        "most": Merge.MAX,
        "first_us": Merge.MIN,
        "last_us": Merge.MAX,
    },
)
"""``once``: customers with a single row; ``tied``: rows that share customer and instant with another;
``timed``: rows whose time is exact to the minute or better, ``midnight`` those of them at 00:00 UTC."""
OFFSETS = Tally(
    keys={"system_a": pl.String, "system_b": pl.String, "minutes": pl.Int32}, measures={"rows": _SUM}
)
"""How long after the customer's nearest row in ``system_a`` a row of ``system_b`` stands, in steps of five
minutes."""


def volumes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count each system's rows by week; a week begins on Monday."""
    week = pl.col("start").dt.truncate("1w").dt.date().alias("week")
    return partition.events.group_by("source_system", week).agg(pl.len().alias("rows"))


def filled(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count the rows of each system, and those that fill each column."""
    counts = partition.events.group_by("source_system").agg(
        pl.len().alias("rows"), *(pl.col(name).count() for name in LOOKED_AT)
    )
    return counts.unpivot(
        LOOKED_AT, index=["source_system", "rows"], variable_name="column", value_name="filled"
    )


def codes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count the values of coded columns, with when each was first and last seen."""
    at = pl.col("start").dt.epoch("us")
    parts = [
        partition.events.filter(pl.col(name).is_not_null())
        .group_by("source_system", pl.lit(name).alias("column"), pl.col(name).alias("value"))
        .agg(pl.len().alias("rows"), at.min().alias("first_us"), at.max().alias("last_us"))
        for name in CODED
    ]
    return pl.concat(parts)


def people(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count each system's customers, and what is odd about their rows."""
    system = "source_system"
    at = pl.col("start").dt.epoch("us")
    whole = (pl.col("precision") != "day").alias("timed")
    rows = partition.events.with_columns(
        pl.len().over(system, "customer_id", "start").gt(1).alias("tied"),
        whole,
        (whole & (pl.col("start").dt.hour() == 0) & (pl.col("start").dt.minute() == 0)).alias("midnight"),
    )
    each = rows.group_by(system, "customer_id").agg(pl.len().alias("mine"))
    owned = each.group_by(system).agg(
        pl.len().alias("customers"),
        (pl.col("mine") == 1).sum().alias("once"),
        pl.col("mine").max().alias("most"),
    )
    counted = rows.group_by(system).agg(
        pl.len().alias("rows"),
        pl.col("tied", "timed", "midnight").sum(),
        at.min().alias("first_us"),
        at.max().alias("last_us"),
    )
    return counted.join(owned, on=system)


def offsets(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count how far apart the rows of two systems stand that record one customer within half a day."""
    exact = partition.events.filter(pl.col("precision") != "day").select(
        "source_system", "customer_id", "start"
    )
    exact = exact.sort("start", "source_system")
    parts = [OFFSETS.empty()]
    systems = sorted(exact["source_system"].unique())
    for number, one in enumerate(systems):
        for other in systems[number + 1 :]:
            first = exact.filter(source_system=one).select("customer_id", "start", there="start")
            second = exact.filter(source_system=other).select("customer_id", "start")
            near = second.join_asof(
                first,
                on="start",
                by="customer_id",
                strategy="nearest",
                tolerance=_NEAR,
                check_sortedness=False,
            )
            apart = (pl.col("start") - pl.col("there")).dt.total_microseconds()
            step = ((apart + _BIN // 2) // _BIN * 5).cast(pl.Int32).alias("minutes")
            counted = near.drop_nulls("there").group_by(step).agg(pl.len().cast(pl.Int64).alias("rows"))
            names = {"system_a": pl.lit(one), "system_b": pl.lit(other)}
            parts.append(OFFSETS.conform(counted.with_columns(**names)))
    return pl.concat(parts)


QUALITY: tuple[Kernel, ...] = (
    Kernel(name="volumes", output=VOLUMES, compute=volumes),
    Kernel(name="filled", output=FILLED, compute=filled),
    Kernel(name="codes", output=CODES, compute=codes),
    Kernel(name="people", output=PEOPLE, compute=people),
    Kernel(name="offsets", output=OFFSETS, compute=offsets),
)
