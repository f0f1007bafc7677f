"""What is a customer called? As the smallest of their ids, or a digest of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.arrow import mapped, owned
from cjmine.identity.books import Leaf
from cjmine.identity.known import Known


def named(known: Known, customer: npt.NDArray[np.int32], *, personal: bool) -> pl.Series:
    """Name each customer by the smallest of its ids (as text).

    The namespace decides first, so that nearly always one id is left and no text is compared.
    """
    size = int(customer.max(initial=-1)) + 1
    best = np.full(size, np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(best, customer, known.scheme)
    wanted = known.scheme == best[customer]
    del best
    found = []
    for leaf in known.leaves:
        codes = known.codes(leaf)
        mine = np.flatnonzero(wanted[codes])
        wanted[codes[mine]] = False  # its text is known now
        text = pl.read_ipc(leaf.book, columns=["node"])["node"].gather(mine)
        found.append(owned(pl.DataFrame({"customer": customer[codes[mine]], "node": text})))
    return _smallest(found, personal=personal)["node"]


def renamed(
    known: Known,
    customer: npt.NDArray[np.int32],
    before: pl.Series,
    earlier: npt.NDArray[np.int32],
    leaves: Sequence[Leaf],
    *,
    personal: bool,
) -> pl.Series:
    """Return the same, where most customers (``earlier`` is not -1) are called as ``before``.

    ``leaves`` are those of ``known``; the sooner the others' ids stand in them, the sooner it is done.
    """
    codes = np.flatnonzero((earlier < 0)[customer])
    table = pl.DataFrame({"code": codes, "customer": customer[codes], "scheme": known.scheme[codes]})
    wanted = table.filter(pl.col("scheme") == pl.col("scheme").min().over("customer")).sort("code")
    found, left = [], wanted
    for leaf in leaves:
        if not left.height:
            break
        digests = known.digests[left["code"].to_numpy()]
        book = mapped(leaf.book)
        here = book["digest"].to_numpy()
        place = np.minimum(np.searchsorted(here, digests), max(len(here) - 1, 0))
        hit = pl.Series(here[place] == digests if len(here) else np.zeros(left.height, dtype=bool))
        text = book["node"].gather(pl.Series(place).filter(hit))
        found.append(owned(left.filter(hit).select("customer").with_columns(text.alias("node"))))
        left = left.filter(~hit)
    new = _smallest(found, personal=personal)
    kept = before.gather(pl.Series(earlier).replace(-1, None)).to_frame("old").with_row_index("customer")
    both = kept.with_columns(pl.col("customer").cast(pl.Int32)).join(
        new, on="customer", how="left", maintain_order="left"
    )
    # a copy: where nobody is new these are the names of before, as they lie in a file that is to be replaced
    return owned(both.select(pl.coalesce("node", "old").alias("node")))["node"]


def _smallest(found: Sequence[pl.DataFrame], *, personal: bool) -> pl.DataFrame:
    """Return customer, node: the smallest node of each customer, in the order of customers."""
    empty = pl.DataFrame(schema={"customer": pl.Int32, "node": pl.String})
    names = pl.concat([empty, *found]).group_by("customer").agg(pl.col("node").min()).sort("customer")
    if personal:
        digests = pl.Series("node", [_digest(name) for name in names["node"]], dtype=pl.String)
        names = names.with_columns(digests)
    return names


def _digest(name: str) -> str:
    """Name a customer without disclosing an id."""
    return f"c{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"
