"""The ids of some rows, each once and numbered: what linking reads instead of rows.

A book lists the distinct ids (nodes) of one piece of an export or crosswalk, sorted by a 64-bit digest;
its rows are then the numbers of their ids. All books together number the ids of a project: an id's
code is the rank of its digest. Two ids of one digest are noticed wherever they meet, and the books
are written anew with other digests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.arrow import mapped
from cjmine.engine.tasks import written
from cjmine.identity.nodes import CUSTOMER, scheme_in

Codes = npt.NDArray[np.integer[Any]]
BOOK = pl.Schema(
    {"digest": pl.UInt64, "check": pl.UInt64, "node": pl.String, "scheme": pl.Int16, "leads": pl.Boolean}
)
"""``check`` is a second digest: ids of one digest that are the same have this one in common too."""
_CHECK = 0x5851F42D4C957F2D


class DigestCollisionError(Exception):
    """Two different ids have one digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One piece's book on disk, and its distinct rows as numbers of the book.

    ``system`` is the source it comes from, ``None`` for a crosswalk, whose ``table`` says which;
    ``columns`` are the kinds of id of its rows.
    """

    system: str | None
    book: Path
    rows: Path
    columns: tuple[str, ...]
    table: str = ""

    def digests(self) -> npt.NDArray[np.uint64]:
        """Return the digests of its ids, ascending."""
        return pl.read_ipc(self.book, columns=["digest"])["digest"].to_numpy()


def booked(
    nodes: pl.DataFrame, scheme: str | None, schemes: Sequence[str], seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows as numbers (UInt32, null where there is no id), and the book of their ids.

    ``nodes`` has one column of nodes for each kind of id; ``scheme`` is the namespace of the column
    of customers. ``leads`` in the book marks ids that stand first in some row.
    """
    place = {name: number for number, name in enumerate(schemes)}
    parts, digests = [], {}
    for column in nodes.columns:
        text = nodes[column]
        digests[column] = text.hash(seed).set(text.is_null(), None)
        kind = scheme if column == CUSTOMER and scheme is not None else scheme_in(column)
        distinct = pl.DataFrame({"digest": digests[column], "node": text}).drop_nulls().unique("digest")
        parts.append(distinct.with_columns(pl.lit(place[kind], pl.Int16).alias("scheme")))
    book = pl.concat(parts).unique("digest").sort("digest")
    sorted_digests = book["digest"].to_numpy()
    rows = pl.DataFrame(
        {column: _numbers(digest, sorted_digests) for column, digest in digests.items()},
        schema=dict.fromkeys(nodes.columns, pl.UInt32),
    )
    for column in nodes.columns:
        if not nodes[column].equals(book["node"].gather(rows[column]), check_names=False, null_equal=True):
            raise DigestCollisionError
    leads = np.zeros(book.height, dtype=bool)
    leads[rows.select(pl.coalesce(pl.all())).to_series().drop_nulls().to_numpy()] = True
    check = book["node"].hash(seed ^ _CHECK).alias("check")
    return rows, book.with_columns(check, pl.Series("leads", leads)).select(BOOK.names())


def _numbers(digest: pl.Series, ordered: npt.NDArray[np.uint64]) -> pl.Series:
    found = pl.Series(np.searchsorted(ordered, digest.fill_null(0).to_numpy()).astype(np.uint32))
    return found.set(digest.is_null(), None)


def kept(
    nodes: pl.DataFrame, leaf: Leaf, scheme: str | None, schemes: Sequence[str], seed: int
) -> pl.DataFrame:
    """Write a piece's book and its distinct rows; return each row's leading number (``node``)."""
    rows, book = booked(nodes, scheme, schemes, seed)
    with written(leaf.book) as draft:
        book.write_ipc(draft)
    if rows.width > 1:  # rows of one kind of id join nothing
        with written(leaf.rows) as draft:
            distinct = rows.unique(maintain_order=True) if leaf.system is not None else rows
            distinct.write_ipc(draft, compression="lz4")
    return rows.select(pl.coalesce(pl.all()).alias("node"))


RANGE = 8 << 20
"""About so many ids are put in order at a time."""


def all_digests(leaves: Sequence[Leaf], checks: Path) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int16]]:
    """Return the digests of all ids, ascending (an id's code is its place among them), and their namespaces.

    The second digests go into the file ``checks``, in the same order. Digests are spread evenly, so a
    range of them at a time is read from every book and put in order.
    Raises ``DigestCollisionError`` where one digest stands for two ids.
    """
    count = sum(mapped(leaf.book).height for leaf in leaves)
    ranges = max(1, -(-count // RANGE))
    bounds = [number * (1 << 64) // ranges for number in range(ranges)]
    digests, schemes = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int16)]
    with written(checks) as draft, draft.open("wb") as file:
        for first, after in zip(bounds, [*bounds[1:], None], strict=True):
            digest, check, scheme = _between(leaves, first, after)
            order = np.argsort(digest, kind="stable")
            digest, check = digest[order], check[order]
            again = digest[1:] == digest[:-1]
            if (check[1:] != check[:-1])[again].any():
                raise DigestCollisionError
            fresh = np.concatenate([np.ones(min(1, len(digest)), dtype=bool), ~again])
            digests.append(digest[fresh])
            schemes.append(scheme[order][fresh])
            check[fresh].tofile(file)
    return np.concatenate(digests), np.concatenate(schemes)


def _between(
    leaves: Sequence[Leaf], first: int, after: int | None
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.int16]]:
    """Return digest, check and namespace of the ids of all books whose digests lie in a range."""
    parts: list[list[npt.NDArray[Any]]] = [[], [], []]
    for leaf in leaves:
        book = mapped(leaf.book)
        known = book["digest"].to_numpy()
        low = int(np.searchsorted(known, np.uint64(first)))
        high = len(known) if after is None else int(np.searchsorted(known, np.uint64(after)))
        for part, name in zip(parts, ("digest", "check", "scheme"), strict=True):
            part.append(book[name].slice(low, high - low).to_numpy().copy())
    digest, check, scheme = (np.concatenate(part) if part else np.empty(0) for part in parts)
    return digest.astype(np.uint64), check.astype(np.uint64), scheme.astype(np.int16)


def codes_of(leaf: Leaf, digests: npt.NDArray[np.uint64]) -> Codes:
    """Return the code of each id of a leaf's book."""
    kind = np.int32 if len(digests) <= np.iinfo(np.int32).max else np.int64
    return np.searchsorted(digests, leaf.digests()).astype(kind)


def rows_of(leaf: Leaf, codes: Codes) -> pl.DataFrame:
    """Return the leaf's distinct rows as codes of the project (null where there is no id)."""
    if len(leaf.columns) == 1:
        return pl.DataFrame({leaf.columns[0]: codes})
    rows = pl.read_ipc(leaf.rows)
    known = pl.Series(codes)
    return rows.select(known.gather(rows[name]).alias(name) for name in rows.columns)
