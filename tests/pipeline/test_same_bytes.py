"""Same exports, same settings: the same bytes, whatever the machine's moods."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cjmine.domain.results import Run
from tests.conftest import ROOT

MOODS = [
    {"PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1", "TZ": "UTC"},
    {"PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
]


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: f"threads={mood['POLARS_MAX_THREADS']}")
def test_two_runs_give_equal_bytes(
    council: Path, finished: tuple[Run, Path], tmp_path: Path, mood: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cjmine", "run", str(council), "--out", str(tmp_path / "again"), "--quiet"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, **mood},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    first, second = content(finished[1]), content(tmp_path / "again")
    records = [json.loads(files.pop("run.json")) for files in (first, second)]
    assert [name for name in first if first[name] != second.get(name)] == []
    assert sorted(first) == sorted(second)
    times = [record.pop("times") for record in records]
    assert records[0] == records[1]
    assert times[0] != times[1]
