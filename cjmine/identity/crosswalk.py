"""Which ids of different systems belong together, as a table says it?"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cjmine.errors import SourceError, nearest
from cjmine.identity.nodes import node, node_column, normalised
from cjmine.identity.settings import Crosswalk, IdentitySettings

COVERAGE = pl.Schema({"file": pl.String, "rows": pl.Int64, "used": pl.Int64, "joining": pl.Int64})


def columns_of(crosswalk: Crosswalk) -> tuple[str, ...]:
    """Return the names of a crosswalk's columns of nodes: ``node:SCHEME``, its further ones numbered."""
    return tuple(
        node_column(scheme, number)
        for scheme, columns in crosswalk.columns.items()
        for number in range(len(columns))
    )


def refuse_missing(crosswalk: Crosswalk, names: Sequence[str], place: str) -> None:
    """Raise ``SourceError`` for columns that the table lacks, with the nearest name."""
    found = [name.removeprefix("\ufeff").strip() for name in names]
    faults = [
        f"{place}: no column {column!r} for {scheme!r}; it has {', '.join(found)}" + nearest(column, found)
        for scheme, columns in crosswalk.columns.items()
        for column in columns
        if column not in found
    ]
    if faults:
        raise SourceError(faults)


def nodes_of(table: pl.DataFrame, crosswalk: Crosswalk, settings: IdentitySettings) -> pl.DataFrame:
    """Return a crosswalk's rows of text as columns of nodes, blanks as null."""
    keys = {key.name: key for key in settings.keys}
    return table.select(
        node(pl.lit(scheme), normalised(keys[scheme], value) if scheme in keys else value).alias(
            node_column(scheme, number)
        )
        for scheme, columns in crosswalk.columns.items()
        for number, value in enumerate(map(_filled, columns))
    )


def _filled(column: str) -> pl.Expr:
    value = pl.col(column).str.strip_chars()
    return pl.when(value != "").then(value)
