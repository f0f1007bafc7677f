"""Were the ids of one person joined, and only those?

Every pair of ids counts, by groups and not by listing them. An id that several
people share (a couple's tenancy, a hostel's telephone) is rightly joined with
the ids of any of them. Recall is asked only of ids that something in the
exports could lead to the person.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.score.clusters import pairs_in
from cjmine.score.intervals import Sample, figure, harmonic, ratio
from cjmine.score.truth import Truth

_ID = ["system", "source_id"]


def scores(events: pl.DataFrame, rows: pl.DataFrame, truth: Truth, sample: Sample) -> dict[str, Any]:
    """Return pairwise precision and recall over the ids that stand in the exports.

    ``events`` and ``rows`` (``located.rows_of``) say to which customer each row
    was given; an id whose row is not in the run belongs to nobody but itself.
    """
    customers = rows.join(events.select("event_id", "customer_id"), on="event_id")
    by_row = customers.select(pl.col("ref").alias("row"), "customer_id").unique("row", keep="first")
    named = truth.identity.with_columns(pl.struct(_ID).rank("dense").alias("id"))
    members = named.join(by_row, on="row", how="left").with_columns(
        pl.coalesce("customer_id", pl.format("only {}", "id")).alias("cluster"),
        pl.col("customer_id").is_not_null().alias("observed"),
    )
    members = members.rename({"person_id": "person"})
    seen = members.filter("observed").select("id", "person", "cluster").unique()
    linkable = members.filter("linkable").select("id", "person", "cluster").unique()
    # an id of several people may bear rows of several customers, and is then joined in each of them
    clusters = seen.group_by("id", "cluster").agg(pl.col("person").min())
    found = clusters.group_by("cluster").agg(pl.col("person").min(), pairs_in(pl.len()).alias("found_pairs"))
    parts = [
        found.select("person", "found_pairs"),
        pairs_of(seen, ["person", "cluster"], "right_pairs", once=("id", "id_2", "cluster")),
        pairs_of(linkable, ["person"], "true_pairs"),
        pairs_of(linkable, ["person", "cluster"], "both_pairs"),
    ]
    counts = ("found_pairs", "right_pairs", "true_pairs", "both_pairs")
    whole = pl.concat(parts, how="diagonal").group_by("person").agg(pl.col(counts).fill_null(0).sum())
    sums = sample.sums(whole)
    precision = ratio(sums["right_pairs"], sums["found_pairs"])
    recall = ratio(sums["both_pairs"], sums["true_pairs"])
    report: dict[str, Any] = {
        "ids": named["id"].n_unique(),
        "ids_observed": seen["id"].n_unique(),
        "ids_linkable": linkable["id"].n_unique(),
        **{name: int(sums[name][0]) for name in counts},
    }
    values = {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}
    for name, value in values.items():
        report[name], report[f"{name}_ci"] = figure(value).rounded()
    return report


def pairs_of(
    members: pl.DataFrame, by: list[str], name: str, *, once: tuple[str, ...] = ("id", "id_2")
) -> pl.DataFrame:
    """Count pairs of ids that share a person (and what else is in ``by``), each ``once``.

    Two ids of the same two people would be counted for both of them; what is
    counted too often is subtracted.
    """
    groups = members.group_by(by).agg(pairs_in(pl.len()).alias(name)).select("person", name)
    several = members.filter(pl.len().over("id") > 1)
    twice = several.join(several, on=by, suffix="_2").filter(pl.col("id") < pl.col("id_2"))
    again = twice.group_by(once).agg(pl.col("person").min(), (1 - pl.len().cast(pl.Int64)).alias(name))
    return pl.concat([groups, again.select("person", name)])
