"""How many journeys took each step as planned, and which deviations lie on it? The figures of the picture."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.domain.models import IntendedJourney
from cjmine.domain.vocabulary import MoveKind
from cjmine.tally import Merge, Tally

ON_STEP = ("V1", "V3", "V4", "V5", "V6", "V7")
"""Codes that lie on a step of the plan."""
ROUNDS = "V8"
"""The code of a part that ran too often; it lies on its first step, which is as planned all the same."""

STEPS = Tally(
    keys={"journey_type": pl.String, "step": pl.String},
    measures=dict.fromkeys(("journeys", "as_planned", "displaced", *ON_STEP, ROUNDS), Merge.SUM),
)
"""Per step: journeys in which the plan had it, those of them that took it as planned, those that took it
elsewhere (a finding V3 names the later of two swapped steps; both are displaced), those with each code."""

BESIDE = Tally(
    keys={"journey_type": pl.String, "stage": pl.String, "step": pl.String},
    measures=dict.fromkeys(("journeys", "times"), Merge.SUM),
)
"""Ad hoc steps by the stage that the plan had reached when they happened."""


def step_figures(journeys: pl.DataFrame, moves: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """Tally how each step of the plan was taken, as ``STEPS``.

    ``journeys`` are the tested ones. A step is as planned in a journey whose
    alignment agrees wherever it has the step, and that has no finding on it.
    """
    keys = ["journey_id", "journey_type", "step"]
    typed = moves.join(journeys.select("journey_id", "journey_type"), on="journey_id")
    agreed = typed.filter(pl.col("kind") == MoveKind.SYNC).select(keys).unique()
    missed = typed.filter(pl.col("kind") == MoveKind.MODEL).select(keys).unique()
    coded = (
        exceptions.filter(pl.col("code").is_in([*ON_STEP, ROUNDS]))
        .join(journeys.select("journey_id"), on="journey_id", how="semi")
        .select("journey_id", "journey_type", pl.col("touchpoint").alias("step"), "code")
        .unique()
    )
    on_step = coded.filter(pl.col("code") != ROUNDS)
    every = pl.concat([agreed, missed, on_step.select(keys)]).unique()
    absent, moved = (on_step.filter(pl.col("code") == code).select(keys) for code in ("V1", "V3"))
    bad = pl.concat([missed, on_step.select(keys)]).unique()
    displaced = pl.concat([missed.join(absent, on=keys, how="anti"), moved]).unique()
    marked = every
    for name, rows in (("bad", bad), ("displaced", displaced)):
        marked = marked.join(rows.with_columns(pl.lit(1).alias(name)), on=keys, how="left")
    counted = marked.group_by("journey_type", "step").agg(
        pl.len().alias("journeys"),
        pl.col("bad").is_null().sum().alias("as_planned"),
        pl.col("displaced").sum(),
    )
    codes = (*ON_STEP, ROUNDS)
    for code in codes:
        of = coded.filter(pl.col("code") == code).group_by("journey_type", "step").agg(pl.len().alias(code))
        counted = counted.join(of, on=["journey_type", "step"], how="full", coalesce=True)
    return STEPS.merge([STEPS.conform(counted.with_columns(pl.col(list(STEPS.measures)).fill_null(0)))])


def beside_figures(
    moves: pl.DataFrame, exceptions: pl.DataFrame, models: Mapping[str, IntendedJourney]
) -> pl.DataFrame:
    """Tally the ad hoc steps (V2) by stage, as ``BESIDE``: the stage of the last step agreed on before.

    What came before any of them happened in the first stage.
    """
    rows = [
        (name, step, stage)
        for name, model in models.items()
        for stage, steps in model.stages
        for step in steps
    ]
    names = {"journey_type": pl.String, "step": pl.String, "reached": pl.String}
    stages = pl.DataFrame(rows, schema=names, orient="row")
    firsts = pl.DataFrame(
        [(name, model.stages[0][0]) for name, model in models.items() if model.stages],
        schema={"journey_type": pl.String, "first": pl.String},
        orient="row",
    )
    found = exceptions.filter(pl.col("code") == "V2").select(
        "journey_id", "journey_type", "primary_event_id", "touchpoint"
    )
    touched = moves.join(found.select("journey_id", "journey_type").unique(), on="journey_id")
    agreed = pl.when(pl.col("kind") == MoveKind.SYNC).then("step").alias("step")
    way = (
        touched.sort("journey_id", "position")
        .with_columns(agreed)
        .join(stages, on=["journey_type", "step"], how="left", maintain_order="left")
        .with_columns(pl.col("reached").forward_fill().over("journey_id"))
        .filter(pl.col("event_id").is_not_null())
        .select("event_id", "reached")
    )
    placed = found.join(way, left_on="primary_event_id", right_on="event_id", how="left").join(
        firsts, on="journey_type", how="left"
    )
    counted = (
        placed.with_columns(pl.coalesce("reached", "first", pl.lit("")).alias("stage"))
        .group_by("journey_type", "stage", pl.col("touchpoint").alias("step"))
        .agg(pl.col("journey_id").n_unique().alias("journeys"), pl.len().alias("times"))
    )
    return BESIDE.merge([BESIDE.conform(counted)])
