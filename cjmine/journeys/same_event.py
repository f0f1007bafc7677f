"""Which rows record one and the same event? They are merged before anything is counted.

Two kinds: rows with one event id, in one system or several (0.1, ruling 2), and
rows of equal content that were written twice (2.7, technical retry).
"""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.settings import microseconds
from cjmine.domain.tables import EVENT
from cjmine.domain.vocabulary import Direction
from cjmine.journeys.settings import ContactSettings

_CONTENT = (
    "customer_id",
    "source_system",
    "native_event_id",
    "native_case_id",
    "links",
    "activity",
    "service",
    "channel",
    "direction",
    "resource",
    "need",
    "reason_code",
    "outcome",
    "item_id",
    "item_state",
    "payload_key",
    "contact_key",
)
_FILLED = tuple(
    name for name, (_, null, _) in EVENT.columns.items() if null and name not in {"merged_ids", "link_keys"}
)


def merge_same_events(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with rows of one event merged into the first, which names the others."""
    settings = context.of(ContactSettings)
    events = partition.events.with_columns(pl.int_range(pl.len()).alias("at"))
    if not settings.merge:
        return partition.events
    identified = pl.struct("customer_id", "native_event_id")
    first = pl.col("at").first()
    events = events.with_columns(
        pl.when(pl.col("native_event_id").is_not_null())
        .then(first.over(identified))
        .otherwise("at")
        .alias("group")
    )
    merged = _merge(events)
    repeated = _repeats(merged, microseconds(settings.repeat_within))
    return _merge(repeated).drop("at", "group")


def _repeats(events: pl.DataFrame, within: int) -> pl.DataFrame:
    """Mark rows of equal content: written twice with equal times, or fired again by the customer."""
    events = events.with_columns(pl.col("link_keys").list.join(" ").alias("links"))
    chains = events.sort(*_CONTENT, "start", "end", "at", nulls_last=True).with_columns(
        pl.struct(_CONTENT).rle_id().alias("content"),
        (pl.col("start").diff().dt.total_microseconds()).alias("gap"),
    )
    inbound = (pl.col("direction") == Direction.INBOUND).fill_null(value=False)
    again = (pl.col("content") == pl.col("content").shift()) & (
        ((pl.col("gap") == 0) & (pl.col("end") == pl.col("end").shift()))
        | (inbound & (pl.col("gap") <= within))
    )
    chains = chains.with_columns((~again.fill_null(value=False)).cum_sum().alias("chain"))
    return (
        chains.with_columns(pl.col("at").first().over("chain").alias("group"))
        .drop("links", "content", "gap", "chain")
        .sort("at")
    )


def _merge(events: pl.DataFrame) -> pl.DataFrame:
    """Fold each group into its first row: union of link keys, first stated value, ids of the rest."""
    size = pl.len().over("group")
    single = events.filter(size == 1)
    several = events.filter(size > 1).sort("at")
    if not several.height:
        return events
    filled = several.group_by("group", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in _FILLED),
        *(
            pl.col(name).first()
            for name in events.columns
            if name not in {*_FILLED, "group", "merged_ids", "link_keys", "end"}
        ),
        pl.col("end").max(),
        pl.col("link_keys").explode().drop_nulls().unique().sort(),
        pl.col("event_id").slice(1).alias("others"),
        pl.col("merged_ids").explode().drop_nulls().alias("earlier"),
    )
    folded = filled.with_columns(
        pl.concat_list("others", "earlier").alias("merged_ids"),
        pl.when(pl.col("link_keys").list.len() > 0).then("link_keys").alias("link_keys"),
    ).drop("others", "earlier")
    return pl.concat([single, folded.select(single.columns)]).sort("at")
