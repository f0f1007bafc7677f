"""Which ids does one book join? Those of a row; edges between their codes say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.engine.tasks import Engine, written
from cjmine.identity.books import Codes, Leaf, rows_of
from cjmine.identity.known import Flags, Known
from cjmine.identity.nodes import columns_of, node_column, scheme_in

Edges = npt.NDArray[np.int64]


def components(known: Known, engine: Engine, folder: Path, shared: Flags, *, renamed: bool) -> Codes:
    """Return the smallest code that each id is joined to, by rows that hold several ids.

    With ``renamed`` only old and new numbers of one person, which a crosswalk states to be such.
    """
    edges: list[Path] = []
    for number, leaf in enumerate(known.leaves):
        for found in edges_of(known, leaf, shared, renamed=renamed):
            path = folder / f"{'renamed' if renamed else 'edges'}-{number:05d}-{len(edges)}.npy"
            with written(path) as draft, draft.open("wb") as file:
                np.save(file, found)
            edges.append(path)
    return engine.components(known.size, edges)


def edges_of(known: Known, leaf: Leaf, shared: Flags, *, renamed: bool) -> Iterator[Edges]:
    """Yield the edges of one leaf; keys marked as ``shared`` by too many people join nobody."""
    for columns in joining(leaf, known.keys, renamed=renamed):
        rows = rows_of(leaf, known.codes(leaf)).select(columns)
        if shared.any():
            useless = pl.Series(shared)
            rows = rows.with_columns(
                pl.when(~useless.gather(rows[name]).fill_null(value=False)).then(rows[name]).alias(name)
                for name in columns
            )
        yield _edges(rows)


def joining(leaf: Leaf, keys: frozenset[str], *, renamed: bool) -> list[list[str]]:
    """Return the sets of a leaf's columns whose ids are one person's."""
    columns = list(leaf.columns)
    if not renamed:
        return [columns] if len(columns) > 1 else []
    if leaf.system is not None:
        return []
    firsts = [
        name for name in columns if name == node_column(scheme_in(name)) and scheme_in(name) not in keys
    ]
    sets = [columns_of(columns, name) for name in firsts]
    return [one for one in sets if len(one) > 1]


def _edges(rows: pl.DataFrame) -> Edges:
    """Join every id of a row to the row's first id."""
    first = rows.select(pl.coalesce(pl.all())).to_series().alias("left")
    found = [pl.DataFrame([first, rows[name].alias("right")]) for name in rows.columns[1:]]
    joined = pl.concat(found).drop_nulls().filter(pl.col("left") != pl.col("right"))
    return joined.to_numpy().astype(np.int64).reshape(-1, 2)
