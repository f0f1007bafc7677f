"""How is a project linked that was linked before, and has only grown? From what was known then.

Ids keep their order when others come between them, so codes move but roots, the smallest codes of
customers, stay what they are; only ids that are new, and customers that new rows join, have to be looked
at. Where keys are used, where old and new numbers are told apart, or where a group is too large to be
believed, a new row may part what was joined: then all is linked anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.arrow import mapped
from cjmine.engine.components import smallest
from cjmine.engine.tasks import written
from cjmine.identity.books import Codes, DigestCollisionError, Leaf, all_digests
from cjmine.identity.edges import Edges
from cjmine.identity.known import Known
from cjmine.identity.marks import Marks, systems_in

CHECKS = "checks.u64"
_TOLD = "linked.json"
FILES = (CHECKS, _TOLD, "scheme.npy", "root.npy", "here.npy", "leads.npy")
"""What is kept of a linking beside its customers."""
MOST = 0.5
"""Where a larger share of the books is new, all are linked anew."""


def save(folder: Path, known: Known, root: Codes, marks: Marks) -> None:
    """Keep what a later linking goes on from; the second digests are there already."""
    arrays = {"scheme": known.scheme, "root": root, "here": marks.here, "leads": marks.leads}
    for name, array in arrays.items():
        with written(folder / f"{name}.npy") as draft, draft.open("wb") as file:
            np.save(file, array)
    told = {
        "schemes": list(known.schemes),
        "systems": list(marks.systems),
        "books": sorted(leaf.book.name for leaf in known.leaves),
    }
    with written(folder / _TOLD) as draft:
        draft.write_text(json.dumps(told), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Ids of before and of now in one order.

    ``place`` is the code now of each id of before, ``added`` are the codes of the others, ``then`` is the
    root of each id before, by the codes of then. ``fresh`` are the leaves that are new.
    """

    fresh: tuple[Leaf, ...]
    digests: npt.NDArray[np.uint64]
    scheme: npt.NDArray[np.int16]
    marks: Marks
    place: npt.NDArray[np.int64]
    added: npt.NDArray[np.int64]
    then: Codes
    names: pl.Series

    def joined(self, edges: Iterable[Edges]) -> Codes:
        """Return the root of each id now, with the edges of the fresh leaves."""
        root = np.empty(len(self.digests), dtype=self.then.dtype)
        root[self.place] = self.place[self.then]
        root[self.added] = self.added
        found = np.concatenate([np.empty((0, 2), dtype=np.int64), *edges])
        ends = root[found]
        roots, flat = np.unique(ends, return_inverse=True)
        least = roots[smallest(len(roots), [flat.reshape(-1, 2).astype(np.int64)])]
        if (least != roots).any():
            moved = np.arange(len(root), dtype=root.dtype)
            moved[roots] = least
            root = moved[root]
        return root

    def places(self, root: Codes, customer: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Return each customer's place among those of before; -1 where its ids are not what they were."""
        old = self.place[np.flatnonzero(self.then == np.arange(len(self.then)))]
        found = np.full(int(customer.max(initial=-1)) + 1, -1, dtype=np.int32)
        found[customer[old]] = np.arange(len(old), dtype=np.int32)
        found[customer[self.added]] = -1
        found[customer[old[root[old] != old]]] = -1
        return found


@dataclass(frozen=True, slots=True)
class Linked:
    """What an earlier linking kept, in a folder: its ``FILES`` beside its digests and names."""

    folder: Path

    def grown(self, leaves: Sequence[Leaf], schemes: Sequence[str], folder: Path) -> Grown | None:
        """Put the ids of these leaves among those of before; ``None`` where that is not all that happened.

        The second digests of all go below ``folder``. Raises ``DigestCollisionError``.
        """
        if not all((self.folder / name).exists() for name in FILES):
            return None
        told = json.loads((self.folder / _TOLD).read_text(encoding="utf-8"))
        books = set(told["books"])
        fresh = tuple(leaf for leaf in leaves if leaf.book.name not in books)
        if (
            told["schemes"] != list(schemes)
            or told["systems"] != list(systems_in(leaves))
            or not books <= {leaf.book.name for leaf in leaves}
            or len(fresh) > MOST * len(leaves)
        ):
            return None
        return self._with(fresh, folder / "linked" / CHECKS, tuple(told["systems"]))

    def _with(self, fresh: tuple[Leaf, ...], checks: Path, systems: tuple[str, ...]) -> Grown:
        new, new_scheme = all_digests(fresh, checks.with_suffix(".new"))
        new_check = np.fromfile(checks.with_suffix(".new"), dtype=np.uint64)
        digests, then, scheme, here, leads = (
            np.load(self.folder / f"{name}.npy") for name in ("digests", "root", "scheme", "here", "leads")
        )
        check = np.fromfile(self.folder / CHECKS, dtype=np.uint64)
        at = np.searchsorted(digests, new)
        known = np.zeros(len(new), dtype=bool)
        inside = at < len(digests)
        known[inside] = digests[at[inside]] == new[inside]
        if (check[at[known]] != new_check[known]).any():
            raise DigestCollisionError
        before = at[~known]
        added = before + np.arange(len(before))
        place = np.arange(len(digests)) + np.cumsum(np.bincount(before, minlength=len(digests) + 1))[:-1]
        with written(checks) as draft:
            np.insert(check, before, new_check[~known]).tofile(draft)
        size = len(digests) + len(added)
        marks = Marks(systems=systems, here=np.zeros(size, here.dtype), leads=np.zeros(size, leads.dtype))
        marks.here[place], marks.leads[place] = here, leads
        return Grown(
            fresh=fresh,
            digests=np.insert(digests, before, new[~known]),
            scheme=np.insert(scheme, before, new_scheme[~known]),
            marks=marks,
            place=place,
            added=added,
            then=then,
            names=mapped(self.folder / "names.arrow")["name"].cast(pl.String),
        )
