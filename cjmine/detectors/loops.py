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

import polars as pl
from pydantic import Field

from cjmine.detectors.repeats import mark_intended
from cjmine.detectors.runs import STRETCH, THREAD, firm, labelled, runs_of
from cjmine.domain.kernel import NOTES, Context, Detector, Partition
from cjmine.domain.lengths import MINUTE, in_units
from cjmine.domain.sequences import ordered
from cjmine.domain.settings import Settings
from cjmine.domain.vocabulary import Lever, Outcome, Severity
from cjmine.engine.evidence import findings

_TRIGGERS = {
    Outcome.REQUESTED_INFO.value: ("information was missing", Lever.INFORMATION.value),
    Outcome.DECISION_NO.value: ("it was rejected", Lever.INFORMATION.value),
    Outcome.TRANSFERRED.value: ("it went to the wrong place", Lever.PEOPLE.value),
    Outcome.FAILED.value: ("the step before failed", Lever.TECHNOLOGY.value),
}
_CAUSES = {outcome: cause for outcome, (cause, _) in _TRIGGERS.items()}
_LEVERS = {outcome: lever for outcome, (_, lever) in _TRIGGERS.items()}


class LoopSettings(Settings):
    """What counts as the same step, and what counts as a schedule."""

    level: Literal["activity", "touchpoint", "stage", "service"] = "touchpoint"
    scheduled_min: int = Field(default=5, ge=3)
    scheduled_cv: float = Field(default=0.25, gt=0)


def find(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes L1 to L4."""
    steps = labelled(partition, context, context.of(LoopSettings).level)
    runs, stretches = runs_of(steps, THREAD), runs_of(firm(steps), STRETCH)
    rows = pl.concat(
        [_self_loops(stretches), _short_loops(stretches), _rework(runs), _stage_returns(steps, context)],
        how="diagonal",
    )
    # threads share the steps outside their branches, so one loop may be seen twice
    about = pl.when(pl.col("code") == "L4").then("body").otherwise("event_ids")
    rows = rows.with_columns(about.alias("about")).unique(
        ["code", "journey_id", "about"], keep="first", maintain_order=True
    )
    settings = context.of(LoopSettings)
    intended = mark_intended(rows, steps, least=settings.scheduled_min, evenness=settings.scheduled_cv)
    return findings(intended, partition.events, detector="loops")


def notes(partition: Partition, context: Context) -> pl.DataFrame:
    """Count the boundaries between steps whose order is unknown."""
    runs = runs_of(labelled(partition, context, context.of(LoopSettings).level), THREAD)
    unknown = runs.filter(~pl.col("ordered")).height
    row = {"detector": ["loops"], "note": ["order of two steps unknown"], "count": [unknown]}
    return pl.DataFrame(row if unknown else None, schema=NOTES.schema)


def _row(code: str, about: str, severity: Severity) -> list[pl.Expr]:
    cause = pl.col("before").replace_strict(_CAUSES, default=None, return_dtype=pl.String)
    lever = pl.col("before").replace_strict(_LEVERS, default=Lever.PROCESS.value, return_dtype=pl.String)
    return [
        pl.lit(code).alias("code"),
        pl.lit(severity.value).alias("severity"),
        lever.alias("lever"),
        pl.concat_str(pl.format(about, "shown"), cause, separator=": ", ignore_nulls=True).alias("message"),
    ]


def _minutes(since: pl.Expr, until: pl.Expr) -> pl.Expr:
    return in_units((until - since).dt.total_microseconds().clip(lower_bound=0), MINUTE).alias(
        "extra_minutes"
    )


def _self_loops(runs: pl.DataFrame) -> pl.DataFrame:
    found = runs.filter(pl.col("event_ids").list.len() > 1)
    return found.with_columns(
        *_row("L1", "'{}' happened again at once", Severity.LOW),
        pl.col("event_ids").list.slice(1).alias("extra_event_ids"),
        pl.col("event_ids").list.get(1).alias("primary_event_id"),
        pl.col("label").alias("touchpoint"),
        _minutes(pl.col("first_end"), pl.col("end")),
    ).drop("start", "end")


def _short_loops(runs: pl.DataFrame) -> pl.DataFrame:
    """Find maximal alternations: a run equal to the one two before it continues or starts one."""
    label = pl.col("label")
    runs = runs.with_columns(
        (label == label.shift(2).over(STRETCH)).fill_null(value=False).alias("back"),
        pl.col("shown").shift().over(STRETCH).alias("other"),
    )
    start = pl.col("back") & ~pl.col("back").shift().over(STRETCH).fill_null(value=False)
    runs = runs.with_columns(pl.when("back").then(start.cum_sum()).alias("loop"))
    members = _with_lead(runs)
    grouped = members.group_by("loop", maintain_order=True).agg(
        pl.col("customer_id", *THREAD, "label", "shown").first(),
        pl.col("event_ids").explode(),
        pl.col("event_ids").filter("back").list.first().alias("extra_event_ids"),
        pl.col("before", "other").filter("back").first(),
        pl.col("first_end").first(),
        pl.col("end").last(),
        (pl.len() - 1).floordiv(2).alias("times"),
    )
    return (
        grouped.with_columns(
            *_row("L2", "back and forth between '{}' and another step", Severity.MEDIUM),
            pl.col("extra_event_ids").list.first().alias("primary_event_id"),
            pl.col("label").alias("touchpoint"),
            _minutes(pl.col("first_end"), pl.col("end")),
        )
        .with_columns(
            pl.format("back and forth between '{}' and '{}', {} time(s)", "shown", "other", "times").alias(
                "message"
            )
        )
        .drop("end", "times")
    )


def _with_lead(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the runs of each alternation together with the two that lead into it."""
    numbered = runs.with_columns(pl.int_range(pl.len()).alias("n"))
    firsts = numbered.filter("back").group_by("loop", maintain_order=True).agg(pl.col("n").min())
    lead = pl.concat([firsts.select("loop", pl.col("n") - ahead) for ahead in (2, 1)])
    leading = lead.join(numbered.drop("loop"), on="n").with_columns(pl.lit(value=False).alias("back"))
    columns = numbered.columns
    return pl.concat([leading.select(columns), numbered.filter("back")]).sort("loop", "n")


def _rework(runs: pl.DataFrame) -> pl.DataFrame:
    """Find runs whose label was seen before; both edges of what lies between must be in known order."""
    label = [*THREAD, "label"]
    after = pl.col("ordered").shift(-1).over(THREAD)
    runs = runs.with_columns(after.fill_null(value=True).alias("left_in_order")).with_columns(
        pl.col("event_ids").list.last().shift().over(label).alias("earlier"),
        pl.col("left_in_order").shift().over(label).alias("left"),
        pl.col("end").shift().over(label).alias("since"),
    )
    found = runs.filter(pl.col("earlier").is_not_null() & pl.col("ordered") & pl.col("left"))
    return (
        found.with_columns(
            *_row("L3", "'{}' had to be done again", Severity.MEDIUM),
            pl.col("event_ids").list.first().alias("primary_event_id"),
            pl.col("event_ids").list.slice(0, 1).alias("extra_event_ids"),
            pl.col("label").alias("touchpoint"),
            _minutes(pl.col("since"), pl.col("end")),
        )
        .with_columns(pl.concat_list("earlier", "primary_event_id").alias("event_ids"))
        .drop("ordered", "start", "end")
    )


def _stage_returns(steps: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Find maximal stretches below the highest stage reached so far; what happens again there is extra."""
    stages = pl.DataFrame(
        [
            {"journey_type": name, "stage": stage, "stage_no": number}
            for name, model in sorted(context.models.items())
            for number, (stage, _) in enumerate(model.stages)
        ],
        schema={"journey_type": pl.String, "stage": pl.String, "stage_no": pl.Int32},
    )
    staged = steps.join(stages, on=["journey_type", "stage"]).sort(*THREAD, "step_no")
    highest = pl.col("stage_no").cum_max().shift().over(THREAD)
    below = (pl.col("stage_no") < highest).fill_null(value=False)
    staged = staged.with_columns(
        below.alias("below"),
        (~pl.struct(*THREAD, "touchpoint").is_first_distinct()).alias("again"),
        ordered(THREAD).alias("ordered"),
        pl.col("event_id").shift().over(THREAD).alias("last"),
        pl.col("outcome").shift().over(THREAD).alias("before"),
        pl.col("end").shift().over(THREAD).alias("since"),
    )
    fresh = pl.col("below") & ~pl.col("below").shift().over(THREAD).fill_null(value=False)
    bodies = staged.with_columns(fresh.cum_sum().alias("number")).filter("below")
    grouped = bodies.group_by("number", maintain_order=True).agg(
        pl.col("customer_id", *THREAD, "before", "ordered", "since", "last").first(),
        pl.col("stage").first().alias("label"),
        pl.col("stage").first().alias("shown"),
        pl.col("event_id").alias("body"),
        pl.col("event_id").filter("again").alias("extra_event_ids"),
        pl.col("end").max(),
    )
    return (
        grouped.filter("ordered")
        .with_columns(
            *_row("L4", "the journey fell back to the stage '{}'", Severity.MEDIUM),
            pl.col("body").list.first().alias("primary_event_id"),
            pl.concat_list("last", "body").alias("event_ids"),
            _minutes(pl.col("since"), pl.col("end")),
        )
        .drop("number", "ordered", "end")
    )


LOOPS = Detector(
    name="loops",
    codes=("L1", "L2", "L3", "L4"),
    settings=LoopSettings,
    find=find,
    notes=notes,
    document=__doc__ or "",
)
