"""How often did what a standard numbers happen in each journey, and was that too often (domain.md 2.17)?

Every journey of the type is an item. More than promised is a breach at once; no more than promised is
kept once the journey is over, for until then it may happen again.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.conformance.standards import State
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Standard
from cjmine.domain.sequences import moment
from cjmine.domain.vocabulary import Status
from cjmine.tally import KeyType

_ROWS = pl.List(pl.UInt32)
NUMBERED: Mapping[str, KeyType] = {
    "journey_type": pl.String,
    "standard": pl.String,
    "customer_id": pl.String,
    "journey_id": pl.String,
    "state": pl.String,
    "rows": _ROWS,
    "over": pl.Boolean,
}
"""``rows`` of the events are those counted, in order; ``over``: the journey is."""


def numbered(partition: Partition, context: Context) -> pl.DataFrame:
    """Return the NUMBERED rows of all standards that promise a number, by standard and journey."""
    return partition.derived(_numbered, partition.events, partition.journeys, context)


def _numbered(events: pl.DataFrame, journeys: pl.DataFrame, context: Context) -> pl.DataFrame:
    parts = [
        _of_standard(journeys.filter(journey_type=name), events, standard, model)
        for name, model in sorted(context.models.items())
        for standard in model.standards
        if standard.limit is None
    ]
    return pl.concat([pl.DataFrame(schema=dict(NUMBERED)), *parts]).sort(
        "journey_type", "standard", "customer_id", "journey_id"
    )


def _of_standard(
    mine: pl.DataFrame, events: pl.DataFrame, standard: Standard, model: IntendedJourney
) -> pl.DataFrame:
    steps = model.providers.get(standard.item, ()) if standard.item else (standard.step,)
    row = pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
    asked = events.select("journey_id", "touchpoint", "step_no", moment().alias("at"), row).filter(
        pl.col("touchpoint").is_in(steps) & pl.col("step_no").is_not_null()
    )
    rows = asked.sort("journey_id", "at", "step_no").group_by("journey_id", maintain_order=True).agg("row")
    found = mine.join(rows, on="journey_id", how="left").with_columns(
        pl.col("row").fill_null(pl.lit([], dtype=_ROWS)).alias("rows"),
        pl.lit(standard.name).alias("standard"),
        (pl.col("status") != Status.OPEN).alias("over"),
    )
    state = (
        pl.when(pl.col("rows").list.len() > standard.most)
        .then(pl.lit(State.BREACHED.value))
        .when("over")
        .then(pl.lit(State.MET.value))
        .otherwise(pl.lit(State.PENDING.value))
    )
    return found.with_columns(state.alias("state")).select(
        pl.col(name).cast(kind) for name, kind in NUMBERED.items()
    )
