"""What is checked for an auditor: a finished run or the cases of a log, with models, digests and notes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.audit.clauses import FLOW, Clause
from cjmine.audit.population import POPULATION
from cjmine.audit.sealed import unsealed
from cjmine.audit.sheets import About
from cjmine.cases import Columns, arranged_cases
from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import COSTS, COUNT_CLAUSES, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.domain.kernel import Context
from cjmine.domain.models import IntendedJourney
from cjmine.domain.rows import HeldRows, Rows
from cjmine.domain.vocabulary import Status
from cjmine.engine import local
from cjmine.errors import ModelError, SettingsError, StatesError
from cjmine.intended.load import load_model, not_compared, unclocked
from cjmine.intended.machine import machine_of, stuck
from cjmine.intended.pnml import pnml_of
from cjmine.project.schema import Clock
from cjmine.report.write import as_json

_LEDGER = ("source", "file", "sha256", "read", "accepted")
_PACKAGES = ("cjmine", "numpy", "polars", "xlsxwriter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked: its rows, its models by journey type with their files, what is counted elsewhere.

    ``given`` and ``covered`` are as ``audit.examine`` takes them.
    """

    rows: Rows
    models: Mapping[str, IntendedJourney]
    files: Mapping[str, str]
    about: About
    given: pl.DataFrame | None = None
    covered: frozenset[Clause] = FLOW


def of_run(
    folder: Path,
    models: Mapping[str, IntendedJourney],
    files: Mapping[str, str],
    again: str,
    *,
    sample: int,
    seed: int,
) -> Subject:
    """Return a finished run; raises ``SourceError`` for one that is not as it was written."""
    for name, model in models.items():
        _refuse_too_large(model, files[name])
    record, store = unsealed(folder)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    counted = [
        f"{one['detector']}: {one['count']:,} x {one['note']}"
        for one in summary["notes"]
        if one["detector"] == "conformance"
    ]
    tables = {name: digest for name, digest in record["files"].items() if name.startswith("store/")}
    about = About(
        what=f"project {record['project']}",
        models=_digested(models, files),
        exports=pl.DataFrame(record["inputs"]).select(_LEDGER),
        digests={
            "settings": record["settings_sha256"],
            "project file": record["project_file_sha256"],
            "tables of the run": hashlib.sha256(as_json(tables).encode()).hexdigest(),
        },
        versions={name: version(name) for name in _PACKAGES},
        again=again,
        sample=sample,
        seed=seed,
        notes=(*summary["warnings"], *counted),
    )
    given = POPULATION.merge(
        [
            _of_clauses(pl.read_parquet(folder / "tallies" / "clauses.parquet")),
            _of_standards(pl.read_parquet(folder / "tallies" / "standards.parquet")),
        ]
    )
    covered = FLOW | {Clause.LIMIT, Clause.RULE, Clause.STANDARD}
    return Subject(rows=store, models=models, files=files, about=about, given=given, covered=covered)


def of_log(log: Path, path: Path, columns: Columns | None, *, sample: int, seed: int) -> Subject:
    """Return the cases of a log, each held against a model as a whole.

    Raises ``StatesError``, with the cases left undone, when the model is too large.
    """
    journey = load_model(path)
    _refuse_too_large(journey, path.name)
    # a stop is a step like others, as in ``checking.check``: whole cases are compared
    forced = dataclasses.replace(journey, need="this case", stopped=())
    reading, cases, outputs = arranged_cases(log, columns, (COUNT_VARIANTS,), forced)
    variants, name = distinct_variants(outputs["variants"]), journey.name
    whole = cases.journeys.with_columns(pl.lit(Status.COMPLETE.value).alias("status"))
    aligned = align_all(variants, {name: forced}, {name: machine_of(journey)})
    clock = Clock().deadlines(journey.clock, *_days(cases.events["start"]))
    context = Context(models={name: forced}, aligned=aligned, deadlines={name: clock})
    kernels = (COSTS, MOVES, DEVIATIONS, DEVIATION_NOTES, COUNT_CLAUSES)
    found, told = local.enrich(dataclasses.replace(cases, journeys=whole), kernels, context)
    notes = [f"{one['count']:,} x {one['note']}" for one in told[DEVIATION_NOTES.name].to_dicts()]
    files = {name: path.name}
    asked = dataclasses.asdict(columns or Columns(), dict_factory=_given)
    words = [f"--{key.replace('_', '-')} '{value}'" for key, value in asked.items()]
    again = " ".join(["cjmine check", log.name, path.name, *words, "--out FOLDER"])
    about = About(
        what=f"log {log.name}",
        models=_digested({name: journey}, files),
        exports=reading.ledger.select(_LEDGER),
        digests={},
        versions={name: version(name) for name in _PACKAGES},
        again=f"{again} --sample {sample} --seed {seed}",
        sample=sample,
        seed=seed,
        notes=(
            *stuck(journey),
            *not_compared(journey, one_log=True),
            *unclocked(journey, told=clock.told),
            *reading.warnings,
            *notes,
        ),
    )
    given = _of_clauses(COUNT_CLAUSES.output.merge([told[COUNT_CLAUSES.name]]))
    rows = HeldRows((found,))
    covered = FLOW | {Clause.LIMIT, Clause.RULE}
    return Subject(rows=rows, models={name: journey}, files=files, about=about, given=given, covered=covered)


def _given(options: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the options that are not as they are without being asked for."""
    usual = {one.name: one.default for one in dataclasses.fields(Columns)}
    return {name: value for name, value in options if value != usual[name]}


def _refuse_too_large(journey: IntendedJourney, file: str) -> None:
    """Raise ``StatesError`` for a model that nothing is aligned with: none of its clauses could be tested."""
    try:
        machine_of(journey)
    except StatesError as error:
        fault = f"{file}: {error.faults[0]}: none of its clauses can be tested"
        raise StatesError(fault, "`cjmine run`, and `cjmine check` without --out, give its costs") from None


def _days(times: pl.Series) -> tuple[date, date]:
    """Return the first and last day of a log."""
    days = times.dt.date().sort()
    return (days[0], days[-1]) if days.len() else (date(1970, 1, 1), date(1970, 1, 1))


def _of_clauses(tally: pl.DataFrame) -> pl.DataFrame:
    """Return the populations of limits, channels, services and rules; what is unknown was not tested."""
    others = tally.filter(pl.col("kind") != Clause.STEP)  # steps are counted with the flow
    return POPULATION.conform(others.with_columns(pl.col("asked") - pl.col("unknown")))


def _of_standards(table: pl.DataFrame) -> pl.DataFrame:
    """Return the populations of standards: each journey whose clock started is asked once."""
    broken = pl.col("breached") + pl.col("open_breached")
    kept, pending = pl.col("met") + pl.col("early"), pl.col("pending") + pl.col("standing")
    counted = {
        "clause": pl.col("standard"),
        "kind": pl.lit(Clause.STANDARD.value),
        "asked": kept + broken + pending,
        "kept": kept,
        "broken": broken,
        "pending": pending,
        "journeys": kept + broken + pending,
        "journeys_broken": broken,
    }
    return POPULATION.conform(table.with_columns(**counted))


def models_of(record: Mapping[str, Any], folder: Path) -> tuple[dict[str, IntendedJourney], dict[str, str]]:
    """Return the models a run was made with, by journey type, and their files."""
    wanted, whole = dict(record["models_sha256"]), dict(record.get("model_files_sha256", {}))
    models: dict[str, IntendedJourney] = {}
    files: dict[str, str] = {}
    given = record["settings"].get("journeys", {}).get("models", [])
    if not given:
        msg = f"{folder}: the run has no intended journey, so there is nothing to check against"
        raise SettingsError(msg, "name one under journeys: models in the project file, and run again")
    here = folder.resolve()
    faults = []
    for named in (one["file"] for one in given):
        places = [root / named for root in (Path(), here, *here.parents)]
        found = [load_model(place) for place in places if place.is_file()]
        same = [
            model
            for model in found
            if _sha256(pnml_of(model.net, model.name).encode()) == wanted.get(model.name)
            and _sha256(Path(model.source).read_bytes()) == whole.get(model.name)
        ]
        if same:
            models[same[0].name], files[same[0].name] = same[0], named
        else:
            faults.append(f"{named}: {'is not as it was when the run was made' if found else 'is not found'}")
    if faults:
        raise ModelError(faults, "check the project file instead of the run's folder")
    return models, files


def _digested(models: Mapping[str, IntendedJourney], files: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "journey_type": name,
            "file": Path(files[name]).as_posix(),
            "sha256": _sha256(Path(model.source).read_bytes()),
        }
        for name, model in sorted(models.items())
    ]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
