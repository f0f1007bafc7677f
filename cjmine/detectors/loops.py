"""Where do customers go round in circles?

Four shapes are looked for in each journey's sequence of touchpoints, after the
rows of one contact have been merged. L1, self-loop: the same step again at once.
L2, short loop: back and forth between two steps (A B A). L3, rework: a step comes
back after others. L4, stage return: the journey falls back to an earlier stage
of the intended journey.

Example: provide_evidence, request_evidence, provide_evidence is a short loop.

When it misleads: work that runs in parallel looks like going back and forth, so
branches of a `together` (without a model: services) are searched one at a time.
A contact is one visit: that it was put through, or ended in a complaint, is no
further place. Steps whose order inside a day is unknown are skipped and counted. Repetition
that the plan allows, that was sent in bulk, or that runs on a schedule, is listed
as intended and left out of totals. The codes overlap on purpose; totals count each extra event once,
for the first of L4, L2, L3, L1.

Parameters: level (activity, touchpoint, stage or service), scheduled_min (how
many occurrences make a schedule), scheduled_cv (how even its intervals are).

Source: bupaR's self-loops and repetitions (repeat and redo); L2 and L4 are
defined here.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from pydantic import Field

from cjmine.detectors.loop_words import told
from cjmine.detectors.repeats import mark_intended
from cjmine.detectors.runs import Lines, firm, labelled, runs_of
from cjmine.detectors.steps import planned
from cjmine.domain.kernel import NOTES, Context, Detector, Partition
from cjmine.domain.lengths import MINUTE, in_units
from cjmine.domain.lists import listed
from cjmine.domain.settings import Settings
from cjmine.domain.walks import coded
from cjmine.engine.evidence import findings


class LoopSettings(Settings):
    """What counts as the same step, and what counts as a schedule."""

    level: Literal["activity", "touchpoint", "stage", "service"] = "touchpoint"
    scheduled_min: int = Field(default=5, ge=3)
    scheduled_cv: float = Field(default=0.25, gt=0)


def find(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes L1 to L4."""
    settings = context.of(LoopSettings)
    lines = labelled(partition, context, settings.level)
    sure = firm(lines.steps)
    stretches = runs_of(sure)
    rows = pl.concat(
        [
            _self_loops(stretches, sure),
            _short_loops(stretches, sure),
            _rework(runs_of(lines.steps), lines.steps),
            _stage_returns(lines, context),
        ],
        how="diagonal",
    )
    if context.models:  # threads share the steps outside their branches, so one loop may be seen twice
        about = pl.when(pl.col("code") == "L4").then("body").otherwise("event_rows")
        rows = rows.with_columns(about.alias("about")).unique(
            ["code", "about"], keep="first", maintain_order=True
        )
    rows = mark_intended(
        rows,
        lines,
        planned(partition)["expected"],
        least=settings.scheduled_min,
        evenness=settings.scheduled_cv,
    )
    worded = told(rows, lines, context, titles=settings.level == "touchpoint")
    return findings(worded, partition.events, detector="loops")


def notes(partition: Partition, context: Context) -> pl.DataFrame:
    """Count the boundaries between steps whose order is unknown."""
    steps = labelled(partition, context, context.of(LoopSettings).level).steps
    heads = pl.col("run") != pl.col("run").shift()
    unknown = steps.filter(heads & ~pl.col("ordered")).height
    row = {"detector": ["loops"], "note": ["order of two steps unknown"], "count": [unknown]}
    return pl.DataFrame(row if unknown else None, schema=NOTES.schema)


def _minutes(since: pl.Expr, until: pl.Expr) -> pl.Expr:
    return in_units((until - since).dt.total_microseconds().clip(lower_bound=0), MINUTE).alias(
        "extra_minutes"
    )


def _row(code: str, *more: str) -> list[pl.Expr]:
    """Return what every finder gives: its code, whose it is and what came before."""
    return [pl.lit(code).alias("code"), pl.col("journey", "type", "before", "primary", *more)]


def _self_loops(runs: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    found = runs.filter(pl.col("size") > 1)
    head, size = (found[name].to_numpy() for name in ("head", "size"))
    return found.with_columns(steps["at"].gather(head + 1).alias("primary")).select(
        *_row("L1", "label"),
        listed(steps["at"], head, size).alias("event_rows"),
        listed(steps["at"], head + 1, size - 1).alias("extra_rows"),
        _minutes(pl.col("first_end"), pl.col("end")),
    )


def _short_loops(runs: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Find maximal alternations: a run equal to the one two before it continues or starts one."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(2) for name in ("line", "label"))
    numbered = runs.with_columns(
        pl.int_range(pl.len()).alias("place"),
        pl.col("label").shift().alias("other"),
        pl.col("first_end").shift(2).alias("since"),
        pl.col("head").shift(2).alias("from"),
        same.fill_null(value=False).alias("back"),
    )
    back = numbered.filter("back").with_columns(
        ((pl.col("place").diff() != 1).fill_null(value=True)).cum_sum().alias("loop")
    )
    found = back.group_by("loop", maintain_order=True).agg(
        pl.col("journey", "type", "label", "other", "before", "since", "from").first(),
        pl.col("at").first().alias("primary"),
        pl.col("at").alias("extra_rows"),
        pl.col("end").last(),
        (pl.col("head") + pl.col("size")).last().alias("until"),
        (pl.len() + 1).floordiv(2).alias("times"),
    )
    begins, ends = (found[name].to_numpy() for name in ("from", "until"))
    return found.select(
        *_row("L2", "label", "other", "times", "extra_rows"),
        listed(steps["at"], begins, ends - begins).alias("event_rows"),
        _minutes(pl.col("since"), pl.col("end")),
    )


def _rework(runs: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Find runs whose label was seen before; both edges of what lies between must be in known order."""
    label = ["line", "label"]
    last = (pl.col("line") != pl.col("line").shift(-1)).fill_null(value=True)
    runs = runs.with_columns((last | pl.col("ordered").shift(-1)).alias("left_in_order"))
    again = runs.filter(pl.struct(label).is_duplicated()).with_columns(
        (pl.col("head") + pl.col("size") - 1).shift().over(label).alias("earlier"),
        pl.col("left_in_order").shift().over(label).alias("left"),
        pl.col("end").shift().over(label).alias("since"),
    )
    found = again.filter(pl.col("earlier").is_not_null() & pl.col("ordered") & pl.col("left"))
    earlier = steps["at"].gather(found["earlier"])
    return found.with_columns(primary="at").select(
        *_row("L3", "label"),
        pl.concat_list(earlier.alias("earlier"), "at").alias("event_rows"),
        pl.concat_list("at").alias("extra_rows"),
        _minutes(pl.col("since"), pl.col("end")),
    )


def _stage_numbers(lines: Lines, context: Context) -> pl.Series:
    """Return, for each step of a sequence, which stage of its plan it belongs to."""
    sequence = lines.sequence
    codes, stages = coded(sequence.said("stage"))
    number = np.full((sequence.types.len(), stages.len()), -1, dtype=np.int64)
    for kind, name in enumerate(sequence.types):
        for place, (stage, _) in enumerate(context.models[name].stages if name in context.models else ()):
            number[kind, (stages == stage).fill_null(value=False).to_numpy()] = place
    return pl.Series(number[sequence.steps["type"].to_numpy(), codes])


def _stage_returns(lines: Lines, context: Context) -> pl.DataFrame:
    """Find maximal stretches below the highest stage reached so far; what happens again there is extra."""
    if not context.models:
        return pl.DataFrame(schema={"body": pl.List(pl.UInt32)})
    stage = _stage_numbers(lines, context).gather(lines.steps["n"])
    staged = lines.steps.with_columns(stage.alias("stage")).filter(pl.col("stage") >= 0)
    same = (pl.col("line") == pl.col("line").shift()).fill_null(value=False)
    staged = staged.with_columns(
        (same & (pl.col("stage") < pl.col("stage").cum_max().over("line").shift())).alias("below"),
        (~pl.struct("line", "step").is_first_distinct()).alias("again"),
        (~same | (pl.col("latest").shift() <= pl.col("start"))).alias("ordered"),
        pl.when(same).then(pl.col("at").shift()).alias("before"),
        pl.when(same).then(pl.col("end").shift()).alias("since"),
    )
    fresh = pl.col("below") & ~(same & pl.col("below").shift())
    bodies = staged.with_columns(fresh.cum_sum().alias("number")).filter("below")
    grouped = bodies.group_by("number", maintain_order=True).agg(
        pl.col("journey", "type", "before", "ordered", "since").first(),
        pl.col("at").first().alias("primary"),
        pl.col("at").alias("body"),
        pl.col("at").filter("again").alias("extra_rows"),
        pl.col("end").max(),
    )
    found = grouped.filter("ordered")
    codes = {name: code for code, name in enumerate(lines.names)}
    stages = lines.sequence.events["stage"].gather(found["primary"])
    label = stages.replace_strict(codes, default=None, return_dtype=pl.UInt32)  # a step may be called so too
    return found.with_columns(label.alias("label")).select(
        *_row("L4", "label", "body", "extra_rows"),
        pl.concat_list("before", "body").alias("event_rows"),
        _minutes(pl.col("since"), pl.col("end")),
    )


LOOPS = Detector(
    name="loops",
    codes=("L1", "L2", "L3", "L4"),
    settings=LoopSettings,
    find=find,
    notes=notes,
    document=__doc__ or "",
)
