"""The sequences of journeys as numbers: labels coded once, so that kernels count integers, not text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.unsignedinteger[Any]]

SEPARATOR = "\x1f"
"""Stands between the steps of a path; a label that holds it is escaped."""

FACTOR = 0x9E3779B97F4A7C15
"""The base of the sums that paths are known by; odd, so that no power of it is lost among 64-bit integers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walks:
    """Some journeys, each with its steps in order, one journey behind the other.

    ``begins`` is the row of each journey's first step, ``labels`` the code of
    each step, ``names`` the label of each code.
    """

    begins: npt.NDArray[np.int64]
    labels: Codes
    names: pl.Series

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Return the number of steps of each journey."""
        return np.diff(self.begins, append=len(self.labels))


def coded(column: pl.Series) -> tuple[Codes, pl.Series]:
    """Return the code of each value and the value of each code; a null is the last of them."""
    names = column.unique().drop_nulls().sort()
    codes = column.cast(pl.Enum(names)).to_physical()
    if column.null_count():
        codes = codes.cast(pl.UInt32).fill_null(names.len())
        names = pl.concat([names, pl.Series([None], dtype=names.dtype)])
    return codes.to_numpy(), names


def distinct(walks: Walks) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which journeys take the same path?

    Returns the number of each journey's path, in order of appearance, and the
    first journey of each path.
    """
    first = _first(pl.Series(_sums(walks)))
    if not _equal(walks, first):
        first = _first(paths(walks, np.arange(len(walks.begins))))
    new = first == np.arange(len(first))
    return (np.cumsum(new) - 1)[first], np.flatnonzero(new)


def _first(values: pl.Series) -> npt.NDArray[np.int64]:
    """Return, for each value, the row of the first equal one."""
    numbered = values.alias("value").to_frame().with_columns(pl.int_range(pl.len()).alias("row"))
    return numbered.select(pl.col("row").first().over("value")).to_series().to_numpy()


def _sums(walks: Walks) -> npt.NDArray[np.uint64]:
    """Return a number for each path: the sum of its codes times powers of ``FACTOR``, modulo 2**64."""
    rows = len(walks.labels)
    powers = np.full(rows + 1, FACTOR, dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    terms = powers[:rows] * walks.labels
    if not rows:
        return terms
    sums = np.add.reduceat(terms, walks.begins) * powers[rows - walks.begins]  # wherever a journey begins
    return sums + walks.lengths.astype(np.uint64)  # code 0 adds nothing, but one more of it is another path


def _equal(walks: Walks, first: npt.NDArray[np.int64]) -> bool:
    """Compare each journey, step by step, with the one it is said to be like: equal sums prove nothing."""
    lengths = walks.lengths
    if not np.array_equal(lengths[first], lengths):
        return False
    there = np.repeat(walks.begins[first] - walks.begins, lengths)
    there += np.arange(len(there))
    return np.array_equal(walks.labels[there], walks.labels)


def paths(walks: Walks, journeys: npt.NDArray[np.int64]) -> pl.Series:
    """Return the labels of the numbered journeys' steps, joined by ``SEPARATOR``."""
    lengths = walks.lengths[journeys]
    ends = np.cumsum(lengths)
    rows = np.repeat(walks.begins[journeys] - (ends - lengths), lengths) + np.arange(lengths.sum())
    names = walks.names.str.replace_all(SEPARATOR, "\\x1f", literal=True)
    steps = {
        "journey": np.repeat(np.arange(len(journeys)), lengths),
        "path": names.gather(walks.labels[rows]),
    }
    listed = pl.DataFrame(steps).group_by("journey", maintain_order=True).agg("path")
    return listed["path"].list.join(SEPARATOR)
