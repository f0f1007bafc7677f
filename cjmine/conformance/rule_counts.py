"""How often is each rule of a plan asked, kept and broken over a log of finished cases?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from cjmine.conformance.messages import rule_broken
from cjmine.conformance.rules import activations_of
from cjmine.domain.models import IntendedJourney
from cjmine.domain.walks import Walks, coded


def rule_counts(journey: IntendedJourney, counted: Mapping[tuple[str, ...], int]) -> list[dict[str, Any]]:
    """Return for each rule, in the order of the plan, what its activations say.

    ``counted`` has the number of cases of each distinct sequence of steps. Keys:
    rule, line, message (what it means to break it), asked (activations), kept,
    broken, elsewhere (decided by times, services or channels), cases (in which it
    was asked) and broken_cases.
    """
    if not journey.rules:
        return []
    variants = sorted(counted)
    weights = pl.DataFrame({"walk": range(len(variants)), "weight": [counted[one] for one in variants]})
    table = activations_of(journey, _walks(variants), np.zeros(len(variants), bool))
    weighed = table.join(weights.cast({"walk": pl.Int64, "weight": pl.Int64}), on="walk")
    weight = pl.col("weight")
    sums = weighed.group_by("rule").agg(
        (pl.col("activations") * weight).sum().alias("asked"),
        (pl.col("satisfied") * weight).sum().alias("kept"),
        (pl.col("violated") * weight).sum().alias("broken"),
        (pl.col("elsewhere") * weight).sum(),
        weight.filter(~pl.col("vacuous")).sum().alias("cases"),
        weight.filter(pl.col("violated") > 0).sum().alias("broken_cases"),
    )
    found = {row.pop("rule"): row for row in sums.to_dicts()}
    none = dict.fromkeys(("asked", "kept", "broken", "elsewhere", "cases", "broken_cases"), 0)
    return [
        {
            "rule": rule.text,
            "line": rule.place.line,
            "message": rule_broken(journey, rule),
            **found.get(number, none),
        }
        for number, rule in enumerate(journey.rules)
    ]


def _walks(variants: list[tuple[str, ...]]) -> Walks:
    labels, names = coded(pl.Series([step for steps in variants for step in steps], dtype=pl.String))
    lengths = np.array([len(steps) for steps in variants], np.int64)
    return Walks(begins=np.cumsum(lengths) - lengths, labels=labels, names=names)
