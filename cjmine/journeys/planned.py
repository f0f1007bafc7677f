"""What the intended journeys say about raw activities: which step, which stage, which model."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.domain.models import IntendedJourney


def step_table(models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return journey_type, activity, step, stage, starts: each activity that a model knows."""
    rows = []
    for name, model in sorted(models.items()):
        stage_of = {step: stage for stage, steps in model.stages for step in steps}
        known = {*model.steps, *model.anytime, *model.unwanted, *model.stopped}
        mapping = {**{step: step for step in known}, **model.mapping}
        rows += [
            {
                "journey_type": name,
                "activity": activity,
                "step": step,
                "stage": stage_of.get(step),
                "starts": step in model.starts,
            }
            for activity, step in sorted(mapping.items())
        ]
    schema = {
        "journey_type": pl.String,
        "activity": pl.String,
        "step": pl.String,
        "stage": pl.String,
        "starts": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema)


def by_need(models: Mapping[str, IntendedJourney]) -> dict[str, str]:
    """Return need to model name."""
    return {model.need: name for name, model in sorted(models.items()) if model.need is not None}


def by_activity(steps: pl.DataFrame) -> dict[str, str]:
    """Return activity to model name, for activities that one model alone knows."""
    owners = steps.group_by("activity").agg(pl.col("journey_type").unique().alias("models"))
    alone = owners.filter(pl.col("models").list.len() == 1).sort("activity")
    return dict(zip(alone["activity"], alone["models"].list.first(), strict=True))
