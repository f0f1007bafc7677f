"""Were the rows of one contact brought together, and only those?"""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.score.clusters import pair_tallies
from cjmine.score.intervals import Sample, figure, harmonic, ratio
from cjmine.score.truth import Scope, Truth


def scores(
    events: pl.DataFrame, rows: pl.DataFrame, truth: Truth, scope: Scope, sample: Sample
) -> dict[str, Any]:
    """Return pairwise precision and recall of rows in contacts.

    Over the rows that are in the run and truly belong to a contact; with
    ``LINKABLE`` recall asks only for rows whose id leads to the person.
    """
    placed = rows.join(events.select("event_id", "contact_id"), on="event_id").select(
        "ref", pl.coalesce("contact_id", "event_id").alias("found")
    )
    known = truth.rows.drop_nulls("contact_id").unique("ref", keep="first", maintain_order=True)
    items = placed.join(known, on="ref").select(
        pl.col("person_id").alias("person"), pl.col("contact_id").alias("truth"), "found", "linked"
    )
    whole = sample.sums(pair_tallies(items))
    asked = items.filter("linked") if scope is Scope.LINKABLE else items
    inside = sample.sums(pair_tallies(asked))
    precision = ratio(whole["both"], whole["found_pairs"])
    recall = ratio(inside["both"], inside["true_pairs"])
    report: dict[str, Any] = {"rows": items.height, "contacts": items["truth"].n_unique()}
    values = {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}
    for name, value in values.items():
        report[name], report[f"{name}_ci"] = figure(value).rounded()
    return report
