"""What was mistaken for what? Wrong findings beside what truly stood there, and decoys taken."""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.domain.codes import CODES
from cjmine.score.intervals import Sample, figure, ratio
from cjmine.score.matching import MISSING, candidates
from cjmine.score.truth import Scope, Truth

_KEYS = ("found", "code", "person", "journey", "step", "primaries", "units", "foreign")


def confusion(found: pl.DataFrame, instances: pl.DataFrame, matched: pl.DataFrame) -> list[dict[str, Any]]:
    """Return found, truth, count of every wrong finding: the code it should have had, if any.

    Only codes that a detector looks for are alternatives. ``instances`` also hold
    repetition that is intended, named ``intended CODE``; ``nothing`` stands for
    findings where nothing of the kind happened, and ``already found`` for findings
    of an instance that another one stands for.
    """
    wrong = found.join(matched, on="found", how="anti")
    instances = instances.filter(pl.col("code").is_in(sorted(CODES)))
    names = instances.select(
        "instance",
        pl.when("intended").then(pl.format("intended {}", "code")).otherwise("code").alias("truth"),
    )
    pairs = candidates(wrong, instances, same_code=False).join(names, on="instance")
    taken = matched.select("instance", pl.lit(value=True).alias("taken"))
    pairs = pairs.join(taken, on="instance", how="left").join(wrong.select("found", "code"), on="found")
    own = (pl.col("truth") == pl.col("code")) & pl.col("taken").fill_null(value=False)
    pairs = pairs.with_columns(pl.when(own).then(pl.lit("already found")).otherwise("truth").alias("truth"))
    free_first = pl.col("taken").fill_null(value=False)
    best = pairs.sort("found", free_first, -pl.col("jaccard"), "truth", "instance").unique(
        "found", keep="first", maintain_order=True
    )
    told = wrong.select("found", "code").join(best.select("found", "truth"), on="found", how="left")
    counted = told.group_by("code", pl.col("truth").fill_null("nothing")).agg(pl.len().alias("count"))
    ordered = counted.sort(["code", "count", "truth"], descending=[False, True, False])
    return ordered.rename({"code": "found"}).to_dicts()


def decoys(
    found: pl.DataFrame, matched: pl.DataFrame, truth: Truth, scope: Scope, sample: Sample
) -> dict[str, dict[str, Any]]:
    """Return, for each code, how many decoys there are and what share a wrong finding took.

    A decoy is taken when a finding of its code that stands for nothing true could
    be matched with it (see ``matching``); of a missing step, when it lies in the
    decoy's journey. Codes that nobody looks for are left out.
    """
    set_out = truth.decoys.filter(pl.col(scope.value))
    wrong = found.select(_KEYS).join(matched, on="found", how="anti")
    events = candidates(wrong, set_out)["instance"]
    journeys = wrong.filter(pl.col("code") == MISSING)["journey"].drop_nulls()
    taken = pl.col("instance").is_in(events.implode()) | (
        (pl.col("code") == MISSING) & pl.col("journey_id").is_in(journeys.implode())
    ).fill_null(value=False)
    rows = set_out.select(
        "code",
        pl.col("person_id").alias("person"),
        taken.cast(pl.Int64).alias("taken"),
        pl.lit(1, dtype=pl.Int64).alias("decoys"),
    )
    scores: dict[str, dict[str, Any]] = {}
    looked_for = sorted(CODES.keys() | set(found["code"]))
    for code in rows.filter(pl.col("code").is_in(looked_for))["code"].unique().sort():
        sums = sample.sums(rows.filter(pl.col("code") == code).drop("code"))
        rate, interval = figure(ratio(sums["taken"], sums["decoys"])).rounded()
        numbers = {name: int(sums[name][0]) for name in ("decoys", "taken")}
        scores[code] = {**numbers, "rate": rate, "rate_ci": interval}
    return scores
