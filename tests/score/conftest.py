"""A small council that has run once, and the truth that says what the run says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from cjmine.pipeline import run
from cjmine.project.load import load
from cjmine.score.answers import read_run
from tests.projects import tiny
from tests.score.mirrored import mirror


class Council(NamedTuple):
    project: Path
    run: Path
    truth: Path


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Council:
    folder = tmp_path_factory.mktemp("council")
    project = tiny(folder)
    run(load(project), folder / "run")
    return Council(project, folder / "run", mirror(read_run(folder / "run"), folder / "truth"))
