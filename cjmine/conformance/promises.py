"""What does a run say of each standard: what was missed, what is still awaited, and the sums of both?"""

from __future__ import annotations

import polars as pl

from cjmine.conformance.promised_numbers import numbered
from cjmine.conformance.promises_said import missed_number, missed_time
from cjmine.conformance.standards import State, items
from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Standard
from cjmine.domain.tables import FINDING, WATCH
from cjmine.domain.vocabulary import Promise, Status
from cjmine.engine.evidence import findings
from cjmine.tally import Merge, Tally

_KEYS = {"journey_type": pl.String, "standard": pl.String}
STANDARDS = Tally(
    keys=_KEYS,
    measures=dict.fromkeys(
        ("met", "breached", "open_breached", "early", "pending", "standing", "excluded"), Merge.SUM
    ),
)
"""Items by how they stand; ``met``, ``breached`` and ``open_breached`` are those that were due in the log.

``early``: settled, but due only after the end of the log; ``pending``: neither settled nor due;
``standing``: pending while the clock stands; ``excluded``: the clock started, but the plan does not come to
its stop, so that it is no item.
"""
STANDARD_TIMES = Tally(keys={**_KEYS, "elapsed": pl.Int64, "ended": pl.String}, measures={"count": Merge.SUM})
"""How long each item waited, pauses taken off, in the limit's days, or in minutes where it is of hours."""
_ROWS = pl.List(pl.UInt32)


def missed(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with code SLA: standards that were not kept, or are late already.

    The evidence of a time is what started its clock and what stopped it; of a number, all that count.
    """
    late, many = items(partition, context), numbered(partition, context)
    late = late.filter(pl.col("state").is_in([State.BREACHED.value, State.OPEN_BREACHED.value]))
    many = many.filter(state=State.BREACHED.value)
    parts = []
    for standard, model in _standards(context):
        of = {"journey_type": model.name, "standard": standard.name}
        if standard.limit is None:
            parts.append(_too_many(many.filter(**of), standard))
        else:
            parts.append(_too_late(late.filter(**of), standard, model, context))
    if not parts:
        return FINDING.empty()
    rows = pl.concat(parts, how="diagonal").with_columns(pl.lit("SLA").alias("code"))
    return findings(rows, partition.events, detector="standards")


def _standards(context: Context) -> list[tuple[Standard, IntendedJourney]]:
    return [(one, model) for _, model in sorted(context.models.items()) for one in model.standards]


def _too_late(
    late: pl.DataFrame, standard: Standard, model: IntendedJourney, context: Context
) -> pl.DataFrame:
    since, done, calendar = late["since"], late["done"], context.calendar
    elapsed = (done - since).dt.total_microseconds()
    waited = elapsed if calendar is None else calendar.between(since, done)
    said = missed_time(late, standard, model, context.deadlines[model.name].calendar.timezone)
    return late.with_columns(waited.alias("waited")).select(
        "customer_id",
        "journey_id",
        pl.concat_list("started", "stopped").list.drop_nulls().alias("event_rows"),
        pl.coalesce("stopped", "started").alias("primary"),
        pl.lit([], dtype=_ROWS).alias("extra_rows"),
        pl.col("standard").alias("touchpoint"),
        in_units(pl.col("waited"), HOUR).alias("wait_h"),
        said.alias("message"),
    )


def _too_many(many: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    return many.select(
        "customer_id",
        "journey_id",
        pl.col("rows").alias("event_rows"),
        pl.col("rows").list.get(standard.most).alias("primary"),
        pl.col("rows").list.slice(standard.most).alias("extra_rows"),
        pl.col("standard").alias("touchpoint"),
        missed_number(standard).alias("message"),
    )


def awaited(partition: Partition, context: Context) -> pl.DataFrame:
    """Return WATCH rows of the standards that are still to be kept, or to be counted.

    A journey that is over or given up is watched where time alone will change what is counted of it: an
    item not due yet becomes late, or one that is settled falls due.
    """
    found = items(partition, context)
    still = [State.PENDING.value, State.STANDING.value, State.OPEN_BREACHED.value]
    opened, expected = pl.col("status") == Status.OPEN, pl.col("state").is_in(still)
    settled = pl.col("done").is_not_null() & ~pl.col("ran_out")
    later = (pl.col("state") == State.PENDING) | settled
    found = found.filter(pl.when(opened).then(expected).otherwise(later))
    taken = pl.DataFrame(
        [(model.name, one.name, model.by.get(one.stop)) for one, model in _standards(context)],
        schema={**_KEYS, "service": pl.String},
        orient="row",
    )
    left = (pl.col("due") - pl.col("seen")).dt.total_microseconds()
    rows = found.join(taken, on=list(_KEYS), how="left").with_columns(
        pl.when(expected)
        .then(pl.lit(Promise.STANDARD.value))
        .otherwise(pl.lit(Promise.SETTLED.value))
        .alias("kind"),
        pl.col("standard").alias("name"),
        partition.events["event_id"].gather(found["started"]).alias("since_event_id"),
        pl.col("ran_out").alias("overdue"),
        in_units(left, HOUR).alias("left_h"),
    )
    return WATCH.conform(rows).sort(WATCH.order)


def count_standards(partition: Partition, context: Context) -> pl.DataFrame:
    """Tally the items of each standard by how they stand."""
    timed, often = items(partition, context), numbered(partition, context)
    counted = pl.concat(
        [
            timed.select(*_KEYS, "state", pl.col("ran_out").alias("judged")),
            often.select(*_KEYS, "state", pl.col("over").alias("judged")),
        ]
    )
    settled = pl.col("state").is_in([State.MET.value, State.BREACHED.value])
    early = settled & ~pl.col("judged")
    as_counted = pl.when(early).then(pl.lit("early")).otherwise("state")
    sums = [(as_counted == name).sum().alias(name) for name in STANDARDS.measures]
    return counted.group_by(list(_KEYS)).agg(sums)


def count_times(partition: Partition, context: Context) -> pl.DataFrame:
    """Tally how long the items of each standard waited, and what ended it."""
    found = items(partition, context).drop_nulls("ended")
    counted = found.select(*_KEYS, pl.col("spent").alias("elapsed"), "ended")
    return counted.group_by(list(STANDARD_TIMES.keys)).agg(pl.len().alias("count"))


PROMISES = (
    Kernel(name="standards_missed", output=FINDING, compute=missed, into="findings"),
    Kernel(name="standards_awaited", output=WATCH, compute=awaited, into="watch"),
    Kernel(name="standards", output=STANDARDS, compute=count_standards),
    Kernel(name="standard_times", output=STANDARD_TIMES, compute=count_times),
)
"""Pass 2, after the status and the alignments."""
