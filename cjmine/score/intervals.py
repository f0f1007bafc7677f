"""How sure is a figure? Whole people are drawn again, with replacement, a thousand times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Formula = Callable[..., Floats]

REPLICATES = 1_000
SEED = 20_250_701
_BLOCK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure and its 95 % interval; ``None`` where there was nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None

    def rounded(self, digits: int = 4) -> tuple[float | None, list[float] | None]:
        """Return value and [low, high] for a file."""
        if self.value is None or self.low is None or self.high is None:
            return (None if self.value is None else round(self.value, digits)), None
        return round(self.value, digits), [round(self.low, digits), round(self.high, digits)]


NOTHING = Figure(value=None, low=None, high=None)


@dataclass(frozen=True, slots=True)
class Sample:
    """Everybody, and how often each of them is drawn in each replicate (row 0: everybody once)."""

    people: pl.Series
    weights: NDArray[np.uint8] = field(repr=False)

    @classmethod
    def of(cls, people: pl.Series, *, replicates: int = REPLICATES, seed: int = SEED) -> Sample:
        """Draw as many people as there are, once for each replicate; ``people`` in any order."""
        everybody = people.drop_nulls().unique().sort()
        size = everybody.len()
        drawn = np.random.default_rng(seed)
        weights = np.ones((replicates + 1, size), dtype=np.uint8)
        for row in range(1, replicates + 1):
            weights[row] = np.bincount(drawn.integers(0, max(size, 1), size), minlength=size)
        return cls(everybody, weights)

    def sums(self, tallies: pl.DataFrame) -> dict[str, Floats]:
        """Sum each column of ``tallies`` (person, columns) over the people drawn, for each replicate."""
        columns = [name for name in tallies.columns if name != "person"]
        by_person = tallies.group_by("person").agg(pl.col(columns).sum()).sort("person")
        at = self.people.search_sorted(by_person["person"]).to_numpy()
        values = by_person.select(pl.col(columns).cast(pl.Float64)).to_numpy()
        total = np.zeros((self.weights.shape[0], len(columns)))
        for start in range(0, at.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            total += self.weights[:, at[part]].astype(np.float64) @ values[part]
        return {name: total[:, number] for number, name in enumerate(columns)}


def figure(values: Floats) -> Figure:
    """Return the first value with the interval that holds 95 % of the others; no share is above 1."""
    if not values.size or not np.isfinite(values[0]):
        return NOTHING
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(drawn, [0.025, 0.975]) if drawn.size else (values[0], values[0])
    return Figure(value=float(values[0]), low=float(low), high=min(float(high), 1.0))


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide; not a number where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def harmonic(precision: Floats, recall: Floats) -> Floats:
    """Return F1; 0 where both are 0, not a number where either is none."""
    known = np.isfinite(precision) & np.isfinite(recall)
    both = np.where(known, precision + recall, np.nan)
    product = 2 * precision * recall
    return np.where(both == 0, 0.0, np.divide(product, both, out=np.full_like(both, np.nan), where=both > 0))
