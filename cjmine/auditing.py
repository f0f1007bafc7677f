"""What does an auditor get to work with: clauses, exceptions, evidence, samples, a workbook, a picture.

Of a project, of a finished run, or of one log and a model; written as one folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from cjmine import pipeline
from cjmine.analysis import Tell
from cjmine.audit.examine import Examined, examine
from cjmine.audit.sealed import is_run, unsealed
from cjmine.audit.sheets import as_values, sheets
from cjmine.audit.workbook import ROWS, write_workbook
from cjmine.cases import Columns
from cjmine.domain.models import IntendedJourney
from cjmine.errors import SettingsError
from cjmine.project.load import Loaded
from cjmine.report.plan_picture import draw_png, draw_svg
from cjmine.report.publish import publish
from cjmine.report.tables import write_both
from cjmine.report.write import as_json, fingerprints, slug
from cjmine.subjects import Subject, models_of, of_log, of_run

SEAL = "audit.json"
WORKBOOK = "exceptions.xlsx"
LARGEST, SEED = 100_000, 0


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
    place = _beside(loaded.folder, out)
    pipeline.run(loaded, loaded.folder, progress=progress)
    if progress is not None:
        progress("looking at clauses and exceptions", 0, 1)
    files = {name: model.source for name, model in loaded.models.items()}
    found = {
        name: next(root / file for root in loaded.roots if (root / file).is_file())
        for name, file in files.items()
    }
    models = {name: replace(model, source=str(found[name])) for name, model in loaded.models.items()}
    again = f"cjmine check {loaded.path.name} --sample {sample} --seed {seed}"
    subject = of_run(loaded.folder, models, files, again, sample=sample, seed=seed)
    return _written(subject, place)


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
    place = _beside(folder, out)
    record, _ = unsealed(folder)
    models, files = models_of(record, folder)
    again = f"cjmine check {folder.name} --sample {sample} --seed {seed}"
    subject = of_run(folder, models, files, again, sample=sample, seed=seed)
    return _written(subject, place)


def check_log(
    log: Path | str,
    model: Path | str,
    out: Path,
    columns: Columns | None = None,
    *,
    sample: int = 25,
    seed: int = SEED,
) -> tuple[dict[str, Any], Path]:
    """Check one log against a model: whole cases, as ``checking.check`` does."""
    _refuse(sample, seed)
    return _written(of_log(Path(log), Path(model), columns, sample=sample, seed=seed), out)


def _refuse(sample: int, seed: int) -> None:
    faults = []
    if not 1 <= sample <= LARGEST:
        faults.append(f"--sample {sample}: give a whole number from 1 to {LARGEST:,}")
    if seed < 0:
        faults.append(f"--seed {seed}: give a whole number, 0 or more")
    if faults:
        raise SettingsError(faults)


def _beside(folder: Path, out: Path | None) -> Path:
    """Return the folder of a check; inside the run's it may not be, which holds only what the run wrote."""
    run = folder.absolute()
    if out is not None and out.absolute().is_relative_to(run):
        msg = f"--out {out}: lies in the folder of the run"
        raise SettingsError(msg, f"name another folder, such as {run.name}-check beside it")
    return out or run.with_name(f"{run.name}-check")


def _written(subject: Subject, out: Path) -> tuple[dict[str, Any], Path]:
    """Examine, and write the folder whole or not at all."""
    about = subject.about
    found = examine(
        subject.rows,
        subject.models,
        subject.files,
        sample=about.sample,
        seed=about.seed,
        given=subject.given,
        covered=subject.covered,
    )
    with publish(out, seal=SEAL) as staging:
        for name in ("clauses", "exceptions", "evidence", "population"):
            write_both(getattr(found, name), staging / name)
        write_workbook(sheets(found, about), staging / WORKBOOK, rows=ROWS)
        _draw(subject.models, found, staging)
        told = {**as_values(found, about), "files": fingerprints(staging, SEAL)}
        text = as_json(told)
        (staging / SEAL).write_text(text, encoding="utf-8", newline="\n")
    return json.loads(text), out


def _draw(models: Mapping[str, IntendedJourney], found: Examined, folder: Path) -> None:
    """Draw each model with what happened on it."""
    for name, model in sorted(models.items()):
        stem = "model" if len(models) == 1 else f"model-{name}"
        mine = pl.col("journey_type") == name
        steps, beside = found.steps.filter(mine), found.beside.filter(mine)
        count = int(found.statuses.filter(mine & pl.col("tested"))["journeys"].sum())
        text = draw_svg(model, steps, beside, count)
        (folder / slug(f"{stem}.svg")).write_text(text, encoding="utf-8", newline="\n")
        draw_png(model, steps, beside, count, folder / slug(f"{stem}.png"))
