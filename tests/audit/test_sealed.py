from __future__ import annotations

import json
from pathlib import Path

import pytest

from cjmine.audit.sealed import is_run, unsealed
from cjmine.errors import SourceError
from cjmine.pipeline import run
from cjmine.project.load import load
from tests.projects import tiny


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    loaded = load(tiny(tmp_path))
    run(loaded, loaded.folder)
    return loaded.folder


def test_a_run_as_it_was_written_opens(finished: Path) -> None:
    record, store = unsealed(finished)
    assert is_run(finished)
    assert record["project"] == "tiny"
    assert store.parts == 1


def test_every_file_that_changed_or_is_gone_is_named(finished: Path) -> None:
    with (finished / "findings.csv").open("a", encoding="utf-8") as file:
        file.write("more\n")
    (finished / "store" / "moves" / "0000.parquet").unlink()
    with pytest.raises(SourceError, match=r"2 files are missing.*findings\.csv, store/moves/0000\.parquet"):
        unsealed(finished)


@pytest.mark.parametrize("text", ["", "[]", '{"files": {}}', '{"files": {}, "settings": {}}'])
def test_what_is_no_record_of_a_run_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        unsealed(tmp_path)


def test_a_record_that_names_a_file_outside_is_not_believed(finished: Path) -> None:
    record = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    record["files"]["../../tiny.yaml"] = "0" * 64
    (finished / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(SourceError, match="1 files are missing"):
        unsealed(finished)
