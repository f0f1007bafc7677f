"""What does an auditor get to work with: clauses, exceptions, evidence, samples, a workbook, a picture.

Of a project, of a finished run, or of one log and a model; written as one folder.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from cjmine import pipeline
from cjmine.analysis import Tell
from cjmine.audit.examine import Examined, examine
from cjmine.audit.population import POPULATION
from cjmine.audit.sealed import is_run, unsealed
from cjmine.audit.sheets import About, as_values, sheets
from cjmine.audit.workbook import ROWS, write_workbook
from cjmine.cases import Columns, arranged_cases
from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import COSTS, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.conformance.rule_breaks import rule_breaks
from cjmine.conformance.rule_counts import rule_counts
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.domain.kernel import Context
from cjmine.domain.models import IntendedJourney
from cjmine.domain.rows import HeldRows, Rows
from cjmine.domain.tables import FINDING
from cjmine.domain.vocabulary import Status
from cjmine.engine import local
from cjmine.errors import ModelError, SettingsError
from cjmine.intended.automaton import automaton_of, defects
from cjmine.intended.load import load_model, not_compared
from cjmine.intended.pnml import pnml_of
from cjmine.project.load import Loaded
from cjmine.report.plan_picture import draw_png, draw_svg
from cjmine.report.publish import publish
from cjmine.report.tables import write_both
from cjmine.report.write import as_json, fingerprints, slug

SEAL = "audit.json"
WORKBOOK = "exceptions.xlsx"
LARGEST, SEED = 100_000, 0
_LEDGER = ("source", "file", "sha256", "read", "accepted")
_PACKAGES = ("cjmine", "numpy", "polars", "xlsxwriter")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is checked: its rows, its models by journey type with their files, and what is counted elsewhere."""

    rows: Rows
    models: Mapping[str, IntendedJourney]
    files: Mapping[str, str]
    about: About
    given: pl.DataFrame | None = None
    told: pl.DataFrame | None = None


def check_project(
    loaded: Loaded,
    out: Path | None = None,
    *,
    sample: int = 25,
    seed: int = SEED,
    progress: Tell | None = None,
) -> tuple[dict[str, Any], Path]:
    """Run a project into its folder, and check the run; returns what ``audit.json`` says, and the folder.

    ``out`` is the folder of the check, by default that of the run with ``-check`` behind it.
    Raises ``SettingsError`` for a project without an intended journey.
    """
    _refuse(sample, seed)
    if not loaded.models:
        msg = f"{loaded.path}: names no intended journey, so there is nothing to check against"
        raise SettingsError(msg, "name one under journeys: models: [{file: plan.journey.yaml}]")
    pipeline.run(loaded, loaded.folder, progress=progress)
    files = {one.file.name: str(one.file) for one in loaded.project.journeys.models}
    named = {name: files.get(Path(model.source).name, model.source) for name, model in loaded.models.items()}
    again = f"cjmine check {loaded.path.name} --sample {sample} --seed {seed}"
    subject = _of_run(loaded.folder, loaded.models, named, again, sample=sample, seed=seed)
    return _written(subject, out or _beside(loaded.folder))


def check_run(
    folder: Path, out: Path | None = None, *, sample: int = 25, seed: int = SEED
) -> tuple[dict[str, Any], Path]:
    """Check a finished run; its models' files are looked up from here and from the folders around the run.

    Raises ``SourceError`` for a run that is not as it was written, ``SettingsError`` for a
    folder that is no run or names no intended journey, ``ModelError`` for a model that is
    not found or no longer the one the run was made with.
    """
    _refuse(sample, seed)
    if not is_run(folder):
        msg = f"{folder}: is no finished run: it holds no run.json"
        raise SettingsError(msg, "name a project file, a run's folder, or a log and a model")
    record, _ = unsealed(folder)
    models, files = _models_of(record, folder)
    again = f"cjmine check {folder.name} --sample {sample} --seed {seed}"
    subject = _of_run(folder, models, files, again, sample=sample, seed=seed)
    return _written(subject, out or _beside(folder))


def check_log(
    log: Path | str,
    model: Path | str,
    out: Path,
    columns: Columns | None = None,
    *,
    sample: int = 25,
    seed: int = SEED,
) -> tuple[dict[str, Any], Path]:
    """Check one log against a model, whole cases, as ``quick.check`` does; rules as far as order decides them."""
    _refuse(sample, seed)
    return _written(_of_log(Path(log), Path(model), columns, sample=sample, seed=seed), out)


def _refuse(sample: int, seed: int) -> None:
    faults = []
    if not 1 <= sample <= LARGEST:
        faults.append(f"--sample {sample}: give a whole number from 1 to {LARGEST:,}")
    if seed < 0:
        faults.append(f"--seed {seed}: give a whole number, 0 or more")
    if faults:
        raise SettingsError(faults)


def _beside(folder: Path) -> Path:
    place = folder.absolute()
    return place.with_name(f"{place.name}-check")


def _of_run(
    folder: Path,
    models: Mapping[str, IntendedJourney],
    files: Mapping[str, str],
    again: str,
    *,
    sample: int,
    seed: int,
) -> _Subject:
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
    return _Subject(rows=store, models=models, files=files, about=about)


def _of_log(log: Path, path: Path, columns: Columns | None, *, sample: int, seed: int) -> _Subject:
    journey = load_model(path)
    # a stop is a step like others, as in ``quick.check``: whole cases are compared
    forced = dataclasses.replace(journey, need="this case", stopped=())
    reading, cases, outputs = arranged_cases(log, columns, (COUNT_VARIANTS,), forced)
    variants, name = distinct_variants(outputs["variants"]), journey.name
    whole = cases.journeys.with_columns(pl.lit(Status.COMPLETE.value).alias("status"))
    aligned = align_all(variants, {name: forced}, {name: automaton_of(journey.net)})
    context = Context(models={name: forced}, aligned=aligned)
    kernels = (COSTS, MOVES, DEVIATIONS, DEVIATION_NOTES)
    found, told = local.enrich(dataclasses.replace(cases, journeys=whole), kernels, context)
    broken, clauses = rule_breaks(found, journey)
    found = dataclasses.replace(found, findings=FINDING.merge([found.findings, broken]))
    counted = {tuple(row["steps"]): row["count"] for row in variants.iter_rows(named=True)}
    notes = [f"{one['count']:,} x {one['note']}" for one in told[DEVIATION_NOTES.name].to_dicts()]
    files = {name: path.name}
    about = About(
        what=f"log {log.name}",
        models=_digested({name: journey}, files),
        exports=reading.ledger.select(_LEDGER),
        digests={},
        versions={name: version(name) for name in _PACKAGES},
        again=f"cjmine check {log.name} {path.name} --out FOLDER --sample {sample} --seed {seed}",
        sample=sample,
        seed=seed,
        notes=(*defects(journey.net), *not_compared(journey, by_order=True), *reading.warnings, *notes),
    )
    given = _rules_counted(name, rule_counts(journey, counted))
    rows = HeldRows((found,))
    return _Subject(rows=rows, models={name: journey}, files=files, about=about, given=given, told=clauses)


def _rules_counted(name: str, rules: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the populations of rules; those that times, services or channels decide are not tested."""
    rows = [
        {
            "journey_type": name,
            "kind": "rule",
            "clause": one["rule"],
            "asked": one["kept"] + one["broken"],
            "kept": one["kept"],
            "broken": one["broken"],
            "pending": 0,
            "journeys": one["cases"],
            "journeys_broken": one["broken_cases"],
        }
        for one in rules
        if not one["elsewhere"]
    ]
    return POPULATION.merge([pl.DataFrame(rows, schema=POPULATION.schema)])


def _models_of(record: Mapping[str, Any], folder: Path) -> tuple[dict[str, IntendedJourney], dict[str, str]]:
    """Return the models a run was made with, by journey type, and their files."""
    wanted = dict(record["models_sha256"])
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
        same = [m for m in found if _sha256(pnml_of(m.net, m.name).encode()) == wanted.get(m.name)]
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


def _written(subject: _Subject, out: Path, *, rows: int = ROWS) -> tuple[dict[str, Any], Path]:
    """Examine, and write the folder whole or not at all."""
    about = subject.about
    found = examine(
        subject.rows,
        subject.models,
        subject.files,
        sample=about.sample,
        seed=about.seed,
        given=subject.given,
        told=subject.told,
    )
    with publish(out, seal=SEAL) as staging:
        for name in ("clauses", "exceptions", "evidence"):
            write_both(getattr(found, name), staging / name)
        write_workbook(sheets(found, about), staging / WORKBOOK, rows=rows)
        _draw(subject.models, found, staging)
        told = {**as_values(found, about), "files": fingerprints(staging, SEAL)}
        text = as_json(told)
        (staging / SEAL).write_text(text, encoding="utf-8", newline="\n")
    return json.loads(text), out


def _draw(models: Mapping[str, IntendedJourney], found: Examined, folder: Path) -> None:
    """Draw each model with what happened on it."""
    for name, model in sorted(models.items()):
        stem = "model" if len(models) == 1 else slug(f"model-{name}")
        mine = pl.col("journey_type") == name
        steps, beside = found.steps.filter(mine), found.beside.filter(mine)
        count = int(found.statuses.filter(mine & pl.col("tested"))["journeys"].sum())
        text = draw_svg(model, steps, beside, count)
        (folder / f"{stem}.svg").write_text(text, encoding="utf-8", newline="\n")
        draw_png(model, steps, beside, count, folder / f"{stem}.png")
