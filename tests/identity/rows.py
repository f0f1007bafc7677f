"""Small exports: who is in them under which ids, and who they turn out to be."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.engine.local import LocalEngine
from cjmine.identity.books import Leaf, kept
from cjmine.identity.customers import Customers, link
from cjmine.identity.nodes import nodes_of, schemes_of
from cjmine.identity.settings import IdentitySettings, Key, Normalise

PHONE = Key(name="phone", normalise=Normalise.E164)
KEYS = IdentitySettings(keys=(PHONE, Key(name="email", normalise=Normalise.LOWER)))
SCHEMES = {"crm": "crm", "housing": "tenancy", "telephony": "phone", "portal": "account"}
Row = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who the rows are: each row's customer, and each id (node) with its customer."""

    rows: list[str | None]
    ids: pl.DataFrame
    customers: Customers


def people(
    rows: Sequence[Row],
    *tables: pl.DataFrame,
    settings: IdentitySettings = KEYS,
    personal: bool = False,
    seed: int = 0,
) -> People:
    """Join the ids of rows (system, customer id, phone, email) and of crosswalks (columns of nodes)."""
    schema = dict.fromkeys(("source_system", "customer", "phone", "email"), pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    walked = {name.removeprefix("node:").split("#")[0] for table in tables for name in table.columns}
    names = tuple(sorted({*schemes_of(SCHEMES, settings), *walked}, key=lambda scheme: f"{scheme}="))
    with tempfile.TemporaryDirectory() as folder:
        leaves, leading = [], dict[str, pl.Series]()
        for system in dict.fromkeys(row[0] for row in rows):
            nodes = nodes_of(frame.filter(pl.col("source_system") == system), SCHEMES[system], settings)
            leaves.append(leaf(Path(folder), system, nodes))
            leading[system] = kept(nodes, leaves[-1], SCHEMES[system], names, seed)["node"]
        for number, table in enumerate(tables):
            leaves.append(leaf(Path(folder), None, table, str(number)))
            kept(table, leaves[-1], None, names, seed)
        found = link(leaves, names, settings, engine=LocalEngine(), folder=Path(folder), personal=personal)
        every = pl.concat([pl.read_ipc(one.book).select("digest", "node") for one in leaves])
        every = every.unique("digest").sort("digest")
        by_row = {
            one.system: found.names.gather(
                pl.Series(found.customer[found.digests.searchsorted(one.digests())]).gather(
                    leading[one.system]
                )
            ).to_list()
            for one in leaves
            if one.system is not None
        }
    ids = every.select(
        "node",
        pl.col("node").str.extract("^([^=]+)=").alias("scheme"),
        pl.Series("customer_id", found.names.gather(pl.Series(found.customer))),
        pl.Series("ambiguous", found.ambiguous),
    )
    return People(rows=[by_row[row[0]].pop(0) for row in rows], ids=ids.sort("node"), customers=found)


def leaf(folder: Path, system: str | None, nodes: pl.DataFrame, name: str = "") -> Leaf:
    """Return where a book of ids lies."""
    place = folder / f"{system or 'crosswalk'}{name}"
    return Leaf(
        system=system,
        book=place.with_suffix(".book.arrow"),
        rows=place.with_suffix(".ids.arrow"),
        columns=tuple(nodes.columns),
    )
