"""Every table of a run as Parquet (for programs) and CSV (for a spreadsheet).

Equal runs give equal bytes. The CSV opens in Excel as UTF-8, and no cell of it
is executed there: text that a spreadsheet would take for a formula gets a
leading apostrophe (OWASP, CSV injection). Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from cjmine.domain.results import Run
from cjmine.domain.rows import Rows
from cjmine.domain.tables import CONTACT, FINDING, JOURNEY, MOVE, WATCH, Table
from cjmine.report.in_order import Place, in_order, pieces, places
from cjmine.report.wording import number

CSV_ROWS = 1_000_000
ONE_FILE = 5_000_000
"""A table of more rows is a folder of Parquet files, one for each partition of customers."""
_GROUP = 262_144
_CSV_PIECE = 65_536
# full-width and small forms count: spreadsheets in East Asian settings fold them
_FORMULA = "^[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
_TIMES = "%Y-%m-%d %H:%M:%S"  # what a spreadsheet takes for a time; the Parquet file is exact


def write_tables(run: Run, folder: Path, *, csv_rows: int = CSV_ROWS, one_file: int = ONE_FILE) -> None:
    """Write all tables of ``run`` below ``folder``; a CSV longer than ``csv_rows`` is cut, with a note.

    A table of at most ``one_file`` rows is one Parquet file in the table's total
    order; of a larger one each partition of customers is a file of a folder, in
    that order inside. Raises ``OSError`` when the disk refuses.
    """
    quarantine, tallies = folder / "quarantine", folder / "tallies"
    for place in (folder, quarantine, tallies):
        place.mkdir(parents=True, exist_ok=True)
    every = {"findings": FINDING, "journeys": JOURNEY, "contacts": CONTACT, "moves": MOVE, "watch": WATCH}
    for stem, table in every.items():
        where = places(run.rows, table)
        _write_rows(run.rows, table, where, folder / stem, csv_rows=csv_rows, one_file=one_file)
    where = places(run.rows, FINDING, "V", "W")
    _write_rows(run.rows, FINDING, where, folder / "deviations", csv_rows=csv_rows, one_file=one_file)
    held = {
        folder / "ledger": run.ledger,
        quarantine / "quarantine": run.quarantine,
        tallies / "linkage_systems": run.systems,
        tallies / "linkage_pairs": run.pairs,
        tallies / "variants": run.variants,
        tallies / "flows": run.flows,
        tallies / "totals": run.totals,
        tallies / "clauses": run.clauses,
        tallies / "standards": run.standards,
        tallies / "standard_times": run.standard_times,
    }
    for path, frame in held.items():
        write_both(frame, path, csv_rows)


def write_both(table: pl.DataFrame, stem: Path, limit: int = CSV_ROWS) -> None:
    """Write one table as ``stem``.parquet and, at most ``limit`` rows of it, as ``stem``.csv."""
    _parquet(table, stem.with_suffix(".parquet"))
    write_csv(table, stem.with_suffix(".csv"), limit)


def _write_rows(
    rows: Rows, table: Table, where: Sequence[Place], stem: Path, *, csv_rows: int, one_file: int
) -> None:
    """Write the rows at these places of the partitions; a stretch or a partition is in memory at once."""
    csv, height = stem.with_suffix(".csv"), sum(length for _, length in where)
    if height <= one_file:
        path = stem.with_suffix(".parquet")
        _stream(in_order(rows, table, where), table, path)
        _csv(in_order(rows, table, where), table.empty(), csv, csv_rows)
        _note(csv, path.name, height, csv_rows)
        return
    partitions = [rows.scan(table, part).slice(*place) for part, place in enumerate(where)]
    stem.mkdir()
    for part, partition in enumerate(partitions):
        _parquet(partition.collect(), stem / f"{part:04d}.parquet")
    _csv((partition.collect() for partition in partitions), table.empty(), csv, csv_rows)
    _note(csv, f"the folder {stem.name}", height, csv_rows)


def _stream(frames: Iterator[pl.DataFrame], table: Table, path: Path) -> None:
    """Write frames as ``_parquet`` writes them all at once: row group by row group, with equal bytes."""

    def source(*_asked: Any) -> Iterator[pl.DataFrame]:  # noqa: ANN401 (what polars would like pushed down)
        return pieces(frames, _GROUP)

    _sink(register_io_source(source, schema=table.schema), path)


def _parquet(table: pl.DataFrame, path: Path) -> None:
    # one chunk and fixed row groups: the bytes must not depend on how the table was made
    _sink(table.rechunk().lazy(), path)


def _sink(rows: pl.LazyFrame, path: Path) -> None:
    rows.sink_parquet(
        path,
        compression="zstd",
        compression_level=3,
        statistics=True,
        row_group_size=_GROUP,
        engine="streaming",
    )


def write_csv(table: pl.DataFrame, path: Path, limit: int = CSV_ROWS) -> None:
    """Write one table for a spreadsheet, at most ``limit`` rows, with a note beside it when cut."""
    _csv([table], table.clear(), path, limit)
    _note(path, path.with_suffix(".parquet").name, table.height, limit)


def _csv(frames: Iterable[pl.DataFrame], empty: pl.DataFrame, path: Path, limit: int) -> None:
    """Write frames below each other for a spreadsheet; what follows ``limit`` rows is not asked for."""
    left = limit
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(for_spreadsheet(empty).write_csv())
        for frame in frames:
            for piece in frame.head(left).iter_slices(_CSV_PIECE):
                file.write(for_spreadsheet(piece).write_csv(include_header=False, datetime_format=_TIMES))
            left -= min(left, frame.height)
            if not left:
                break


def _note(path: Path, whole: str, height: int, limit: int) -> None:
    """Say beside a CSV that was cut where all rows are."""
    if height > limit:
        first = f"{path.name} holds the first {number(limit)} of {number(height)} rows"
        path.with_suffix(".csv.note.txt").write_text(
            f"{first}; {whole} holds all of them.\n", encoding="utf-8"
        )


def for_spreadsheet(table: pl.DataFrame) -> pl.DataFrame:
    """Return a flat table without formulas: lists joined by a blank, text columns neutralised."""
    names = pl.DataFrame({"name": table.columns}, schema={"name": pl.String})
    safe = names.select(_neutral(pl.col("name"))).to_series()
    columns = []
    for name, kind in table.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.List):
            column = column.cast(pl.List(pl.String)).list.join(" ", ignore_nulls=True)
        text = isinstance(kind, pl.List) or kind in (pl.String, pl.Categorical, pl.Enum)
        columns.append(_neutral(column.cast(pl.String)) if text else column)
    return table.select(columns).rename(dict(zip(table.columns, safe, strict=True)))


def _neutral(column: pl.Expr) -> pl.Expr:
    return pl.when(column.str.contains(_FORMULA)).then(pl.lit("'") + column).otherwise(column).name.keep()
