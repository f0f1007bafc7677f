"""Does a service still have work to do for the customer after this row?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.vocabulary import ItemState, Outcome

_TERMINAL = (
    Outcome.COMPLETED,
    Outcome.FAILED,
    Outcome.DECISION_YES,
    Outcome.DECISION_NO,
    Outcome.TRANSFERRED,
)


def with_open_work(rows: pl.DataFrame) -> pl.DataFrame:
    """Tell after each row whether its service has open work: yes, no or unknown (0.1, ruling 4)."""
    item, service = ["journey_id", "service", "item_id"], ["journey_id", "service"]
    state = pl.when(pl.col("item_id").is_not_null()).then("item_state")
    rows = rows.with_columns(state.alias("state"))
    before = pl.col("state").forward_fill().shift().over(item)
    opened = (pl.col("state") == ItemState.OPEN) & (before.fill_null("") != ItemState.OPEN)
    closed = (pl.col("state") == ItemState.CLOSE) & (before == ItemState.OPEN)
    change = opened.fill_null(value=False).cast(pl.Int32) - closed.fill_null(value=False).cast(pl.Int32)
    rows = rows.with_columns(change.alias("change")).with_columns(
        pl.col("change").cum_sum().over(service).alias("work")
    )
    terminal = pl.col("outcome").is_in(_TERMINAL).fill_null(value=False)
    terminal |= (pl.col("state") == ItemState.CLOSE).fill_null(value=False)
    known = pl.when(pl.col("work") > 0).then(pl.lit("yes")).when(terminal).then(pl.lit("no"))
    return rows.with_columns(known.otherwise(pl.lit("unknown")).alias("open")).drop("state", "change", "work")
