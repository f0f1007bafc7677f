"""In which row of a sheet do the names of its columns stand, below titles that may stand above them?"""

from __future__ import annotations

import polars as pl

from cjmine.errors import SourceError

_LOOKED = 30
_FILLED = 0.7
_LEAST = 2


def header_row(cells: pl.DataFrame) -> int:
    """Return the first row, from 1, that is as wide as the table and holds distinct words only.

    Raises ``SourceError`` where there is none.
    """
    rows = cells.head(_LOOKED).rows()
    filled = [[value for value in row if value is not None and value.strip()] for row in rows]
    widest = max(map(len, filled), default=0)
    for number, values in enumerate(filled, 1):
        wide = len(values) >= max(_LEAST, _FILLED * widest)
        names = len(set(values)) == len(values) and not any(_is_value(value) for value in values)
        if wide and names and number < cells.height:
            return number
    msg = "no row of column names was found"
    raise SourceError(msg)


def _is_value(text: str) -> bool:
    """Tell whether a cell holds a number or a date instead of a name."""
    return text.strip()[:1].isdigit()
