"""One run, one folder: which files does a reader find there?"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from cjmine.domain.results import Run
from cjmine.domain.tables import JOURNEY
from cjmine.report import completion_curves, figures, process_map
from cjmine.report.html import render
from cjmine.report.publish import SEAL
from cjmine.report.sections import all_titles
from cjmine.report.tables import write_tables

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_LONGEST = 80


def write_run(run: Run, folder: Path, *, models: Mapping[str, str]) -> None:
    """Write report, summary, tables, figures and models into ``folder``; ``run.json`` last, as the seal.

    ``models`` maps a file name to its text; names that are no plain file names
    are replaced by safe ones. ``run.json`` holds the SHA-256 of every other file
    in the folder, the store's included. Raises ``OSError`` when the disk refuses.
    """
    drawn = folder / "figures"
    shelf = folder / "models"
    for place in (folder, drawn, shelf):
        place.mkdir(parents=True, exist_ok=True)
    write_tables(run, folder)
    chosen = process_map.choose(run.nodes, run.flows, titles=all_titles(run))
    _text(drawn / "process_map.svg", process_map.draw_svg(chosen))
    process_map.draw_png(chosen, drawn / "process_map.png")
    _text(drawn / "findings.svg", figures.draw_svg(run.totals, run.rows.height(JOURNEY)))
    figures.draw_png(run.totals, run.rows.height(JOURNEY), drawn / "findings.png")
    if completion_curves.drawn(run.standard_times, run.models):
        _text(drawn / "standards.svg", completion_curves.draw_svg(run.standard_times, run.models))
        completion_curves.draw_png(run.standard_times, run.models, drawn / "standards.png")
    for name, text in sorted(models.items()):
        _text(shelf / slug(name), text)
    _text(folder / "report.html", render(run))
    _text(folder / "summary.json", as_json(run.summary))
    _text(folder / SEAL, as_json({**run.record, "files": fingerprints(folder)}))


def fingerprints(folder: Path, seal: str = SEAL) -> dict[str, str]:
    """Return the SHA-256 of every file of a run but its ``seal``, by its path inside the folder."""
    found: dict[str, str] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and one != folder / seal):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return dict(sorted(found.items()))


def slug(name: str) -> str:
    """Return a file name that is safe on every system; a changed name carries a digest of the old one.

    >>> slug("moving-home.bpmn")
    'moving-home.bpmn'
    """
    safe = _UNSAFE.sub("-", name.lower()).strip("._-")
    if name and safe == name and len(name) <= _LONGEST and not _DEVICES.match(safe):
        return name
    stem, dot, suffix = safe.rpartition(".")
    kept = (stem if dot else safe)[: _LONGEST - 30].strip("._-") or "model"
    whole = name.rpartition(".")[0] or name  # a model's files keep one stem
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{'x-' if _DEVICES.match(kept) else ''}{kept}-{digest}{dot}{suffix[:16]}"


def as_json(value: object) -> str:
    """Return sorted, indented JSON that ends in a newline."""
    return (
        json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_plain, allow_nan=False)
        + "\n"
    )


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, pl.DataFrame):
        return value.to_dicts()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
