"""How good was one run, in numbers? Every measure of one track, as one card."""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.score import contacts, duplicates, identity, journeys
from cjmine.score.ceiling import ceiling
from cjmine.score.intervals import Sample
from cjmine.score.located import located, rows_of
from cjmine.score.matching import candidates, match
from cjmine.score.mistaken import confusion, decoys
from cjmine.score.rates import UNSCORED, by_code, pooled, tallies
from cjmine.score.truth import Scope, Truth
from cjmine.score.unseen import unseen

Card = dict[str, Any]


def card(answers: Partition, truth: Truth, scope: Scope, *, told_who: bool = False) -> Card:
    """Score everything a run says: ``answers`` are its tables over all customers.

    With ``told_who`` the run was given true customers: identity has no score.
    """
    rows = rows_of(answers.events)
    waste = answers.findings.filter(~pl.col("intended"))
    sample, found = _sample(waste, rows, truth)
    return {
        **_detection(found, truth, scope, sample),
        "identity": "given" if told_who else identity.scores(answers.events, rows, truth, sample),
        "contacts": contacts.scores(answers.events, rows, truth, scope, sample),
        "segmentation": journeys.segmentation(answers.events, rows, truth, scope, sample),
        "status": journeys.status(answers, rows, truth, scope, sample),
    }


def findings_card(findings: pl.DataFrame, rows: pl.DataFrame, truth: Truth, scope: Scope) -> Card:
    """Score findings alone, whoever found them (columns: ``located.COLUMNS``)."""
    sample, found = _sample(findings, rows, truth)
    return _detection(found, truth, scope, sample)


def _sample(findings: pl.DataFrame, rows: pl.DataFrame, truth: Truth) -> tuple[Sample, pl.DataFrame]:
    found = located(findings.filter(~pl.col("code").is_in(UNSCORED)), rows, truth)
    return Sample.of(pl.concat([truth.people, found["person"]])), found


def _detection(found: pl.DataFrame, truth: Truth, scope: Scope, sample: Sample) -> Card:
    beyond = unseen(found, truth, scope)
    found = found.join(beyond, on="found", how="anti", maintain_order="left")
    every = truth.within(scope)
    true = every.filter(~pl.col("intended"), ~pl.col("code").is_in(UNSCORED))
    matched = match(candidates(found, true), true)
    tallied = tallies(found, true, matched)
    codes = by_code(tallied, found, sample)
    return {
        "codes": codes,
        "families": pooled(tallied, codes, sample),
        "not_built": sorted(code for code, score in codes.items() if not score["built"]),
        "decoys": decoys(found, matched, truth, scope, sample),
        "confusion": confusion(found, every, matched),
        "duplicate_sets": duplicates.scores(found, true, truth, sample),
        "foreign": int(found["foreign"].sum()),
        "missing_beyond_reach": beyond.height,
        "ceiling": ceiling(truth, scope),
    }
