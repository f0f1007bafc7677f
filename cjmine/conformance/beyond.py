"""Where do journeys leave their plan in other ways than by the order of steps: V4 to V7, V9 and V10?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from cjmine.conformance.awaited import not_done, watched_steps
from cjmine.conformance.beside import Beside
from cjmine.conformance.ended import not_ended
from cjmine.conformance.failed import failed_steps, watched_failures
from cjmine.conformance.found import FOUND
from cjmine.conformance.limits import late
from cjmine.conformance.primary import without_double
from cjmine.conformance.rule_events import BY_ATTRIBUTE, broken_rules, watched_rules
from cjmine.conformance.rules import ELSEWHERE
from cjmine.conformance.taken import otherwise_taken
from cjmine.domain.kernel import Context
from cjmine.domain.lists import looked_up
from cjmine.domain.tables import WATCH


def beyond_order(
    aligned: pl.DataFrame, events: pl.DataFrame, plans: Sequence[Beside], context: Context
) -> list[pl.DataFrame]:
    """Return rows for ``engine.evidence.findings``, by id and then by row of the events.

    First the deviations of order, ``aligned``, without those that another finding stands for; then all
    that attributes and times tell.
    """
    rules = _rows(broken_rules(plan.lived, one) for plan in plans for one in plan.rules)
    taken = _rows(otherwise_taken(plan.lived, one) for plan in plans for one in plan.taken)
    if rules.height:
        kept = without_double(aligned, _with_ids(rules, events), _with_ids(taken, events))
        aligned, rules, taken = kept[0], *(rows.drop("event_ids", "primary_event_id") for rows in kept[1:])
    silence = context.abandon_after.days
    others = [
        *(failed_steps(plan.lived) for plan in plans),
        *(late(plan.lived, one) for plan in plans for one in plan.limits),
        *(not_done(plan.lived, plan.awaited) for plan in plans),
        *(not_ended(plan.lived, plan.waiting, silence) for plan in plans),
    ]
    return [aligned, rules, taken, _rows(others)]


def promised(plans: Sequence[Beside]) -> pl.DataFrame:
    """Return WATCH rows of every step and rule that journeys may still keep."""
    rows = [
        *(watched_steps(plan.lived, plan.awaited) for plan in plans),
        *(watched_failures(plan.lived) for plan in plans),
        *(watched_rules(plan.lived, one) for plan in plans for one in plan.rules),
    ]
    return WATCH.merge(rows)


def undecided(plans: Sequence[Beside]) -> dict[str, int]:
    """Return how many answers are not given because an order or a time is not known well enough."""
    limits = sum(int(one.unknown.sum()) for plan in plans for one in plan.limits)
    told = [one for plan in plans for one in plan.rules if one.rule.template not in BY_ATTRIBUTE]
    rules = sum(int((one.state == ELSEWHERE).sum()) for one in told)
    return {
        "time of a step not known well enough for a limit": limits,
        "order or time unknown for a rule": rules,
    }


def _rows(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return what was found, in the order of the events."""
    some = [frame for frame in frames if frame.height]
    return pl.concat(some, how="diagonal") if some else FOUND


def _with_ids(rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    ids = events["event_id"]
    return rows.with_columns(
        looked_up(rows["event_rows"], ids).alias("event_ids"),
        ids.gather(rows["primary"]).alias("primary_event_id"),
    )
