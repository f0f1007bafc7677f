"""Of how many journeys is the cost known between bounds only, because their model has too many states?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cjmine.domain.vocabulary import Status


def bounded(variants: pl.DataFrame, aligned: Mapping[str, pl.DataFrame]) -> list[str]:
    """Say for each model without alignments what is known of its journeys, and of how many.

    ``variants`` is the tally of pass 2; ``aligned`` as ``domain.kernel.ALIGNED``.
    """
    if "bounds" not in aligned:
        return []
    whole = (pl.col("status") == Status.COMPLETE.value).fill_null(value=False).alias("whole")
    known = variants.with_columns(whole).join(aligned["bounds"], on=["journey_type", "variant", "whole"])
    apart = pl.col("low") < pl.col("high")
    journeys = pl.col("journeys")
    counted = known.group_by("journey_type").agg(
        journeys.sum().alias("all"),
        journeys.filter(~apart).sum().alias("exact"),
        journeys.filter(apart).sum().alias("apart"),
        journeys.filter(~pl.col("computed")).sum().alias("undone"),
        (journeys * pl.col("low")).sum().alias("low"),
        (journeys * pl.col("high")).sum().alias("high"),
    )
    return [_told(row) for row in counted.sort("journey_type").iter_rows(named=True)]


def _told(row: dict[str, Any]) -> str:
    return (
        f"{row['journey_type']}: the model has too many states to align with: no deviation is looked for in "
        f"any of {row['all']:,} journeys; {row['exact']:,} costs are exact, worked out block by block, "
        f"{row['apart']:,} lie between bounds and are not stated ({row['undone']:,} of these were too much "
        f"work to compute), all costs together between {row['low']:,} and {row['high']:,}"
    )
