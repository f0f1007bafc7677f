"""Which rows belong to one contact? Legs of a call, pages of a session, echoes in other systems.

One phone call appears as queue row, answer row and CRM row. Unless these are
merged, every duplicate, loop and handoff is inflated; merging too much hides
them. Precision matters more than recall (2.2), so an echo is a one-to-one
pairing, and merges are reported for each pair of systems.
"""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.settings import microseconds
from cjmine.domain.tables import CONTACT, EVENT, TEXTS
from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.journeys.echoes import pair_echoes
from cjmine.journeys.settings import ContactSettings

_SESSIONS = (Channel.WEB, Channel.APP)
_READ = (
    *("event_id", "customer_id", "source_system", "system_rank", "channel", "direction", "precision"),
    *("start", "end", "outcome", "contact_key"),
)
_SUMMARY = list(CONTACT.columns)
_ROWS = [
    *(name for name in EVENT.columns if name in CONTACT.columns),
    *("event_id", "source_system", "merged_ids", "contact_start", "step_no"),
]


def assign_contacts(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with ``contact_id`` on inbound and outbound rows, ``contact_start`` on echoes."""
    settings = context.of(ContactSettings)
    events = partition.events.with_columns(pl.int_range(pl.len()).alias("at"))
    outside = pl.col("direction").is_in([Direction.INBOUND, Direction.OUTBOUND]).fill_null(value=False)
    rows = events.select("at", *_READ, outside.alias("outside")).filter("outside").drop("outside")
    if not settings.merge or not rows.height:
        return partition.events.with_columns(pl.when(outside).then("event_id").alias("contact_id"))
    rows = _legs(rows, microseconds(settings.session_gap))
    units = _transferred(_units(rows), microseconds(settings.transfer_gap))
    rows = rows.join(units.select("unit", "call"), on="unit", how="left", maintain_order="left")
    calls = _units(rows.drop("unit").rename({"call": "unit"}))
    echoes = pair_echoes(calls, settings.echo_pad)
    began = calls.select(
        "unit", pl.col("start").alias("contact_start"), pl.col("precision").alias("contact_precision")
    )
    echoes = echoes.join(began, left_on="echo_of", right_on="unit")
    rows = rows.join(echoes, left_on="call", right_on="row", how="left", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("echo_of", "call").alias("contact"))
    first = pl.col("event_id").first().over("contact")
    named = rows.sort("at").select("at", first.alias("contact_id"), "contact_start", "contact_precision")
    rest = events.drop(named.columns[1:])
    return rest.join(named, on="at", how="left", maintain_order="left").drop("at")


def _legs(rows: pl.DataFrame, session_gap: int) -> pl.DataFrame:
    """Give rows of one call, web session or day (UTC) of an email thread one ``unit``.

    A unit is numbered by the position of its first row.
    """
    web = pl.col("channel").is_in(_SESSIONS).fill_null(value=False)
    keyed = pl.col("contact_key").is_not_null()
    chained = rows.with_columns(
        web.alias("web"),
        pl.when(~keyed).then("channel").alias("medium"),  # a call may pass through an IVR
        pl.when(pl.col("channel") == Channel.EMAIL).then(pl.col("start").dt.date()).alias("day"),
    ).filter(web | keyed)
    group = ["customer_id", "source_system", "medium", "direction", "contact_key", "day"]
    chains = chained.select("at", "start", "end", "web", pl.col("at").first().over(group).alias("group"))
    chains = chains.sort("group", "at")
    gap = (pl.col("start") - pl.col("end").cum_max().over("group").shift()).dt.total_microseconds()
    fresh = (pl.col("group") != pl.col("group").shift()) | (pl.col("web") & (gap > session_gap))
    chains = chains.with_columns(fresh.fill_null(value=True).cum_sum().alias("chain"))
    units = chains.select("at", pl.col("at").first().over("chain").alias("unit"))
    found = rows.join(units, on="at", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("unit", "at").alias("unit"))


def _units(rows: pl.DataFrame) -> pl.DataFrame:
    """Summarise units: one row each, in order of their first row."""
    return (
        rows.group_by("unit")
        .agg(
            pl.col(
                "customer_id", "source_system", "system_rank", "channel", "direction", "precision"
            ).first(),
            pl.col("start").min(),
            pl.col("end").max(),
            pl.col("outcome").drop_nulls().last(),
        )
        .sort("unit")
    )


def _transferred(units: pl.DataFrame, within: int) -> pl.DataFrame:
    """Join a leg under a new call id to the leg that was transferred just before it."""
    group = ["customer_id", "source_system", "channel", "direction"]
    legs = units.sort(*group, "start", "unit", nulls_last=True)
    gap = (pl.col("start") - pl.col("end").shift()).dt.total_microseconds()
    same = pl.struct(group) == pl.struct(group).shift()
    carried = same & (pl.col("outcome").shift() == Outcome.TRANSFERRED) & gap.is_between(-within, within)
    legs = legs.with_columns((~carried.fill_null(value=False)).cum_sum().alias("chain"))
    return legs.with_columns(pl.col("unit").first().over("chain").alias("call")).drop("chain")


def contacts(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return CONTACT rows: what each contact was, from its rows in order."""
    rows = partition.events.select(_ROWS).filter(pl.col("contact_id").is_not_null())
    own = pl.col("contact_start").is_null()
    shared = rows["contact_id"].is_duplicated()
    transferred = ((pl.col("outcome") == Outcome.TRANSFERRED) & own).fill_null(value=False)
    marked = rows.with_columns(  # an echo transfers nobody again
        pl.when(own).then("start").alias("start"),
        pl.when(own).then("end").alias("end"),
        transferred.cast(pl.Int32).alias("n_transfers"),
        pl.col("automatic", "bulk").fill_null(value=False),
        pl.col("merged_ids").list.len().fill_null(0).cast(pl.Int64).alias("merged_rows"),
    )
    table = pl.concat([_single(marked.filter(~shared)), _several(marked.filter(shared))])
    return table.sort("customer_id", "start", "contact_id")


def _single(rows: pl.DataFrame) -> pl.DataFrame:
    """Summarise contacts of one row: most are, and need no groups."""
    services = pl.when(pl.col("service").is_null()).then(pl.lit([], dtype=TEXTS))
    return rows.with_columns(
        pl.concat_list("event_id").alias("event_ids"),
        pl.concat_list("source_system").alias("merged_systems"),
        pl.col("event_id").alias("primary_event_id"),
        services.otherwise(pl.concat_list("service")).alias("services"),
    ).select(_SUMMARY)


def _several(rows: pl.DataFrame) -> pl.DataFrame:
    """Summarise contacts of several rows."""
    leading = pl.col("step_no") == pl.col("step_no").min()

    def said(name: str) -> pl.Expr:
        return pl.col(name).drop_nulls().first()

    def primary(name: str) -> pl.Expr:
        return pl.coalesce(pl.col(name).filter(leading).first(), pl.col(name).first())

    grouped = rows.group_by("contact_id", maintain_order=True).agg(
        pl.col("customer_id", "direction", "channel").first(),
        said("journey_id"),
        pl.col("event_id").alias("event_ids"),
        primary("event_id").alias("primary_event_id"),
        said("service"),
        pl.col("service").drop_nulls().unique(maintain_order=True).alias("services"),
        pl.col("start").min(),
        pl.col("end").max(),
        said("need"),
        said("reason_code"),
        pl.col("outcome").drop_nulls().last(),
        primary("activity"),
        primary("touchpoint"),
        said("payload_key"),
        pl.col("n_transfers").sum(),
        pl.col("automatic", "bulk").all(),
        (pl.len().cast(pl.Int64) - 1 + pl.col("merged_rows").sum()).alias("merged_rows"),
        pl.col("source_system").unique(maintain_order=True).alias("merged_systems"),
    )
    return grouped.select(_SUMMARY)
