"""Every bad input of the catalogue has one of three outcomes, and docs/bad-inputs.md says which."""

from __future__ import annotations

import pytest

from . import formats, plans, text, values
from .outcomes import Case, outcome
from .page import PAGE, page

CASES: tuple[Case, ...] = (*text.CASES, *values.CASES, *formats.CASES, *plans.CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.what}")
def test_the_outcome_is_one_of_three_and_says_why(case: Case) -> None:
    found = outcome(case)
    assert found.kind == case.kind, found
    assert case.said in found.said
    assert (found.accepted == case.accepted) or case.accepted is None
    assert found.aside == case.aside


def test_the_page_says_what_happens() -> None:
    assert PAGE.read_text("utf-8") == page(CASES), "run `python -m tests.catalogue.page` to write it anew"
