"""What happened in the journeys that have a plan? Their counted steps as columns, with what is known of time.

A step has begun at an instant from ``low`` to ``high``: the two differ where an export gives days or
minutes only. What depends on which of them it was is not said (domain.md 1, conventions).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.conformance.located import excused
from cjmine.domain.deadlines import Deadlines
from cjmine.domain.horizon import seen_until
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.lists import slices
from cjmine.domain.models import IntendedJourney
from cjmine.domain.sequences import journeys_of, kinds, latest, moment, moved, sequences
from cjmine.domain.vocabulary import MoveKind, Status
from cjmine.domain.walks import Codes, Walks
from cjmine.domain.working_time import WorkingCalendar

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Times = npt.NDArray[np.int64]
"""Microseconds since 1970."""

NEVER = np.iinfo(np.int64).max
"""The end of a log of which nobody knows when it ends."""
_TOLD = ("start", "contact_start", "precision", "contact_precision")


@dataclass(frozen=True, kw_only=True, eq=False)
class Lived:
    """The journeys of one type, one behind the other; rows are places in ``walks.labels`` unless said.

    ``at`` is the row of the events of each step, ``excused`` tells of each event whether it only looks out of
    order; ``journeys`` has journey_id, customer_id, variant, status
    and seen (the end of what the log tells of it), one row for each walk.
    """

    name: str
    model: IntendedJourney
    clock: Deadlines
    events: pl.DataFrame
    moves: pl.DataFrame
    moved: pl.Series
    excused: pl.Series
    walks: Walks
    at: pl.Series
    journeys: pl.DataFrame

    @cached_property
    def walk(self) -> Places:
        """Return the number of each step's journey."""
        return np.repeat(np.arange(len(self.walks.begins)), self.walks.lengths)

    @cached_property
    def _times(self) -> tuple[Times, Times]:
        told = self.events.select(pl.col(_TOLD).gather(self.at)).select(
            moment().dt.epoch("us").alias("low"), (latest().dt.epoch("us") - 1).alias("high")
        )
        return told["low"].to_numpy(), told["high"].to_numpy()

    @property
    def low(self) -> Times:
        """Return the first instant at which each step may have begun."""
        return self._times[0]

    @property
    def high(self) -> Times:
        """Return the last instant at which each step may have begun."""
        return self._times[1]

    @cached_property
    def seen(self) -> Times:
        """Return, for each journey, the last instant of which the log tells."""
        return self.journeys["seen"].dt.epoch("us").fill_null(NEVER).to_numpy()

    @cached_property
    def running(self) -> Mask:
        """Return which journeys are still open."""
        return self.with_status(Status.OPEN)

    @cached_property
    def synced(self) -> Mask:
        """Return which steps happened where the plan has them, as far as their order is known."""
        kind = self.moves["kind"].gather(self.moved.gather(self.at))
        there = (kind == MoveKind.SYNC.value).fill_null(value=False) | self.excused.gather(self.at)
        return there.to_numpy()

    def with_status(self, status: Status) -> Mask:
        """Return which journeys stand there."""
        return (self.journeys["status"] == status.value).fill_null(value=False).to_numpy()

    def of(self, labels: Collection[str]) -> Mask:
        """Return which steps have one of the labels."""
        known = self.walks.names.is_in(sorted(labels)).fill_null(value=False).to_numpy().astype(bool)
        return np.asarray(known[self.walks.labels])

    def said(self, name: str, rows: Places) -> pl.Series:
        """Return one column of the events, for some steps."""
        return self.events[name].gather(self.at.gather(rows))

    def title(self, label: str) -> str:
        """Return a step in the words of the plan, in quotation marks."""
        return f"'{self.model.titles.get(label, label)}'"

    def days(self, times: Times) -> pl.Series:
        """Return instants as dates in words, by the plan's clock."""
        local = instants(times).dt.convert_time_zone(self.clock.calendar.timezone)
        return local.dt.strftime("%-d %b %Y")

    def before(self, rows: Places, some: Places) -> Places:
        """Return the last of ``some`` before each row in its journey, as a place in ``some``; -1 for none."""
        return self._same(np.searchsorted(some, rows, side="left") - 1, rows, some)

    def after(self, rows: Places, some: Places) -> Places:
        """Return the first of ``some`` after each row in its journey, as a place in ``some``; -1 for none."""
        return self._same(np.searchsorted(some, rows, side="right"), rows, some)

    def reach(self, some: Places) -> Times:
        """Return, for each of ``some``, the last instant at which it or one before it may have begun.

        A day that stands before an exact time may in truth be the later of the two.
        """
        high = self.high[some]
        if np.array_equal(high, self.low[some]):
            return high
        frame = pl.DataFrame({"walk": self.walk[some], "high": high})
        return frame.select(pl.col("high").cum_max().over("walk")).to_series().to_numpy()

    def _same(self, place: Places, rows: Places, some: Places) -> Places:
        """Return the places that are there and lie in the same journey as the rows, -1 for the others."""
        there = (place >= 0) & (place < len(some))
        found = np.where(there, place, -1)
        there[there] = self.walk[some[found[there]]] == self.walk[rows[there]]
        return np.where(there, found, -1)


def instants(times: Times) -> pl.Series:
    """Return microseconds as instants in UTC."""
    return pl.Series("at", times).cast(pl.Datetime("us", "UTC"))


def lives(partition: Partition, context: Context) -> tuple[Lived, ...]:
    """Return what was lived of each intended journey, by the names of their types."""
    if not context.aligned:
        return ()
    steps, walks = sequences(partition)
    return partition.derived(
        _lives,
        *(partition.events, partition.journeys, partition.moves, moved(partition)),
        excused(partition, context),
        *(steps, walks, kinds(partition)),
        *(partition.derived(journeys_of, partition.events)[0], seen_until(partition, context)),
        context,
    )


def _lives(  # noqa: PLR0917 - what is derived goes by place
    events: pl.DataFrame,
    journeys: pl.DataFrame,
    moves: pl.DataFrame,
    place: pl.Series,
    guessed: pl.Series,
    steps: pl.DataFrame,
    walks: Walks,
    types: tuple[Codes, pl.Series],
    number: pl.Series,
    seen: pl.Series,
    context: Context,
) -> tuple[Lived, ...]:
    heads = steps["at"].gather(walks.begins)
    known = journeys.select("journey_id", "customer_id", "variant", "status")
    table = pl.DataFrame(
        [events["journey_id"].gather(heads), seen.gather(number.gather(heads)).alias("seen")]
    )
    table = table.join(known, on="journey_id", how="left", maintain_order="left")
    codes, names = types
    found = []
    for code, name in enumerate(names.to_list()):
        model = context.models.get(name) if name is not None else None
        if model is None:
            continue
        mine = np.flatnonzero(codes == code)
        rows, _ = slices(walks.begins[mine], walks.lengths[mine])
        lengths = walks.lengths[mine]
        found.append(
            Lived(
                name=name,
                model=model,
                clock=context.deadlines.get(name, _USUAL),
                events=events,
                moves=moves,
                moved=place,
                excused=guessed,
                walks=Walks(
                    begins=np.cumsum(lengths) - lengths, labels=walks.labels[rows], names=walks.names
                ),
                at=steps["at"].gather(rows),
                journeys=table[mine],
            )
        )
    return tuple(found)


_USUAL = Deadlines(calendar=WorkingCalendar(timezone="UTC"))
"""The clock where none is given: weekdays from nine to five."""
