"""How often was each thing found, among how many journeys and customers?"""

from __future__ import annotations

import polars as pl


def table(tally: pl.DataFrame, journeys: int) -> pl.DataFrame:
    """Return code, count, journeys, customers, per_100_journeys, extra_events.

    What the plan intends is left out.
    """
    waste = tally.filter(~pl.col("intended")).drop("intended")
    per_100 = (pl.col("journeys") * 100 / max(journeys, 1)).alias("per_100_journeys")
    return (
        waste.with_columns(per_100)
        .select("code", "count", "journeys", "customers", "per_100_journeys", "extra_events")
        .sort("code")
    )
