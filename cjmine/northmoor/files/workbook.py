"""How are rows written as a workbook? Sheet by sheet, row by row, with no time of writing in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_WRITTEN = datetime(2026, 7, 1)  # noqa: DTZ001 - the day of the extract, whenever the file is made


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its rows, and the title in merged cells above its header, if there is one."""

    rows: Iterable[Sequence[str]]
    title: str = ""


def write_workbook(
    path: Path, header: Sequence[str], sheets: Mapping[str, Sheet], *, numbers: Sequence[int] = ()
) -> None:
    """Write the sheets; every cell is text but for the columns listed in ``numbers``, blanks are left out."""
    import xlsxwriter  # noqa: PLC0415 - needed for this format only

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"created": _WRITTEN})
        for name, sheet in sheets.items():
            page = book.add_worksheet(name)
            if sheet.title:
                page.merge_range(0, 0, 0, len(header) - 1, sheet.title)
            first = int(bool(sheet.title))
            for column, title in enumerate(header):
                page.write_string(first, column, title)
            for line, row in enumerate(sheet.rows, start=first + 1):
                for column, value in enumerate(row):
                    if value and column in numbers:
                        page.write_number(line, column, float(value))
                    elif value:
                        page.write_string(line, column, value)
