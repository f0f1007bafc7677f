from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cjmine.audit.clauses import breaks, catalogue
from cjmine.domain.models import IntendedJourney
from cjmine.intended.load import load_model
from tests.conftest import ROOT

EXAMPLE = ROOT / "tests" / "intended" / "worked_example.journey.yaml"


@pytest.fixture(scope="module")
def example() -> IntendedJourney:
    return load_model(EXAMPLE)


def test_every_clause_of_the_worked_example_stands_on_its_line(example: IntendedJourney) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    found = catalogue({"moving-home": example})
    counts = dict(found.group_by("kind").len().rows())
    assert counts == {
        "step": 14,
        "flow": 5,
        "limit": 4,
        "channel": 7,
        "service": 9,
        "rule": 6,
        "ending": 1,
        "standard": 3,
    }
    for row in found.iter_rows(named=True):
        text = lines[row["line"] - 1]
        if row["kind"] in {"step", "limit", "channel", "service", "standard"}:
            assert row["clause"].split()[0] in text
        if row["kind"] == "rule":
            assert text.strip() == f"- {row['clause']}"
    assert found.filter(pl.col("kind") == "limit")["says"].to_list()[0] == (
        "'Acknowledge' within 1 wd of notify_move"
    )


def test_a_clause_is_named_once_though_the_plan_says_it_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.journey.yaml"
    path.write_text("journey: a\nsteps: [a, b]\nrules:\n  - b only after a\n  - b only after a\n", "utf-8")
    found = catalogue({"a": load_model(path)})
    assert found.filter(pl.col("kind") == "rule")["line"].to_list() == [4]


def test_a_finding_that_two_rules_could_explain_is_explained_by_none(example: IntendedJourney) -> None:
    found = breaks({"moving-home": example})
    told = dict(found.filter(pl.col("code") == "V9").select("touchpoint", "clause").rows())
    assert told["issue_bill"] == "issue_bill only after open_new_account"
    assert told["request_evidence"] == "at most 1 request_evidence"
    one = found.filter((pl.col("code") == "SLA") & (pl.col("touchpoint") == "issue_bill"))
    assert one["clause"].to_list() == ["new-bill"]
    assert found.is_unique().all()


def test_a_model_without_lines_has_clauses_without_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.decl"
    path.write_text("activity a\nactivity b\nResponse[a, b] | | |\n", "utf-8")
    found = catalogue({"a": load_model(path)})
    assert set(found.filter(pl.col("kind") == "step")["line"]) == {None}
