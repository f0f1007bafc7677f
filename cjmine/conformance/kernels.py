"""Carry the alignments of variants back to journeys and their events."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.tables import FINDING, JOURNEY, MOVE, TEXTS
from cjmine.domain.vocabulary import Lever, Severity, Status
from cjmine.engine.evidence import findings

_KEY = ["journey_type", "variant", "whole"]
_WHOLE = (Status.COMPLETE.value,)
"""Statuses aligned to the end; the others are aligned as far as they came."""


def _keyed(partition: Partition) -> pl.DataFrame:
    journeys = partition.journeys.with_columns(
        pl.col("status").is_in(_WHOLE).fill_null(value=False).alias("whole")
    )
    return journeys.select("journey_id", "customer_id", *_KEY)


def _steps(partition: Partition) -> pl.DataFrame:
    counted = partition.events.filter(pl.col("step_no").is_not_null())
    return counted.select("journey_id", "step_no", "event_id")


def costs(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows with alignment cost, and fitness where the journey is complete."""
    if not context.aligned:
        return partition.journeys
    found = _keyed(partition).join(context.aligned["costs"], on=_KEY, how="left")
    fitness = pl.when("whole").then("fitness").alias("fitness")
    rows = partition.journeys.drop("cost", "fitness").join(
        found.select("journey_id", "cost", fitness), on="journey_id", how="left", maintain_order="left"
    )
    return JOURNEY.conform(rows)


def moves(partition: Partition, context: Context) -> pl.DataFrame:
    """Return MOVE rows of every journey that has an intended journey."""
    if not context.aligned:
        return MOVE.empty()
    steps = _steps(partition)
    found = _keyed(partition).join(context.aligned["moves"], on=_KEY)
    rows = found.join(steps, on=["journey_id", "step_no"], how="left")
    return MOVE.conform(rows).sort(MOVE.order)


def deviations(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes V1, V2, V3, V8; a missing step's evidence are its neighbours."""
    if not context.aligned:
        return FINDING.empty()
    rows = _keyed(partition).join(context.aligned["deviations"], on=_KEY).sort("journey_id", "number")
    rows = rows.with_columns(pl.int_range(pl.len()).alias("n"))
    steps = _steps(partition)
    for column, name in (("evidence", "event_ids"), ("extra", "extra_event_ids")):
        named = rows.select("n", "journey_id", step_no=pl.col(column)).explode("step_no")
        ids = named.join(steps, on=["journey_id", "step_no"]).sort("n", "step_no")
        lists = ids.group_by("n", maintain_order=True).agg(pl.col("event_id").alias(name))
        rows = rows.join(lists, on="n", how="left", maintain_order="left")
    primary = steps.rename({"event_id": "primary_event_id", "step_no": "primary"})
    rows = rows.join(primary, on=["journey_id", "primary"], how="left", maintain_order="left")
    unwanted = [step for model in context.models.values() for step in model.unwanted]
    severe = (pl.col("code") == "V2") & pl.col("label").is_in(sorted(unwanted))
    filled = rows.with_columns(
        pl.col("event_ids").fill_null(pl.lit([], dtype=TEXTS)),
        pl.col("label").alias("touchpoint"),
        pl.when(severe)
        .then(pl.lit(Severity.HIGH.value))
        .otherwise(pl.lit(Severity.MEDIUM.value))
        .alias("severity"),
        pl.lit(Lever.PROCESS.value).alias("lever"),
    )
    return findings(filled.drop("label", "evidence", "extra"), partition.events, detector="conformance")


COSTS = Kernel(name="costs", output=JOURNEY, compute=costs, into="journeys")
MOVES = Kernel(name="moves", output=MOVE, compute=moves, into="moves")
DEVIATIONS = Kernel(name="deviations", output=FINDING, compute=deviations, into="findings")
