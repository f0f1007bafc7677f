"""Are the files there that a project file names, and do they hold the columns it asks for?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cjmine.domain.models import IntendedJourney
from cjmine.domain.office_hours import zone_fault
from cjmine.errors import ModelError, SourceError, nearest
from cjmine.ingest import columns
from cjmine.ingest.files import resolve
from cjmine.ingest.header import header, headers
from cjmine.ingest.settings import Format, Source
from cjmine.intended.load import load_model
from cjmine.project.positions import Content, Location
from cjmine.project.wording import errors_of

Roots = tuple[Path, ...]


def check_sources(content: Content, roots: Roots) -> None:
    """Note wrong columns, constants and zones, files that are not there, and columns their headers lack."""
    names: dict[str, Location] = {}
    keys = [str(key["name"]) for _, key in content.items("identity", "keys") if key.get("name")]
    for where, raw in content.items("sources"):
        name = str(raw.get("name"))
        if names.setdefault(name, where) != where:
            content.fault((*where, "name"), f"two sources are called {name!r}; give each its own name")
        source, unclear = _salvaged(raw)
        if source is None:
            continue
        for place, what in columns.faults(source, keys):
            told = place[:1] and place[0] in raw and place[0] not in source.model_fields_set
            if not told:  # a key that was left out because its value is wrong is not missing too
                content.fault((*where, *place), what)
        for ours, mapped in source.columns.items():
            if mapped.zone not in {None, "local"} and (what := zone_fault(str(mapped.zone))):
                content.fault((*where, "columns", ours, "zone"), what)
        asked = {("columns", ours): m.from_ for ours, m in source.columns.items() if ours not in unclear}
        asked |= {("keep", theirs): (theirs,) for theirs in source.keep}
        if source.format is Format.SQL:
            continue  # a database is asked when it is read
        paths = _files(content, (*where, "files"), source.files, roots)
        _check_headers(content, where, paths, source, asked)


def _salvaged(raw: dict[str, Any]) -> tuple[Source | None, set[str]]:
    """Return a source without what is wrong in it, so that the rest can still be checked."""
    kept, unclear = dict(raw), set[str]()
    for (key, *below), _ in errors_of(Source, raw):
        if key == "columns" and below:
            unclear.add(str(below[0]))
        else:
            kept.pop(str(key), None)
    if unclear:
        kept["columns"] = {ours: ours if ours in unclear else m for ours, m in raw["columns"].items()}
    try:
        return Source.model_validate(kept), unclear
    except ValidationError:
        return None, unclear


def _files(content: Content, where: Location, patterns: Sequence[str], roots: Roots) -> tuple[Path, ...]:
    try:
        return resolve(patterns, roots)
    except SourceError as fault:
        for line in fault.faults:
            content.fault(where, line)
        return ()


def _check_headers(
    content: Content,
    where: Location,
    paths: Sequence[Path],
    source: Source,
    asked: Mapping[tuple[str, str], tuple[str, ...]],
) -> None:
    """Note each mapped column that files lack: once, with the first file and how many more."""
    read: dict[str, tuple[str, ...]] = {}
    for path in paths:
        with suppress(SourceError):  # reading the source says it better
            read |= headers(path, source)
    for place, theirs in asked.items():
        lacking = [name for name, found in read.items() if found and not set(theirs) & set(found)]
        if lacking:
            found = read[lacking[0]]
            listed = " or ".join(repr(one) for one in theirs)
            near = next((text for one in theirs if (text := nearest(one, found))), "")
            more = f" (and {len(lacking) - 1:,} more files)" if len(lacking) > 1 else ""
            what = f"{lacking[0]}{more} has no column {listed} (it has {', '.join(found)}){near}"
            content.fault((*where, *place), what)


def check_crosswalks(content: Content, roots: Roots) -> None:
    """Note crosswalks that are not there, lack a column, or name ids that no source has."""
    sources = [raw for _, raw in content.items("sources")]
    known = {str(raw.get("scheme") or raw.get("name")) for raw in sources}
    known |= {str(key.get("name")) for _, key in content.items("identity", "keys")}
    for where, raw in content.items("identity", "crosswalks"):
        named = raw.get("columns")
        schemes = named.items() if isinstance(named, dict) else ()
        asked = [(k, one) for k, v in schemes for one in (v if isinstance(v, list) else [v])]
        for scheme in dict.fromkeys(scheme for scheme, _ in asked):
            if scheme not in known:
                near = nearest(scheme, known) or f"; known are {', '.join(sorted(known))}"
                what = f"{scheme!r} is neither a source, nor a source's scheme, nor a key{near}"
                content.fault((*where, "columns", scheme), what)
        if not isinstance(raw.get("file"), str):
            continue
        for path in _files(content, (*where, "file"), (raw["file"],), roots):
            try:
                found = header(path, Format.CSV, raw.get("encoding"), raw.get("delimiter"))
            except SourceError:
                continue
            for scheme, column in asked:
                if isinstance(column, str) and column not in found:
                    near = nearest(column, found)
                    what = f"{path.name} has no column {column!r} (it has {', '.join(found)}){near}"
                    content.fault((*where, "columns", scheme), what)


def load_models(content: Content, roots: Roots) -> tuple[dict[str, IntendedJourney], list[str]]:
    """Return the intended journeys by name, and the faults of their own files, each with its place there."""
    models: dict[str, IntendedJourney] = {}
    lines: list[str] = []
    for where, raw in content.items("journeys", "models"):
        if not isinstance(raw.get("file"), str):
            continue
        for path in _files(content, (*where, "file"), (raw["file"],), roots):
            try:
                model = load_model(path)
            except ModelError as fault:
                lines += fault.faults
                continue
            if model.name in models:
                content.fault((*where, "file"), f"a journey called {model.name!r} is already listed")
            models[model.name] = dataclasses.replace(
                model, need=raw.get("need") or model.need, source=str(raw["file"])
            )
    return models, lines
