"""How close do models and journeys come to the plan, and to what truly happened?

Fitness (domain.md 0.1, ruling 10) of complete journeys of the modelled type:
as the run saw them, as they truly were, and of what truly happened in the model
that the run's log gives (inductive miner), with that model's precision for it. The
plan knows steps that are free at any time and leaves them out of a journey; a
discovered model has them in it, so there journeys are whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cjmine.conformance.alignment import align
from cjmine.conformance.deviations import without_anytime
from cjmine.conformance.moves import Alignment
from cjmine.conformance.precision import precision
from cjmine.discovery.miner import mine_types
from cjmine.domain.kernel import Partition
from cjmine.domain.models import IntendedJourney, Tree
from cjmine.domain.vocabulary import Status
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.load import load_model
from cjmine.intended.minimal import automaton_of_tree
from cjmine.project.load import Loaded
from cjmine.score.truth import Truth


def fidelity(
    loaded: Loaded, truth: Truth, answers: Partition, tallies: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    """Return the fitness of complete journeys: found, true, and true in the discovered model."""
    if truth.model is None:
        return {"fitness": "not measured: the truth folder has no truth_model.journey.yaml"}
    plan = load_model(truth.model)
    name = next((one for one, model in loaded.models.items() if model.need == plan.need), plan.name)
    complete = answers.journeys.filter(
        pl.col("journey_type") == name, pl.col("status") == Status.COMPLETE, pl.col("fitness").is_not_null()
    )
    variants = _true_variants(truth, plan)
    mined = mine_types(
        tallies["variants"].filter(pl.col("journey_type") == name), loaded.project.discovery
    ).get(name)
    return {
        "journey_type": name,
        "complete_journeys_found": complete.height,
        "complete_journeys_true": int(variants["count"].sum()),
        "fitness_found": _rounded(complete["fitness"].mean()),
        "fitness_true": _in_plan(variants, plan),
        **_in_discovered(variants, mined.tree if mined else None),
    }


def _true_variants(truth: Truth, plan: IntendedJourney) -> pl.DataFrame:
    """Return the variants of complete true journeys: acts in order, a contact once unless it holds steps."""
    typed = truth.journeys.filter(
        pl.col("type").is_in([plan.name, plan.need]), pl.col("status") == Status.COMPLETE.value
    )
    acts = truth.events.join(typed.select("journey_id"), on="journey_id", how="semi").with_columns(
        pl.col("label").is_in([*plan.steps, *plan.success, *plan.stopped]).alias("planned"),
        pl.coalesce("contact_id", "true_event_id").alias("contact"),
    )
    contact = "contact"
    first_of_step = pl.struct(contact, "label").is_first_distinct()
    kept = acts.filter(
        pl.when(pl.col("planned").any().over(contact))
        .then(pl.col("planned") & first_of_step)
        .otherwise(pl.col(contact).is_first_distinct())
    )
    paths = kept.group_by("journey_id", maintain_order=True).agg(pl.col("label").alias("steps"))
    counted = paths.group_by("steps").agg(pl.len().alias("count"))
    key = pl.col("steps").list.join("\x1f").alias("variant")
    return counted.with_columns(key, pl.lit(plan.name).alias("journey_type")).sort("variant")


def _in_plan(variants: pl.DataFrame, plan: IntendedJourney) -> float | str | None:
    """Return the fitness in the plan; a sentence where it is too large to align with."""
    walked = [without_anytime(tuple(steps), plan)[0] for steps in variants["steps"]]
    try:
        return _fitness(align(walked, automaton_of(plan.net)), variants["count"])
    except ModelError as error:
        return _unmeasured(error)


def _in_discovered(variants: pl.DataFrame, tree: Tree | None) -> dict[str, float | str | None]:
    """Return the fitness in a discovered model, and its precision."""
    fitness, precise = "discovered_fitness_true", "discovered_precision"
    if tree is None or not variants.height:
        return {fitness: None, precise: None}
    try:
        automaton = automaton_of_tree(tree)
        found = align([tuple(steps) for steps in variants["steps"]], automaton)
    except ModelError as error:
        return {fitness: _unmeasured(error), precise: _unmeasured(error)}
    counts = variants["count"].to_list()
    return {
        fitness: _fitness(found, variants["count"]),
        precise: _rounded(precision(found, counts, automaton)),
    }


def _fitness(found: Sequence[Alignment], counts: pl.Series) -> float | None:
    """Return the mean fitness over journeys."""
    rated = pl.DataFrame({"fitness": [one.fitness for one in found], "count": counts})
    mean = (pl.col("fitness") * pl.col("count")).sum() / pl.col("count").sum()
    return _rounded(rated.select(mean).item()) if rated.height else None


def _unmeasured(error: ModelError) -> str:
    return f"not measured: {error.faults[0]}"


def _rounded(value: Any) -> float | None:  # noqa: ANN401 (what polars gives as a mean)
    return None if value is None else round(float(value), 4)
