"""What is known of a project's ids before they are joined, and whose each system's are afterwards?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.identity.books import Codes, Leaf, codes_of, rows_of
from cjmine.identity.marks import Marks

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What one system's rows hold: how many ids, how many of them ambiguous, and whose they are."""

    name: str
    ids: int
    ambiguous: int
    members: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The project's leaves, the digests of all ids with the second ones, and each id's namespace."""

    leaves: Sequence[Leaf]
    digests: npt.NDArray[np.uint64]
    scheme: npt.NDArray[np.int16]
    schemes: Sequence[str]
    keys: frozenset[str]

    @property
    def size(self) -> int:
        """Return how many ids there are."""
        return len(self.digests)

    def codes(self, leaf: Leaf) -> Codes:
        """Return the code of each id of a leaf's book: found again when asked, not held."""
        return codes_of(leaf, self.digests)


def seen(
    known: Known, customer: npt.NDArray[np.int32], ambiguous: Flags, marks: Sequence[Marks]
) -> tuple[tuple[System, ...], tuple[tuple[int, int, int], ...]]:
    """Look at each system's ids, and at what of them the crosswalks join."""
    anywhere = np.zeros(known.size, dtype=bool)
    systems = []
    for some in marks:
        anywhere |= some.anywhere()
        for name in some.systems:
            here, leads = some.of(name)
            members = np.zeros(int(customer.max(initial=-1)) + 1, dtype=bool)
            members[customer[leads]] = True
            counts = int(here.sum()), int((here & ambiguous).sum())
            systems.append(System(name=name, ids=counts[0], ambiguous=counts[1], members=members))
    walked = [_walked(rows_of(leaf, known.codes(leaf)), anywhere) for leaf in known.leaves if not leaf.system]
    return tuple(systems), tuple(walked)


def _walked(rows: pl.DataFrame, anywhere: Flags) -> tuple[int, int, int]:
    """Count a crosswalk's rows, those with an id that an export holds, those with two or more."""
    seen = pl.Series(anywhere)
    marks = [seen.gather(rows[name]).fill_null(value=False).alias(name) for name in rows.columns]
    found = pl.DataFrame(marks).select(pl.sum_horizontal(pl.all())).to_series()
    return rows.height, int((found >= 1).sum()), int((found > 1).sum())
