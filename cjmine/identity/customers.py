"""Which ids are one customer's? Shared ids, shared keys and crosswalks, joined transitively.

Ids may outgrow memory as text, but not as numbers: some thirty bytes of each are held here, its text and
the rows it stands in lie in books on disk and are looked at book by book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.arrow import owned
from cjmine.engine.tasks import Engine, written
from cjmine.identity.books import Codes, Leaf, all_digests, rows_of
from cjmine.identity.known import Flags, Known, System, seen
from cjmine.identity.nodes import columns_of, node_column, scheme_in
from cjmine.identity.settings import IdentitySettings

MAX_IDS = 8
"""A component with more ids of one namespace is not believed (2.4) and stays apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Who is who, by the code of each id.

    ``digests`` are those of all ids, ascending; ``customer`` has each id's customer, as a place in
    ``names``; ``ambiguous`` marks ids whose customer has a second id of the same namespace. ``members``
    of a system are flags, one for each customer. ``walked`` counts, for each crosswalk leaf, its rows,
    those with an id seen in an export, and those with two or more.
    """

    digests: npt.NDArray[np.uint64]
    customer: npt.NDArray[np.int32]
    names: pl.Series
    ambiguous: Flags
    systems: tuple[System, ...]
    walked: tuple[tuple[int, int, int], ...]
    warnings: tuple[str, ...]


def link(
    leaves: Sequence[Leaf],
    schemes: Sequence[str],
    settings: IdentitySettings,
    *,
    engine: Engine,
    folder: Path,
    personal: bool,
) -> Customers:
    """Join ids into customers.

    ``schemes`` are the namespaces in the order the books number them; edges are written below
    ``folder`` for the engine to follow. Keys shared by too many people are not used (2.4).
    Raises ``DigestCollisionError`` where the books must be written with other digests.
    """
    digests, scheme = all_digests(leaves)
    keys = frozenset(key.name for key in settings.keys)
    known = Known(leaves=leaves, digests=digests, scheme=scheme, schemes=schemes, keys=keys)
    shared = _shared(known, settings.max_people_per_key)
    root = _components(known, engine, folder, shared, renamed=False)
    renamed = any(_joining(known, leaf, renamed=True) for leaf in leaves)
    number = _components(known, engine, folder, shared, renamed=True) if renamed else None
    apart, ambiguous = _doubtful(known, root, number)
    root[apart] = np.flatnonzero(apart)
    customer = _numbered(root)
    del root, number
    names = _named(known, customer)
    warnings = _warnings(known, shared, apart, settings)
    if personal:
        names = pl.Series([_digest(name) for name in names], dtype=pl.String)
    systems, walked = seen(known, customer, ambiguous)
    return Customers(
        digests=digests,
        customer=customer,
        names=names,
        ambiguous=ambiguous,
        systems=systems,
        walked=walked,
        warnings=tuple(warnings),
    )


def _shared(known: Known, most: int) -> Flags:
    """Mark key values beside more than ``most`` ids of one namespace in an export or crosswalk."""
    shared = np.zeros(known.size, dtype=bool)
    keys = [node_column(key) for key in sorted(known.keys)]
    groups: dict[tuple[str, tuple[str, ...]], list[Leaf]] = {}
    for leaf in known.leaves if keys else ():
        if len(leaf.columns) > 1:
            groups.setdefault((leaf.system or f"crosswalk {leaf.table}", leaf.columns), []).append(leaf)
    for (_, columns), leaves in groups.items():
        rows = pl.concat([rows_of(leaf, known.codes(leaf)) for leaf in leaves]).unique()
        keyed = {name for key in keys for name in columns_of(columns, key)}
        ids = [name for name in columns if name not in keyed]
        for key in keys:
            held = [rows.select(pl.col(name).alias("key"), *ids) for name in columns_of(columns, key)]
            if held and ids:
                people = pl.concat(held).drop_nulls("key").group_by("key")
                counted = people.agg(pl.col(ids).drop_nulls().n_unique())
                many = counted.filter(pl.any_horizontal(pl.col(ids) > most))["key"]
                shared[many.to_numpy()] = True
    return shared


def _components(known: Known, engine: Engine, folder: Path, shared: Flags, *, renamed: bool) -> Codes:
    """Return the smallest code that each id is joined to, by rows that hold several ids.

    With ``renamed`` only old and new numbers of one person, which a crosswalk states to be such.
    """
    edges: list[Path] = []
    useless = pl.Series(shared)
    for number, leaf in enumerate(known.leaves):
        for columns in _joining(known, leaf, renamed=renamed):
            rows = rows_of(leaf, known.codes(leaf)).select(columns)
            if shared.any():
                rows = rows.with_columns(
                    pl.when(~useless.gather(rows[name]).fill_null(value=False)).then(rows[name]).alias(name)
                    for name in columns
                )
            path = folder / f"{'renamed' if renamed else 'edges'}-{number:05d}-{len(edges)}.npy"
            with written(path) as draft, draft.open("wb") as file:
                np.save(file, _edges(rows))
            edges.append(path)
    return engine.components(known.size, edges)


def _joining(known: Known, leaf: Leaf, *, renamed: bool) -> list[list[str]]:
    """Return the sets of columns whose ids are one person's."""
    columns = list(leaf.columns)
    if not renamed:
        return [columns] if len(columns) > 1 else []
    if leaf.system is not None:
        return []
    firsts = [
        name for name in columns if name == node_column(scheme_in(name)) and scheme_in(name) not in known.keys
    ]
    sets = [columns_of(columns, name) for name in firsts]
    return [one for one in sets if len(one) > 1]


def _edges(rows: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Join every id of a row to the row's first id."""
    first = rows.select(pl.coalesce(pl.all())).to_series().alias("left")
    found = [pl.DataFrame([first, rows[name].alias("right")]) for name in rows.columns[1:]]
    joined = pl.concat(found).drop_nulls().filter(pl.col("left") != pl.col("right"))
    return joined.to_numpy().astype(np.int64).reshape(-1, 2)


def _doubtful(known: Known, root: Codes, number: Codes | None) -> tuple[Flags, Flags]:
    """Mark ids of groups too large to believe, and those whose customer has a second id of one namespace."""
    found = [pl.DataFrame(schema=dict.fromkeys(("node", "root", "number", "scheme"), pl.Int64))]
    for place, scheme in enumerate(known.schemes):
        if scheme not in known.keys:  # one person may have two phones
            nodes = np.flatnonzero(known.scheme == place)
            roots = np.sort(root[nodes])
            again = np.unique(roots[1:][roots[1:] == roots[:-1]])
            several = nodes[np.isin(root[nodes], again)]
            numbered = several if number is None else number[several]
            columns = {"node": several, "root": root[several], "number": numbered}
            found.append(pl.DataFrame(columns).with_columns(pl.lit(place).alias("scheme")).cast(pl.Int64))
    table = pl.concat(found).with_columns(
        pl.len().over("root", "scheme").alias("ids"),
        pl.col("number").n_unique().over("root", "scheme").alias("twins"),
    )
    large = table.filter(pl.col("ids") > MAX_IDS)["root"].unique().to_numpy()
    apart = np.isin(root, large) if len(large) else np.zeros(known.size, dtype=bool)
    ambiguous = np.zeros(known.size, dtype=bool)
    ambiguous[table.filter(pl.col("twins") > 1)["node"].to_numpy()] = True
    return apart, ambiguous & ~apart


def _numbered(root: Codes) -> npt.NDArray[np.int32]:
    """Return the number of each id's customer, in the order of roots; a root is its own root."""
    is_root = root == np.arange(len(root), dtype=root.dtype)
    number = np.cumsum(is_root, dtype=np.int32)
    number -= 1
    return number[root]


def _named(known: Known, customer: npt.NDArray[np.int32]) -> pl.Series:
    """Name each customer by the smallest of its ids (as text).

    The namespace decides first, so that nearly always one id is left and no text is compared.
    """
    size = int(customer.max(initial=-1)) + 1
    best = np.full(size, np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(best, customer, known.scheme)
    wanted = known.scheme == best[customer]
    del best
    found = [pl.DataFrame(schema={"customer": pl.Int32, "node": pl.String})]
    for leaf in known.leaves:
        codes = known.codes(leaf)
        mine = np.flatnonzero(wanted[codes])
        wanted[codes[mine]] = False  # its text is known now
        text = pl.read_ipc(leaf.book, columns=["node"])["node"].gather(mine)
        found.append(owned(pl.DataFrame({"customer": customer[codes[mine]], "node": text})))
    names = pl.concat(found)
    if names.height > size:
        names = names.group_by("customer").agg(pl.col("node").min())
    return names.sort("customer")["node"]


def _digest(root: str) -> str:
    """Name a customer without disclosing an id."""
    return f"c{hashlib.blake2b(root.encode(), digest_size=8).hexdigest()}"


def _warnings(known: Known, shared: Flags, apart: Flags, settings: IdentitySettings) -> list[str]:
    warnings = []
    if count := int(shared.sum()):
        schemes = ", ".join(sorted({known.schemes[one] for one in np.unique(known.scheme[shared])}))
        warnings.append(
            f"{count:,} shared key value(s) ({schemes}) belong to more than "
            f"{settings.max_people_per_key} people and were not used to join"
        )
    if count := int(apart.sum()):
        warnings.append(
            f"{count:,} ids form groups with more than {MAX_IDS} ids of one system; "
            "they were kept apart: check the crosswalk"
        )
    return warnings
