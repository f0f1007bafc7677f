"""Documentation is tested: every command, key, column and link it names exists, and none is missing."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from cjmine.cli.group import VERBS
from cjmine.detectors.roster import ROSTER
from cjmine.domain.codes import CODES
from cjmine.ingest.columns import MAPPABLE
from cjmine.ingest.settings import Mapped, Source
from cjmine.project.schema import Project

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
PROJECT_FILE = (ROOT / "docs" / "project-file.md").read_text("utf-8")


def keys_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def blocks() -> list[tuple[str, set[str]]]:
    found = [("project", keys_of(Project)), ("source", keys_of(Source)), ("column", keys_of(Mapped))]
    for name, field in Project.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and name not in {"detectors", "clock"}:
            found.append((name, keys_of(kind)))
    return found + [(one.name, keys_of(one.settings)) for one in ROSTER]


@pytest.mark.parametrize(
    ("block", "keys"), blocks(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_settings_key_is_documented(block: str, keys: set[str]) -> None:
    missing = {key for key in keys if f"`{key}`" not in PROJECT_FILE}
    assert not missing, f"{block}: {missing}"


def test_every_column_is_documented() -> None:
    assert not [name for name in MAPPABLE if f"`{name}`" not in PROJECT_FILE]


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "getting-started.md").read_text("utf-8")
    assert not [verb for verb in VERBS if f"cjmine {verb}" not in text]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_named_exists_and_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    code = re.findall(r"```.*?```|`[^`]+`", text, flags=re.DOTALL)
    used = {verb for part in code for verb in re.findall(r"\bcjmine ([a-z]+)", part)}
    assert used <= set(VERBS)
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / link).exists(), link


def test_every_code_found_by_a_detector_is_explained_to_teams() -> None:
    text = (ROOT / "docs" / "for-improvement-teams.md").read_text("utf-8")
    assert not [code for code in CODES if code not in text and code not in {"D5", "L4", "L5", "V3", "V8"}]


def test_the_readme_shows_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "python -m pip install -e . && cjmine run configs/northmoor.yaml" in text
    assert 'python -m pip install -e ".[test]" && python -m pytest' in text
    assert "AGPL" in (ROOT / "pyproject.toml").read_text("utf-8")
    assert "GNU Affero General Public License" in text


def test_the_notebook_and_the_job_definitions_can_be_read() -> None:
    folder = ROOT / "docs" / "spark"
    notebook = json.loads((folder / "notebook.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert (notebook["nbformat"], "Not run by the makers" in cells[0]) == (4, True)
    code = [text for text, cell in zip(cells, notebook["cells"], strict=True) if cell["cell_type"] == "code"]
    for line in ast.parse("\n".join(code)).body:
        if isinstance(line, ast.ImportFrom) and line.module:
            assert {one.name for one in line.names} <= set(dir(import_module(line.module)))
    (step,) = json.loads((folder / "emr-step.json").read_text("utf-8"))
    (task,) = json.loads((folder / "databricks-job.json").read_text("utf-8"))["tasks"]
    assert "cjmine run" in step["Args"][-1]
    assert task["notebook_task"]["notebook_path"].endswith("/notebook")
