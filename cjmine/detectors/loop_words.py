"""What is said of a loop: whose it is, which steps go round, and what caused it?"""

from __future__ import annotations

import polars as pl

from cjmine.detectors.runs import Lines
from cjmine.detectors.steps import titled
from cjmine.domain.kernel import Context
from cjmine.domain.vocabulary import Lever, Outcome, Severity

_TRIGGERS = {
    Outcome.REQUESTED_INFO.value: ("information was missing", Lever.INFORMATION.value),
    Outcome.DECISION_NO.value: ("it was rejected", Lever.INFORMATION.value),
    Outcome.TRANSFERRED.value: ("it went to the wrong place", Lever.PEOPLE.value),
    Outcome.FAILED.value: ("the step before failed", Lever.TECHNOLOGY.value),
}
_CAUSES = {outcome: cause for outcome, (cause, _) in _TRIGGERS.items()}
_LEVERS = {outcome: lever for outcome, (_, lever) in _TRIGGERS.items()}
_SEVERITY = {
    code: (Severity.LOW if code == "L1" else Severity.MEDIUM).value for code in ("L1", "L2", "L3", "L4")
}
_BEGINS = {
    "L1": "'",
    "L2": "back and forth between '",
    "L3": "'",
    "L4": "the journey fell back to the stage '",
}
_ENDS = {"L1": "' happened again at once", "L2": "' and '", "L3": "' had to be done again", "L4": "'"}


def told(rows: pl.DataFrame, lines: Lines, context: Context, *, titles: bool) -> pl.DataFrame:
    """Say in words what was found: whose it is, which steps, and what caused it."""
    events, names = lines.sequence.events, lines.names
    texts = rows.with_columns(
        *(events[name].gather(rows["primary"]) for name in ("customer_id", "journey_id", "stage")),
        lines.sequence.types.gather(rows["type"]).alias("journey_type"),
        names.gather(rows["label"]).alias("touchpoint"),
        names.gather(rows["other"]).alias("other"),
        events["outcome"].gather(rows["before"]).alias("before"),
    )
    stage, loop = pl.col("code") == "L4", pl.col("code") == "L2"
    step, other = (titled(context, name) if titles else pl.col(name) for name in ("touchpoint", "other"))
    shown = pl.when(stage).then("stage").otherwise(step)
    cause = pl.col("before").replace_strict(_CAUSES, default=None, return_dtype=pl.String)
    said = pl.concat_str(
        pl.col("code").replace_strict(_BEGINS, return_dtype=pl.String),
        shown,
        pl.col("code").replace_strict(_ENDS, return_dtype=pl.String),
    )
    whole = pl.concat_str(said, cause, separator=": ", ignore_nulls=True)
    times = pl.concat_str(said, other, pl.format("', {} time(s)", "times"))
    return texts.with_columns(
        pl.when(loop).then(times).otherwise(whole).alias("message"),
        pl.when(~stage).then("touchpoint").alias("touchpoint"),
        pl.col("code").replace_strict(_SEVERITY, return_dtype=pl.String).alias("severity"),
        pl.col("before")
        .replace_strict(_LEVERS, default=Lever.PROCESS.value, return_dtype=pl.String)
        .alias("lever"),
    )
