"""Which journey does an unlinked contact belong to? Same need first, then service, then nearness."""

from __future__ import annotations

import polars as pl

from cjmine.domain.settings import microseconds
from cjmine.journeys.linked import spans_of
from cjmine.journeys.settings import JourneySettings


def attach(
    free: pl.DataFrame, units: pl.DataFrame, placed: pl.DataFrame, settings: JourneySettings
) -> pl.DataFrame:
    """Return unit, journey, assigned_by for the free units that a placed journey takes in.

    Spans do not grow while units join (0.1, ruling 1). A unit whose purpose is
    known and differs never joins; after a journey's end only its own purpose
    does, for the length of the aftercare. A unit without a purpose may lean
    towards the one plan that tolerates such acts: it prefers that journey, and
    may join any other.
    """
    pad, aftercare = microseconds(settings.attach), microseconds(settings.aftercare)
    spans = spans_of(units, placed)
    found = free.join(spans, on="customer_id", suffix="_journey")
    meant = pl.coalesce("purpose", "leans")
    same_need = (meant == pl.col("purpose_journey")).fill_null(value=False)
    differs = (pl.col("purpose") != pl.col("purpose_journey")).fill_null(value=False)
    same_service = pl.col("services").list.contains(pl.col("service")).fill_null(value=False)
    after = (pl.col("from") > pl.col("ended")).fill_null(value=False)
    near = pl.col("from").is_between(pl.col("from_journey") - pad, pl.col("to_journey") + pad)
    allowed = ~after | (same_need & (pl.col("from") <= pl.col("ended") + aftercare))
    gap = pl.max_horizontal(
        pl.col("from_journey") - pl.col("from"),
        pl.col("from") - pl.col("to_journey"),
        pl.lit(0, dtype=pl.Int64),
    )
    ranked = found.filter(near & ~differs & allowed).with_columns(
        pl.when(same_need).then(0).when(same_service).then(1).otherwise(2).alias("rank"), gap.alias("gap")
    )
    best = ranked.sort("unit", "rank", "gap", "journey").unique("unit", keep="first", maintain_order=True)
    reason = pl.col("rank").replace_strict({0: "need", 1: "service", 2: "recent"}, return_dtype=pl.String)
    return best.select(pl.col("unit").cast(pl.Int64), "journey", reason.alias("assigned_by"))
