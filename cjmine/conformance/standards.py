"""Which promised times does each journey set going, when are they due, and were they kept (domain.md 2.17)?

One item for each journey and standard whose clock started. Paused time is taken off (``standing``,
``pauses``). A time that is not known exactly is late only if it is late whenever it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import polars as pl

from cjmine.conformance.pauses import NO_PAUSES, pauses
from cjmine.conformance.standing import Clock
from cjmine.domain.deadlines import Deadlines
from cjmine.domain.horizon import seen_of
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.lengths import MINUTE
from cjmine.domain.plan import Anchor, Length, Standard, Unit
from cjmine.domain.sequences import journeys_of, latest, moment
from cjmine.domain.settings import microseconds
from cjmine.domain.tables import TIME
from cjmine.domain.vocabulary import Status
from cjmine.tally import KeyType

_TICK = pl.duration(microseconds=1)


class State(StrEnum):
    """How an item stands at the end of the log; ``standing`` is pending with its clock stopped."""

    MET = "met"
    BREACHED = "breached"
    OPEN_BREACHED = "open_breached"
    PENDING = "pending"
    STANDING = "standing"
    EXCLUDED = "excluded"


class Ended(StrEnum):
    """What ended the wait of an item, for the curve of completion; censored: nothing has yet."""

    COMPLETE = "complete"
    ABANDONED = "abandoned"
    STOPPED = "stopped"
    CENSORED = "censored"


ITEM: Mapping[str, KeyType] = {
    "journey_type": pl.String,
    "standard": pl.String,
    "customer_id": pl.String,
    "journey_id": pl.String,
    "status": pl.String,
    "state": pl.String,
    "ended": pl.String,
    "started": pl.UInt32,
    "stopped": pl.UInt32,
    "since": TIME,
    "done": TIME,
    "due": TIME,
    "seen": TIME,
    "spent": pl.Int64,
    "paused": pl.Int64,
    "ran_out": pl.Boolean,
}
"""``started`` and ``stopped`` are rows of the events. ``spent`` (without pauses) and ``paused`` are days, or
minutes begun where the limit is of hours or minutes. ``due`` is null while the clock stands, ``ended`` where
the item is none. ``ran_out``: the last instant in time was seen."""


def items(partition: Partition, context: Context) -> pl.DataFrame:
    """Return the ITEM rows of all standards that promise a time, sorted by standard and journey."""
    return partition.derived(_items, partition.events, partition.journeys, context)


def _items(events: pl.DataFrame, journeys: pl.DataFrame, context: Context) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=dict(ITEM))]
    timed = [
        (name, standard, Clock(context.deadlines[name], standard.limit, standard.count))
        for name, model in sorted(context.models.items())
        for standard in model.standards
        if standard.limit is not None
    ]
    if not timed or not context.aligned:
        return parts[0]
    rows = _rows(events, journeys, context)
    steps = _steps(events, [standard for _, standard, _ in timed])
    steps = steps.join(rows.select("journey_id", "journey_type"), on="journey_id", maintain_order="left")
    for name, standard, clock in timed:
        mine, theirs = (frame.filter(pl.col("journey_type") == name) for frame in (rows, steps))
        ahead = context.aligned["to_come"].filter(journey_type=name, step=standard.stop)["variant"]
        could = pl.col("variant").is_in(ahead.implode()).alias("could")
        begun = _begun(mine.with_columns(could), theirs, standard, clock)
        parts.append(_judged(_counted(begun, theirs, standard, clock), standard))
    return pl.concat(parts).sort("journey_type", "standard", "customer_id", "journey_id")


def _rows(events: pl.DataFrame, journeys: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return each journey with when it was seen last, and when an abandoned one counts as given up."""
    planned = journeys.filter(pl.col("journey_type").is_in(sorted(context.models)))
    numbered = journeys_of(events)
    names, seen_last = (
        events["journey_id"].gather(numbered[1]),
        seen_of(events, numbered, context.extracted_at),
    )
    seen = pl.DataFrame({"journey_id": names, "seen": seen_last})
    silence = pl.duration(microseconds=microseconds(context.abandon_after))
    return planned.join(seen, on="journey_id", how="left").select(
        *("journey_type", "customer_id", "journey_id", "variant", "status", "end"),
        pl.col("seen").fill_null(pl.col("end")),
        (pl.col("end") + silence).alias("given_up"),
    )


def _steps(events: pl.DataFrame, standards: Sequence[Standard]) -> pl.DataFrame:
    """Return the counted steps that the standards name, in each journey by time."""
    named = {step for one in standards for step in (one.start, one.stop, *(one.pause or ()))}
    counted = pl.col("step_no").is_not_null()
    if Anchor.START not in named:
        counted &= pl.col("touchpoint").is_in(sorted(named))
    found = events.select(
        *("journey_id", "touchpoint", "step_no"),
        journeys_of(events)[0],
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        moment().alias("at"),
        latest().alias("latest"),
    )
    return found.filter(counted).sort("number", "at", "step_no").drop("number")


def _begun(rows: pl.DataFrame, steps: pl.DataFrame, standard: Standard, clock: Clock) -> pl.DataFrame:
    """Return the journeys whose clock has started: since when, and until when it is looked at."""
    first = standard.start == Anchor.START
    started = _first(steps if first else steps.filter(touchpoint=standard.start))
    known = rows.join(started, on="journey_id").sort("customer_id", "journey_id")
    begun = known.select("journey_id", pl.col("row").alias("started"), pl.col("at").alias("begun"))
    after = steps.filter(touchpoint=standard.stop).join(begun, on="journey_id")
    after = after.filter((pl.col("latest") > pl.col("begun")) & (pl.col("row") != pl.col("started")))
    done = _first(after).select("journey_id", pl.col("row").alias("stopped"), pl.col("at").alias("done"))
    known = known.join(done, on="journey_id", how="left", maintain_order="left")
    since, status = _received(known, standard, clock).alias("since"), pl.col("status")
    until = pl.when(status == Status.STOPPED).then("end").when(status == Status.ABANDONED).then("given_up")
    return known.with_columns(
        since, pl.coalesce("done", until, "seen").alias("until"), pl.col("row").alias("started")
    ).with_row_index("item")


def _counted(begun: pl.DataFrame, steps: pl.DataFrame, standard: Standard, clock: Clock) -> pl.DataFrame:
    """Add what is due when, what has passed without pauses, and whether the clock stands."""
    away = NO_PAUSES
    if standard.pause is not None:
        away = pauses(steps, begun, standard.pause, by_date=clock.by_date)
    since, unit = begun["since"], 1 if clock.by_date else MINUTE
    stood, counted, stands = clock.stood(since, away)
    spent = np.maximum(clock.between(since, begun["until"]) + clock.ahead(since) - stood, 0)
    due = clock.due(since, counted)
    # a day that does not count, after the last one that does, is late all the same
    late = (begun["until"] > due).to_numpy() & ~stands
    spent = np.where(late, np.maximum(spent, clock.allowed + 1), spent)
    return begun.with_columns(
        due.alias("due"),
        pl.Series("spent", -(-spent // unit)),
        pl.Series("paused", -(-counted // unit)),
        pl.Series("stands", stands),
    )


def _judged(counted: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """Return ITEM rows: how each item stands, and what ended its wait."""
    settled, status, could = pl.col("done").is_not_null(), pl.col("status"), pl.col("could")
    kinds = (
        (settled, Ended.COMPLETE),
        (could & (status == Status.STOPPED), Ended.STOPPED),
        (could & (status == Status.ABANDONED), Ended.ABANDONED),
        (could & (status == Status.OPEN), Ended.CENSORED),
    )
    ended = pl.coalesce(pl.when(rule).then(pl.lit(kind.value)) for rule, kind in kinds).alias("ended")
    found = counted.with_columns(ended)
    found = found.with_columns(_state().alias("state"), pl.lit(standard.name).alias("standard"))
    stands = pl.col("state") == State.STANDING
    judged = pl.col("state") != State.EXCLUDED
    ran_out = (judged & ~stands & (pl.col("due") <= pl.col("seen"))).alias("ran_out")
    filled = found.with_columns(ran_out, pl.when(~stands).then("due").alias("due"))
    return filled.select(pl.col(name).cast(kind) for name, kind in ITEM.items())


def _state() -> pl.Expr:
    settled = pl.col("done").is_not_null()
    still = pl.col("ended").is_in([Ended.ABANDONED.value, Ended.CENSORED.value]).fill_null(value=False)
    rules = (
        (settled & (pl.col("done") <= pl.col("due")), State.MET),
        (settled, State.BREACHED),
        (~still, State.EXCLUDED),
        (pl.col("stands"), State.STANDING),
        (pl.col("due") <= pl.col("seen"), State.OPEN_BREACHED),
    )
    named = (pl.when(rule).then(pl.lit(state.value)) for rule, state in rules)
    return pl.coalesce(*named, pl.lit(State.PENDING.value))


def _first(steps: pl.DataFrame) -> pl.DataFrame:
    return steps.unique("journey_id", keep="first", maintain_order=True).select(
        "journey_id", "row", "at", "latest"
    )


def _received(known: pl.DataFrame, standard: Standard, clock: Clock) -> pl.Series:
    """Return when each clock starts: late in the day it is the next working day's opening."""
    last = known.select((pl.col("latest") - _TICK).alias("last"))["last"]
    start = known["at"] if clock.by_date else last
    if standard.received_after is None:
        return start
    late = last.dt.convert_time_zone(clock.deadlines.calendar.timezone).dt.time() > standard.received_after
    return start.zip_with(~late, _opening(start, clock.deadlines))


def _opening(since: pl.Series, deadlines: Deadlines) -> pl.Series:
    """Return when the office opens on the next working day after each instant."""
    morning = deadlines.earliest(since, Length(1, Unit.WORKING_DAY))
    one = pl.repeat(1, since.len(), dtype=pl.Int64, eager=True)
    opened = deadlines.calendar.after(morning, one)
    return opened.to_frame("at").select(pl.col("at") - _TICK)["at"]
