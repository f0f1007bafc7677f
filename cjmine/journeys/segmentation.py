"""Cut each customer's lifetime into journeys: one need pursued to an end (2.6).

A journey is not a case. The default, ``hybrid``, lets shared case ids seed
journeys, merges what serves one need at one time, lets unlinked contacts join
by need, then service, then recency, and cuts what is left at long silences.
"""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import appearance
from cjmine.domain.settings import microseconds
from cjmine.journeys import planned
from cjmine.journeys.attach import attach
from cjmine.journeys.linked import linked, merge_by_need
from cjmine.journeys.settings import JourneySettings, SegmentBy

UNMODELLED = "unmodelled"
_READ = (
    *("event_id", "contact_id", "customer_id", "activity", "need", "service", "link_keys"),
    *("start", "end"),
)


def assign_journeys(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with ``journey_id`` and ``assigned_by``; rows of a contact stay together."""
    settings = context.of(JourneySettings)
    if settings.by is SegmentBy.CUSTOMER:
        customer = appearance(partition.events["customer_id"])
        first = partition.events["event_id"].gather(customer.is_first_distinct().arg_true())
        return partition.events.with_columns(
            first.gather(customer).alias("journey_id"), assigned_by=pl.lit("customer")
        )
    units = _units(partition.events, context)
    match settings.by:
        case SegmentBy.CASE:
            seeded = linked(units)
            rest = units.join(seeded, on="unit", how="anti")
            placed = pl.concat([seeded, _gaps(rest, ["customer_id"], settings)])
        case SegmentBy.GAP:
            placed = _gaps(units, ["customer_id"], settings)
        case SegmentBy.START:
            placed = _starts(units, settings)
        case SegmentBy.HYBRID:
            placed = _hybrid(units, settings)
    events = partition.events.drop("journey_id", "assigned_by")
    rows = _unit_of(events).join(placed, on="unit", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("event_id").first().over("journey").alias("journey_id"))
    return rows.drop("unit", "at", "journey")


def _unit_of(events: pl.DataFrame) -> pl.DataFrame:
    """Give each event its place, and rows of one contact the number of its first row."""
    numbered = events.with_columns(pl.int_range(pl.len()).alias("at"))
    contact = pl.coalesce("contact_id", "event_id")
    return numbered.with_columns(pl.col("at").first().over(contact).alias("unit"))


def _units(events: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Summarise contacts and internal events: what segmentation needs to know of each."""
    steps = planned.step_table(context.models)
    success = {step for model in context.models.values() for step in model.success}
    starts = steps.filter("starts")["activity"].unique().sort()
    ends = steps.filter(pl.col("step").is_in(sorted(success)))["activity"].unique().sort()
    needed = pl.col("need").replace_strict(
        planned.by_need(context.models), default=pl.col("need"), return_dtype=pl.String
    )
    named = {"by_activity": planned.by_activity(context.models), "leans": planned.leanings(context.models)}
    activities = events.select(pl.col("activity").unique()).with_columns(
        *(
            pl.col("activity").replace_strict(known, default=None, return_dtype=pl.String).alias(name)
            for name, known in named.items()
        ),
        pl.col("activity").is_in(starts.implode()).alias("begins"),
        pl.col("activity").is_in(ends.implode()).alias("succeeds"),
    )
    rows = _unit_of(events.select(_READ)).join(activities, on="activity", how="left", maintain_order="left")
    rows = rows.with_columns(
        needed.alias("by_need"),
        pl.col("start").dt.epoch("us").alias("from"),
        pl.col("end").dt.epoch("us").alias("to"),
    )
    shared = pl.col("unit").is_duplicated()
    alone = rows.filter(~shared).with_columns(pl.coalesce("by_need", "by_activity").alias("purpose"))
    several = (
        rows.filter(shared)
        .group_by("unit")
        .agg(
            pl.col("customer_id").first(),
            pl.col("from").min(),
            pl.col("to").max(),
            pl.coalesce(
                pl.col("by_need").drop_nulls().first(), pl.col("by_activity").drop_nulls().first()
            ).alias("purpose"),
            pl.col("leans").drop_nulls().first(),
            pl.col("service").drop_nulls().first(),
            pl.col("link_keys").explode().drop_nulls().unique().sort(),
            pl.col("begins", "succeeds").any(),
        )
    )
    return pl.concat([alone.select(several.columns), several]).sort("unit")


def _hybrid(units: pl.DataFrame, settings: JourneySettings) -> pl.DataFrame:
    seeded = merge_by_need(units, linked(units), microseconds(settings.attach))
    free = units.join(seeded, on="unit", how="anti", maintain_order="left")
    joined = attach(free, units, seeded, settings)
    placed = pl.concat([seeded, joined])
    rest = free.join(joined, on="unit", how="anti", maintain_order="left")
    known = rest.filter(pl.col("purpose").is_not_null())
    purposeful = _gaps(known, ["customer_id", "purpose"], settings, closes=True)
    vague = rest.filter(pl.col("purpose").is_null())
    followers = attach(vague, units, purposeful, settings)
    leftovers = vague.join(followers, on="unit", how="anti", maintain_order="left")
    return pl.concat([placed, purposeful, followers, _gaps(leftovers, ["customer_id"], settings)])


def _gaps(
    units: pl.DataFrame, within: list[str], settings: JourneySettings, *, closes: bool = False
) -> pl.DataFrame:
    """Begin a new journey after a silence longer than ``gap``; with ``closes`` also after the aftercare."""
    ordered = units.sort(*within, "from", "unit")
    silence = pl.col("from") - pl.col("to").cum_max().over(within).shift()
    fresh = (pl.struct(within) != pl.struct(within).shift()).fill_null(value=True)
    fresh |= (silence > microseconds(settings.gap)).fill_null(value=False)
    if closes:
        ended = pl.when("succeeds").then("from").forward_fill().shift().over(within)
        closed = ended + microseconds(settings.aftercare)
        first_after = pl.col("from").shift().over(within) <= closed  # later ones follow that one
        fresh |= ((pl.col("from") > closed) & first_after).fill_null(value=False)
    return _numbered(ordered, fresh, "gap")


def _starts(units: pl.DataFrame, settings: JourneySettings) -> pl.DataFrame:
    """Begin a new journey at a start step, unless the one before is still running."""
    ordered = units.sort("customer_id", "from", "unit")
    customer = (pl.col("customer_id") != pl.col("customer_id").shift()).fill_null(value=True)
    ended = pl.col("succeeds").cast(pl.Int32).cum_sum().over("customer_id").shift()
    silence = pl.col("from") - pl.col("to").cum_max().over("customer_id").shift()
    ordered = ordered.with_columns(
        pl.when("begins").then(pl.when(customer).then(0).otherwise(ended)).alias("ended")
    ).with_columns(pl.col("ended").forward_fill().over("customer_id").shift().alias("ended_before"))
    restart = pl.col("begins") & (
        (pl.col("ended") > pl.col("ended_before").fill_null(-1))
        | (silence > microseconds(settings.restart_gap))
    )
    return _numbered(ordered, customer | restart, "start")


def _numbered(ordered: pl.DataFrame, fresh: pl.Expr, reason: str) -> pl.DataFrame:
    runs = ordered.with_columns(fresh.cum_sum().alias("run"))
    return runs.select(
        "unit",
        pl.col("unit").min().over("run").cast(pl.Int64).alias("journey"),
        pl.lit(reason).alias("assigned_by"),
    )
