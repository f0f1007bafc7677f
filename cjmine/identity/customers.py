"""Which ids are one customer's? Shared ids, shared keys and crosswalks, joined transitively."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.tasks import Engine, written
from cjmine.identity.books import Codes, Leaf, all_digests, codes_of, rows_of, texts
from cjmine.identity.nodes import columns_of, node_column, scheme_in
from cjmine.identity.settings import IdentitySettings

MAX_IDS = 8
"""A component with more ids of one namespace is not believed (2.4) and stays apart."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Who is who, by the code of each id.

    ``digests`` are those of all ids, ascending; ``customer`` has each id's customer, as a place in
    ``names``; ``ambiguous`` marks ids whose customer has a second id of the same namespace.
    ``seen`` says for each system (in the order of ``systems``) which ids its rows hold, ``leading``
    which of them stand first in a row. ``walked`` counts, for each crosswalk leaf, its rows, those
    with an id seen in an export, and those with two or more.
    """

    digests: npt.NDArray[np.uint64]
    customer: npt.NDArray[np.int32]
    names: pl.Series
    ambiguous: Flags
    systems: tuple[str, ...]
    seen: tuple[Flags, ...]
    leading: tuple[Flags, ...]
    walked: tuple[tuple[int, int, int], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The project's leaves with the codes of their ids, and each id's namespace."""

    leaves: Sequence[Leaf]
    codes: Sequence[Codes]
    scheme: npt.NDArray[np.int16]
    schemes: Sequence[str]
    keys: frozenset[str]

    @property
    def size(self) -> int:
        return len(self.scheme)

    @property
    def a_key(self) -> Flags:
        """Which ids are keys: one person may have two phones."""
        return np.array([scheme in self.keys for scheme in self.schemes], dtype=bool)[self.scheme]


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
    digests = all_digests(leaves)
    codes = [codes_of(leaf, digests) for leaf in leaves]
    scheme = np.zeros(len(digests), dtype=np.int16)
    for leaf, code in zip(leaves, codes, strict=True):
        scheme[code] = pl.read_ipc(leaf.book, columns=["scheme"])["scheme"].to_numpy()
    known = _Known(
        leaves=leaves,
        codes=codes,
        scheme=scheme,
        schemes=schemes,
        keys=frozenset(key.name for key in settings.keys),
    )
    shared = _shared(known, settings.max_people_per_key)
    root = _components(known, engine, folder, shared, renamed=False)
    renamed = any(_joining(known, leaf, renamed=True) for leaf in leaves)
    number = _components(known, engine, folder, shared, renamed=True) if renamed else None
    apart, ambiguous = _doubtful(known, root, number)
    root[apart] = np.flatnonzero(apart)
    customer, names = _named(known, digests, root)
    warnings = _warnings(known, shared, apart, settings)
    if personal:
        names = pl.Series([_digest(name) for name in names], dtype=pl.String)
    systems = tuple(dict.fromkeys(leaf.system for leaf in leaves if leaf.system is not None))
    seen, leading = _seen(known, systems)
    return Customers(
        digests=digests,
        customer=customer,
        names=names,
        ambiguous=ambiguous,
        systems=systems,
        seen=seen,
        leading=leading,
        walked=_walked(known, seen),
        warnings=tuple(warnings),
    )


def _shared(known: _Known, most: int) -> Flags:
    """Mark key values beside more than ``most`` ids of one namespace in an export or crosswalk."""
    shared = np.zeros(known.size, dtype=bool)
    keys = [node_column(key) for key in sorted(known.keys)]
    if not keys:
        return shared
    groups: dict[tuple[str | None, tuple[str, ...]], list[pl.DataFrame]] = {}
    for leaf, codes in zip(known.leaves, known.codes, strict=True):
        if len(leaf.columns) > 1:
            whose = leaf.system if leaf.system is not None else f"crosswalk {leaf.book.parent}"
            groups.setdefault((whose, leaf.columns), []).append(rows_of(leaf, codes))
    for (_, columns), parts in groups.items():
        rows = pl.concat(parts).unique()
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


def _components(
    known: _Known, engine: Engine, folder: Path, shared: Flags, *, renamed: bool
) -> npt.NDArray[np.int64]:
    """Return the smallest code that each id is joined to, by rows that hold several ids.

    With ``renamed`` only old and new numbers of one person, which a crosswalk states to be such.
    """
    edges: list[Path] = []
    for number, (leaf, codes) in enumerate(zip(known.leaves, known.codes, strict=True)):
        for columns in _joining(known, leaf, renamed=renamed):
            rows = rows_of(leaf, codes).select(columns)
            rows = rows.with_columns(
                pl.when(~pl.Series(shared).gather(rows[name]).fill_null(value=False))
                .then(rows[name])
                .alias(name)
                for name in columns
            )
            path = folder / f"{'renamed' if renamed else 'edges'}-{number:05d}-{len(edges)}.npy"
            with written(path) as draft, draft.open("wb") as file:
                np.save(file, _edges(rows))
            edges.append(path)
    return engine.components(known.size, edges)


def _joining(known: _Known, leaf: Leaf, *, renamed: bool) -> list[list[str]]:
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
    found = [
        pl.DataFrame([first, rows[name].alias("right")])
        .drop_nulls()
        .filter(pl.col("left") != pl.col("right"))
        for name in rows.columns[1:]
    ]
    return pl.concat(found).to_numpy().astype(np.int64).reshape(-1, 2)


def _doubtful(known: _Known, root: Codes, number: Codes | None) -> tuple[Flags, Flags]:
    """Mark ids of groups too large to believe, and those whose customer has a second id of one namespace."""
    owned = ~known.a_key
    place = root * len(known.schemes) + known.scheme
    ordered = np.sort(place[owned])
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    several = np.flatnonzero(owned & np.isin(place, again))
    table = pl.DataFrame(
        {
            "node": several,
            "place": place[several],
            "root": root[several],
            "number": several if number is None else number[several],
        }
    )
    table = table.with_columns(
        pl.len().over("place").alias("ids"), pl.col("number").n_unique().over("place").alias("twins")
    )
    large = table.filter(pl.col("ids") > MAX_IDS)["root"].unique().to_numpy()
    apart = np.isin(root, large) if len(large) else np.zeros(known.size, dtype=bool)
    ambiguous = np.zeros(known.size, dtype=bool)
    ambiguous[table.filter(pl.col("twins") > 1)["node"].to_numpy()] = True
    return apart, ambiguous & ~apart


def _named(
    known: _Known, digests: npt.NDArray[np.uint64], root: Codes
) -> tuple[npt.NDArray[np.int32], pl.Series]:
    """Name each customer by the smallest of its ids (as text); return each id's customer, and the names.

    The namespace decides first, so that nearly always one id is left and no text is compared.
    """
    roots, customer = np.unique(root, return_inverse=True)
    customer = np.asarray(customer)
    best = np.full(len(roots), np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(best, customer, known.scheme)
    likely = known.scheme == best[customer]
    found = texts(known.leaves, digests, likely)
    found = found.with_columns(pl.Series("customer", customer[found["code"].to_numpy()]))
    named = found.group_by("customer").agg(pl.col("node").min()).sort("customer")
    return np.asarray(customer, dtype=np.int32), named["node"]


def _seen(known: _Known, systems: Sequence[str]) -> tuple[tuple[Flags, ...], tuple[Flags, ...]]:
    seen = {name: np.zeros(known.size, dtype=bool) for name in systems}
    leading = {name: np.zeros(known.size, dtype=bool) for name in systems}
    for leaf, codes in zip(known.leaves, known.codes, strict=True):
        if leaf.system is not None:
            leads = pl.read_ipc(leaf.book, columns=["leads"])["leads"].to_numpy()
            seen[leaf.system][codes] = True
            leading[leaf.system][codes[leads]] = True
    return tuple(seen.values()), tuple(leading.values())


def _walked(known: _Known, seen: Sequence[Flags]) -> tuple[tuple[int, int, int], ...]:
    """Count each crosswalk leaf's rows, those with an id that an export holds, those with two or more."""
    anywhere = pl.Series(np.logical_or.reduce(seen) if seen else np.zeros(known.size, dtype=bool))
    counts = []
    for leaf, codes in zip(known.leaves, known.codes, strict=True):
        if leaf.system is None:
            rows = rows_of(leaf, codes)
            hits = pl.sum_horizontal(
                anywhere.gather(rows[name]).fill_null(value=False).cast(pl.Int32).alias(name)
                for name in rows.columns
            )
            found = rows.select(hits.alias("hits"))["hits"]
            counts.append((rows.height, int((found >= 1).sum()), int((found > 1).sum())))
    return tuple(counts)


def _digest(root: str) -> str:
    """Name a customer without disclosing an id."""
    return f"c{hashlib.blake2b(root.encode(), digest_size=8).hexdigest()}"


def _warnings(known: _Known, shared: Flags, apart: Flags, settings: IdentitySettings) -> list[str]:
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
