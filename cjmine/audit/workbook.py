"""The workbook of a check: text stays text, times are times, equal checks give equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed day: equal checks give equal bytes
ROWS, CHARACTERS = 1_048_576, 32_767
"""What a sheet and a cell of Excel hold."""
_WIDEST, _NARROWEST, _LOOKED_AT, _ROOM = 60, 9, 500, 2
_CUT = " ... (cut)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: some lines of words, below them a table, beside it empty columns to fill in by hand.

    ``whole`` names the file that holds all rows, where a sheet cannot.
    """

    name: str
    lines: Sequence[str] = ()
    table: pl.DataFrame | None = None
    blanks: Sequence[str] = ()
    whole: str = ""


def write_workbook(sheets: Sequence[Sheet], path: Path, *, rows: int = ROWS) -> None:
    """Write the sheets, each of at most ``rows`` lines.

    No text is taken for a formula, a number or a link. Times are UTC, written as what
    Excel takes for times. A text longer than a cell holds is cut and says so. Raises
    ``OSError`` when the disk refuses.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to import, and only workbooks need it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),  # what a full disk leaves behind goes with the folder
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    path.touch()
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "cjmine check", "created": _MADE})
    forms = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "blank": book.add_format({"bg_color": "#FFF8DC", "border": 1, "border_color": "#D0D5DD"}),
    }
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.name), sheet, forms, rows)
    try:
        book.close()
    except FileCreateError as error:  # it wraps what the disk said
        raise error.args[0] if isinstance(error.args[0], OSError) else error from None


def _fill(page: Any, sheet: Sheet, forms: dict[str, Any], rows: int) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    table = sheet.table if sheet.table is not None else pl.DataFrame()
    first = len(sheet.lines) + bool(sheet.lines) if table.width else len(sheet.lines)
    room = max(rows - first - 1, 1)
    cut = table.height > room
    shown = table.head(room - 1) if cut else table
    names = [*table.columns, *sheet.blanks]
    for column, width in enumerate(_widths(shown, sheet) or [2 * _WIDEST]):
        page.set_column(column, column, width)
    for line, words in enumerate(sheet.lines):
        page.write_string(line, 0, _cell(words))
    if not names:
        return
    for column, name in enumerate(names):
        page.write_string(first, column, _titled(name, table.schema.get(name)), forms["head"])
    page.freeze_panes(first + 1, 0)
    page.autofilter(first, 0, first + shown.height, len(names) - 1)
    writers = [_writer(page, forms, name, kind) for name, kind in table.schema.items()]
    for line, row in enumerate(_plain(shown).iter_rows(), start=first + 1):
        for column, (value, write) in enumerate(zip(row, writers, strict=True)):
            if value is not None:
                write(line, column, value)
        for column in range(table.width, len(names)):
            page.write_blank(line, column, None, forms["blank"])
    if cut:
        note = f"cut: the first {shown.height:,} of {table.height:,} rows; all of them are in {sheet.whole}"
        page.write_string(first + shown.height + 1, 0, note)


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    """Return times as Excel has them, without a zone."""
    return table.with_columns(
        pl.col(name).dt.replace_time_zone(None)
        for name, kind in table.schema.items()
        if isinstance(kind, pl.Datetime)
    )


def _writer(
    page: Any,  # noqa: ANN401 (xlsxwriter has no types)
    forms: dict[str, Any],
    name: str,
    kind: pl.DataType,
) -> Callable[[int, int, Any], object]:
    if isinstance(kind, pl.Datetime):
        return lambda line, column, value: page.write_datetime(line, column, value, forms["time"])
    if name == "rate":
        return lambda line, column, value: page.write_number(line, column, value, forms["share"])
    if kind.is_numeric():
        number: Callable[[int, int, Any], object] = page.write_number
        return number
    return lambda line, column, value: page.write_string(line, column, _cell(str(value)))


def _titled(name: str, kind: pl.DataType | None) -> str:
    """Return a column's heading; times say that they are UTC."""
    return f"{name} (UTC)" if isinstance(kind, pl.Datetime) else name.replace("_", " ")


def _cell(text: str) -> str:
    """Cut a text to what a cell holds; Excel counts what lies beyond the basic plane twice."""
    if len(text) + sum(ch > "\uffff" for ch in text) <= CHARACTERS:
        return text
    kept, left = [], CHARACTERS - len(_CUT)
    for ch in text:
        left -= 1 + (ch > "\uffff")
        if left < 0:
            break
        kept.append(ch)
    return "".join(kept) + _CUT


def _widths(shown: pl.DataFrame, sheet: Sheet) -> list[int]:
    """Return a width for each column, from its heading and its first rows."""
    widths = []
    for name, kind in shown.schema.items():
        if isinstance(kind, pl.Datetime):
            longest = len("2026-01-01 00:00:00")
        else:
            longest = shown[name].head(_LOOKED_AT).cast(pl.String).str.len_chars().max() or 0  # type: ignore[assignment]
        longest = max(int(longest), len(name))
        widths.append(min(max(longest + _ROOM, _NARROWEST), _WIDEST))
    return widths + [max(len(name) + _ROOM, 18) for name in sheet.blanks]
