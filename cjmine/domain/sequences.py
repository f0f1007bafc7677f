"""The sequence of a journey: its counted steps in order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.lengths import DAY, MINUTE
from cjmine.domain.vocabulary import Precision
from cjmine.domain.walks import Codes, Walks, coded, distinct

_LENGTH = {Precision.MINUTE.value: MINUTE, Precision.DAY.value: DAY}


def walks_of(events: pl.DataFrame) -> tuple[pl.DataFrame, Walks]:
    """Return the counted steps, and their touchpoints coded.

    The steps have ``at`` (the row of ``events``), journey_id, touchpoint, service, start and end.
    """
    columns = ("journey_id", "step_no", "touchpoint", "service", "start", "end", "contact_start")
    steps, begins = _in_order(events.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"), *columns))
    labels, names = coded(steps["touchpoint"])
    return steps, Walks(begins=begins, labels=labels, names=names)


def sequences(partition: Partition) -> tuple[pl.DataFrame, Walks]:
    """Return the counted steps of a partition and their touchpoints coded (see ``walks_of``)."""
    return partition.derived(walks_of, partition.events)


def moved(partition: Partition) -> pl.Series:
    """Return, for each row of the events, the row of the moves it stands in; null where it stands in none."""
    return partition.derived(_moved, partition.events, partition.moves)


def _moved(events: pl.DataFrame, moves: pl.DataFrame) -> pl.Series:
    place = pl.int_range(pl.len(), dtype=pl.UInt32).alias("move")
    told = moves.select("event_id", place).filter(pl.col("event_id").is_not_null())
    return events.select("event_id").join(told, on="event_id", how="left", maintain_order="left")["move"]


def ways(partition: Partition) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the number of each journey's path, and the first journey of each path (see ``distinct``)."""
    return partition.derived(distinct, sequences(partition)[1])


def kinds(partition: Partition) -> tuple[Codes, pl.Series]:
    """Return the code of each journey's type, and the type of each code."""
    return partition.derived(kinds_of, *sequences(partition), partition.journeys)


def kinds_of(steps: pl.DataFrame, walks: Walks, journeys: pl.DataFrame) -> tuple[Codes, pl.Series]:
    """Return the code of each journey's type, and the type of each code."""
    heads = steps.select(pl.col("journey_id").gather(walks.begins))
    known = journeys.select("journey_id", "journey_type")
    typed = heads.join(known, on="journey_id", how="left", maintain_order="left")
    return coded(typed["journey_type"])


def _in_order(events: pl.DataFrame) -> tuple[pl.DataFrame, npt.NDArray[np.int64]]:
    """Return the counted rows, journey by journey, and the first row of each journey.

    A row stands at its ``moment``, and its start says so.
    Most journeys stand together in order already; the others are numbered by their
    first row, because sorting text is dear.
    """
    steps = events.filter(pl.col("step_no").is_not_null())
    if steps["contact_start"].null_count() < steps.height:
        steps = steps.with_columns(moment().alias("start"), pl.max_horizontal("end", moment()).alias("end"))
    number = appearance(steps["journey_id"])
    fresh = (number != number.shift()).fill_null(value=True)
    if not (fresh | (steps["step_no"].diff() > 0)).all() or not number.is_sorted():
        steps = steps.with_columns(number.alias("number")).sort("number", "step_no").drop("number")
        number = number.sort()
        fresh = (number != number.shift()).fill_null(value=True)
    return steps, fresh.arg_true().to_numpy().astype(np.int64)


def journeys_of(events: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the number of each row's journey, in order of appearance, and the first row of each journey."""
    number = appearance(events["journey_id"]).alias("number")
    return number, number.is_first_distinct().arg_true()


def appearance(column: pl.Series) -> pl.Series:
    """Give each value a number (0, 1, 2 ...) by where it first appears; equal ones mostly stand together."""
    fresh = (column != column.shift()).fill_null(value=True)
    heads = column.filter(fresh).alias("value").to_frame().with_row_index("row")
    first = heads.select(pl.col("row").first().over("value")).to_series()
    number = (first == heads["row"]).cast(pl.UInt32).cum_sum() - 1
    return number.gather(first).gather(fresh.cum_sum() - 1)


def moment() -> pl.Expr:
    """Return when an event took place: an echo is written down later, but tells when its contact began."""
    return pl.coalesce("contact_start", "start")


def latest() -> pl.Expr:
    """Return the first instant by which an event has certainly begun: its moment plus the precision of it."""
    known = pl.coalesce("contact_precision", "precision")
    length = known.replace_strict(_LENGTH, default=0, return_dtype=pl.Int64)
    return moment() + pl.duration(microseconds=length.clip(lower_bound=1))
