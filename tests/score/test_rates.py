"""Precision, recall, F1, confusion and decoys of small worlds, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cjmine.score import gates
from cjmine.score.card import findings_card
from cjmine.score.intervals import Sample, figure, ratio
from cjmine.score.truth import Scope
from tests.score import made

NO_ROWS = pl.DataFrame(schema={"event_id": pl.String, "ref": pl.String})
NAMES = "abcdefghij"


def scored(folder: Path, found: list[dict[str, Any]], **tables: Any) -> dict[str, Any]:
    known = made.truth(folder, **{"events": made.acts(*NAMES), **tables})
    return findings_card(made.findings(*found), NO_ROWS, known, Scope.LINKABLE)


def test_precision_counts_all_instances_and_recall_what_was_planted(tmp_path: Path) -> None:
    # five true, three of them planted; four found, three rightly: two planted and one that grew by itself
    true = [
        {"true_event_ids": "a"},
        {"true_event_ids": "b"},
        {"true_event_ids": "c"},
        {"true_event_ids": "d", "planted": 0},
        {"true_event_ids": "e", "planted": 0},
    ]
    found = [{"events": one} for one in ("a", "b", "d", "j")]
    own = scored(tmp_path, found, findings=true)["codes"]["L1"]
    assert (own["planted"], own["instances"], own["found"], own["right"]) == (3, 5, 4, 3)
    assert own["precision"] == 0.75
    assert own["recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert own["recall_all"] == 0.6
    assert own["f1"] == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3), abs=1e-4)
    assert own["f1_all"] == pytest.approx(2 / 3, abs=1e-4)


def test_what_is_out_of_reach_is_neither_missed_nor_made_up(tmp_path: Path) -> None:
    true = [
        {"true_event_ids": "a"},
        {"true_event_ids": "b", "linkable": 0},
        {"true_event_ids": "c", "linkable": 0},
    ]
    card = scored(tmp_path, [{"events": "a"}, {"events": "b"}], findings=true)
    own = card["codes"]["L1"]
    assert (own["planted"], own["right"], own["precision"], own["recall"]) == (1, 2, 1.0, 1.0)
    assert card["ceiling"]["instances_out_of_reach"] == pytest.approx(2 / 3, abs=1e-4)


def test_findings_of_nobody_count_as_wrong_and_are_told_apart(tmp_path: Path) -> None:
    found = [{"events": "a"}, {"events": "bot", "customer_id": "c7"}]
    card = scored(tmp_path, found, findings=[{"true_event_ids": "a"}])
    assert card["foreign"] == card["codes"]["L1"]["foreign"] == 1
    assert card["codes"]["L1"]["precision"] == 0.5


def test_intended_repetition_is_no_instance(tmp_path: Path) -> None:
    true = [{"true_event_ids": "a"}, {"true_event_ids": "b", "intended": 1}]
    card = scored(tmp_path, [{"events": "a"}, {"events": "b"}], findings=true)
    assert card["codes"]["L1"]["precision"] == 0.5
    assert card["confusion"] == [{"found": "L1", "truth": "intended L1", "count": 1}]


def test_wrong_findings_are_told_by_what_truly_stood_there(tmp_path: Path) -> None:
    true = [
        {"true_event_ids": "a b"},
        {"true_event_ids": "c d", "code": "D1"},
        {"true_event_ids": "g", "code": "A4"},
        {"true_event_ids": "j", "code": "A4"},  # no detector for it: no alternative
    ]
    found = [{"events": "a b"}, {"events": "a b c"}, {"events": "c d"}, {"events": "j"}]
    card = scored(tmp_path, found, findings=true)
    assert card["confusion"] == [
        {"found": "L1", "truth": "D1", "count": 1},
        {"found": "L1", "truth": "already found", "count": 1},
        {"found": "L1", "truth": "nothing", "count": 1},
    ]
    assert card["not_built"] == ["A4"]
    assert card["codes"]["A4"]["recall"] is None
    assert card["codes"]["D1"]["f1"] == 0.0


def test_a_decoy_is_taken_by_a_wrong_finding_of_its_code_only(tmp_path: Path) -> None:
    decoys = [
        {"true_event_ids": "a b"},
        {"true_event_ids": "c d"},
        {"true_event_ids": "e f"},
        {"true_event_ids": "g h"},
        {"true_event_ids": "i", "linkable": 0},
        {"true_event_ids": "a", "code": "V1", "journey_id": "J1"},
        {"true_event_ids": "b", "code": "V1", "journey_id": "J2"},
    ]
    found = [
        {"events": "a b"},  # takes the first
        {"events": "c d", "code": "L2"},  # another code
        {"events": "e f"},  # rightly found
        {"events": "j", "code": "V1", "touchpoint": "pay"},
    ]
    card = scored(tmp_path, found, decoys=decoys, findings=[{"true_event_ids": "e f"}])
    own = card["decoys"]
    assert (own["L1"]["decoys"], own["L1"]["taken"], own["L1"]["rate"]) == (4, 1, 0.25)
    assert (own["V1"]["decoys"], own["V1"]["taken"], own["V1"]["rate"]) == (2, 1, 0.5)


def test_a_perfect_run_scores_one_and_nothing_found_scores_nought(tmp_path: Path) -> None:
    true = [{"true_event_ids": one} for one in NAMES]
    best = scored(tmp_path, [{"events": one} for one in NAMES], findings=true)["codes"]["L1"]
    assert [best[name] for name in ("precision", "recall", "f1", "f1_ci")] == [1.0, 1.0, 1.0, [1.0, 1.0]]
    none = scored(tmp_path, [], findings=true)["codes"]["L1"]
    assert [none[name] for name in ("precision", "recall", "f1")] == [None, 0.0, 0.0]


def test_thin_codes_are_judged_by_their_family(tmp_path: Path) -> None:
    true = [
        {"true_event_ids": "a"},
        {"true_event_ids": "b", "code": "L2"},
        {"true_event_ids": "c", "code": "H1"},
    ]
    card = scored(tmp_path, [{"events": "a"}], findings=true)
    assert card["families"]["L"]["codes"] == ["L1", "L2"]
    assert card["families"]["L"]["recall"] == 0.5
    judged = {gate["gate"]: gate for gate in gates.oracle(card)}
    assert judged["L2 recall"]["judged_by"] == "L"
    assert judged["L2 recall"]["value"] == 0.5
    assert judged["H1 recall"]["passed"] is False
    assert not {"D1 recall", "V9 recall", "A1 recall"} & set(judged)  # the truth lists none of them


def test_a_code_with_enough_planted_is_judged_by_itself() -> None:
    own = {"planted": 100, "instances": 100, "built": True, "precision": 0.99, "precision_ci": [0.98, 1.0]}
    family = {"precision": 0.5, "precision_ci": [0.4, 0.6]}
    codes = {"L1": own, "L2": {**own, "planted": 99}, "SLA": {"planted": 500, "built": False}}
    codes["V9"] = {**own, "planted": 0, "instances": 0}
    judged = {
        gate["gate"]: (gate["judged_by"], gate["passed"])
        for gate in gates.oracle({"codes": codes, "families": {"L": family}})
    }
    assert (judged["L1 precision"], judged["L2 precision"]) == (("L1", True), ("L", False))
    assert "SLA precision" not in judged  # nothing looks for it
    assert "V9 precision" not in judged  # the truth does not list it


def test_a_step_that_happened_beyond_reach_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    events = [
        *made.acts("a"),
        {"true_event_id": "unseen", "label": "pay", "raw_refs": "", "linked_refs": ""},
        {"true_event_id": "nobody", "label": "ask", "raw_refs": "r:nobody", "linked_refs": ""},
        {"true_event_id": "seen", "label": "tell", "raw_refs": "r:seen", "linked_refs": "r:seen"},
    ]
    found = [
        {"events": "a", "code": "V1", "touchpoint": "pay"},  # happened, but left no row
        {"events": "a", "code": "V1", "touchpoint": "ask"},  # happened, but its row leads to nobody
        {"events": "a", "code": "V1", "touchpoint": "tell"},  # happened, and could be seen: wrong
        {"events": "nobody", "code": "V1", "touchpoint": "tell"},  # told by a row that leads to nobody: wrong
        {"events": "a", "code": "V1", "touchpoint": "sign"},  # truly missing: right
    ]
    true = [{"code": "V1", "true_event_ids": "a", "step": "sign"}]
    card = scored(tmp_path, found, events=events, findings=true)
    own = card["codes"]["V1"]
    assert (card["missing_beyond_reach"], own["found"], own["right"]) == (2, 3, 1)
    every = made.truth(tmp_path, events=events, findings=true)
    told = findings_card(made.findings(*found), NO_ROWS, every, Scope.OBSERVABLE)
    assert told["missing_beyond_reach"] == 1


def test_a_gate_is_passed_when_the_upper_end_reaches_it() -> None:
    card = {
        "identity": {"precision": 0.98, "precision_ci": [0.97, 0.99], "recall": 0.5, "recall_ci": [0.4, 0.6]},
        "segmentation": {"ari": 0.9, "ari_ci": [0.9, 0.9]},
        "families": {"L": {"f1": 0.8, "f1_ci": [0.7, 0.849]}},
    }
    passed = {gate["gate"]: gate["passed"] for gate in gates.end_to_end(card)}
    assert passed == {
        "identity precision": True,
        "identity recall": False,
        "segmentation ARI": True,
        "loops F1": False,
        "duplicates F1": None,
        "handoffs F1": None,
    }


def test_the_interval_draws_whole_people_and_is_the_same_every_time() -> None:
    # each person is all right or all wrong: 100 people, half of them right, ten findings each
    people = [f"P{n:03d}" for n in range(100)]
    tallies = pl.DataFrame(
        {"person": people, "right": [10 * (n % 2) for n in range(100)], "found": [10] * 100}
    )
    found = [
        figure(ratio(sums["right"], sums["found"]))
        for sums in (Sample.of(pl.Series(people)).sums(tallies) for _ in range(2))
    ]
    assert found[0] == found[1]
    assert found[0].value == 0.5
    # binomial over 100 people, not over 1,000 findings: 1.96 * sqrt(.25 / 100) = .098
    assert found[0].low == pytest.approx(0.402, abs=0.02)
    assert found[0].high == pytest.approx(0.598, abs=0.02)


def test_nothing_to_divide_by_is_no_figure() -> None:
    empty = figure(ratio(np.array([0.0, 0.0]), np.array([0.0, 0.0])))
    assert (empty.value, empty.low, empty.high) == (None, None, None)
