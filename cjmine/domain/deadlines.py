"""When is something due, or the earliest that it may be? Lengths of time made instants by one clock.

Days are counted by date: what is due in so many days is in time up to the end of the last of them, and the
day it counts from is not one of them (domain.md 2.17, ruling 13). Hours and minutes are counted exactly,
working hours in office hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.lengths import HOUR, MINUTE, in_units
from cjmine.domain.plan import Length, Unit
from cjmine.domain.tables import TIME
from cjmine.domain.working_time import WorkingCalendar

Days = npt.NDArray[np.datetime64]
Counts = npt.NDArray[np.integer[Any]]
BY_DATE = frozenset({Unit.DAY, Unit.WORKING_DAY})
"""Units that count dates; the others are measured from instant to instant."""
_EXACT = {Unit.MINUTE: MINUTE, Unit.HOUR: HOUR}
_NO_DAY = np.datetime64("1970-01-05").astype(object)  # a Monday, where there is no time to count from


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The clock of one intended journey: its time zone, and the days and hours on which its office works.

    ``told`` is false where nobody has said when the office works: weekdays then, nine to five.
    """

    calendar: WorkingCalendar
    told: bool = False

    def due(self, since: pl.Series, length: Length, more: Counts | int = 0) -> pl.Series:
        """Return the last instant that is in time (UTC), ``length`` from each instant ``since``.

        ``more`` lengthens each of them: by days where ``length`` counts days, else by microseconds. Null
        where ``since`` is null.
        """
        if length.unit in BY_DATE:
            last = self.days_after(self.dates(since), length.amount + more, length.unit)
            return self._ends(last).alias("due").set(since.is_null(), None)
        return self._exactly(since, length, more).alias("due")

    def earliest(self, since: pl.Series, length: Length) -> pl.Series:
        """Return the first instant that is not too early (UTC), ``length`` from each instant ``since``."""
        if length.unit in BY_DATE:
            first = self.days_after(self.dates(since), length.amount, length.unit)
            return self._begins(first).alias("earliest").set(since.is_null(), None)
        return self._exactly(since, length, 0).alias("earliest")

    def spent(self, since: pl.Series, until: pl.Series, unit: Unit) -> pl.Series:
        """Return the time from ``since`` to ``until`` in a unit (Float64), negative where reversed.

        Days are whole numbers: those after the date of ``since`` up to the date of ``until``.
        """
        missing = since.is_null() | until.is_null()
        if unit in BY_DATE:
            found = self.days_between(self.dates(since), self.dates(until), unit).astype(np.float64)
            return pl.Series("spent", found).set(missing, None)
        if unit in _EXACT:
            ahead = (until - since).dt.total_microseconds()
        else:
            ahead = self.calendar.between(since, until) - self.calendar.between(until, since)
        whole = _EXACT.get(unit, HOUR)
        return ahead.to_frame("spent").select(in_units(pl.col("spent"), whole))["spent"]

    def dates(self, times: pl.Series) -> Days:
        """Return the local dates of instants; some Monday for a null."""
        wall = times.dt.convert_time_zone(self.calendar.timezone).dt.date()
        return wall.fill_null(_NO_DAY).to_numpy().astype("datetime64[D]")

    def days_after(self, days: Days, count: Counts | int, unit: Unit) -> Days:
        """Return the date ``count`` days after each date, working days where the unit says so."""
        if unit is Unit.DAY:
            return np.asarray(days + np.asarray(count).astype("timedelta64[D]"))
        # backwards to a working day first: the next one counts as the first
        shifted = np.busday_offset(days, count, roll="backward", busdaycal=self.calendar.days)
        return np.asarray(np.where(np.asarray(count) == 0, days, shifted))

    def days_between(self, first: Days, last: Days, unit: Unit) -> npt.NDArray[np.int64]:
        """Return how many days lie after ``first`` up to ``last``, working days where the unit says so."""
        if unit is Unit.DAY:
            return np.asarray((last - first).astype(np.int64))
        one = np.timedelta64(1, "D")
        early, late = np.minimum(first, last), np.maximum(first, last)
        counted = np.busday_count(early + one, late + one, busdaycal=self.calendar.days)
        return np.asarray(np.where(first <= last, counted, -counted), dtype=np.int64)

    def _exactly(self, since: pl.Series, length: Length, more: Counts | int) -> pl.Series:
        added = pl.Series(np.broadcast_to(np.asarray(more, np.int64), since.len()))
        if length.unit is Unit.WORKING_HOUR:
            return self.calendar.after(since, added + length.amount * HOUR)
        return since + (added + length.amount * _EXACT[length.unit]).cast(pl.Duration("us"))

    def _begins(self, days: Days) -> pl.Series:
        midnight = pl.col("begins")
        zoned = (
            wall.dt.replace_time_zone(self.calendar.timezone, ambiguous="earliest", non_existent="null")
            for wall in (midnight, midnight + pl.duration(hours=1))  # where clocks skip midnight
        )
        frame = pl.DataFrame({"begins": days.astype("datetime64[us]")})
        return frame.select(pl.coalesce(*zoned).dt.convert_time_zone("UTC").cast(TIME).alias("begins"))[
            "begins"
        ]

    def _ends(self, days: Days) -> pl.Series:
        return self._begins(days + np.timedelta64(1, "D")).dt.offset_by("-1us")
