"""What does the plan still expect of journeys under way, until when, and what of it is overdue (V5, watch)?

A step is awaited while no way from where the journey stands leads to the plan's end without it. It is due if
the plan has a limit for it, and what the limit counts from has happened since the step last did. Of journeys
that came to a halt only what is not due yet is still watched: nothing else of them changes with time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.limits import anchors_of, bound
from cjmine.conformance.lived import NEVER, Lived, Mask, Places, Times, instants
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.lists import flattened
from cjmine.domain.plan import Anchor, Limit
from cjmine.domain.tables import WATCH
from cjmine.domain.vocabulary import Promise, Severity, Status


def standing(lived: Lived, aligned: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return walk, steps (those awaited) and waiting (for whom), of journeys open or come to a halt."""
    under_way = lived.running | lived.with_status(Status.ABANDONED)
    walks = pl.Series("walk", np.flatnonzero(under_way), dtype=pl.Int64)
    mine = lived.journeys.select(pl.col("variant").gather(walks), walks)
    reached, ahead = (
        aligned[name].filter(pl.col("journey_type") == lived.name) for name in ("reached", "ahead")
    )
    known = mine.join(reached, on="variant", how="left", maintain_order="left")
    known = known.join(ahead, on="state", how="left", maintain_order="left")
    return known.select("walk", "steps", pl.col("waiting").fill_null(""))


def awaited(lived: Lived, stands: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each step awaited: walk, step, since (the step it counts from), due (null for none).

    ``since`` is -1 where nothing sets its time.
    """
    steps, whose = flattened(stands["steps"])
    walk = stands["walk"].to_numpy()[whose]
    since, due = np.full(len(walk), -1), np.full(len(walk), NEVER)
    named = steps.to_numpy()
    for step, planned in sorted(lived.model.planned.items()):
        mine = np.flatnonzero(named == step) if planned.within is not None else np.zeros(0, np.int64)
        if planned.within is not None and planned.within.anchor is not Anchor.DATE and len(mine):
            rows = _counting(lived, step, planned.within, walk[mine])
            timed = rows >= 0
            since[mine[timed]] = rows[timed]
            due[mine[timed]] = bound(lived, lived.high[rows[timed]], planned.within.length)
    return pl.DataFrame({"walk": walk, "step": steps, "since": since, "due": due})


def _counting(lived: Lived, step: str, limit: Limit, walk: Places) -> Places:
    """Return what a limit counts from in each journey; -1 where it has not happened, or is served."""
    some, done = anchors_of(lived, limit), np.flatnonzero(lived.of((step,)))
    anchor, last = (_last(lived, rows, rows)[walk] for rows in (some, done))
    until = _last(lived, done, lived.reach(done))[walk]
    served = (last >= 0) & (until >= lived.low[anchor])  # perhaps it has followed
    return np.where((anchor >= 0) & ~served, anchor, -1)


def _last(lived: Lived, some: Places, values: Places) -> Places:
    """Return the value of the last of some steps in each journey, -1 where it has none."""
    found = np.full(len(lived.walks.begins), -1, np.int64)
    found[lived.walk[some]] = values  # of equal places the last one written stays
    return found


def overdue(lived: Lived, expected: pl.DataFrame) -> Mask:
    """Tell which of the steps awaited were due before the end of what the log tells."""
    seen = lived.seen[expected["walk"].to_numpy()]
    return np.asarray((expected["due"].to_numpy() < seen) & (seen < NEVER))


def not_done(lived: Lived, expected: pl.DataFrame) -> pl.DataFrame:
    """Return rows of V5: steps that are not done though their time is over."""
    found = expected.filter(overdue(lived, expected))
    if not found.height:
        return FOUND
    since = found["since"].to_numpy()
    names = found["step"]
    titles = names.replace_strict(
        {name: lived.title(name) for name in names.unique()}, return_dtype=pl.String
    )
    said = pl.DataFrame({"title": titles, "due": lived.days(found["due"].to_numpy())})
    message = said.select(pl.format("{} not done yet, due {}.", "title", "due").alias("message"))["message"]
    return found_rows(lived, "V5", since, touchpoint=names, message=message, severity=Severity.MEDIUM.value)


def watched_steps(lived: Lived, expected: pl.DataFrame) -> pl.DataFrame:
    """Return WATCH rows of the steps awaited."""
    late = overdue(lived, expected)
    walk, due = (expected[name].to_numpy() for name in ("walk", "due"))
    stays = lived.running[walk] | ((due < NEVER) & ~late & (lived.seen[walk] < NEVER))
    kept = expected.filter(stays)
    service = kept["step"].replace_strict(dict(lived.model.by), default=None, return_dtype=pl.String)
    return watched(
        lived,
        Promise.STEP,
        kept["walk"].to_numpy(),
        kept["since"].to_numpy(),
        kept["due"].to_numpy(),
        name=kept["step"],
        service=service,
    )


def watched(
    lived: Lived,
    kind: Promise,
    walk: Places,
    since: Places,
    due: Times,
    *,
    name: pl.Series,
    service: pl.Series,
) -> pl.DataFrame:
    """Return WATCH rows: what is expected, ``since`` a step (-1: none), ``due`` at a time (or never)."""
    counts, seen = since >= 0, lived.seen[walk]
    if not len(walk):
        return WATCH.empty()
    at = np.where(counts, since, 0)
    rows = pl.DataFrame(
        {
            "customer_id": lived.journeys["customer_id"].gather(walk),
            "journey_id": lived.journeys["journey_id"].gather(walk),
            "name": name,
            "service": service,
            "counts": counts,
            "timed": due < NEVER,
            "due": instants(np.where(due < NEVER, due, 0)),
            "known": (due < NEVER) & (seen < NEVER),
            "left": np.where(due < NEVER, due, 0) - np.where(seen < NEVER, seen, 0),
            "overdue": (due < seen) & (seen < NEVER),
            "since_event_id": _gathered(lived.said("event_id", at) if counts.any() else None, counts),
            "since": _gathered(instants(lived.low[at]) if counts.any() else None, counts),
        }
    )
    timed = rows.with_columns(
        pl.lit(kind.value).alias("kind"),
        pl.when("timed").then("due").alias("due"),
        pl.when("known").then(in_units(pl.col("left"), HOUR)).alias("left_h"),
    )
    return WATCH.conform(timed).unique(WATCH.order, keep="first").sort(WATCH.order)


def _gathered(values: pl.Series | None, counts: Mask) -> pl.Series:
    """Return the values where they count, null elsewhere."""
    if values is None:
        return pl.Series([None] * len(counts))
    return pl.select(pl.when(pl.Series(counts)).then(values)).to_series()
