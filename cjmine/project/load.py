"""Read a project file: all its faults at once, each with its place and the nearest valid word."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cjmine.domain.models import IntendedJourney
from cjmine.errors import SettingsError
from cjmine.project.inputs import check_crosswalks, check_sources, load_models
from cjmine.project.positions import Content, read
from cjmine.project.schema import YES, Project
from cjmine.project.wording import faults_of


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

    def model_digests(self) -> dict[str, str]:
        """Return the SHA-256 of each intended journey's file: also what its flow does not show counts."""
        found = {}
        for name, model in self.models.items():
            places = (root / model.source for root in self.roots)
            path = next((place for place in places if place.is_file()), None)
            if path is not None:
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


def load(path: Path | str) -> Loaded:
    """Read and check a project file, its journeys' files and its exports' columns.

    Raises one ``SettingsError`` with every fault found, each as
    ``file:line:column: what; did you mean ...?``.
    """
    path = Path(path)
    content = read(path)
    roots = roots_of(path)
    for where, what in faults_of(Project, content.raw):
        content.fault(where, what)
    _check_duties(content)
    check_sources(content, roots)
    check_crosswalks(content, roots)
    models, lines = load_models(content, roots)
    if lines := [*content.lines(), *lines]:
        raise SettingsError(lines, f"nothing was written; mend {path.name} and run again")
    project = Project.model_validate(content.raw)
    text = path.read_text(encoding="utf-8-sig")
    return Loaded(path=path, project=project, models=models, roots=roots, text=text)


def roots_of(path: Path) -> tuple[Path, ...]:
    """Return where relative paths are looked up: the repository of the file, then its folder."""
    folder = path.resolve().parent
    repository = next(
        (one for one in (folder, *folder.parents) if (one / "pyproject.toml").is_file()), folder
    )
    return tuple(dict.fromkeys((repository, folder)))


def _check_duties(content: Content) -> None:
    """Note personal data without owner, purpose and retention, and an output outside the project."""
    if str(content.raw.get("personal")).casefold() in YES:
        for where, source in content.items("sources"):
            missing = [key for key in ("owner", "purpose", "retention") if not source.get(key)]
            if missing:
                content.fault(where, f"personal data need {', '.join(missing)} for each source")
    folder = Path(str(content.block("output").get("folder") or "."))
    if folder.is_absolute() or ".." in folder.parts:
        what = f"folder: {str(folder)!r} leads out of the project; give a folder inside it, or use --out"
        content.fault(("output", "folder"), what)
