"""What the rules read: each journey's sequence, with order known or not, planned or not."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.vocabulary import Precision

_LENGTH = {Precision.SECOND.value: "1us", Precision.MINUTE.value: "1m", Precision.DAY.value: "1d"}


def sequence(partition: Partition, context: Context) -> pl.DataFrame:
    """Return the counted steps of all journeys, sorted by journey and step.

    Adds journey_type, ``expected`` (the plan has this step here, or tolerates
    it), ``earliest`` and ``latest`` (the interval its precision leaves open).
    """
    steps = partition.events.filter(pl.col("step_no").is_not_null())
    kinds = partition.journeys.select("journey_id", "journey_type")
    planned = partition.moves.filter(pl.col("event_id").is_not_null()).select("event_id", "expected")
    steps = steps.join(kinds, on="journey_id", how="left").join(planned, on="event_id", how="left")
    floors = {kind: pl.col("start").dt.truncate(length) for kind, length in _LENGTH.items()}
    earliest = pl.col("start")
    latest = pl.col("start") + pl.duration(microseconds=1)
    for kind, length in _LENGTH.items():
        if kind != Precision.SECOND.value:
            earliest = pl.when(pl.col("precision") == kind).then(floors[kind]).otherwise(earliest)
            latest = pl.when(pl.col("precision") == kind).then(floors[kind].dt.offset_by(length)).otherwise(latest)
    return steps.with_columns(
        pl.col("expected").fill_null(value=False), earliest.alias("earliest"), latest.alias("latest")
    ).sort("journey_id", "step_no")


def ordered(key: list[str]) -> pl.Expr:
    """Tell whether a step certainly follows the one before it under ``key`` (2, conventions)."""
    before = pl.col("latest").shift().over(key) <= pl.col("earliest")
    return before.fill_null(value=True)
