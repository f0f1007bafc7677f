"""The truth of the shipped sample, as a reader of its files finds it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cjmine.northmoor.patterns import PATTERNS

TRUTH = Path(__file__).parents[1] / "truth" / "northmoor"
ENDS = {"abandoned", "stalled", "stopped", "dead_end"}
"""How a journey ended stands in truth_journeys.csv and truth_effects.json, not among the findings."""


def rows(name: str) -> list[dict[str, str]]:
    with (TRUTH / f"truth_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def effects() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TRUTH / "truth_effects.json").read_text(encoding="utf-8"))
    return found


def test_every_planted_pattern_is_among_the_findings_with_each_of_its_codes() -> None:
    planted = Counter((row["pattern"], row["code"]) for row in rows("findings") if row["planted"] == "1")
    wanted = {(one.name, code) for one in PATTERNS for code in one.codes if code not in ENDS}
    wanted -= {(one.name, code) for one in PATTERNS for code in one.codes if one.before == one.after == 0}
    assert {pair for pair in wanted if not planted[pair]} == set()
    assert {name for name, _ in planted} <= {one.name for one in PATTERNS}


def test_every_decoy_is_listed_for_each_code_it_tempts() -> None:
    listed = Counter((row["reason"], row["code"]) for row in rows("decoys"))
    wanted = {(one.name, code) for one in PATTERNS for code in one.tempts if one.before or one.after}
    assert {pair for pair in wanted if not listed[pair]} == set()


def test_journeys_end_in_every_way(effects: dict[str, Any]) -> None:
    ended = Counter(row["status"] for row in rows("journeys"))
    assert set(ended) == {"complete", "stopped", "abandoned", "stalled", "censored"}
    (letter,) = effects["dead_ends"]["change-of-address"]
    assert letter["touchpoint"] == "benefit_evidence_letter"
    assert letter["lost"] / letter["visits"] >= 2 * letter["overall"]


@pytest.mark.parametrize("cohort", ["all_journeys", "cohorts"])
def test_contacts_rise_when_pooled_and_fall_for_every_type(effects: dict[str, Any], cohort: str) -> None:
    """Simpson's paradox, planted: after the change more people claim benefits, which takes many contacts."""
    before, after = effects[cohort]["before"], effects[cohort]["after"]
    measure = "inbound_per_journey"
    assert after["pooled"][measure] > before["pooled"][measure] > after["standardised"][measure]
    changed = {
        kind: after["types"][kind][measure] / before["types"][kind][measure] for kind in after["types"]
    }
    assert all(ratio < 1.02 for ratio in changed.values()), changed
    assert changed["change-of-address"] < 0.8
    assert 0.9 < changed["parking-permit"] < 1.1
