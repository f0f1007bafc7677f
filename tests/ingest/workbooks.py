"""Small workbooks for tests: say what each sheet holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook

Rows = Sequence[Sequence[Any]]
HEAD = ("who", "what", "when")
WHEN = "2024-01-02 10:00:00"


def workbook(fill: Callable[[Workbook], None], **options: Any) -> bytes:
    """Return the bytes of the workbook that ``fill`` writes into."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, **options}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
        fill(book)
    return buffer.getvalue()


def sheets(**tables: Rows) -> bytes:
    """Return a workbook of these sheets; text stays text, dates become date cells."""

    def fill(book: Workbook) -> None:
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        for title, rows in tables.items():
            sheet = book.add_worksheet(title)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, column, value)
                    elif isinstance(value, datetime):
                        sheet.write_datetime(at, column, value, date)
                    else:
                        sheet.write(at, column, value)

    return workbook(fill)
