"""The sequence of a journey: its counted steps in order, and the one text that stands for them."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.lengths import DAY, MINUTE
from cjmine.domain.vocabulary import Precision

SEPARATOR = "\x1f"
"""Stands between the steps of a path; a label that holds it is escaped."""

_LENGTH = {Precision.MINUTE.value: MINUTE, Precision.DAY.value: DAY}


def steps_of(partition: Partition) -> pl.DataFrame:
    """Return the counted steps of all journeys with ``journey_type``: journey by journey, in step order."""
    kinds = partition.journeys.select("journey_id", "journey_type")
    counted = partition.events.filter(pl.col("step_no").is_not_null())
    steps = counted.join(kinds, on="journey_id", how="left", maintain_order="left")
    journey = steps["journey_id"]
    blocks = (journey != journey.shift()).sum() + min(1, steps.height)
    if blocks == journey.n_unique():
        return steps  # journeys that do not overlap stand together already; sorting text is dear
    return steps.sort("journey_id", "step_no")


def paths(steps: pl.DataFrame) -> pl.DataFrame:
    """Return journey_id, path: the touchpoints of counted steps (in order) joined by ``SEPARATOR``."""
    clean = pl.col("touchpoint").str.replace_all(SEPARATOR, "\\x1f", literal=True)
    return steps.group_by("journey_id", maintain_order=True).agg(clean.str.join(SEPARATOR).alias("path"))


def latest() -> pl.Expr:
    """Return the first instant by which a step has certainly begun: its start plus its precision."""
    length = pl.col("precision").replace_strict(_LENGTH, default=0, return_dtype=pl.Int64)
    return pl.col("start") + pl.duration(microseconds=length.clip(lower_bound=1))


def ordered(key: list[str]) -> pl.Expr:
    """Tell whether a step certainly follows the one before it under ``key`` (2, conventions)."""
    before = pl.col("latest").shift().over(key) <= pl.col("start")
    return before.fill_null(value=True)
