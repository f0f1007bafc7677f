"""Where do the cases of one log leave an intended journey? Plain values, without a project file."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from cjmine.cases import Columns, arranged_cases
from cjmine.conformance.alignment import Alignment, align, walks_of
from cjmine.conformance.beside import Beside
from cjmine.conformance.bounds import bounds_of
from cjmine.conformance.deviations import deviations_of, without_anytime
from cjmine.conformance.rule_counts import rule_counts
from cjmine.conformance.whole_cases import deviations_beyond, of_cases, rule_counts_beyond
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.domain.kernel import Partition
from cjmine.domain.models import Automaton, IntendedJourney
from cjmine.domain.plan import Template
from cjmine.errors import StatesError
from cjmine.intended.load import load_model, not_compared, unclocked
from cjmine.intended.machine import blocks_of, machine_of, stuck
from cjmine.project.schema import Clock

Counted = Mapping[tuple[str, ...], int]


def check(log: Path | str, model: Path | str, columns: Columns | None = None) -> dict[str, Any]:
    """Where do the cases of a log leave the intended journey?

    Whole cases are aligned: log move 1, visible model move 1, silent 0. Times are compared
    with the plan's limits, and channels and services where ``columns`` names them. Returns
    variants, cases, cost_total, cost_low, cost_high, bounded (cases whose cost is not known
    exactly), not_computed (those of them that were too much work), fitting_cases, fitness (mean
    over cases of 1 - cost / (length + shortest path)), deviations, most frequent first, and
    rules, in the order of the model (see ``conformance.rule_counts``).

    A model with too many states to align with is compared block by block: deviations are
    null, and where some cost is not exact also cost_total, fitting_cases and fitness.
    Raises ``StatesError``, with the cases left undone, when such a model has no blocks.
    """
    try:
        journey = load_model(Path(model))
        return _checked(log, journey, columns)
    except StatesError as error:
        variants = distinct_variants(arranged_cases(log, columns, (COUNT_VARIANTS,))[2]["variants"])
        cases = int(variants["count"].sum())
        raise error.uncounted(cases=cases, variants=variants.height) from None


def _checked(log: Path | str, journey: IntendedJourney, columns: Columns | None) -> dict[str, Any]:
    reading, partition, outputs = arranged_cases(log, columns, (COUNT_VARIANTS,))
    counted: Counter[tuple[str, ...]] = Counter()
    whole: Counter[tuple[str, ...]] = Counter()
    variants = distinct_variants(outputs["variants"])
    for row in variants.iter_rows(named=True):
        mapped = tuple(journey.mapping.get(step, step) for step in row["steps"])
        counted[without_anytime(mapped, journey)[0]] += row["count"]
        whole[mapped] += row["count"]
    notes: list[str] = []
    plan = None
    try:
        machine = machine_of(journey)
        plan = _beside(partition, variants, journey, machine)
        found = _aligned(counted, journey, machine, plan)
    except StatesError as error:
        found, notes = _bounded(counted, journey, error)
    return {
        "variants": variants.height,
        "cases": counted.total(),
        **found,
        "rules": _rules(journey, whole, plan),
        "warnings": [
            *notes,
            *stuck(journey),
            *not_compared(journey, one_log=True),
            *unclocked(journey, told=journey.clock is not None and journey.clock.working is not None),
            *_not_told(journey, partition),
            *reading.warnings,
        ],
    }


def _aligned(
    counted: Counted, journey: IntendedJourney, machine: Automaton, plan: Beside | None
) -> dict[str, Any]:
    order = sorted(counted)
    aligned = list(zip(order, align(order, machine), strict=True))
    cases = sum(counted.values())
    cost = sum(counted[steps] * alignment.cost for steps, alignment in aligned)
    return {
        "cost_total": cost,
        "cost_low": cost,
        "cost_high": cost,
        "bounded": 0,
        "not_computed": 0,
        "fitting_cases": sum(counted[steps] for steps, alignment in aligned if alignment.cost == 0),
        "fitness": sum(counted[steps] * alignment.fitness for steps, alignment in aligned) / cases
        if cases
        else None,
        "deviations": _deviations(aligned, counted, journey, plan),
    }


def _bounded(
    counted: Counted, journey: IntendedJourney, error: StatesError
) -> tuple[dict[str, Any], list[str]]:
    """Return what is known of a model too large to align with, and what is not known in words."""
    blocks = blocks_of(journey)
    if blocks is None:
        raise error
    order = sorted(counted)
    bounds = bounds_of(walks_of(order), blocks)
    weights = np.array([counted[steps] for steps in order], np.int64)
    low, high = int(weights @ bounds.low), int(weights @ bounds.high)
    apart, undone = int(weights @ ~bounds.exact), int(weights @ ~bounds.computed)
    exact = apart == 0
    cases = int(weights.sum())
    full = np.maximum(np.array([len(steps) for steps in order]) + bounds.shortest, 1)
    values = {
        "cost_total": low if exact else None,
        "cost_low": low,
        "cost_high": high,
        "bounded": apart,
        "not_computed": undone,
        "fitting_cases": int(weights @ (bounds.high == 0)) if exact else None,
        "fitness": float(weights @ (1 - bounds.low / full)) / cases if exact and cases else None,
        "deviations": None,
    }
    told = (
        f"{error.faults[0]}; costs are worked out block by block, and no deviation is looked for in any of "
        f"{cases:,} cases ({len(order):,} variants): {cases - apart:,} costs are exact, {apart:,} lie "
        f"between bounds; {undone:,} of these were too much work to compute"
    )
    return values, [told]


def _beside(
    partition: Partition, variants: pl.DataFrame, journey: IntendedJourney, automaton: Automaton
) -> Beside | None:
    """Return the cases beside what the plan says of times, channels and services, where it says anything."""
    planned = journey.planned.values()
    says = any(step.channels or step.within or step.not_before for step in planned) or bool(journey.by)
    times = partition.events["start"]
    if not times.len() or not (says or any(not rule.by_order for rule in journey.rules)):
        return None
    first, last = times.dt.date().sort().gather([0, -1])
    whole = dataclasses.replace(journey, stopped=())  # a stop is a step like others: whole cases are compared
    return of_cases(partition, variants, whole, automaton, Clock().deadlines(journey.clock, first, last))


def _rules(journey: IntendedJourney, counted: Counted, plan: Beside | None) -> list[dict[str, Any]]:
    """Count how each rule is kept: by the order of steps, or else by their times, services and channels."""
    beyond = {} if plan is None else rule_counts_beyond(plan)
    return [row | beyond.get(number, {}) for number, row in enumerate(rule_counts(journey, counted))]


def _not_told(journey: IntendedJourney, partition: Partition) -> Iterator[str]:
    """Yield what a plan says that these columns of a log cannot show."""
    via, by = (
        sum(rule.template is one for rule in journey.rules) for one in (Template.ONLY_VIA, Template.ONLY_BY)
    )
    asked = (
        ("channel", via + sum(bool(step.channels) for step in journey.planned.values())),
        ("service", by + len(journey.by)),
    )
    for column, count in asked:
        if count and partition.events[column].null_count() == partition.events.height:
            what = f"{count:,} {column}{'' if count == 1 else 's'} of the model not compared"
            yield f"{journey.name}: {what}: name the log's column with --{column}"
    failures = sum(step.fails_to is not None for step in journey.planned.values())
    if failures:
        what = f"{failures:,} 'fails_to' of the model not compared"
        yield f"{journey.name}: {what}: a project file (cjmine run) can tell which steps failed"


def _deviations(
    aligned: Sequence[tuple[tuple[str, ...], Alignment]],
    counted: Counted,
    journey: IntendedJourney,
    plan: Beside | None,
) -> list[dict[str, Any]]:
    """Count the deviations of all cases, and the cases each occurs in; most frequent first."""
    times: Counter[tuple[str, str, str]] = Counter()
    cases: Counter[tuple[str, str, str]] = Counter()
    for steps, alignment in aligned:
        seen = Counter(
            (d.code, d.kind.value, d.label) for d in deviations_of(alignment, journey, prefix=False)
        )
        for key, count in seen.items():
            times[key] += count * counted[steps]
            cases[key] += counted[steps]
    rows = [
        {"code": code, "kind": kind, "activity": label, "count": n, "cases": cases[code, kind, label]}
        for (code, kind, label), n in times.items()
    ]
    rows += [] if plan is None else deviations_beyond(plan)
    return sorted(rows, key=lambda row: (-row["count"], row["code"], row["kind"], row["activity"]))
