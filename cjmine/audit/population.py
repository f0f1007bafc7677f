"""To how many journeys and events did each clause apply, and how many of them broke it?

The population of steps and of the flow comes from the alignment: what it made in
agreement, what it missed, and what it found beside the plan.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.audit.clauses import ENDING, KEYS, KIND_OF, OTHERS, Clause, repeated
from cjmine.domain.models import IntendedJourney
from cjmine.domain.tables import FINDING, TEXTS
from cjmine.domain.vocabulary import MoveKind, Status
from cjmine.tally import Merge, Tally

POPULATION = Tally(
    keys=dict.fromkeys(KEYS, pl.String),
    measures=dict.fromkeys(("asked", "kept", "broken", "pending", "journeys", "journeys_broken"), Merge.SUM),
)
"""Per clause: how often it was asked, with which answers (pending: time may still decide), the journeys in
which it was asked, and those of them in which it was broken."""

_RULE = r"The plan says '(.*)' \(line \d+\)\.$"
"""How the message of a broken rule ends: two rules may be asked by one step, its words are its own."""


def tested(journeys: pl.DataFrame, models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return the JOURNEY rows that were compared with an intended journey."""
    return journeys.filter(pl.col("journey_type").is_in(sorted(models)) & pl.col("cost").is_not_null())


def claused(findings: pl.DataFrame, journeys: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the findings that are exceptions, with journey_type, kind and clause.

    ``known`` is as in ``clauses.breaks``. A finding that no single clause of its kind
    explains keeps its kind, and a null clause.
    """
    kinds = {code: kind.value for code, kind in KIND_OF.items()}
    exceptions = pl.col("code").is_in(sorted(kinds)) & ~pl.col("intended")
    typed = findings.filter(exceptions).join(
        journeys.select("journey_id", "journey_type"), on="journey_id", how="left", maintain_order="left"
    )
    told = typed.join(known, on=["journey_type", "code", "touchpoint"], how="left", maintain_order="left")
    beside = pl.when(pl.col("code") == "V2").then(pl.lit(OTHERS))
    ending = pl.when(pl.col("code") == "V10").then(pl.lit(ENDING))
    rule = pl.when(pl.col("code") == "V9").then(pl.col("message").str.extract(_RULE))
    return told.with_columns(
        pl.col("code").replace_strict(kinds, return_dtype=pl.String).alias("kind"),
        pl.coalesce(rule, "clause", beside, ending).alias("clause"),
    )


def told_by_others(findings: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return a FINDING row for each code that a finding stands for beside its own (``also``).

    These are no exceptions of their own, but their clauses were broken. They are about
    the step of the finding's main event; ``events`` hold at least the events it names.
    """
    steps = events.select(pl.col("event_id").alias("primary_event_id"), pl.col("touchpoint").alias("step"))
    more = findings.explode("also").filter(pl.col("also").is_in(sorted(KIND_OF)))
    about = more.join(steps, on="primary_event_id", how="left", maintain_order="left")
    renamed = about.with_columns(
        pl.col("also").alias("code"),
        pl.coalesce("step", "touchpoint").alias("touchpoint"),
        pl.lit([], dtype=TEXTS).alias("also"),
    )
    return FINDING.conform(renamed)


def flow_population(
    journeys: pl.DataFrame,
    moves: pl.DataFrame,
    exceptions: pl.DataFrame,
    models: Mapping[str, IntendedJourney],
) -> pl.DataFrame:
    """Tally the clauses of steps and of the flow, as ``POPULATION``.

    ``journeys`` are the tested ones, ``exceptions`` as from ``claused``. A step is asked
    each time the alignment has it, in agreement or missing; where a journey has more
    findings about it, each of them asked. Every event asks whether the plan has it;
    every journey asks once whether an unwanted step was needed, every journey that
    came to a repeat, whether it ran too often, and every journey that is over, whether it came to an end.
    """
    typed = moves.join(journeys.select("journey_id", "journey_type"), on="journey_id")
    here = exceptions.filter(pl.col("journey_id").is_in(journeys["journey_id"].implode()))
    found = here.group_by("journey_id", *KEYS).agg(pl.len().alias("findings"))
    unwanted, parts = _unwanted(models), _parts(models)
    each = pl.lit(1, dtype=pl.Int64).alias("asked")
    came = (
        typed.filter(pl.col("event_id").is_not_null()).drop("kind").join(parts, on=["journey_type", "step"])
    )
    tallies = [
        _asked(_steps(typed), found.filter(pl.col("kind") == Clause.STEP)),
        _asked(_events(typed), found.filter(pl.col("clause") == OTHERS)),
        _asked(
            journeys.select("journey_id", "journey_type")
            .join(unwanted, on="journey_type")
            .with_columns(each),
            _once(found.join(unwanted, on=KEYS, how="semi")),
        ),
        _asked(
            came.select("journey_id", *KEYS, each).unique(),
            _once(found.join(parts, on=KEYS, how="semi")),
        ),
        _asked(_ended(journeys, models).with_columns(each), found.filter(pl.col("kind") == Clause.ENDING)),
    ]
    return POPULATION.merge(tallies)


def _once(found: pl.DataFrame) -> pl.DataFrame:
    """Count a journey once, however often it broke the clause: it was asked once."""
    return found.with_columns(pl.lit(1, dtype=pl.UInt32).alias("findings"))


def _asked(asked: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Tally what each journey was asked (journey_id, clause, asked) with what was found in it."""
    both = asked.join(found, on=["journey_id", *KEYS], how="full", coalesce=True).with_columns(
        pl.col("asked", "findings").cast(pl.Int64).fill_null(0)
    )
    total = pl.max_horizontal("asked", "findings")
    return POPULATION.conform(
        both.group_by(KEYS).agg(
            total.sum().alias("asked"),
            (total - pl.col("findings")).sum().alias("kept"),
            pl.col("findings").sum().alias("broken"),
            pl.lit(0, dtype=pl.Int64).alias("pending"),
            pl.len().alias("journeys"),
            (pl.col("findings") > 0).sum().alias("journeys_broken"),
        )
    )


def _steps(typed: pl.DataFrame) -> pl.DataFrame:
    agreed = typed.filter(pl.col("kind").is_in([MoveKind.SYNC.value, MoveKind.MODEL.value]))
    return _counted(agreed, Clause.STEP, pl.col("step"))


def _events(typed: pl.DataFrame) -> pl.DataFrame:
    return _counted(typed.filter(pl.col("event_id").is_not_null()), Clause.FLOW, pl.lit(OTHERS))


def _counted(rows: pl.DataFrame, kind: Clause, clause: pl.Expr) -> pl.DataFrame:
    named = rows.with_columns(clause.alias("clause"), pl.lit(kind.value).alias("kind"))
    return named.group_by("journey_id", *KEYS).agg(pl.len().cast(pl.Int64).alias("asked"))


def _ended(journeys: pl.DataFrame, models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return the journeys that are over, of plans that say how a journey ends."""
    ending = sorted(name for name, model in models.items() if model.success or model.stopped)
    over = pl.col("status").is_not_null() & (pl.col("status") != Status.OPEN)
    mine = journeys.filter(pl.col("journey_type").is_in(ending) & over)
    names = {"kind": pl.lit(Clause.ENDING.value), "clause": pl.lit(ENDING)}
    return mine.select("journey_id", "journey_type", **names)


def _unwanted(models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return the clause of each step that should not be needed."""
    rows = [(name, Clause.FLOW.value, step) for name, model in models.items() for step in model.unwanted]
    return pl.DataFrame(rows, schema=dict(POPULATION.keys), orient="row")


def _parts(models: Mapping[str, IntendedJourney]) -> pl.DataFrame:
    """Return the clause of each part that may be repeated, with the steps of the part."""
    rows = [
        (name, Clause.FLOW.value, repeated(one), step)
        for name, model in models.items()
        for one in model.repeats
        for step in one.steps
    ]
    return pl.DataFrame(rows, schema={**POPULATION.keys, "step": pl.String}, orient="row")


def clause_table(
    catalogue: pl.DataFrame,
    population: pl.DataFrame,
    exceptions: pl.DataFrame,
    files: Mapping[str, str],
    covered: frozenset[Clause],
) -> pl.DataFrame:
    """Return one row for each clause: what it says and where, its population and its exceptions.

    ``result`` is ``not tested`` where no population was counted, ``not asked`` where it
    applied to nothing, ``see others`` where exceptions of other clauses stand for its own
    (their ``also``): of the kinds ``covered`` every clause was tested.
    ``rate`` is the share of journeys that broke it, of those asked.
    """
    counted = exceptions.group_by(KEYS).agg(
        pl.len().cast(pl.Int64).alias("exceptions"),
        pl.col("journey_id").n_unique().cast(pl.Int64).alias("exception_journeys"),
    )
    whole = (
        catalogue.join(population, on=KEYS, how="left", maintain_order="left")
        .join(counted, on=KEYS, how="left", maintain_order="left")
        .with_columns(pl.col("exceptions", "exception_journeys").fill_null(0))
    )
    asked = pl.col("asked")
    counts = [name for name in POPULATION.measures if name in population.columns]
    always = pl.col("kind").is_in(sorted(covered))
    whole = whole.with_columns(
        pl.when(always).then(pl.col(name).fill_null(0)).otherwise(name).alias(name) for name in counts
    )
    result = (
        pl.when(pl.col("exceptions") > 0)
        .then(pl.lit("exceptions"))
        .when((pl.col("broken") > 0).fill_null(value=False))
        .then(pl.lit("see others"))
        .when(asked.is_null())
        .then(pl.lit("not tested"))
        .when(asked == 0)
        .then(pl.lit("not asked"))
        .otherwise(pl.lit("kept"))
    )
    rate = pl.when(pl.col("journeys") > 0).then(pl.col("journeys_broken") / pl.col("journeys"))
    file = pl.col("journey_type").replace_strict(dict(files), default=None, return_dtype=pl.String)
    return whole.select(
        *KEYS,
        "says",
        file.alias("model_file"),
        "line",
        *POPULATION.measures,
        rate.alias("rate"),
        "exceptions",
        "exception_journeys",
        result.alias("result"),
    )
