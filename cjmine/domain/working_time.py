"""Working hours: how long an office had to act between two instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import numpy as np
import polars as pl

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Office hours in one time zone, read off the wall clock (clocks change outside office hours).

    ``week`` is seven ``1``/``0`` from Monday; ``holidays`` are dates as
    ``YYYY-MM-DD``, sorted; ``opens`` and ``closes`` are local wall times.
    """

    timezone: str
    week: str = "1111100"
    opens: time = time(9)
    closes: time = time(17)
    holidays: tuple[str, ...] = ()

    def between(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """Return working microseconds (Int64) from ``start`` to ``end`` (UTC); 0 where reversed.

        Computed on whole columns: full working days between the two dates, plus
        what is left of the first and gone of the last. Null where either is null.
        """
        missing = start.is_null() | end.is_null()
        days = np.busdaycalendar(self.week, np.array(self.holidays, dtype="datetime64[D]"))
        first, last = (self._local(column) for column in (start, end))
        opening, closing = (
            np.timedelta64((t.hour * 60 + t.minute) * 60_000_000, "us") for t in (self.opens, self.closes)
        )
        length = closing - opening

        def worked(at: np.ndarray) -> np.ndarray:
            date = at.astype("datetime64[D]")
            today = np.clip((at - date) - opening, np.timedelta64(0, "us"), length)
            whole = np.busday_count(np.datetime64("1970-01-05"), date, busdaycal=days)
            return np.asarray(whole * length + today * np.is_busday(date, busdaycal=days))

        spent = np.maximum((worked(last) - worked(first)).astype("int64"), 0)
        return pl.Series(start.name, spent, dtype=pl.Int64).set(missing, None)

    def _local(self, column: pl.Series) -> np.ndarray:
        wall = column.dt.convert_time_zone(self.timezone).dt.replace_time_zone(None)
        return wall.fill_null(np.datetime64("1970-01-05").astype(object)).to_numpy().astype("datetime64[us]")
