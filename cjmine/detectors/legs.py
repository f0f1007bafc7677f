"""The chain of work a customer meets: internal events, and contacts leg by leg.

Handoffs are judged between services. A contact is one leg, and one more after
each transfer within it; rows that other systems wrote about it (echoes) add what
they know (outcome, open work) to its last leg, and are never a leg of their own.
"""

from __future__ import annotations

import polars as pl

from cjmine.detectors.open_work import with_work
from cjmine.domain.kernel import Partition
from cjmine.domain.sequences import latest
from cjmine.domain.vocabulary import ItemState, Outcome

_ORDER = ["journey_id", "start", "system_rank", "source_file", "source_row"]
_TERMINAL = (
    Outcome.COMPLETED,
    Outcome.FAILED,
    Outcome.DECISION_YES,
    Outcome.DECISION_NO,
    Outcome.TRANSFERRED,
)


def legs(partition: Partition) -> pl.DataFrame:
    """Return one row for each leg with a service, in order.

    Columns: journey_id, customer_id, event_id, contact_id, service, channel,
    direction, start, end, latest, item_id, outcome (the last one stated),
    expected (the plan has one of its rows here), relay (the front office only
    relays) and ``open``: whether its service has open work after it (yes, no,
    unknown; 0.1, ruling 4): a work item of its own, or a step that the plan still
    needs from it.
    """
    planned = partition.moves.filter(pl.col("event_id").is_not_null()).select("event_id", "expected", "owed")
    rows = partition.events.filter(pl.col("service").is_not_null() & pl.col("journey_id").is_not_null())
    rows = rows.join(planned, on="event_id", how="left", maintain_order="left").sort(_ORDER)
    rows = with_work(rows).with_columns(
        pl.int_range(pl.len()).alias("at"),
        pl.coalesce("contact_id", "event_id").alias("unit"),
        pl.col("expected").fill_null(value=False),
        latest().alias("latest"),
    )
    own = pl.col("contact_start").is_null()  # an echo may even begin before what it repeats
    moved = (own & (pl.col("outcome") == Outcome.TRANSFERRED)).fill_null(value=False).cast(pl.Int32)
    rows = rows.with_columns(own.alias("own"), (moved.cum_sum() - moved).over("unit").alias("moved"))
    elsewhere = (pl.col("service") != pl.col("service").shift().over("unit", "own")).fill_null(value=False)
    fresh = pl.col("own") & elsewhere & (pl.col("moved") > 0)  # what follows in the same service is no leg
    rows = rows.with_columns(fresh.cast(pl.Int32).cum_sum().over("unit").alias("leg"))
    rows = rows.with_columns(pl.when("own").then("leg").otherwise(pl.col("leg").max().over("unit")))
    return _with_open(_summed(rows).sort("at")).drop("at", "work", "item_state", "owed")


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    """Fold the rows of each leg into one."""
    mine = pl.col("own")
    same = pl.col("service") == pl.col("service").filter(mine).first()
    folded = rows.group_by("unit", "leg", maintain_order=True).agg(
        pl.col("journey_id", "customer_id", "contact_id").first(),
        pl.col("at", "event_id", "service", "channel", "direction", "start", "latest").filter(mine).first(),
        pl.col("end").filter(mine).max(),
        pl.col("item_id")
        .filter(mine)
        .drop_nulls()
        .first(),  # an echo's case says what it is about, not whose
        pl.col("outcome").drop_nulls().last(),
        pl.col("expected").any(),
        pl.col("owed").drop_nulls().last(),
        pl.col("relay").fill_null(value=False).any(),
        pl.col("work", "item_state").filter(same).last(),
    )
    return folded.drop("unit", "leg")


def _with_open(folded: pl.DataFrame) -> pl.DataFrame:
    """Say whether a leg's service has open work: its items first, then the plan, then how the leg ended."""
    owed = pl.col("owed").forward_fill().over("journey_id")
    needed = owed.list.contains(pl.col("service"))
    terminal = pl.col("outcome").is_in(_TERMINAL) | (pl.col("item_state") == ItemState.CLOSE)
    known = (
        pl.when(pl.col("work") > 0)
        .then(pl.lit("yes"))
        .when(needed)
        .then(pl.lit("yes"))
        .when(needed.not_() | terminal.fill_null(value=False))
        .then(pl.lit("no"))
    )
    return folded.with_columns(known.otherwise(pl.lit("unknown")).alias("open"))
