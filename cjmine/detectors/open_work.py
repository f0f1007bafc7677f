"""How many work items does a service have open after each row?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.vocabulary import ItemState


def with_work(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (in order) with ``work``: open items of the row's service, in its journey.

    An item belongs to the service that opened it, whoever closes it; opening an
    open item, or closing a closed one, changes nothing.
    """
    item, service = ["journey", "item_id"], ["journey", "service"]
    numbered = rows.select(pl.int_range(pl.len()).alias("row"), *service, "item_id", "item_state")
    states = numbered.filter(pl.col("item_id").is_not_null() & pl.col("item_state").is_not_null())
    if not states.height:
        return rows.with_columns(pl.lit(0, dtype=pl.Int32).alias("work"))
    before = pl.col("item_state").shift().over(item).fill_null(ItemState.CLOSE)
    changes = states.filter(pl.col("item_state") != before).with_columns(
        pl.when(pl.col("item_state") == ItemState.OPEN).then("service").alias("owner")
    )
    changes = changes.select(
        "row",
        "journey",
        pl.col("owner").forward_fill().over(item).alias("service"),
        pl.when(pl.col("item_state") == ItemState.OPEN).then(1).otherwise(-1).alias("change"),
    )
    levels = changes.select("row", *service, pl.col("change").cum_sum().over(service).alias("work"))
    touched = numbered.select("row", *service).join(levels.select(service).unique(), on=service, how="semi")
    placed = touched.sort("row").join_asof(
        levels.sort("row"), on="row", by=service, strategy="backward", check_sortedness=False
    )
    work = numbered.select("row").join(
        placed.select("row", "work"), on="row", how="left", maintain_order="left"
    )
    return rows.with_columns(work["work"].fill_null(0))
