"""What the rules read: each journey's sequence, with order known or not, planned or not."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.lengths import DAY, MINUTE
from cjmine.domain.sequences import steps_of
from cjmine.domain.vocabulary import Precision

_LENGTH = {Precision.MINUTE.value: MINUTE, Precision.DAY.value: DAY}


def sequence(partition: Partition) -> pl.DataFrame:
    """Return the counted steps of all journeys, sorted by journey and step.

    Adds journey_type, ``expected`` (the plan has this step here, or tolerates
    it) and ``latest`` (see there).
    """
    planned = partition.moves.filter(pl.col("event_id").is_not_null()).select("event_id", "expected")
    steps = steps_of(partition).join(planned, on="event_id", how="left", maintain_order="left")
    return steps.with_columns(pl.col("expected").fill_null(value=False), latest().alias("latest"))


def latest() -> pl.Expr:
    """Return the first instant by which a step has certainly begun: its start plus its precision."""
    length = pl.col("precision").replace_strict(_LENGTH, default=0, return_dtype=pl.Int64)
    return pl.col("start") + pl.duration(microseconds=length.clip(lower_bound=1))


def ordered(key: list[str]) -> pl.Expr:
    """Tell whether a step certainly follows the one before it under ``key`` (2, conventions)."""
    before = pl.col("latest").shift().over(key) <= pl.col("start")
    return before.fill_null(value=True)
