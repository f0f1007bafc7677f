"""What does each sheet of the workbook hold, and what does ``audit.json`` repeat for programs?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cjmine.audit.examine import Examined
from cjmine.audit.samples import POINTS, Draw
from cjmine.audit.workbook import Sheet

BLANKS = ("re-performed by", "result", "remark")
"""Columns of the samples that the auditor fills in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was checked, by digests that anybody can compute again.

    ``models`` has journey_type, file and sha256 of each; ``exports`` source, file, sha256
    and rows; ``digests`` names further digests; ``again`` is the command that does it again.
    ``notes`` are what qualifies the figures.
    """

    what: str
    models: Sequence[Mapping[str, str]]
    exports: pl.DataFrame
    digests: Mapping[str, str]
    versions: Mapping[str, str]
    again: str
    sample: int
    seed: int
    notes: Sequence[str] = ()


_NAMES = {
    Draw.JOURNEYS: "Simple random sample without replacement",
    Draw.EXCEPTIONS: "Simple random sample without replacement",
    Draw.RISK: "Sample without replacement, each journey in proportion to its risk weight among those left",
}
_U = "u = (the first 53 bits of SHA-256 of the text 'SEED|{draw}|ID', as a whole number, + 0.5) / 2^53"
_KEY = {
    Draw.JOURNEYS: "key = u; the smallest keys are drawn",
    Draw.EXCEPTIONS: "key = u; the smallest keys are drawn",
    Draw.RISK: "key = -ln(u) / weight; the smallest keys are drawn (Efraimidis and Spirakis 2006)",
}
WEIGHT = "weight = 1 + the points of each of its exceptions: " + ", ".join(
    f"{name} {points}" for name, points in POINTS.items()
)


def method(draw: Draw, found: Examined, about: About) -> dict[str, Any]:
    """Return how a sample was drawn, in words and numbers that suffice to draw it again."""
    told: dict[str, Any] = {
        "drawn_from": draw.value,
        "population": found.sizes[draw],
        "size": found.draws[draw].height,
        "seed": about.seed,
        "method": _NAMES[draw],
        "number": _U.format(draw=draw.value),
        "key": _KEY[draw],
    }
    if draw is Draw.RISK:
        told |= {"weight": WEIGHT, "weight_of_all": int(found.population["weight"].sum())}
    return told


def sheets(found: Examined, about: About) -> list[Sheet]:
    """Return the sheets of the workbook, in order."""
    random = [found.draws[draw] for draw in (Draw.JOURNEYS, Draw.EXCEPTIONS)]
    return [
        Sheet(name="Read me", lines=_read_me(found, about)),
        Sheet(name="Clauses", lines=_CLAUSES, table=found.clauses, whole="clauses.parquet"),
        Sheet(name="Exceptions", lines=_EXCEPTIONS, table=found.exceptions, whole="exceptions.parquet"),
        Sheet(name="Evidence", lines=_EVIDENCE, table=found.evidence, whole="evidence.parquet"),
        Sheet(
            name="Sample (random)",
            lines=[*_how(Draw.JOURNEYS, found, about), *_how(Draw.EXCEPTIONS, found, about)],
            table=_together(*random),
            blanks=BLANKS,
        ),
        Sheet(
            name="Sample (risk)",
            lines=_how(Draw.RISK, found, about),
            table=_numbered(found.draws[Draw.RISK], Draw.RISK),
            blanks=BLANKS,
        ),
        Sheet(name="Population notes", lines=_notes(found, about), table=statuses(found.statuses)),
    ]


_CLAUSES = (
    "Each clause of the model: how often it was asked, kept and broken, in how many journeys, and its line.",
    "rate: journeys that broke it, of those that were asked. not tested: nothing counts its population yet.",
)
_EXCEPTIONS = (
    "One row for each exception. draw: its place in a random order within its clause.",
    "To test n exceptions of a clause, filter the clause and take draw 1 to n.",
)
_EVIDENCE = (
    "One row for each event of each exception; source row counts the data rows of the file from 1.",
    "part: extra events need not have happened. A missing step's evidence are the events around it.",
)


def _read_me(found: Examined, about: About) -> list[str]:
    touched = found.exceptions["journey_id"].n_unique()
    return [
        f"cjmine check: {about.what}",
        "",
        f"{found.sizes[Draw.JOURNEYS]:,} journeys were compared with their intended journey.",
        f"{found.exceptions.height:,} exceptions in {touched:,} of them.",
        "",
        "Sheets",
        "Clauses: every statement of the model, its population, its exceptions, its line in the model's file",
        "Exceptions: every place where practice left the model, with its clause",
        "Evidence: the events behind each exception, with source file and row",
        "Sample (random), Sample (risk): what to test again by hand, with columns to fill in",
        "population.csv beside this workbook: every tested journey with its risk weight, to draw from again",
        "Population notes: which journeys were tested, which were not, and what qualifies the figures",
        "",
        "What was checked (SHA-256)",
        *(f"model of {one['journey_type']}: {one['file']}: {one['sha256']}" for one in about.models),
        *(f"{name}: {digest}" for name, digest in about.digests.items()),
        *(
            f"export {row['source']}: {row['file']}: {row['sha256']} ({row['read']:,} rows read, "
            f"{row['accepted']:,} accepted)"
            for row in about.exports.iter_rows(named=True)
        ),
        "",
        f"Samples: {about.sample:,} of each, seed {about.seed}",
        f"To do it again: {about.again}",
        "Equal inputs, settings, seed and versions give an equal workbook, byte for byte.",
        "Versions: " + ", ".join(f"{name} {number}" for name, number in about.versions.items()),
        "All times are UTC.",
    ]


def _how(draw: Draw, found: Examined, about: About) -> list[str]:
    told = method(draw, found, about)
    words = [
        f"{told['drawn_from']}: {told['size']:,} of {told['population']:,}; seed {told['seed']}",
        f"{told['method']}. {told['number']}; {told['key']}.",
    ]
    if draw is Draw.RISK:
        words.append(f"{told['weight']}. The weights of all journeys sum to {told['weight_of_all']:,}.")
    return words


def _numbered(rows: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    numbered = rows.select(pl.int_range(1, pl.len() + 1).cast(pl.Int64).alias("nth"), pl.all())
    return numbered.select(pl.lit(draw.value).alias("drawn_from"), pl.all())


def _together(journeys: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """Return both random samples as one table, the journeys first."""
    first, second = _numbered(journeys, Draw.JOURNEYS), _numbered(exceptions, Draw.EXCEPTIONS)
    columns = ["drawn_from", "nth", "journey_id", "customer_id", "journey_type", "start", "status"]
    own = ["exception", "kind", "clause", "code", "message", "key"]
    return pl.concat([first, second], how="diagonal").select(*columns, *own)


def statuses(table: pl.DataFrame) -> pl.DataFrame:
    """Return the journeys by type and status, and in words how they were tested or why not."""
    status = pl.col("status")
    how = (
        pl.when(~pl.col("tested"))
        .then(pl.lit("not tested: no intended journey, or its comparison was not computed"))
        .when(status == "complete")
        .then(pl.lit("tested from start to end"))
        .when(status == "open")
        .then(pl.lit("under way when the log ends (censored): tested as far as it came; more may still come"))
        .otherwise(pl.lit("tested as far as it came"))
    )
    return table.with_columns(how.alias("how"))


def _notes(found: Examined, about: About) -> list[str]:
    return ["Which journeys were tested, and what qualifies the figures.", *qualified(found, about)]


def qualified(found: Examined, about: About) -> list[str]:
    """Return what qualifies the figures; also how many exceptions no single clause explains."""
    untold = found.exceptions["clause"].null_count()
    told = f"{untold:,} exceptions cannot be told to one clause: their clause is empty"
    return [*([told] if untold else []), *about.notes]


def as_values(found: Examined, about: About) -> dict[str, Any]:
    """Return what ``audit.json`` says: what was checked, the clauses, the samples and how they were drawn."""
    return {
        "what": about.what,
        "models": [dict(one) for one in about.models],
        "exports": about.exports.to_dicts(),
        "digests": dict(about.digests),
        "versions": dict(about.versions),
        "again": about.again,
        "journeys": found.sizes[Draw.JOURNEYS],
        "exceptions": found.exceptions.height,
        "exception_journeys": found.exceptions["journey_id"].n_unique(),
        "codes": dict(found.exceptions.group_by("code").len().sort("code").iter_rows()),
        "clauses": found.clauses.to_dicts(),
        "statuses": found.statuses.to_dicts(),
        "samples": [{**method(draw, found, about), "rows": found.draws[draw].to_dicts()} for draw in Draw],
        "notes": qualified(found, about),
    }
