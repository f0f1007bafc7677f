from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cjmine import pipeline
from cjmine.domain.results import Run
from cjmine.northmoor import generate
from cjmine.project.load import load
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project file of a small Northmoor."""
    folder = tmp_path_factory.mktemp("council")
    generate(folder / "exports", customers=150, seed=3, truth=folder / "truth")
    text = (ROOT / "configs" / "northmoor.yaml").read_text(encoding="utf-8")
    text = text.replace("sample_logs/northmoor/", "exports/").replace("configs/", "")
    (folder / "council.yaml").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "configs" / "moving_home.journey.yaml", folder)
    return folder / "council.yaml"


@pytest.fixture(scope="session")
def finished(council: Path) -> tuple[Run, Path]:
    """Return a run of it, and its folder."""
    loaded = load(council)
    return pipeline.run(loaded, loaded.folder), loaded.folder
