"""Every table of a run as Parquet (for programs) and CSV (for a spreadsheet).

Equal runs give equal bytes. The CSV opens in Excel as UTF-8, and no cell of it
is executed there: text that a spreadsheet would take for a formula gets a
leading apostrophe (OWASP, CSV injection). Times are UTC.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine.domain.results import Run
from cjmine.domain.tables import CONTACT, FINDING, JOURNEY, MOVE
from cjmine.report.wording import number

CSV_ROWS = 1_000_000
# full-width and small forms count: spreadsheets in East Asian settings fold them
_FORMULA = "^[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
_TIMES = "%Y-%m-%d %H:%M:%S"  # what a spreadsheet takes for a time; the Parquet file is exact


def write_tables(run: Run, folder: Path, *, csv_rows: int = CSV_ROWS) -> None:
    """Write all tables of ``run`` below ``folder``; a CSV longer than ``csv_rows`` is cut, with a note.

    Raises ``OSError`` when the disk refuses.
    """
    quarantine, tallies = folder / "quarantine", folder / "tallies"
    for place in (folder, quarantine, tallies):
        place.mkdir(parents=True, exist_ok=True)
    tables = {
        folder / "findings": run.findings.sort(FINDING.order),
        folder / "journeys": run.journeys.sort(JOURNEY.order),
        folder / "contacts": run.contacts.sort(CONTACT.order),
        folder / "deviations": run.deviations.sort(FINDING.order),
        folder / "moves": run.moves.sort(MOVE.order),
        folder / "ledger": run.ledger,
        quarantine / "quarantine": run.quarantine,
        tallies / "linkage_systems": run.systems,
        tallies / "linkage_pairs": run.pairs,
        tallies / "variants": run.variants,
        tallies / "flows": run.flows,
        tallies / "totals": run.totals,
    }
    for stem, table in tables.items():
        _parquet(table, stem.with_suffix(".parquet"))
        write_csv(table, stem.with_suffix(".csv"), csv_rows)


def _parquet(table: pl.DataFrame, path: Path) -> None:
    # one chunk and fixed row groups: the bytes must not depend on how the table was made
    table.rechunk().write_parquet(
        path, compression="zstd", compression_level=3, statistics=True, row_group_size=262_144
    )


def write_csv(table: pl.DataFrame, path: Path, limit: int = CSV_ROWS) -> None:
    """Write one table for a spreadsheet, at most ``limit`` rows, with a note beside it when cut."""
    if table.height > limit:
        note = (
            f"{path.name} holds the first {number(limit)} of {number(table.height)} rows; "
            f"{path.with_suffix('.parquet').name} holds all of them.\n"
        )
        path.with_suffix(".csv.note.txt").write_text(note, encoding="utf-8")
    for_spreadsheet(table.head(limit)).write_csv(path, include_bom=True, datetime_format=_TIMES)


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
