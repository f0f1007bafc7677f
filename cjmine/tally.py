"""The one summary of the house: key columns plus measures that know how to merge.

A tally of a whole is the merge of the tallies of its parts, in any order and
grouping; the empty tally changes nothing. That law lets one kernel serve one
machine, a cluster and an update.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

KeyType = pl.DataType | type[pl.DataType]


class Merge(StrEnum):
    """How two values of one measure become one; integers only, so that order cannot matter."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A small additive table: ``keys`` (name to type) and ``measures`` (name to merge)."""

    keys: Mapping[str, KeyType]
    measures: Mapping[str, Merge]

    @property
    def schema(self) -> pl.Schema:
        """Key columns, then measures as 64-bit integers."""
        return pl.Schema({**self.keys, **dict.fromkeys(self.measures, pl.Int64)})

    def empty(self) -> pl.DataFrame:
        """Return the identity of ``merge``."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly this tally's columns and types."""
        return frame.select(pl.col(name).cast(kind) for name, kind in self.schema.items())

    def merge(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Merge partial tallies into one, sorted by its keys."""
        rows = pl.concat([self.empty(), *parts])
        sums = [getattr(pl.col(name), how.value)() for name, how in self.measures.items()]
        if not self.keys:
            return self.conform(rows.select(sums)) if rows.height else self.empty()
        return self.conform(rows.group_by(list(self.keys)).agg(sums)).sort(list(self.keys), nulls_last=False)

    def without(self, then: pl.DataFrame, lost: pl.DataFrame, gained: pl.DataFrame) -> pl.DataFrame | None:
        """Return the tally of a whole after some of its rows became others.

        ``then`` is the tally before, ``lost`` and ``gained`` those of the others, then and now. Keys are
        dropped where all sums become 0: a kernel tallies what there is, so each key of a tally has a sum
        above 0 or no row. ``None`` where that cannot be told: a lost row held a least or greatest value
        that none now reaches.
        """
        sums = [name for name, how in self.measures.items() if how is Merge.SUM]
        if not sums:
            return None
        taken = lost.with_columns(-pl.col(sums))
        parts = [frame.select(*self.keys, *sums) for frame in (then, taken, gained)]
        left = Tally(keys=self.keys, measures=dict.fromkeys(sums, Merge.SUM)).merge(parts)
        left = left.filter(pl.any_horizontal(pl.col(sums) != 0))
        if len(sums) == len(self.measures):
            return left
        found = left.select(*self.keys)
        for name, how in self.measures.items():
            if how is not Merge.SUM:
                extremes = self._extremes(found, name, how, (then, lost, gained))
                if extremes is None:
                    return None
                found = found.with_columns(extremes)
        return self.conform(found.hstack(left.select(sums)))

    def _extremes(
        self,
        keys: pl.DataFrame,
        name: str,
        how: Merge,
        frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    ) -> pl.Series | None:
        """Return the extreme of each key; ``None`` where one went and none as extreme came."""
        table = keys
        for stem, frame in zip(("then", "lost", "gained"), frames, strict=True):
            column = frame.select(*self.keys, pl.col(name).alias(stem))
            if not self.keys:
                return None  # without keys there is no row to stand beside
            table = table.join(
                column, on=list(self.keys), how="left", nulls_equal=True, maintain_order="left"
            )
        worse = pl.col("gained") > pl.col("then") if how is Merge.MIN else pl.col("gained") < pl.col("then")
        unknown = (pl.col("lost") == pl.col("then")) & worse.fill_null(value=True)
        if table.select(unknown.fill_null(value=False).any()).item():
            return None
        pick = pl.min_horizontal if how is Merge.MIN else pl.max_horizontal
        return table.select(pick("then", "gained").alias(name)).to_series()


BUCKETS_PER_DOUBLING = 8
"""Quantiles come from log-spaced buckets: their relative error is at most 2**(1/16) - 1 = 4.4 %."""

NONE = -1
"""The bucket of no duration."""
BUCKETS = 64 * BUCKETS_PER_DOUBLING
"""More than there are: a duration has less than 64 bits."""


def bucket(length_us: pl.Expr) -> pl.Expr:
    """Return the log-spaced bucket (Int32) of a duration in microseconds; ``NONE`` for none."""
    logarithm = length_us.clip(lower_bound=1).cast(pl.Float64).log(2)
    found = (logarithm * BUCKETS_PER_DOUBLING).floor().cast(pl.Int32)
    return pl.when(length_us > 0).then(found).otherwise(NONE)


def buckets(lengths_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return what ``bucket`` returns, for an array of durations of at least 0; takes no logarithm of each.

    Exact up to 2**53, where a logarithm may round up what lies a microsecond below the next bucket.
    A floating-point number begins with its exponent and the first digits of its mantissa: these
    say which two buckets are possible. The second begins at a known number of microseconds.
    """
    cell = lengths_us.astype(np.float64).view(np.int64)
    cell >>= _REST
    lower, next_from = _cells()
    found = lower[cell]
    found += lengths_us >= next_from[cell]
    return found


_DIGITS = 6
"""So many digits of the mantissa tell buckets apart: no two begin within 1/64 of a doubling."""
_REST = 52 - _DIGITS
_BIAS = 1023
"""What floating-point numbers add to an exponent; with none they are 0."""


@cache
def _cells() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the lower bucket of each cell, and the microseconds from which the next one counts."""
    exponent, digits = np.divmod(np.arange(64 << _DIGITS), 1 << _DIGITS)
    begins = 2.0 ** (np.arange(1, BUCKETS_PER_DOUBLING + 1) / BUCKETS_PER_DOUBLING)
    within = np.searchsorted(begins, 1 + digits / (1 << _DIGITS), side="right")
    lower, next_from = np.full((2, (_BIAS + 64) << _DIGITS), [[NONE], [np.iinfo(np.int64).max]])
    lower[_BIAS << _DIGITS :] = exponent * BUCKETS_PER_DOUBLING + within
    reachable = np.ceil(np.ldexp(begins[within], exponent)[exponent < 62])  # noqa: PLR2004 (bits of a duration)
    next_from[_BIAS << _DIGITS :][: len(reachable)] = reachable.astype(np.int64)
    return lower, next_from


def bucket_value(number: pl.Expr) -> pl.Expr:
    """Return the middle of a bucket in microseconds (Float64); 0 for ``NONE``."""
    middle = pl.lit(2.0).pow((number.cast(pl.Float64) + 0.5) / BUCKETS_PER_DOUBLING)
    return pl.when(number == NONE).then(0.0).otherwise(middle)


def quantiles(
    counted: pl.DataFrame, by: Sequence[str], shares: Mapping[str, float], *, of: str, count: str
) -> pl.DataFrame:
    """Return ``by`` columns and one column (microseconds) for each named quantile.

    ``of`` is the bucket column, ``count`` how many values fell into it. A
    quantile is the smallest bucket that holds the stated share of the values.
    """
    ordered = counted.sort(*by, of)
    keys = list(by)
    reached = (
        pl.col(count).cum_sum().over(keys) / pl.col(count).sum().over(keys)
        if keys
        else (pl.col(count).cum_sum() / pl.col(count).sum())
    )
    whole = ordered.with_columns(reached.alias("reached"))
    picks = [
        bucket_value(pl.col(of).filter(pl.col("reached") >= share - 1e-12).min()).alias(name)
        for name, share in shares.items()
    ]
    return whole.group_by(keys).agg(picks).sort(keys) if keys else whole.select(picks)
