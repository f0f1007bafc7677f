"""Read a project file: all its faults at once, each with its place and the nearest valid word."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError, SettingsError, SourceError, nearest
from cjmine.ingest import columns
from cjmine.ingest.files import resolve
from cjmine.ingest.header import header
from cjmine.ingest.settings import Source
from cjmine.intended.load import load_model
from cjmine.project.positions import Location, place, plain, read_yaml
from cjmine.project.schema import DetectorSettings, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A checked project, its intended journeys by name, and where its relative paths begin."""

    path: Path
    project: Project
    models: dict[str, IntendedJourney]
    roots: tuple[Path, ...]
    text: str

    @property
    def folder(self) -> Path:
        """The output folder the project file names, else ``reports/PROJECT``."""
        return self.roots[0] / (self.project.output.folder or Path("reports") / self.project.project)


def load(path: Path) -> Loaded:
    """Read and check a project file, its journeys' files and its exports' columns.

    Raises one ``SettingsError`` with every fault found, each as
    ``file:line:column: what; did you mean ...?``.
    """
    content = read_yaml(path)
    raw = plain(content)
    roots = _roots(path)
    faults = list(_schema_faults(raw))
    models: dict[str, IntendedJourney] = {}
    faults += _source_faults(raw, roots)
    faults += _file_faults(raw, roots)
    lines = [f"{place(path, content, location)}: {message}" for location, message in faults]
    lines += _load_models(raw, roots, models)
    if lines:
        raise SettingsError(lines, f"nothing was written; mend {path.name} and run again")
    project = Project.model_validate(raw)
    return Loaded(
        path=path, project=project, models=models, roots=roots, text=path.read_text(encoding="utf-8-sig")
    )


def _roots(path: Path) -> tuple[Path, ...]:
    """Return where relative paths are looked up: the repository of the file, else its folder."""
    folder = path.resolve().parent
    repository = next((one for one in (folder, *folder.parents) if (one / "pyproject.toml").is_file()), None)
    return (folder,) if repository in {None, folder} else (typing.cast("Path", repository), folder)


Fault = tuple[Location, str]


def _schema_faults(raw: Any) -> Iterator[Fault]:  # noqa: ANN401
    try:
        Project.model_validate(raw)
    except ValidationError as errors:
        for error in errors.errors():
            yield _in_file(error["loc"]), _message(error)
    if not isinstance(raw, dict) or not isinstance(raw.get("sources"), list):
        return
    names = [source.get("name") for source in raw["sources"] if isinstance(source, dict)]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield ("sources", number, "name"), f"the source {name!r} stands twice; give each its own name"
    if raw.get("personal") is True:
        for number, source in enumerate(raw["sources"]):
            missing = [key for key in ("owner", "purpose", "retention") if not source.get(key)]
            if missing:
                yield ("sources", number), f"personal data need {', '.join(missing)} for each source"


def _in_file(location: tuple[int | str, ...]) -> Location:
    """Return a validation error's place without the names of validators."""
    return [step for step in location if not (isinstance(step, str) and "[" in step)]


def _message(error: Any) -> str:  # noqa: ANN401
    location = list(_in_file(error["loc"]))
    key = ".".join(str(step) for step in location)
    if error["type"] == "extra_forbidden":
        known = _known_keys(Project, location[:-1])
        listed = f"; known here: {', '.join(sorted(known))}" if known else ""
        near = nearest(str(location[-1]), known)
        return f"unknown key {str(location[-1])!r}{near or listed}"
    if error["type"] == "missing":
        return f"{key} is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "enum":
        return f"{key}: {error['input']!r} is not one of {error['ctx']['expected']}"
    return f"{key}: {text}"


def _known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys that the settings class at ``location`` knows."""
    kind: Any = model
    for step in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if step == "detectors":
                kind = DetectorSettings
                continue
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            kind = fields.get(str(step))
        else:
            kind = next((one for one in typing.get_args(kind) if one is not str and one is not Ellipsis), None)
        if typing.get_origin(kind) is typing.Annotated:
            kind = typing.get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def _source_faults(raw: Any, roots: tuple[Path, ...]) -> Iterator[Fault]:  # noqa: ANN401
    """Yield faults of sources that are well-formed in themselves: columns, files, headers."""
    sources = raw.get("sources") if isinstance(raw, dict) else None
    identity = raw.get("identity") or {}
    keys = [key.get("name") for key in identity.get("keys", []) if isinstance(key, dict) and key.get("name")]
    for number, one in enumerate(sources if isinstance(sources, list) else []):
        try:
            source = Source.model_validate(one)
        except ValidationError:
            continue
        where: Location = ("sources", number)
        try:
            columns.check(source, keys)
        except SettingsError as fault:
            for line in fault.faults:
                word = line.split("'")[3] if line.count("'") > 3 else ""  # noqa: PLR2004
                yield next(((*where, block, word) for block in ("columns", "constants") if word in one.get(block, {})), where), line
        try:
            paths = resolve(source.files, roots)
        except SourceError as fault:
            yield from (((*where, "files"), f"source {source.name!r}: {line}") for line in fault.faults)
            continue
        for path in paths:
            yield from _header_faults(source, path, where)


def _header_faults(source: Source, path: Path, where: Location) -> Iterator[Fault]:
    try:
        found = header(path, source)
    except SourceError:
        return  # reading the source says it better
    if not found:
        return
    asked = {("columns", ours): mapped.from_ for ours, mapped in source.columns.items()}
    asked |= {("keep", name): (name,) for name in source.keep}
    for (block, ours), theirs in asked.items():
        if not set(theirs) & set(found):
            listed = " or ".join(repr(one) for one in theirs)
            near = next((text for one in theirs if (text := nearest(one, found))), "")
            yield (*where, block, ours), (
                f"source {source.name!r}: {path.name} has no column {listed}{near}; found {', '.join(found)}"
            )


def _file_faults(raw: Any, roots: tuple[Path, ...]) -> Iterator[Fault]:  # noqa: ANN401
    """Yield crosswalk files that do not exist, namespaces no source uses, an output folder elsewhere."""
    if not isinstance(raw, dict):
        return
    output = raw.get("output") if isinstance(raw.get("output"), dict) else {}
    folder = Path(str(output.get("folder") or "."))
    if folder.is_absolute() or ".." in folder.parts:
        yield ("output", "folder"), f"{str(folder)!r} leaves the project; give a folder inside it, or use --out"
    identity = raw.get("identity") if isinstance(raw.get("identity"), dict) else {}
    sources = [one for one in raw.get("sources") or [] if isinstance(one, dict)]
    known = {str(one.get("scheme") or one.get("name")) for one in sources}
    known |= {str(key.get("name")) for key in identity.get("keys", []) if isinstance(key, dict)}
    for number, crosswalk in enumerate(identity.get("crosswalks", []) or []):
        where: Location = ("identity", "crosswalks", number)
        if not isinstance(crosswalk, dict):
            continue
        try:
            resolve((str(crosswalk.get("file")),), roots)
        except SourceError as fault:
            yield from (((*where, "file"), line) for line in fault.faults)
        for scheme in crosswalk.get("columns") or {}:
            if scheme not in known:
                yield (*where, "columns", scheme), (
                    f"{scheme!r} is neither a source, a scheme nor a key{nearest(scheme, known)}"
                )


def _load_models(raw: Any, roots: tuple[Path, ...], models: dict[str, IntendedJourney]) -> list[str]:  # noqa: ANN401
    lines: list[str] = []
    journeys = raw.get("journeys") if isinstance(raw, dict) else None
    for one in (journeys or {}).get("models") or []:
        if not isinstance(one, dict) or not one.get("file"):
            continue
        try:
            (path, *_) = resolve((str(one["file"]),), roots)
            model = load_model(path)
        except (ModelError, SourceError) as fault:
            lines += fault.faults
            continue
        if model.name in models:
            lines.append(f"{path}: a journey called {model.name!r} is already listed")
        need = one.get("need") or model.need
        models[model.name] = dataclasses.replace(model, need=need)
    return lines
