"""Reads sheets of Excel workbooks: every cell as the text that its value has, never as a rounded number."""

from __future__ import annotations

import dataclasses

import polars as pl

from cjmine.errors import SourceError, nearest
from cjmine.ingest.columns import TIMES
from cjmine.ingest.files import Export
from cjmine.ingest.raw import HEADER_AGAIN, Fault, Raw, faults_table, unique_names
from cjmine.ingest.settings import EXCEL_DAYS, Source
from cjmine.ingest.workbook import Sheet, Workbook, opened

_CLOCK = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_UNCOMPUTED = "a formula whose value was not saved"
_FROM_1904 = (
    "its day numbers count from 1904, not from 1900 as `format: excel` says",
    "switch off 'Use 1904 date system' in it, or give the cells a date format and leave `format` out",
)
Empty = dict[tuple[int, str], str]
"""Row from 0, column, and why a cell that is not blank has no value."""


def sheets(export: Export, source: Source) -> tuple[Export, ...]:
    """Return the source's sheets of a workbook, each as an export of its own, in the order asked for.

    Raises ``SourceError`` for a damaged workbook, for sheets it lacks, and where
    it has several and none is named.
    """
    book = opened(export)
    name, found = export.path.name, list(book.sheets)
    listed = ", ".join(repr(title) for title in found) or "none"
    if not source.sheet and len(found) != 1:
        msg = f"{name}: has {len(found)} sheets ({listed})"
        raise SourceError(msg, "name the one to read, such as `sheet: Cases`")
    faults = [
        f"{name}: has no sheet {title!r} (it has {listed}){nearest(title, found)}"
        for title in source.sheet
        if title not in found
    ]
    if faults:
        raise SourceError(faults)
    return tuple(dataclasses.replace(export, sheet=title) for title in dict.fromkeys(source.sheet or found))


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read the wanted columns as text; rows whose formulas failed or were never computed are set aside.

    Formulas count by their saved value, dates become ISO text, rows without any
    value are passed over. Raises ``SourceError`` where merged cells leave rows
    without values, and for day numbers from 1904.
    """
    book = opened(export)
    sheet = book.sheet(export.sheet)
    cells, failed = _cells(book, export.sheet)
    names = _names(export.name, cells, source.header_row)
    if book.from_1904 and any(column.format == EXCEL_DAYS for column in source.columns.values()):
        msg = f"{export.name}: {_FROM_1904[0]}"
        raise SourceError(msg, _FROM_1904[1])
    chosen = {column: name for column, name in names.items() if name in wanted}
    _refuse_merged(export.name, sheet, chosen, source.header_row)
    empty = {**failed, **{(row, str(column)): _UNCOMPUTED for row, column in sheet.uncomputed}}
    rows = cells.with_row_index("line", 1)[source.header_row :]
    filled = pl.any_horizontal(pl.col(cells.columns).is_not_null())
    rows = rows.filter(filled | pl.col("line").is_in([row + 1 for row, _ in empty]))
    rows = rows.with_row_index("row", 1).cast({"row": pl.Int64, "line": pl.Int64})
    faults = _faults(rows, names, chosen, empty)
    good = rows.join(faults, on="row", how="anti", maintain_order="left")
    frame = good.select(pl.col(column).alias(name) for column, name in chosen.items())
    return Raw(
        frame=_dates(frame, source),
        position=good.select("row", "line"),
        names=tuple(names.values()),
        faults=faults,
    )


def header(export: Export, source: Source) -> tuple[str, ...]:
    """Return the column names of one sheet; raises ``SourceError`` where it has none."""
    return tuple(_names(export.name, cells(export), source.header_row).values())


def cells(export: Export) -> pl.DataFrame:
    """Return every cell of one sheet as text, titles above its header too; columns named from 0."""
    return _cells(opened(export), export.sheet)[0]


def _cells(book: Workbook, title: str) -> tuple[pl.DataFrame, Empty]:
    """Return every cell as text, columns named by their number from 0, and the cells that hold an error."""
    import fastexcel  # noqa: PLC0415 - needed for this format only

    name = f"{book.name}#{title}"
    try:
        sheet = fastexcel.read_excel(book.content).load_sheet(
            title, header_row=None, skip_rows=0, dtypes="string"
        )
        found, errors = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        msg = f"{name}: cannot be read ({str(error).splitlines()[0]})"
        raise SourceError(msg) from error
    if not sheet.width:
        msg = f"{name}: the sheet is empty"
        raise SourceError(msg)
    table = pl.from_arrow(found)
    cells = table if isinstance(table, pl.DataFrame) else table.to_frame()
    cells.columns = [str(column.absolute_index) for column in sheet.available_columns()]
    failed: Empty = {}
    for one in errors.errors if errors else ():
        row, place = one.position
        failed[row, cells.columns[place]] = "an error of the spreadsheet where a value is expected"
    return cells, failed


def _names(name: str, cells: pl.DataFrame, header_row: int) -> dict[str, str]:
    """Return the header's names by column; columns without a name are nobody's."""
    if cells.height < header_row:
        msg = f"{name}: has {cells.height} rows, so its header cannot be row {header_row}"
        raise SourceError(msg)
    texts = dict(zip(cells.columns, cells.row(header_row - 1), strict=True))
    named = {column: text for column, text in texts.items() if text is not None and text.strip()}
    if not named:
        msg = f"{name}: row {header_row}, where its header should be, is empty"
        raise SourceError(msg, "state the row of the column names, such as `header_row: 2`")
    unique_names(name, list(named.values()))
    return named


def _refuse_merged(name: str, sheet: Sheet, chosen: dict[str, str], header_row: int) -> None:
    """Refuse ranges merged over several rows: all but the first would lack the value that all show."""
    faults = [
        f"{name}: the cells {merge.shown} of column {chosen[column]!r} are merged"
        for merge in sheet.merges
        if merge.last_row > merge.first_row and merge.last_row >= header_row
        for column in chosen
        if merge.first_column <= int(column) <= merge.last_column
    ]
    if faults:
        raise SourceError(faults, "unmerge them and fill each row with its own value")


def _faults(rows: pl.DataFrame, names: dict[str, str], chosen: dict[str, str], empty: Empty) -> pl.DataFrame:
    """Set aside rows that repeat the header and those without a value where one is meant: once each."""
    again = rows.filter(pl.all_horizontal(pl.col(column) == name for column, name in names.items()))
    faults: list[Fault] = [
        (row, line, None, None, HEADER_AGAIN) for row, line in again.select("row", "line").rows()
    ]
    lines = {
        row + 1: (column, reason)
        for (row, column), reason in sorted(empty.items(), reverse=True)
        if column in chosen
    }
    broken = rows.filter(pl.col("line").is_in(list(lines)))
    for row, line in broken.select("row", "line").iter_rows():
        column, reason = lines[line]
        faults.append((row, line, chosen[column], None, reason))
    return faults_table(faults)


def _dates(frame: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Write times of a column in which every time is midnight as the dates they are."""
    times = {name for ours in TIMES if ours in source.columns for name in source.columns[ours].from_}
    found = [pl.col(name) for name in frame.columns if name in times]
    return frame.with_columns(
        pl.when((column.str.contains(_CLOCK) & ~column.str.contains(_MIDNIGHT)).any())
        .then(column)
        .otherwise(column.str.replace(_MIDNIGHT, "$1"))
        for column in found
    )
