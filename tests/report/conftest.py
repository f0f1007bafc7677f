from __future__ import annotations

import pytest

from cjmine.domain.results import Run

from .made_up import make_run


@pytest.fixture(scope="session")
def run() -> Run:
    return make_run()
