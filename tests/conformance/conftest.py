from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def data() -> Path:
    folder = Path(os.environ.get("CJMINE_DATA", _ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real logs and models in {folder}: set CJMINE_DATA")
    return folder
