"""What moment does a spreadsheet's day number mean? 1 is 1 January 1900, fractions are times of day.

Spreadsheets count a 29 February 1900 (day 60) that never was: numbers before it
lie one day later than those after it would suggest.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - day numbers know no zone
_NEVER_WAS = 60
_END = 2_958_466  # the first day of the year 10000
_DAY_MS = 86_400_000


def moments(text: pl.Series) -> pl.Series:
    """Return local times to the millisecond, which is as exact as these numbers are; null for other text."""
    number = pl.col("day").str.strip_chars().cast(pl.Float64, strict=False)
    day = number.floor()
    known = (number >= 1) & (number < _END) & (day != _NEVER_WAS)
    shifted = pl.when(day < _NEVER_WAS).then(number + 1).otherwise(number)
    since = pl.duration(
        milliseconds=(shifted * _DAY_MS).round(0).cast(pl.Int64, strict=False), time_unit="us"
    )
    moment = pl.when(known).then(pl.lit(_ZERO, pl.Datetime("us")) + since)
    return text.alias("day").to_frame().select(moment.alias("moment")).to_series()
