"""``cjmine run --engine``: the choice reaches the engine, and what is missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cjmine.cli.group import cli
from cjmine.engine.spark import start
from tests.projects import PROJECT, tiny


def run(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["run", str(project), *arguments])


def test_a_master_needs_spark(tmp_path: Path) -> None:
    result = run(tiny(tmp_path), "--master", "yarn")
    assert result.exit_code == 2
    assert "--master yarn: only Spark has a master" in result.stderr
    assert "add --engine spark" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [("--engine", "spark"), ()])
def test_without_pyspark_the_way_to_get_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    project = tiny(tmp_path, project=PROJECT if arguments else f"{PROJECT}engine: spark\n")
    result = run(project, *arguments)
    assert result.exit_code == 5
    assert "PySpark is not installed" in result.stderr
    assert "pip install 'cjmine[spark]'" in result.stderr
    assert not (tmp_path / "out").exists()
