"""Which clauses does an intended journey have, and which of them does a finding break?

A clause is one thing the model says and a test can find kept or broken: that a step
happens in its place, that nothing else does, a limit, a channel, a service, a rule, an
end, a standard. Each stands on a line of the model's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import polars as pl

from cjmine.domain.clause_words import channel_words, limit_words, service_words
from cjmine.domain.models import IntendedJourney, Repeat

OTHERS = "other steps"
"""The clause that nothing happens but what the plan has."""
ENDING = "ending"


class Clause(StrEnum):
    """The kinds of clauses, in the order of the workbook."""

    STEP = "step"
    FLOW = "flow"
    LIMIT = "limit"
    CHANNEL = "channel"
    SERVICE = "service"
    RULE = "rule"
    ENDING = "ending"
    STANDARD = "standard"


FLOW = frozenset({Clause.STEP, Clause.FLOW, Clause.ENDING})
"""Kinds whose populations alignments and statuses tell."""
KIND_OF = {
    "V1": Clause.STEP,
    "V2": Clause.FLOW,
    "V3": Clause.STEP,
    "V4": Clause.STEP,
    "V5": Clause.LIMIT,
    "V6": Clause.CHANNEL,
    "V7": Clause.SERVICE,
    "V8": Clause.FLOW,
    "V9": Clause.RULE,
    "V10": Clause.ENDING,
    "SLA": Clause.STANDARD,
}
"""Finding code to the kind of clause it breaks; findings of other codes are no exceptions."""

KEYS = ("journey_type", "kind", "clause")
CATALOGUE = {
    "number": pl.Int64,
    "journey_type": pl.String,
    "kind": pl.String,
    "clause": pl.String,
    "says": pl.String,
    "line": pl.Int64,
}
"""``number``: the order of clauses; ``says``: in plain words; ``line``: null where the notation has none."""
_BREAKS = {"journey_type": pl.String, "code": pl.String, "touchpoint": pl.String, "clause": pl.String}


def catalogue(models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return every clause of some intended journeys (by journey type), as in ``CATALOGUE``."""
    rows = [
        (name, kind.value, clause, says, line)
        for name, model in sorted(models.items())
        for kind, clause, says, line in _clauses(model)
    ]
    frame = pl.DataFrame(rows, schema=list(CATALOGUE)[1:], orient="row")
    whole = frame.unique(KEYS, keep="first", maintain_order=True).with_row_index("number")
    return whole.select(pl.col(name).cast(kind) for name, kind in CATALOGUE.items())


def breaks(models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return journey_type, code, touchpoint, clause: which clause a finding about a touchpoint breaks.

    A rule is told by the step that asks it, where one rule alone asks of that step; a
    standard by its id, or by where its time stops, or the step it counts.
    """
    rows = [
        (name, code, touchpoint, clause)
        for name, model in sorted(models.items())
        for code, touchpoint, clause in _breaks(model)
    ]
    frame = pl.DataFrame(rows, schema=_BREAKS, orient="row")
    # told by two clauses is told by none
    alone = pl.col("clause").n_unique().over("journey_type", "code", "touchpoint") == 1
    return frame.filter(alone).unique(maintain_order=True)


def repeated(repeat: Repeat) -> str:
    """Return the name of the clause that says how often a part may run."""
    return f"repeat {repeat.steps[0]}" if repeat.steps else "repeat"


def _clauses(model: IntendedJourney) -> Iterator[tuple[Clause, str, str, int | None]]:
    steps = sorted(model.steps, key=lambda step: (_line(model, step) or 0, step))
    for step in steps:
        yield Clause.STEP, step, f"{_titled(model, step)} happens where the plan has it", _line(model, step)
    first = min((line for step in steps if (line := _line(model, step))), default=None)
    yield Clause.FLOW, OTHERS, "nothing happens that the plan does not have", first
    for step in model.unwanted:
        yield Clause.FLOW, step, f"{_titled(model, step)} is not needed", _line(model, step)
    for repeat in model.repeats:
        step = repeat.steps[0] if repeat.steps else ""
        times = "once" if repeat.maximum == 1 else f"{repeat.maximum} times"
        yield Clause.FLOW, repeated(repeat), f"{_titled(model, step)} at most {times}", _line(model, step)
    for step in [*steps, *(other for other in sorted(model.planned) if other not in set(steps))]:
        yield from _of_step(model, step)
    for rule in model.rules:
        yield Clause.RULE, rule.text, rule.text, rule.place.line
    if model.success or model.stopped:
        ends = " or ".join(_titled(model, step) for step in (*model.success, *model.stopped))
        every = (*model.stopped, *model.success)
        line = next((found for step in every if (found := _line(model, step))), None)
        yield Clause.ENDING, ENDING, f"a journey ends with {ends}", line
    for one in model.standards:
        yield Clause.STANDARD, one.name, one.title, one.place.line


def _of_step(model: IntendedJourney, step: str) -> Iterator[tuple[Clause, str, str, int | None]]:
    planned, title = model.planned.get(step), _titled(model, step)
    for words in _limits(model, step):
        yield Clause.LIMIT, words, words.replace(step, title, 1), _line(model, step)
    if planned is not None and planned.channels:
        words = channel_words(step, planned.channels)
        yield Clause.CHANNEL, words, words.replace(step, title, 1), _line(model, step)
    if step in model.by:
        words = service_words(step, model.by[step])
        yield Clause.SERVICE, words, words.replace(step, title, 1), _line(model, step)


def _limits(model: IntendedJourney, step: str) -> Iterator[str]:
    planned = model.planned.get(step)
    if planned is not None and planned.within is not None:
        yield limit_words(step, planned.within, early=False)
    if planned is not None and planned.not_before is not None:
        yield limit_words(step, planned.not_before, early=True)


def _breaks(model: IntendedJourney) -> Iterator[tuple[str, str, str]]:
    for step in model.declared:
        yield from ((code, step, step) for code in ("V1", "V3", "V4"))
        yield from (("V5", step, words) for words in _limits(model, step))
    yield from (("V6", name, channel_words(name, step.channels)) for name, step in model.planned.items())
    yield from (("V7", step, service_words(step, who)) for step, who in model.by.items())
    yield from (("V2", step, step) for step in model.unwanted)
    yield from (("V8", repeat.steps[0], repeated(repeat)) for repeat in model.repeats if repeat.steps)
    yield from (("V9", rule.activation, rule.text) for rule in model.rules)
    for one in model.standards:
        named = {one.name, one.stop, one.step, one.item} - {""}
        yield from (("SLA", name, one.name) for name in sorted(named))


def _line(model: IntendedJourney, step: str) -> int | None:
    planned = model.planned.get(step)
    return planned.place.line if planned is not None else None


def _titled(model: IntendedJourney, step: str) -> str:
    return f"'{model.titles.get(step, step)}'"
