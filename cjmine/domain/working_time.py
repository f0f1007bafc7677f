"""Working hours: how long an office had to act between two instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import numpy as np
import numpy.typing as npt
import polars as pl

_FIRST = np.datetime64("1970-01-05")


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

    @property
    def days(self) -> np.busdaycalendar:
        """The working days, as numpy counts them."""
        return np.busdaycalendar(self.week, np.array(self.holidays, dtype="datetime64[D]"))

    def between(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """Return working microseconds (Int64) from ``start`` to ``end`` (UTC); 0 where reversed.

        Computed on whole columns: full working days between the two dates, plus
        what is left of the first and gone of the last. Null where either is null.
        """
        missing = start.is_null() | end.is_null()
        first, last = (self._worked(column) for column in (start, end))
        return pl.Series(start.name, np.maximum(last - first, 0), dtype=pl.Int64).set(missing, None)

    def after(self, start: pl.Series, worked_us: pl.Series) -> pl.Series:
        """Return the first instant (UTC) by which so many working microseconds are spent since ``start``.

        Nothing to spend is spent at once. Null where ``start`` is null.
        """
        opening, length = self._hours()
        asked = worked_us.to_numpy()
        total = self._worked(start) + asked
        whole, today = np.divmod(np.maximum(total - 1, 0), length)
        date = np.busday_offset(_FIRST, whole, roll="forward", busdaycal=self.days)
        wall = pl.Series(date.astype("datetime64[us]") + (opening + today + 1).astype("timedelta64[us]"))
        there = wall.dt.replace_time_zone(self.timezone, ambiguous="earliest").dt.convert_time_zone("UTC")
        spent = pl.DataFrame({"there": there, "start": start, "asked": asked}).select(
            pl.when(pl.col("asked") == 0).then("start").otherwise("there").alias("after")
        )
        return spent["after"].set(start.is_null(), None)

    def _hours(self) -> tuple[int, int]:
        """Return when the office opens, in microseconds since midnight, and for how long."""
        opens, closes = ((t.hour * 60 + t.minute) * 60_000_000 for t in (self.opens, self.closes))
        return opens, closes - opens

    def _worked(self, column: pl.Series) -> npt.NDArray[np.int64]:
        """Return the working microseconds since a Monday in 1970."""
        (opening, length), at, days = self._hours(), self._local(column), self.days
        date = at.astype("datetime64[D]")
        today = np.clip((at - date).astype(np.int64) - opening, 0, length)
        whole = np.busday_count(_FIRST, date, busdaycal=days)
        return np.asarray(whole * length + today * np.is_busday(date, busdaycal=days))

    def _local(self, column: pl.Series) -> np.ndarray:
        wall = column.dt.convert_time_zone(self.timezone).dt.replace_time_zone(None)
        return wall.fill_null(np.datetime64("1970-01-05").astype(object)).to_numpy().astype("datetime64[us]")
