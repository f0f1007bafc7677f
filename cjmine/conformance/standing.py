"""When is something due by a clock that stands while the customer is waited for?

Pauses do not overlap, and they are taken in order: one counts if the limit was not reached before it began,
and then it counts whole. So the limit plus all pauses that count says when it is due: the first day (or
instant) by which so much time has passed without pauses (domain.md 2.17, ruling 13).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.deadlines import BY_DATE, Deadlines
from cjmine.domain.lengths import HOUR, MINUTE
from cjmine.domain.plan import Count, Length, Unit

Ints = npt.NDArray[np.int64]
_ONE = np.timedelta64(1, "D")
_EXACT = {Unit.MINUTE: MINUTE, Unit.HOUR: HOUR, Unit.WORKING_HOUR: HOUR}


@dataclass(frozen=True, slots=True)
class Clock:
    """How one standard counts: whole days, or microseconds where its limit is of hours or minutes."""

    deadlines: Deadlines
    limit: Length
    count: Count = Count.EXCLUSIVE

    @property
    def by_date(self) -> bool:
        """Whether it counts days."""
        return self.limit.unit in BY_DATE

    @property
    def allowed(self) -> int:
        """Return the limit, in what it counts."""
        return self.limit.amount * (1 if self.by_date else _EXACT[self.limit.unit])

    def between(self, since: pl.Series, until: pl.Series) -> Ints:
        """Return what passes between two instants; 0 where reversed.

        Of days those after the first up to the last.
        """
        unit = self.limit.unit
        if self.by_date:
            first, last = self.deadlines.dates(since), self.deadlines.dates(until)
            return np.maximum(self.deadlines.days_between(first, last, unit), 0)
        if unit is Unit.WORKING_HOUR:
            return np.asarray(self.deadlines.calendar.between(since, until).to_numpy())
        return np.asarray(np.maximum((until - since).dt.total_microseconds().to_numpy(), 0))

    def ahead(self, since: pl.Series) -> Ints:
        """Return what is counted before the first instant is over: its day, if it is one and counts."""
        if self.count is Count.EXCLUSIVE or not self.by_date:
            return np.zeros(since.len(), np.int64)
        first = self.deadlines.dates(since)
        return self.deadlines.days_between(first - _ONE, first, self.limit.unit)

    def due(self, since: pl.Series, paused: Ints) -> pl.Series:
        """Return the last instant in time (UTC), the limit and what was paused after each first instant."""
        return self.deadlines.due(since, self.limit, paused - self.ahead(since))

    def stood(self, since: pl.Series, pauses: pl.DataFrame) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
        """Return how long each clock stood in all, how long before it ran out, and whether it still stands.

        ``pauses`` have item (row of ``since``), begin, end, open; they are sorted by item and begin.
        A clock stands where an open pause began before the limit was reached.
        """
        item = pauses["item"].to_numpy()
        first = since.gather(pauses["item"])
        length = self.between(pauses["begin"], pauses["end"])
        whole = np.cumsum(length) - length  # what the pauses before took, of this item and of all before
        begins = np.searchsorted(item, item)
        before = whole - whole[begins] if len(item) else whole
        counts = self.between(first, pauses["begin"]) + self.ahead(first) - before < self.allowed
        size = since.len()
        stood, counted = (
            np.bincount(item, weights=some, minlength=size).astype(np.int64)
            for some in (length, length * counts)
        )
        stands = np.zeros(size, bool)
        stands[item[counts & pauses["open"].to_numpy()]] = True
        return stood, counted, stands
