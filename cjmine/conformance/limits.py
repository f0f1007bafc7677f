"""Which steps came later than the plan allows, or before it was time for them (V5)?

A limit counts from the latest earlier step that it names, or from the start of the journey. A step is late
only if it surely is: whichever instants of their days the two took place at, and whichever came first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.lived import Lived, Mask, Places, Times, instants
from cjmine.conformance.order import maybe_before, surely_before
from cjmine.domain.clause_words import limit_words
from cjmine.domain.deadlines import BY_DATE
from cjmine.domain.lengths import DAY, HOUR, MINUTE
from cjmine.domain.plan import Anchor, Length, Limit, Unit
from cjmine.domain.vocabulary import Severity

_LEAST = {
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
    Unit.WORKING_HOUR: HOUR,
    Unit.DAY: DAY,
    Unit.WORKING_DAY: DAY,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """One limit of one step beside the steps that have something to count from.

    ``rows`` are these steps, ``since`` what each counts from; ``broken`` surely are, of the ``unknown`` it
    is not known.
    """

    step: str
    limit: Limit
    early: bool
    rows: Places
    since: Places
    broken: Mask
    unknown: Mask

    @property
    def clause(self) -> str:
        """Return the limit in the plan's words."""
        return limit_words(self.step, self.limit, early=self.early)


def limits_of(lived: Lived) -> tuple[Compared, ...]:
    """Return every limit of the plan that can be compared, beside the steps of the journeys."""
    found = []
    for step, planned in sorted(lived.model.planned.items()):
        for limit, early in ((planned.within, False), (planned.not_before, True)):
            if limit is not None and limit.anchor is not Anchor.DATE:
                rows = np.flatnonzero(lived.of((step,)) & lived.synced)
                found.append(_compared(lived, step, limit, rows, early=early))
    return tuple(found)


def anchors_of(lived: Lived, limit: Limit) -> Places:
    """Return the steps that a limit may count from."""
    if limit.anchor is Anchor.START:
        return lived.walks.begins[lived.walks.lengths > 0]
    return np.flatnonzero(lived.of((limit.name,)))


def _compared(lived: Lived, step: str, limit: Limit, rows: Places, *, early: bool) -> Compared:
    some = anchors_of(lived, limit)
    place = lived.before(rows, some)
    rows, place = rows[place >= 0], place[place >= 0]
    since = some[place]
    broken, unknown = np.zeros((2, len(rows)), bool)
    if early:
        sure = surely_before(lived, rows, some)
        latest = maybe_before(lived, rows, some)
        least = bound(lived, lived.low[some[sure]], limit.length, early=True)
        most = bound(lived, lived.reach(some)[latest], limit.length, early=True)
        broken = (sure >= 0) & (lived.high[rows] < least)
        unknown = ~broken & (lived.low[rows] < most)
    else:
        since = some[place]
        far = np.flatnonzero(lived.high[rows] - lived.low[since] > at_least(limit.length))
        some_rows, earliest = rows[far], since[far]
        latest = lived.reach(some)[maybe_before(lived, some_rows, some)]
        broken[far] = lived.low[some_rows] > bound(lived, latest, limit.length)
        unknown[far] = lived.high[some_rows] > bound(lived, lived.low[earliest], limit.length)
        unknown &= ~broken
    return Compared(
        step=step, limit=limit, early=early, rows=rows, since=some[place], broken=broken, unknown=unknown
    )


def bound(lived: Lived, times: Times, length: Length, *, early: bool = False) -> Times:
    """Return the last instant in time, ``length`` from each instant; ``early``: the first not too early."""
    since = instants(times)
    found = lived.clock.earliest(since, length) if early else lived.clock.due(since, length)
    return found.dt.epoch("us").to_numpy()


def at_least(length: Length) -> int:
    """Return microseconds that are within a length of time whatever the day: no calendar need be asked.

    What is due in so many days is due at the end of the last; a day may have an hour less.
    """
    return length.amount * _LEAST[length.unit] - (HOUR if length.unit in BY_DATE else 0)


def late(lived: Lived, compared: Compared) -> pl.DataFrame:
    """Return rows of V5: steps that surely came after their limit, or too early."""
    if not compared.broken.any():
        return FOUND
    rows, since = compared.rows[compared.broken], compared.since[compared.broken]
    length = compared.limit.length
    spent = lived.clock.spent(instants(lived.low[since]), instants(lived.low[rows]), length.unit)
    start = compared.limit.anchor is Anchor.START
    what = "the start of the journey" if start else lived.title(compared.limit.name)
    over = (pl.col("spent") - length.amount) * (-1 if compared.early else 1)
    said = pl.DataFrame({"spent": spent, "day": lived.days(lived.low[since]), "over": 0.0}).with_columns(
        over.alias("over")
    )
    took = amount(pl.col("spent"), length.unit)
    some = amount(pl.col("over"), length.unit)  # a weekend after a last working day is no working day
    beyond = pl.when(pl.col("over") > 0).then(some).otherwise(pl.lit(f"less than 1 {length.unit}"))
    if compared.early:
        words = (
            f"{lived.title(compared.step)} came after ",
            f"; it is not to come before {length} from {what} (",
        )
        tail = "). Too early by "
    else:
        words = (f"{lived.title(compared.step)} took ", f"; the standard is {length} from {what} (")
        tail = "). Late by "
    message = pl.concat_str(
        pl.lit(words[0]), took, pl.lit(words[1]), "day", pl.lit(tail), beyond, pl.lit(".")
    )
    return found_rows(
        lived,
        "V5",
        rows,
        also_rows=since,
        touchpoint=compared.step,
        message=said.select(message.alias("message"))["message"],
        severity=Severity.MEDIUM.value,
    )


def amount(value: pl.Expr, unit: Unit) -> pl.Expr:
    """Return an amount of time in words: whole days where these are counted, else hours and minutes begun."""
    if unit in BY_DATE:
        return pl.format("{} {}", value.round(0).cast(pl.Int64), pl.lit(unit.value))
    per = 1 if unit is Unit.MINUTE else 60
    minutes = (value * per - 1e-6).ceil().cast(pl.Int64)
    hour = Unit.HOUR.value if unit is Unit.MINUTE else unit.value
    hours, rest = minutes // 60, minutes % 60
    few = pl.format("{} min", minutes)
    whole = pl.format(f"{{}} {hour}", hours)
    return (
        pl.when(hours < 1)
        .then(few)
        .when(rest == 0)
        .then(whole)
        .otherwise(pl.format(f"{{}} {hour} {{}} min", hours, rest))
    )
