"""Carry the alignments of variants back to journeys and their events."""

from __future__ import annotations

import polars as pl

from cjmine.conformance.beside import beside
from cjmine.conformance.beyond import beyond_order, promised, undecided
from cjmine.conformance.clauses import CLAUSES, count_clauses
from cjmine.conformance.located import KEY, counted, found_in, keyed
from cjmine.domain.kernel import NOTES, Context, Kernel, Partition
from cjmine.domain.tables import FINDING, JOURNEY, MOVE, TEXTS, WATCH
from cjmine.domain.vocabulary import Lever, Severity
from cjmine.engine.evidence import findings


def costs(partition: Partition, context: Context) -> pl.DataFrame:
    """Return JOURNEY rows with alignment cost, and fitness: of the whole, or of the way so far."""
    if not context.aligned:
        return partition.journeys
    found = keyed(partition.journeys).join(context.aligned["costs"], on=KEY, how="left")
    fitness = pl.when("whole").then("fitness").alias("fitness")
    so_far = pl.when(~pl.col("whole")).then("fitness").alias("prefix_fitness")
    rows = partition.journeys.drop("cost", "fitness", "prefix_fitness").join(
        found.select("journey_id", "cost", fitness, so_far),
        on="journey_id",
        how="left",
        maintain_order="left",
    )
    return JOURNEY.conform(rows)


def moves(partition: Partition, context: Context) -> pl.DataFrame:
    """Return MOVE rows of every journey that has an intended journey."""
    if not context.aligned:
        return MOVE.empty()
    steps = counted(partition.events)
    found = keyed(partition.journeys).join(context.aligned["moves"], on=KEY)
    rows = found.join(steps, on=["journey_id", "step_no"], how="left")
    return MOVE.conform(rows).sort(MOVE.order)


def deviations(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes V1 to V10; a missing step's evidence are its neighbours."""
    if not context.aligned:
        return FINDING.empty()
    rows = found_in(partition, context).filter("ordered")
    unwanted = [step for model in context.models.values() for step in model.unwanted]
    severe = (pl.col("code") == "V2") & pl.col("label").is_in(sorted(unwanted))
    severity = pl.when(severe).then(pl.lit(Severity.HIGH.value)).otherwise(pl.lit(Severity.MEDIUM.value))
    filled = rows.with_columns(
        pl.col("event_ids").fill_null(pl.lit([], dtype=TEXTS)),
        pl.col("label").alias("touchpoint"),
        severity.alias("severity"),
        pl.lit(Lever.PROCESS.value).alias("lever"),
    )
    events = partition.events
    aligned = filled.drop("label", "evidence", "extra", "ordered")
    aligned, *others = beyond_order(aligned, events, beside(partition, context), context)
    told = (aligned, pl.concat(others, how="diagonal"))
    return FINDING.merge([findings(some, events, detector="conformance") for some in told])


def notes(partition: Partition, context: Context) -> pl.DataFrame:
    """Count what looks like a deviation, but depends on an order or a time that nobody knows."""
    if not context.aligned:
        return NOTES.empty()
    unknown = {"order of two steps unknown": found_in(partition, context).filter(~pl.col("ordered")).height}
    unknown |= undecided(beside(partition, context))
    rows = [("conformance", note, count) for note, count in unknown.items() if count]
    return pl.DataFrame(rows, schema=NOTES.schema, orient="row")


def watch(partition: Partition, context: Context) -> pl.DataFrame:
    """Return WATCH rows: what the plan still expects of journeys that are not over."""
    return promised(beside(partition, context)) if context.aligned else WATCH.empty()


def clauses(partition: Partition, context: Context) -> pl.DataFrame:
    """Tally how often each clause of the plans was asked, kept and broken (see ``CLAUSES``)."""
    return count_clauses(beside(partition, context)) if context.aligned else CLAUSES.empty()


COSTS = Kernel(name="costs", output=JOURNEY, compute=costs, into="journeys")
MOVES = Kernel(name="moves", output=MOVE, compute=moves, into="moves")
DEVIATION_NOTES = Kernel(name="conformance_notes", output=NOTES, compute=notes)
DEVIATIONS = Kernel(name="deviations", output=FINDING, compute=deviations, into="findings")
WATCHED = Kernel(name="watched", output=WATCH, compute=watch, into="watch")
COUNT_CLAUSES = Kernel(name="clauses", output=CLAUSES, compute=clauses)
BEYOND = (WATCHED, COUNT_CLAUSES)
"""After the deviations: what is still expected, and how each clause of the plan was kept."""
