"""What the stories plant is there by the rules, and what only tempts is not."""

from __future__ import annotations

from functools import cache
from itertools import chain
from pathlib import Path

import polars as pl

from cjmine.northmoor.stories import lives
from cjmine.northmoor.truth import LifeTruth, truth_of, write_truth
from cjmine.northmoor.world import people

SEED, CUSTOMERS = 42, 1_000
LISTED = frozenset(
    (
        *("A1", "A4", "A5", "D1", "D2", "D3", "D4a", "D5", "F1", "H1", "H2", "H3"),
        *("L1", "L2", "L3", "L4", "L5", "L6", "SLA", "V1", "V2", "V3", "V4", "V6", "V7", "V8"),
    )
)


@cache
def truths() -> tuple[LifeTruth, ...]:
    return tuple(truth_of(life) for life in lives(people(CUSTOMERS, SEED), SEED))


def test_everything_planted_is_an_instance() -> None:
    assert list(chain.from_iterable(truth.held.unmatched for truth in truths())) == []


def test_no_decoy_is_an_instance() -> None:
    assert list(chain.from_iterable(truth.held.fooled for truth in truths())) == []
    assert sum(len(truth.life.decoys) for truth in truths()) > CUSTOMERS


def test_journeys_end_as_their_acts_say() -> None:
    assert list(chain.from_iterable(truth.faults for truth in truths())) == []


def test_every_code_is_planted_somewhere() -> None:
    planted = {
        one.code
        for truth in truths()
        for one, pattern in zip(truth.found, truth.held.patterns, strict=True)
        if pattern
    }
    assert planted == LISTED


def test_every_life_can_be_written(tmp_path: Path) -> None:
    acts = [(truth.life.person.index, at) for truth in truths() for at in range(len(truth.life.acts))]
    refs = pl.DataFrame(acts, schema=["person", "act"], orient="row").with_columns(
        ref=pl.format("crm:log:{}-{}", "person", "act"), linked=pl.lit(value=True)
    )
    none = {"system": pl.String, "source_id": pl.String, "person": pl.Int64, "linkable": pl.Boolean}
    summary = write_truth(tmp_path, iter(truths()), refs, pl.DataFrame(schema=none | {"row": pl.String}))
    assert summary.rows["events"] == len(acts)
    assert summary.rows["findings"] == sum(len(truth.found) for truth in truths())
    findings = pl.read_csv(tmp_path / "truth_findings.csv", infer_schema=False)
    assert set(findings["observable"]) == set(findings["linkable"]) == {"1"}
    assert set(findings.filter(pl.col("intended") == "1")["planted"]) == {"0"}
