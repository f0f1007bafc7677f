"""What does an auditor need of a finished comparison? Everything in one value, partition by partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cjmine.audit.clauses import FLOW, KEYS, KIND_OF, Clause, breaks, catalogue
from cjmine.audit.exceptions import evidence_table, exception_table
from cjmine.audit.overlay import BESIDE, STEPS, beside_figures, step_figures
from cjmine.audit.population import POPULATION, clause_table, claused, flow_population, tested, told_by_others
from cjmine.audit.samples import Draw, drawn, keyed, weights
from cjmine.domain.models import IntendedJourney
from cjmine.domain.rows import Rows
from cjmine.domain.tables import EVENT, FINDING, JOURNEY, MOVE
from cjmine.tally import Merge, Tally

_STATUSES = Tally(
    keys={"journey_type": pl.String, "status": pl.String, "tested": pl.Boolean},
    measures={"journeys": Merge.SUM},
)
_OF_JOURNEY = ("journey_id", "customer_id", "journey_type", "status", "start", "end", "n_events")
_OF_EXCEPTION = ("exception", *KEYS, "code", "journey_id", "customer_id", "start", "message", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The tables of a check.

    ``clauses``, ``exceptions``, ``evidence`` and ``population`` (every tested journey with
    its risk weight) are as in their files; ``draws`` has the rows of each draw in order,
    with their ``key``; ``sizes`` how many rows each was drawn from; ``statuses`` journeys by type, status and
    whether they were tested; ``steps`` and ``beside`` the figures of the picture.
    """

    clauses: pl.DataFrame
    exceptions: pl.DataFrame
    evidence: pl.DataFrame
    population: pl.DataFrame
    draws: Mapping[Draw, pl.DataFrame]
    sizes: Mapping[Draw, int]
    statuses: pl.DataFrame
    steps: pl.DataFrame
    beside: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one partition gives."""

    counts: pl.DataFrame
    exceptions: pl.DataFrame
    evidence: pl.DataFrame
    population: pl.DataFrame
    statuses: pl.DataFrame
    steps: pl.DataFrame
    beside: pl.DataFrame


def examine(
    rows: Rows,
    models: Mapping[str, IntendedJourney],
    files: Mapping[str, str],
    *,
    sample: int,
    seed: int,
    given: pl.DataFrame | None = None,
    covered: frozenset[Clause] = FLOW,
) -> Examined:
    """Hold the journeys of a run against the clauses of its intended journeys.

    ``files`` names each journey type's model file. ``given`` are populations counted
    elsewhere, as ``POPULATION`` (of limits, channels, services, rules and standards); of
    the kinds ``covered`` every clause was tested, also one that nothing asked.
    """
    known = breaks(models)
    parts = [_part(rows, number, models, known) for number in range(rows.parts)]
    clauses = catalogue(models)
    counts = POPULATION.merge([part.counts for part in parts] + ([] if given is None else [given]))
    found = pl.concat([part.exceptions for part in parts])
    exceptions = exception_table(found, clauses, files, seed)
    order = exceptions.select("exception", pl.int_range(pl.len()).alias("order"))
    evidence = pl.concat([part.evidence for part in parts]).join(order, on="exception").sort("order", "nth")
    statuses = _STATUSES.merge([part.statuses for part in parts])
    population = pl.concat([part.population for part in parts])
    population = population.sort("journey_type", "start", "journey_id")
    size = population.height
    draws = {
        draw: drawn(keyed(population, "journey_id", seed, draw), "journey_id", sample)
        for draw in (Draw.JOURNEYS, Draw.RISK)
    }
    of_all = drawn(keyed(exceptions, "exception", seed, Draw.EXCEPTIONS), "exception", sample)
    draws[Draw.EXCEPTIONS] = of_all.select(_OF_EXCEPTION)
    return Examined(
        clauses=clause_table(clauses, counts, exceptions, files, covered),
        exceptions=exceptions,
        evidence=evidence.drop("order"),
        population=population,
        draws=draws,
        sizes={Draw.JOURNEYS: size, Draw.RISK: size, Draw.EXCEPTIONS: exceptions.height},
        statuses=statuses,
        steps=STEPS.merge([part.steps for part in parts]),
        beside=BESIDE.merge([part.beside for part in parts]),
    )


def _part(
    rows: Rows,
    number: int,
    models: Mapping[str, IntendedJourney],
    known: pl.DataFrame,
) -> _Part:
    every = rows.scan(JOURNEY, number).collect()
    moves = rows.scan(MOVE, number).collect()
    journeys = tested(every, models)
    found = rows.scan(FINDING, number).filter(pl.col("code").is_in(sorted(KIND_OF))).collect()
    exceptions = claused(found, every, known)
    exceptions = exceptions.filter(pl.col("journey_type").is_in(sorted(models)))
    named = exceptions["event_ids"].explode().unique().drop_nulls()
    events = rows.scan(EVENT, number).filter(pl.col("event_id").is_in(named.implode())).collect()
    others = claused(told_by_others(found, events), every, known)
    others = others.filter(pl.col("journey_type").is_in(sorted(models)))
    status = every.select(
        "journey_type", "status", pl.col("journey_id").is_in(journeys["journey_id"].implode()).alias("tested")
    )
    return _Part(
        counts=flow_population(journeys, moves, pl.concat([exceptions, others]), models),
        exceptions=exceptions,
        evidence=evidence_table(exceptions, events),
        population=weights(journeys.select(_OF_JOURNEY), exceptions),
        statuses=_STATUSES.conform(status.group_by(status.columns).agg(pl.len().alias("journeys"))),
        steps=step_figures(journeys, moves, exceptions),
        beside=beside_figures(moves, pl.concat([exceptions, others]), models),
    )
