"""Were lives cut into the journeys people really had, and do these stand where they truly stood?"""

from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.vocabulary import Status
from cjmine.score.clusters import adjusted_rand, pair_tallies
from cjmine.score.intervals import Sample, figure, harmonic, ratio
from cjmine.score.truth import Scope, Truth

STATUSES = {
    "complete": Status.COMPLETE.value,
    "stopped": Status.STOPPED.value,
    "abandoned": Status.ABANDONED.value,
    "stalled": Status.ABANDONED.value,
    "censored": Status.OPEN.value,
}
"""True status to ours: cjmine does not tell yet who held a journey that nobody went on with."""


def placed(events: pl.DataFrame, rows: pl.DataFrame, truth: Truth, scope: Scope) -> pl.DataFrame:
    """Return person, true_event_id, truth, found: the true journey of each event, and ours of its first row.

    Only events that serve a journey and have a row in the run; with ``LINKABLE``
    only rows whose id leads to the person.
    """
    ours = rows.join(events.select("event_id", "journey_id"), on="event_id")
    ours = ours.select("ref", pl.col("journey_id").alias("found")).drop_nulls("found")
    asked = truth.rows.drop_nulls("journey_id")
    asked = asked.filter("linked") if scope is Scope.LINKABLE else asked
    first = asked.join(ours, on="ref").sort("true_event_id", "ref")
    first = first.unique("true_event_id", keep="first", maintain_order=True)
    ordered = truth.events.select("true_event_id").join(first, on="true_event_id", maintain_order="left")
    return ordered.select(
        pl.col("person_id").alias("person"), "true_event_id", pl.col("journey_id").alias("truth"), "found"
    )


def segmentation(
    events: pl.DataFrame, rows: pl.DataFrame, truth: Truth, scope: Scope, sample: Sample
) -> dict[str, Any]:
    """Return the Adjusted Rand Index, boundary F1 and the rows that were drawn in from elsewhere."""
    items = placed(events, rows, truth, scope)
    index, interval = figure(adjusted_rand(sample.sums(pair_tallies(items)))).rounded()
    edges = sample.sums(_boundaries(items))
    precision, recall = ratio(edges["both"], edges["found"]), ratio(edges["both"], edges["true"])
    report: dict[str, Any] = {
        "events": items.height,
        "true_journeys": items["truth"].n_unique(),
        "found_journeys": items["found"].n_unique(),
        "ari": index,
        "ari_ci": interval,
    }
    values = {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}
    for name, value in values.items():
        report[f"boundary_{name}"], report[f"boundary_{name}_ci"] = figure(value).rounded()
    return {**report, **_drawn_in(events, rows, truth)}


def _boundaries(items: pl.DataFrame) -> pl.DataFrame:
    """Tally the places where one event of a person and the next belong to two journeys."""
    same = pl.col("person") == pl.col("person").shift()
    edges = items.select(
        "person",
        *((pl.col(name) != pl.col(name).shift()).alias(name) for name in ("truth", "found")),
        same.alias("same"),
    ).filter("same")
    return edges.select(
        "person",
        (pl.col("truth") & pl.col("found")).cast(pl.Int64).alias("both"),
        pl.col("found").cast(pl.Int64),
        pl.col("truth").cast(pl.Int64).alias("true"),
    )


def _drawn_in(events: pl.DataFrame, rows: pl.DataFrame, truth: Truth) -> dict[str, int]:
    """Count rows in real journeys that serve none: acts aside from any journey, and strangers."""
    known = truth.rows.group_by("ref").agg(pl.col("journey_id").drop_nulls().first().alias("true"))
    ours = rows.join(events.select("event_id", "journey_id"), on="event_id")
    ours = ours.drop_nulls("journey_id").join(known, on="ref", how="left")
    ours = ours.with_columns(pl.col("ref").is_in(known["ref"].implode()).alias("known"))
    real = ours.filter(pl.col("true").is_not_null())["journey_id"].unique()
    inside = ours.filter(pl.col("journey_id").is_in(real.implode()) & pl.col("true").is_null())
    return {
        "rows_of_no_journey_drawn_in": inside.filter("known").height,
        "strangers_drawn_in": inside.filter(~pl.col("known")).height,
    }


def status(
    answers: Partition, rows: pl.DataFrame, truth: Truth, scope: Scope, sample: Sample
) -> dict[str, Any]:
    """Return how often a true journey's status is that of the journey of ours that holds most of it.

    Only journeys with every event within reach: an end that left no row cannot be known.
    """
    items = placed(answers.events, rows, truth, scope).group_by("truth", "found").agg(pl.len().alias("n"))
    most = items.sort(["truth", "n", "found"], descending=[False, True, False])
    best = most.unique("truth", keep="first", maintain_order=True)
    ours = answers.journeys.select(pl.col("journey_id").alias("found"), pl.col("status").alias("told"))
    both = (
        truth.journeys.join(_whole(truth, scope), on="journey_id", how="semi")
        .select("journey_id", "person_id", "type", "status")
        .join(best.select(pl.col("truth").alias("journey_id"), "found"), on="journey_id")
        .join(ours, on="found", how="left")
        .with_columns(
            pl.col("status").replace_strict(STATUSES, default=None, return_dtype=pl.String).alias("meant")
        )
    )
    both = both.with_columns((pl.col("meant") == pl.col("told")).fill_null(value=False).alias("right"))
    sums = sample.sums(
        both.select(
            pl.col("person_id").alias("person"),
            pl.col("right").cast(pl.Int64),
            pl.lit(1, dtype=pl.Int64).alias("journeys"),
        )
    )
    value, interval = figure(ratio(sums["right"], sums["journeys"])).rounded()
    by_type = both.group_by("type").agg(pl.col("right").mean().round(4)).sort("type", nulls_last=True)
    table = both.group_by("status", "told").agg(pl.len().alias("count")).sort("status", "told")
    return {
        "journeys": both.height,
        "accuracy": value,
        "accuracy_ci": interval,
        "by_type": {str(name): share for name, share in by_type.iter_rows()},
        "mapping": dict(STATUSES),
        "confusion": table.rename({"status": "truth", "told": "found"}).to_dicts(),
        "log_loss": "not measured: cjmine gives each journey one status, not a probability",
    }


def _whole(truth: Truth, scope: Scope) -> pl.DataFrame:
    """Return journey_id of the true journeys that have a row within reach for each of their events."""
    refs = {Scope.OBSERVABLE: "raw_refs", Scope.LINKABLE: "linked_refs"}[scope]
    events = truth.events.drop_nulls("journey_id").group_by("journey_id")
    return events.agg((pl.col(refs).list.len() > 0).all().alias("whole")).filter("whole").drop("whole")
