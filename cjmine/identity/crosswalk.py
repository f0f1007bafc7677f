"""Read the tables that say which ids of different systems belong together."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cjmine.errors import SourceError, nearest
from cjmine.identity.customers import node, node_column, normalised
from cjmine.identity.settings import Crosswalk, IdentitySettings


def read(crosswalk: Crosswalk, path: Path, settings: IdentitySettings) -> pl.DataFrame:
    """Return the crosswalk as node columns, blanks as null: ``node:SCHEME``, its further ones numbered.

    Every column is text. Raises ``SourceError`` for a missing column, with the
    nearest name.
    """
    try:
        table = pl.read_csv(
            path,
            separator=crosswalk.delimiter or _sniffed(path),
            encoding=crosswalk.encoding or "utf8",
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as fault:
        message = f"{path}: cannot be read as CSV: {_ragged(path, crosswalk)}"
        raise SourceError(message, "check its delimiter and encoding") from fault
    table = table.rename({name: name.removeprefix("\ufeff").strip() for name in table.columns})
    faults = [
        f"{path}: no column {column!r} for {scheme!r}; it has {', '.join(table.columns)}"
        + nearest(column, table.columns)
        for scheme, columns in crosswalk.columns.items()
        for column in columns
        if column not in table.columns
    ]
    if faults:
        raise SourceError(faults)
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


def _sniffed(path: Path) -> str:
    """Return the delimiter the header line has most of."""
    with path.open("rb") as file:
        header = file.readline()
    return max(",;\t|", key=lambda one: header.count(one.encode()))


def _ragged(path: Path, crosswalk: Crosswalk) -> str:
    """Name the first row that does not fit the header, if that is the trouble."""
    with path.open(encoding=crosswalk.encoding or "utf-8-sig", errors="replace", newline="") as file:
        records = csv.reader(file, delimiter=crosswalk.delimiter or _sniffed(path))
        width = len(next(records, []))
        for record in records:
            if record and len(record) != width:
                return f"line {records.line_num} has {len(record)} values where the header has {width}"
    return "it is not a table of text"


def coverage(tables: Mapping[str, pl.DataFrame], seen: pl.Series) -> pl.DataFrame:
    """Count each crosswalk's rows, and how many name an id that an export holds.

    Returns file, rows, used (rows with an id seen), joining (rows with two or more).
    """
    rows: list[dict[str, object]] = []
    for name, table in tables.items():
        hits = table.select(
            pl.sum_horizontal(pl.all().is_in(seen.implode()).fill_null(value=False)).alias("hits")
        )
        rows.append(
            {
                "file": name,
                "rows": table.height,
                "used": hits.filter(pl.col("hits") >= 1).height,
                "joining": hits.filter(pl.col("hits") > 1).height,
            }
        )
    schema = {"file": pl.String, "rows": pl.Int64, "used": pl.Int64, "joining": pl.Int64}
    return pl.DataFrame(rows, schema=schema)
