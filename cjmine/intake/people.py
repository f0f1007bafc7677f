"""Who is who, once ids are joined? On disk, for tasks to look up without holding all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import TypeAdapter

from cjmine.engine.arrow import mapped
from cjmine.engine.kept import Kept
from cjmine.engine.store import digest
from cjmine.engine.tasks import written
from cjmine.identity.books import Leaf, codes_of
from cjmine.identity.customers import Customers
from cjmine.identity.grown import FILES

_PARTS = TypeAdapter(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is who, on disk, for tasks to look up without holding all of it."""

    folder: Path
    parts: int

    @classmethod
    def save(
        cls, folder: Path, customers: Customers, parts: int, linked: Path, before: People | None = None
    ) -> People:
        """Write the customers, each with the number of its partition.

        What linking left for a later run (``linked``) is taken over; ``before`` are those that this one
        went on from, if any.
        """
        made = cls(folder=folder, parts=parts)
        for name, array in (
            ("digests", customers.digests),
            ("customer", customers.customer),
            ("part", _numbers(customers, parts, before)),
        ):
            with written(folder / f"{name}.npy") as draft, draft.open("wb") as file:
                np.save(file, array)
        with written(folder / "names.arrow") as draft:
            customers.names.to_frame("name").write_ipc(draft)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
            if (linked / name).exists():
                (linked / name).replace(folder / name)
        made._kept.keep("people", parts, made.files())
        return made

    @property
    def _kept(self) -> Kept[int]:
        return Kept(self.folder, _PARTS)

    def files(self) -> list[Path]:
        """Return the files that ``save`` writes."""
        always = ("digests.npy", "customer.npy", "part.npy", "names.arrow")
        linked = (name for name in FILES if (self.folder / name).exists())
        return [self.folder / name for name in (*always, *linked)]

    def intact(self) -> bool:
        """Tell whether all is as it was written."""
        return self._kept.known("people") == self.parts

    def array(self, name: str) -> npt.NDArray[np.int32]:
        """Return one of the arrays, as it lies on disk."""
        found: npt.NDArray[np.int32] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return found

    def of(self, leaf: Leaf) -> npt.NDArray[np.int32]:
        """Return the customer of each id of a book."""
        return np.asarray(
            self.array("customer")[codes_of(leaf, np.load(self.folder / "digests.npy", mmap_mode="r"))]
        )

    def names(self, customers: pl.Series) -> pl.Series:
        """Return the names of customers."""
        return mapped(self.folder / "names.arrow")["name"].gather(customers)


def _numbers(customers: Customers, parts: int, before: People | None) -> npt.NDArray[np.int32]:
    """Return the number of each customer's partition."""
    found = np.full(customers.names.len(), -1, dtype=np.int32)
    if before is not None and before.parts == parts and customers.earlier is not None:
        known = customers.earlier >= 0
        found[known] = before.array("part")[customers.earlier[known]]
    new = np.flatnonzero(found < 0)
    names = customers.names.gather(new)
    found[new] = np.fromiter((digest(name) % parts for name in names), np.int32, names.len())
    return found


def digest_of_people(customers: Customers) -> str:
    """Return a name for who is who: equal customers, equal name."""
    said = hashlib.blake2b(digest_size=16)
    said.update(customers.digests.tobytes())
    said.update(customers.customer.tobytes())
    said.update(pl.DataFrame({"name": customers.names}).hash_rows().to_numpy().tobytes())
    return said.hexdigest()
