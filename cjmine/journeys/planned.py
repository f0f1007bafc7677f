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


def by_activity(models: Mapping[str, IntendedJourney]) -> dict[str, str]:
    """Return activity to model name, for activities that one model alone knows, and plans or ends with."""
    own = {
        (name, step)
        for name, model in models.items()
        for step in (*model.steps, *model.success, *model.stopped)
    }
    return {activity: name for activity, (name, step) in _known_once(models).items() if (name, step) in own}


def leanings(models: Mapping[str, IntendedJourney]) -> dict[str, str]:
    """Return activity to model name, for activities that one model alone knows, and only tolerates.

    A look at one's case, or a chase, fits a plan that names it, but happens on the way to anything.
    """
    own = by_activity(models)
    return {activity: name for activity, (name, _) in _known_once(models).items() if activity not in own}


def _known_once(models: Mapping[str, IntendedJourney]) -> dict[str, tuple[str, str]]:
    """Return activity to model name and step, for activities that one model alone knows."""
    table = step_table(models)
    alone = table.filter(pl.col("journey_type").n_unique().over("activity") == 1).sort("activity")
    columns = (alone[name] for name in ("activity", "journey_type", "step"))
    return {activity: (name, step) for activity, name, step in zip(*columns, strict=True)}
