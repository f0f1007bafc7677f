"""In which systems does an id stand, and in which does it lead a row? One bit for each system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.identity.books import Leaf, codes_of

Bits = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Two bits of each id and system, by the id's code: it stands in the system, it leads a row there."""

    systems: tuple[str, ...]
    here: Bits
    leads: Bits

    def of(self, system: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return one system's flags: ids that stand there, ids that lead a row there."""
        bit = self.here.dtype.type(1 << self.systems.index(system))
        return np.not_equal(self.here & bit, 0), np.not_equal(self.leads & bit, 0)

    def anywhere(self) -> npt.NDArray[np.bool_]:
        """Return flags: ids that stand in any system."""
        return np.not_equal(self.here, 0)


MOST = 64
"""So many systems share one pair of numbers for each id."""


def systems_in(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """Return the systems of some leaves, in their order."""
    return tuple(dict.fromkeys(leaf.system for leaf in leaves if leaf.system is not None))


def unmarked(systems: Sequence[str], size: int) -> list[Marks]:
    """Return marks of so many ids that stand nowhere, for as many systems at a time as there are bits."""
    found = []
    for start in range(0, len(systems), MOST):
        some = tuple(systems[start : start + MOST])
        kind = np.min_scalar_type((1 << len(some)) - 1)
        found.append(Marks(systems=some, here=np.zeros(size, dtype=kind), leads=np.zeros(size, dtype=kind)))
    return found


def marked(onto: Marks, leaves: Sequence[Leaf], digests: npt.NDArray[np.uint64]) -> Marks:
    """Set the bits of the ids in these leaves, in place; return the marks."""
    for leaf in leaves:
        if leaf.system in onto.systems:
            codes = codes_of(leaf, digests)
            bit = onto.here.dtype.type(1 << onto.systems.index(str(leaf.system)))
            onto.here[codes] |= bit
            leads = pl.read_ipc(leaf.book, columns=["leads"])["leads"].to_numpy()
            onto.leads[codes[leads]] |= bit
    return onto
