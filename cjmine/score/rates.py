"""What share of the findings is right, and what share of the truth was found? By code, family and pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cjmine.domain.codes import CODES
from cjmine.score.intervals import Floats, Sample, figure, harmonic, ratio

THIN = 100
"""A code with fewer planted instances is judged by its whole family (6.5)."""

UNSCORED = ("D5",)
"""Rows that record one contact are scored by contacts, not by code."""

_COUNTS = ("right", "found", "hit_planted", "planted", "hit", "instances")
_FIGURES = ("precision", "recall", "f1", "recall_all", "f1_all")
Sums = Mapping[str, Floats]


def tallies(found: pl.DataFrame, instances: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Return code, person and the counts that every rate is made of."""
    ours = found.select(
        "code",
        "person",
        pl.col("found").is_in(matched["found"].implode()).cast(pl.Int64).alias("right"),
        pl.lit(1, dtype=pl.Int64).alias("found"),
    )
    inside = instances.filter("in_scope")
    theirs = inside.select(
        "code",
        pl.col("person_id").alias("person"),
        pl.col("instance").is_in(matched["instance"].implode()).cast(pl.Int64).alias("hit"),
        pl.lit(1, dtype=pl.Int64).alias("instances"),
        pl.col("planted").cast(pl.Int64),
    ).with_columns((pl.col("hit") * pl.col("planted")).alias("hit_planted"))
    whole = pl.concat([ours, theirs], how="diagonal")
    return whole.group_by("code", "person").agg(pl.col(_COUNTS).fill_null(0).sum()).sort("code", "person")


def by_code(tallied: pl.DataFrame, found: pl.DataFrame, sample: Sample) -> dict[str, dict[str, Any]]:
    """Return the scores of every code that was planted, true or found, in order of code.

    A code that no detector looks for and nobody found is not ``built``: it has no figures.
    """
    foreign = dict(found.filter("foreign").group_by("code").len().sort("code").iter_rows())
    scores = {}
    for code in tallied["code"].unique().sort():
        score = _scores(tallied.filter(pl.col("code") == code), sample)
        built = code in CODES or score["found"] > 0
        figures = {} if built else dict.fromkeys((*_FIGURES, *(f"{name}_ci" for name in _FIGURES)))
        scores[code] = {**score, **figures, "foreign": foreign.get(code, 0), "built": built}
    return scores


def pooled(tallied: pl.DataFrame, codes: Mapping[str, Mapping[str, Any]], sample: Sample) -> dict[str, Any]:
    """Return the scores of each family: of all its codes that a detector looks for and the truth lists.

    What the truth does not list at all is no measure of a detector: golden cases are.
    """
    built = [code for code, score in codes.items() if score["built"] and score["instances"]]
    pools: dict[str, Any] = {}
    for family in sorted({code[0] for code in built}):
        members = [code for code in built if code[0] == family]
        pools[family] = {"codes": members, **_pool(tallied, members, sample)}
    return pools


def _pool(tallied: pl.DataFrame, codes: Sequence[str], sample: Sample) -> dict[str, Any]:
    return _scores(tallied.filter(pl.col("code").is_in(list(codes))), sample)


def _scores(tallied: pl.DataFrame, sample: Sample) -> dict[str, Any]:
    sums = sample.sums(tallied.drop("code"))
    counts = {name: int(sums[name][0]) for name in _COUNTS}
    values = rates(sums)
    scores: dict[str, Any] = {
        "planted": counts["planted"],
        "found": counts["found"],
        "instances": counts["instances"],
        "right": counts["right"],
        "hit_planted": counts["hit_planted"],
    }
    for name in _FIGURES:
        scores[name], scores[f"{name}_ci"] = figure(values[name]).rounded()
    return scores


def rates(sums: Sums) -> dict[str, Floats]:
    """Return precision, recall on what was planted and on all that is true, and F1 with each recall."""
    precision = ratio(sums["right"], sums["found"])
    planted = ratio(sums["hit_planted"], sums["planted"])
    everything = ratio(sums["hit"], sums["instances"])
    # nothing found at all is no precision, but it is a score: F1 is 0, not unknown
    strict = ratio(sums["right"], sums["found"])
    strict[(sums["found"] == 0) & (sums["instances"] > 0)] = 0.0
    return {
        "precision": precision,
        "recall": planted,
        "f1": harmonic(strict, planted),
        "recall_all": everything,
        "f1_all": harmonic(strict, everything),
    }
