"""Where do the cases of one log leave an intended journey? Returns plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cjmine.conformance.alignment import Alignment, align, walks_of
from cjmine.conformance.bounds import bounds_of
from cjmine.conformance.deviations import deviations_of, without_anytime
from cjmine.conformance.rule_counts import rule_counts
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.domain.models import IntendedJourney
from cjmine.errors import StatesError
from cjmine.intended.load import load_model, not_compared
from cjmine.intended.machine import blocks_of, machine_of, stuck
from cjmine.quick import Columns, arranged

Counted = Mapping[tuple[str, ...], int]


def check(log: Path | str, model: Path | str, columns: Columns | None = None) -> dict[str, Any]:
    """Where do the cases of a log leave the intended journey?

    Whole cases are aligned: log move 1, visible model move 1, silent 0. Returns
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
        variants = distinct_variants(arranged(log, columns, (COUNT_VARIANTS,))[2]["variants"])
        cases = int(variants["count"].sum())
        raise error.uncounted(cases=cases, variants=variants.height) from None


def _checked(log: Path | str, journey: IntendedJourney, columns: Columns | None) -> dict[str, Any]:
    reading, _, outputs = arranged(log, columns, (COUNT_VARIANTS,))
    counted: Counter[tuple[str, ...]] = Counter()
    whole: Counter[tuple[str, ...]] = Counter()
    variants = distinct_variants(outputs["variants"])
    for row in variants.iter_rows(named=True):
        mapped = tuple(journey.mapping.get(step, step) for step in row["steps"])
        counted[without_anytime(mapped, journey)[0]] += row["count"]
        whole[mapped] += row["count"]
    notes: list[str] = []
    try:
        found = _aligned(counted, journey)
    except StatesError as error:
        found, notes = _bounded(counted, journey, error)
    return {
        "variants": variants.height,
        "cases": counted.total(),
        **found,
        "rules": rule_counts(journey, whole),
        "warnings": [*notes, *stuck(journey), *not_compared(journey, by_order=True), *reading.warnings],
    }


def _aligned(counted: Counted, journey: IntendedJourney) -> dict[str, Any]:
    order = sorted(counted)
    aligned = list(zip(order, align(order, machine_of(journey)), strict=True))
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
        "deviations": _deviations(aligned, counted, journey),
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


def _deviations(
    aligned: Sequence[tuple[tuple[str, ...], Alignment]],
    counted: Mapping[tuple[str, ...], int],
    journey: IntendedJourney,
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
    return [
        {"code": code, "kind": kind, "activity": label, "count": n, "cases": cases[code, kind, label]}
        for (code, kind, label), n in sorted(times.items(), key=lambda item: (-item[1], item[0]))
    ]
