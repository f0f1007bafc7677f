"""The chain of work a customer meets: internal events, and contacts leg by leg.

Handoffs are judged between services. A contact is one leg, and one more after
each transfer within it; rows that other systems wrote about it (echoes) add what
they know (outcome, open work) to its last leg, and are never a leg of their own.
"""

from __future__ import annotations

import polars as pl

from cjmine.detectors.open_work import with_work
from cjmine.detectors.steps import planned
from cjmine.domain.kernel import Partition
from cjmine.domain.sequences import appearance, latest
from cjmine.domain.vocabulary import ItemState, Outcome

_READ = (
    *("journey_id", "event_id", "contact_id", "service", "channel", "direction", "start", "end"),
    *("precision", "contact_start", "contact_precision", "item_id", "item_state", "outcome"),
)
_TERMINAL = (
    Outcome.COMPLETED,
    Outcome.FAILED,
    Outcome.DECISION_YES,
    Outcome.DECISION_NO,
    Outcome.TRANSFERRED,
)


def legs(partition: Partition) -> pl.DataFrame:
    """Return one row for each leg with a service, journey by journey, in order.

    Columns: journey (its number), row (of the events), contact (its number),
    service, channel, direction, start, end, latest, item_id, outcome (the last one
    stated), expected (the plan has one of its rows here), relay (the front office
    only relays) and ``open``: whether its service has open work after it (yes, no,
    unknown; 0.1, ruling 4): a work item of its own, or a step that the plan still
    needs from it.
    """
    return partition.derived(_legs, partition.events, planned(partition), partition.moves)


def _legs(events: pl.DataFrame, plan: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    rows = events.select(
        *_READ,
        *plan.iter_columns(),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        pl.col("contact_start").is_null().alias("own"),  # an echo may even begin before what it repeats
        pl.col("relay").fill_null(value=False),
        latest().alias("latest"),
    ).filter(pl.col("service").is_not_null() & pl.col("journey_id").is_not_null())
    rows = rows.with_columns(appearance(rows["journey_id"]).alias("journey"))
    rows = with_work(rows.sort("journey", maintain_order=True)).with_columns(
        pl.int_range(pl.len()).alias("at"),
        pl.col("row").first().over(pl.coalesce("contact_id", "event_id")).alias("unit"),
    )
    rows = rows.with_columns(pl.when(pl.col("contact_id").is_not_null()).then("unit").alias("contact"))
    rows = rows.drop(
        "contact_id", "event_id", "journey_id", "contact_start", "precision", "contact_precision"
    )
    alone = pl.col("own") & pl.col("unit").is_unique()
    folded = _summed(_cut(rows.filter(~alone)))
    whole = pl.concat([rows.filter(alone).select(folded.columns), folded]).sort("at", maintain_order=True)
    return _with_open(whole.sort("journey", maintain_order=True), moves)


def _cut(rows: pl.DataFrame) -> pl.DataFrame:
    """Cut contacts into legs, numbered in order."""
    moved = (pl.col("own") & (pl.col("outcome") == Outcome.TRANSFERRED)).fill_null(value=False).cast(pl.Int32)
    rows = rows.with_columns((moved.cum_sum() - moved).over("unit").alias("moved"))
    elsewhere = (pl.col("service") != pl.col("service").shift().over("unit", "own")).fill_null(value=False)
    fresh = pl.col("own") & elsewhere & (pl.col("moved") > 0)  # what follows in the same service is no leg
    rows = rows.with_columns(fresh.cast(pl.Int32).cum_sum().over("unit").alias("leg"))
    return rows.with_columns(pl.when("own").then("leg").otherwise(pl.col("leg").max().over("unit")))


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    """Fold the rows of each leg into one."""
    mine = pl.col("own")
    same = pl.col("service") == pl.col("service").filter(mine).first()
    return (
        rows.group_by("unit", "leg", maintain_order=True)
        .agg(
            pl.col("journey", "contact").first(),
            pl.col("at", "row", "service", "channel", "direction", "start", "latest").filter(mine).first(),
            pl.col("end").filter(mine).max(),
            pl.col("item_id")
            .filter(mine)
            .drop_nulls()
            .first(),  # an echo's case says what it is about, not whose
            pl.col("outcome").drop_nulls().last(),
            pl.col("expected").any(),
            pl.col("owed").drop_nulls().last(),
            pl.col("relay").any(),
            pl.col("work", "item_state").filter(same).last(),
        )
        .drop("unit", "leg")
    )


def _with_open(folded: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Say whether a leg's service has open work: its items first, then the plan, then how the leg ended."""
    owed = moves["owed"].gather(folded.select(pl.col("owed").forward_fill().over("journey")).to_series())
    needed = owed.list.contains(folded["service"]).alias("needed")
    terminal = pl.col("outcome").is_in(_TERMINAL) | (pl.col("item_state") == ItemState.CLOSE)
    known = (
        pl.when(pl.col("work") > 0)
        .then(pl.lit("yes"))
        .when("needed")
        .then(pl.lit("yes"))
        .when(pl.col("needed").not_() | terminal.fill_null(value=False))
        .then(pl.lit("no"))
    )
    told = folded.with_columns(needed).with_columns(known.otherwise(pl.lit("unknown")).alias("open"))
    return told.drop("at", "work", "item_state", "owed", "needed")
