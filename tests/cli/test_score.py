"""``cjmine score`` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cjmine.cli.group import cli
from tests.projects import tiny
from tests.score import made


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["score", *(str(one) for one in arguments)])


def said(*arguments: object) -> Any:
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 1
    return json.loads(result.stdout)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a table of findings: one right, one wrong."""
    path = tmp_path / "mine.csv"
    path.write_text("code,event_ids\nL1,r:a r:b\nL1,r:c\n", encoding="utf-8")
    return path


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    lines = [{"true_event_ids": "a b"}, {"true_event_ids": "d", "code": "A4"}]
    return made.write(tmp_path / "truth", events=made.acts("a", "b", "c", "d"), findings=lines)


def test_a_table_is_scored_and_shown(mine: Path, truth: Path) -> None:
    own = said(mine, truth)["tracks"]["end-to-end"]["codes"]["L1"]
    assert {name: own[name] for name in ("planted", "found", "precision", "recall", "f1")} == {
        "planted": 1,
        "found": 2,
        "precision": 0.5,
        "recall": 1.0,
        "f1": 0.6667,
    }
    text = call(mine, truth).stdout
    assert "0.500 [0.500, 0.500]" in text
    assert "not built" in text
    assert list(said(mine, truth, "--track", "oracle")["tracks"]) == ["oracle"]


def test_a_project_is_scored_on_all_tracks_and_shown(tmp_path: Path, truth: Path) -> None:
    project = tiny(tmp_path)
    result = call(project, truth, "--track", "all")
    assert result.exit_code == 0, result.output
    for word in ("oracle", "end-to-end", "noise", "naive", "bupar", "ceiling", "segmentation", "gate"):
        assert word in result.stdout
    card = said(project, truth)["tracks"]["end-to-end"]
    assert {"codes", "identity", "segmentation", "status", "decoys"} <= set(card)
    assert not (tmp_path / "out").exists()


def test_a_missed_gate_fails_when_asked_to(tmp_path: Path, truth: Path) -> None:
    project = tiny(tmp_path)
    assert call(project, truth, "--track", "oracle").exit_code == 0
    result = call(project, truth, "--track", "oracle", "--fail-on-gates")
    assert result.exit_code == 1
    assert "failed: oracle: L1 recall" in result.stderr


def test_ids_of_another_form_are_refused(truth: Path, tmp_path: Path) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("code,event_ids\nL1,a;b\n", encoding="utf-8")
    result = call(path, truth)
    assert result.exit_code == 3
    assert "none of its 1 event ids is a row of the sample, such as 'a;b'" in result.output
    assert "source:file name:row" in result.output


def test_the_truth_of_other_exports_is_refused(tmp_path: Path, truth: Path) -> None:
    (truth / "MANIFEST.json").write_text('{"sha256": {"a.csv": "00"}}', encoding="utf-8")
    result = call(tiny(tmp_path), truth)
    assert result.exit_code == 3
    assert "the truth is of other exports" in result.output


def test_a_table_has_no_gates_to_fail(mine: Path, truth: Path) -> None:
    result = call(mine, truth, "--fail-on-gates")
    assert result.exit_code == 2
    assert "a table of findings has no gates" in result.output


@pytest.mark.parametrize("track", ["noise", "all"])
def test_a_table_cannot_be_run_again(mine: Path, truth: Path, track: str) -> None:
    result = call(mine, truth, "--track", track)
    assert result.exit_code == 2
    assert "a table of findings is scored as 'oracle' or 'end-to-end'" in result.stderr


def test_a_folder_that_is_no_run_and_a_run_on_another_track_are_refused(tmp_path: Path, truth: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "is no finished run" in call(folder, truth).stderr
    (folder / "run.json").write_text("{}", encoding="utf-8")
    result = call(folder, truth, "--track", "oracle")
    assert result.exit_code == 2
    assert "other tracks need the project file" in result.stderr
    assert call(folder, truth).exit_code == 3


def test_a_folder_without_truth_is_refused(mine: Path, tmp_path: Path) -> None:
    result = call(mine, tmp_path)
    assert result.exit_code == 3
    assert "truth_events.csv: there is no such file" in result.stderr
