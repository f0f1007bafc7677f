"""What is aligned of each variant? Not the steps that are tolerated, and nothing after a declared stop.

Variants that are the same without these are aligned as one path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.lists import flattened, slices
from cjmine.domain.models import IntendedJourney
from cjmine.domain.walks import Walks, coded, distinct

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Variants, and the distinct ``paths`` that are aligned.

    Variant ``i`` takes path ``path[i]``; the path's step ``k`` is the variant's step
    ``places[begins[i] + k]``. The steps that are tolerated, or the declared stop, are
    ``others`` (variant, place); ``over`` tells which of them come once it has stopped.
    """

    paths: Walks
    path: Ints
    places: Ints
    begins: Ints
    others: tuple[Ints, Ints]
    over: Bools

    @property
    def lengths(self) -> Ints:
        """Return how many steps of each variant are aligned."""
        return np.diff(self.begins, append=len(self.places))

    def place(self, variant: Rows, position: Rows) -> Ints:
        """Return where a step of a path stands in a variant that takes it; -1 for no step (-1)."""
        at = np.where(position < 0, len(self.places), self.begins[variant] + position)
        return np.append(self.places, -1)[at]

    def before_others(self) -> Ints:
        """Return, for each of ``others``, the last step before it in all paths end to end; -1 for none."""
        variant, place = self.others
        wide = 1 + max(self.places.max(initial=0), place.max(initial=0))
        whose = np.repeat(np.arange(len(self.begins)), self.lengths)
        passed = np.searchsorted(whose * wide + self.places, variant * wide + place) - self.begins[variant]
        return np.where(passed > 0, self.paths.begins[self.path[variant]] + passed - 1, -1)


def given_of(lists: pl.Series, model: IntendedJourney) -> Given:
    """Return what is aligned of the variants, which are lists of steps."""
    steps, variant = flattened(lists)
    labels, names = coded(steps)
    lengths = np.bincount(variant, minlength=len(lists))
    place = np.arange(len(variant)) - (np.cumsum(lengths) - lengths)[variant]
    free, ending = (
        names.is_in(list(some)).to_numpy().astype(bool)[labels] for some in (model.anytime, model.stopped)
    )
    stop = lengths.copy()
    np.minimum.at(stop, variant[ending], place[ending])
    over = place >= stop[variant]
    kept = ~over & ~free
    counts = np.bincount(variant[kept], minlength=len(lists))
    begins = np.cumsum(counts) - counts
    path, firsts = distinct(Walks(begins=begins, labels=labels[kept], names=names))
    rows, _ = slices(begins[firsts], counts[firsts])
    others = free | (place == stop[variant])
    return Given(
        paths=Walks(
            begins=np.cumsum(counts[firsts]) - counts[firsts], labels=labels[kept][rows], names=names
        ),
        path=path,
        places=place[kept],
        begins=begins,
        others=(variant[others], place[others]),
        over=over[others],
    )
