"""Do the sets of duplicated contacts hold the contacts they should? Pairs, and B-cubed.

A set is what D1, D2 and D3 chain together. B-cubed (Bagga and Baldwin 1998) asks
of each contact that stands in a set here or there: what share of its set is
right, and what share of its true set is in it; a contact that one side leaves
out is a set of its own there.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.engine.components import components
from cjmine.score.intervals import Sample, figure, harmonic, ratio
from cjmine.score.truth import Truth

CODES = ("D1", "D2", "D3")


def scores(found: pl.DataFrame, instances: pl.DataFrame, truth: Truth, sample: Sample) -> dict[str, Any]:
    """Return pairwise and B-cubed precision, recall and F1 over contacts."""
    true = instances.filter(pl.col("code").is_in(CODES))
    inside, every = _sets(true.filter("in_scope"), "instance"), _sets(true, "instance")
    ours = _sets(found.filter(pl.col("code").is_in(CODES)), "found")
    people = truth.contacts.select(pl.col("contact_id").alias("item"), pl.col("person_id").alias("person"))
    named = found.select(pl.col("units").alias("item"), "person").explode("item").drop_nulls()
    strangers = named.join(people, on="item", how="anti").group_by("item").agg(pl.col("person").min())
    people = pl.concat([people, strangers.sort("item")])
    tallied = _tallies(ours, inside, every, people)
    sums = sample.sums(tallied)
    values = {
        "pairwise_precision": ratio(sums["right_pairs"], sums["found_pairs"]),
        "pairwise_recall": ratio(sums["both_pairs"], sums["true_pairs"]),
        "bcubed_precision": ratio(sums["precision"], sums["items"]),
        "bcubed_recall": ratio(sums["recall"], sums["items"]),
    }
    for kind in ("pairwise", "bcubed"):
        values[f"{kind}_f1"] = harmonic(values[f"{kind}_precision"], values[f"{kind}_recall"])
    report: dict[str, Any] = {"contacts": int(sums["items"][0])}
    for name, value in values.items():
        report[name], report[f"{name}_ci"] = figure(value).rounded()
    return report


def _sets(rows: pl.DataFrame, number: str) -> pl.DataFrame:
    """Return item, root: contacts, and the set that findings chain them into."""
    named = rows.select(pl.col(number).alias("n"), pl.col("units").alias("item")).explode("item")
    links = named.drop_nulls("item").unique().sort("n", "item")
    first = links.with_columns(pl.col("item").min().over("n").alias("first"))
    nodes = first["item"].unique().sort()
    return pl.DataFrame({"item": nodes, "root": components(nodes, first["first"], first["item"])})


def _tallies(
    ours: pl.DataFrame, inside: pl.DataFrame, every: pl.DataFrame, people: pl.DataFrame
) -> pl.DataFrame:
    """Return the sums that both measures are made of, by person.

    Precision is held against everything true, recall against what is in scope.
    """
    items = pl.concat([ours["item"], inside["item"]]).unique().sort().to_frame()
    for name, sets in (("ours", ours), ("inside", inside), ("every", every)):
        items = items.join(sets.rename({"root": name}), on="item", how="left")
        items = items.with_columns(pl.coalesce(name, "item").alias(name))
    items = items.join(people, on="item", how="left").filter(pl.col("person").is_not_null())
    size = {name: pl.len().over(name) for name in ("ours", "inside")}
    right, both = pl.len().over("ours", "every"), pl.len().over("ours", "inside")
    rated = items.with_columns(
        (right / size["ours"]).alias("precision"),
        (both / size["inside"]).alias("recall"),
        pl.lit(1).alias("items"),
        # each pair is counted at both of its ends
        ((size["ours"] - 1) / 2).alias("found_pairs"),
        ((right - 1) / 2).alias("right_pairs"),
        ((size["inside"] - 1) / 2).alias("true_pairs"),
        ((both - 1) / 2).alias("both_pairs"),
    )
    counts = ("precision", "recall", "items", "found_pairs", "right_pairs", "true_pairs", "both_pairs")
    return rated.group_by("person").agg(pl.col(counts).sum()).sort("person")
