"""What tests may need from outside: real logs, Chromium, Java, PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# a slow machine is no fault of what is tested
settings.register_profile("cjmine", deadline=None)
settings.load_profile("cjmine")

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("CJMINE_DATA") or ROOT.parent / "shared" / "data")


def need(present: object, reason: str) -> None:
    """Skip where a part from outside is missing; with CJMINE_REQUIRE_ALL=1 that is a failure."""
    if present:
        return
    if os.environ.get("CJMINE_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture
def data() -> Path:
    """Return the folder of the real logs and models."""
    need(DATA.is_dir(), f"no real logs and models in {DATA}: set CJMINE_DATA")
    return DATA
