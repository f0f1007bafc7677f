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
_TELLING = ("customer_id", "source_system", "native_event_id", "activity", "payload_key", "contact_key")
_FILLED = tuple(
    name for name, (_, null, _) in EVENT.columns.items() if null and name not in {"merged_ids", "link_keys"}
)


def merge_same_events(partition: Partition, context: Context) -> pl.DataFrame:
    """Return EVENT rows with rows of one event merged into the first, which names the others."""
    settings = context.of(ContactSettings)
    if not settings.merge:
        return partition.events
    events = partition.events.with_columns(pl.int_range(pl.len()).alias("at"))
    rows = events.select("at", "customer_id", "native_event_id").drop_nulls("native_event_id")
    first = pl.col("at").first().over("customer_id", "native_event_id")
    merged = _merge(events.with_columns(_grouped(events["at"], rows.select("at", first.alias("group")))))
    repeated = _repeats(merged, microseconds(settings.repeat_within))
    return _merge(merged.with_columns(_grouped(merged["at"], repeated))).drop("at", "group")


def _grouped(at: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Return the group of each row: as ``known``, else a group of its own."""
    whole = at.to_frame().join(known, on="at", how="left", maintain_order="left")
    return whole.select(pl.coalesce("group", "at").alias("group")).to_series()


def _repeats(events: pl.DataFrame, within: int) -> pl.DataFrame:
    """Return at, group of rows of equal content: written twice with equal times, or fired again.

    Only a customer fires again. Sorting by all of the content is dear, so rows that
    are like no other in the telling columns are left out.
    """
    like = pl.sum_horizontal(pl.col(name).hash(seed) for seed, name in enumerate(_TELLING))
    links = pl.col("link_keys").list.join(" ").alias("links")
    twice = events.filter(events.select(like.is_duplicated()).to_series())
    content = twice.with_columns(links).select(*_CONTENT, "start", "end", "at")
    chains = content.sort(*_CONTENT, "start", "end", "at", nulls_last=True).with_columns(
        pl.struct(_CONTENT).rle_id().alias("content"),
        (pl.col("start").diff().dt.total_microseconds()).alias("gap"),
    )
    inbound = (pl.col("direction") == Direction.INBOUND).fill_null(value=False)
    again = (pl.col("content") == pl.col("content").shift()) & (
        ((pl.col("gap") == 0) & (pl.col("end") == pl.col("end").shift()))
        | (inbound & (pl.col("gap") <= within))
    )
    chains = chains.select("at", (~again.fill_null(value=False)).cum_sum().alias("chain"))
    return chains.select("at", pl.col("at").first().over("chain").alias("group"))


def _merge(events: pl.DataFrame) -> pl.DataFrame:
    """Fold each group into its first row: union of link keys, first stated value, ids of the rest."""
    shared = events["group"].is_duplicated()
    if not shared.any():
        return events
    single, several = events.filter(~shared), events.filter(shared).sort("at")
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
