"""How do the finished cases of one log compare with what a plan says beyond the order of steps?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from cjmine.conformance.aligned import align_all
from cjmine.conformance.beside import Beside, beside
from cjmine.conformance.kernels import moves
from cjmine.conformance.lived import Places
from cjmine.conformance.rules import ELSEWHERE, VIOLATED
from cjmine.domain.deadlines import Deadlines
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import Automaton, IntendedJourney
from cjmine.domain.vocabulary import Kind, Status


def of_cases(
    partition: Partition,
    variants: pl.DataFrame,
    journey: IntendedJourney,
    automaton: Automaton,
    clock: Deadlines,
) -> Beside | None:
    """Return the cases beside the plan, each as a whole journey; ``None`` where there are none.

    ``partition`` has a journey for each case, its touchpoints in the log's words; ``variants`` as in
    ``discovery.variants``.
    """
    name = journey.name
    mapped = pl.col("touchpoint").replace(dict(journey.mapping))
    steps = pl.col("steps").list.eval(pl.element().replace(dict(journey.mapping)))
    typed = pl.lit(name).alias("journey_type")
    aligned = align_all(variants.with_columns(typed, steps), {name: journey}, {name: automaton})
    context = Context(models={name: journey}, aligned=aligned, deadlines={name: clock})
    whole = dataclasses.replace(
        partition,
        events=partition.events.with_columns(mapped),
        journeys=partition.journeys.with_columns(typed, pl.lit(Status.COMPLETE.value).alias("status")),
    )
    whole = dataclasses.replace(whole, moves=moves(whole, context))
    return next(iter(beside(whole, context)), None)


def deviations_beyond(plan: Beside) -> Iterator[dict[str, Any]]:
    """Yield code, kind, activity, count and cases of steps late, too early, or otherwise taken."""
    for limit in plan.limits:
        walk = plan.lived.walk[limit.rows[limit.broken]]
        yield from _counted("V5", Kind.EARLY if limit.early else Kind.LATE, limit.step, walk)
    for one in plan.taken:
        walk = plan.lived.walk[one.rows[one.broken]]
        channel = one.column == "channel"
        kind = Kind.WRONG_CHANNEL if channel else Kind.WRONG_SERVICE
        yield from _counted("V6" if channel else "V7", kind, one.step, walk)


def _counted(code: str, kind: Kind, step: str, walk: Places) -> Iterator[dict[str, Any]]:
    if len(walk):
        cases = len(np.unique(walk))
        yield {"code": code, "kind": kind.value, "activity": step, "count": len(walk), "cases": cases}


def rule_counts_beyond(plan: Beside) -> dict[int, dict[str, int]]:
    """Return the counts of ``conformance.rule_counts`` for the rules that the order does not decide."""
    found = {}
    for number, one in enumerate(plan.rules):
        if not one.rule.by_order:
            broken, unknown = one.state == VIOLATED, one.state == ELSEWHERE
            found[number] = {
                "asked": len(one.state),
                "kept": int((~broken & ~unknown).sum()),
                "broken": int(broken.sum()),
                "elsewhere": int(unknown.sum()),
                "cases": len(np.unique(one.walk)),
                "broken_cases": len(np.unique(one.walk[broken])),
            }
    return found
