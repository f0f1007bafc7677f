"""A truth folder is read whole or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from cjmine.errors import SourceError
from cjmine.score.truth import Scope, read_truth
from tests.score import made


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    made.write(tmp_path)
    (tmp_path / "truth_decoys.csv").unlink()
    (tmp_path / "truth_identity.csv").unlink()
    with pytest.raises(SourceError) as caught:
        read_truth(tmp_path)
    assert [fault.split("/")[-1] for fault in caught.value.faults] == [
        "truth_decoys.csv: there is no such file",
        "truth_identity.csv: there is no such file",
    ]
    assert "cjmine sample northmoor" in caught.value.hint


def test_missing_columns_wrong_flags_and_broken_csv_are_named(tmp_path: Path) -> None:
    made.write(tmp_path, findings=[{"planted": "yes", "true_event_ids": ""}])
    (tmp_path / "truth_contacts.csv").write_text("contact_id,channel\n", encoding="utf-8")
    (tmp_path / "truth_decoys.csv").write_text("", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_truth(tmp_path)
    text = str(caught.value)
    assert "truth_contacts.csv: has no column person_id, need, true_event_ids" in text
    assert "column planted: 'yes' is neither 0 nor 1 (1 rows)" in text
    assert "truth_decoys.csv: cannot be read as CSV" in text


def test_events_that_nobody_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"1 events are not in truth_events\.csv: ghost"):
        made.truth(tmp_path, events=made.acts("e1"), findings=[{"true_event_ids": "e1 ghost"}])


def test_lists_flags_and_blanks_are_parsed_and_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    rows = [
        {"true_event_id": "P1.E10", "raw_refs": "r:1 r:2", "linked_refs": "r:2", "journey_id": ""},
        {"true_event_id": "P1.E9", "raw_refs": "", "linked_refs": ""},
    ]
    lines = [{"true_event_ids": "P1.E10 P1.E9"}, {"true_event_ids": "P1.E9", "planted": 0}]
    one = made.truth(tmp_path / "a", events=rows, findings=lines)
    two = made.truth(tmp_path / "b", events=rows[::-1], findings=lines[::-1])
    assert one.findings.equals(two.findings)
    assert one.events["true_event_id"].to_list() == ["P1.E9", "P1.E10"]
    assert one.rows.select("ref", "journey_id", "linked").rows() == [
        ("r:1", None, False),
        ("r:2", None, True),
    ]
    assert one.findings["planted"].to_list() == [True, False]


def test_a_run_is_held_to_what_it_could_see(tmp_path: Path) -> None:
    lines = [
        {"true_event_ids": "e1"},
        {"true_event_ids": "e1", "journey_id": "", "linkable": 0},
        {"true_event_ids": "e1", "observable": 0, "step": "x"},
    ]
    found = made.truth(tmp_path, events=made.acts("e1"), findings=lines)
    assert sorted(found.within(Scope.OBSERVABLE)["in_scope"]) == [False, True, True]
    assert sorted(found.within(Scope.LINKABLE)["in_scope"]) == [False, True, True]


def test_instances_speak_of_contacts_and_of_events_outside_any(tmp_path: Path) -> None:
    events = [*made.acts("a", "b", contact_id="C1"), *made.acts("c")]
    lines = [{"true_event_ids": "a b c", "primary_event": "b"}, {"true_event_ids": "c"}]
    found = made.truth(tmp_path, events=events, findings=lines, decoys=[{"true_event_ids": "a b"}])
    assert sorted(found.findings.select("units", "primary").rows(), key=str) == [
        (["C1", "c"], "C1"),
        (["c"], None),
    ]
    assert found.decoys["units"].to_list() == [["C1"]]


def test_a_broken_manifest_is_refused(tmp_path: Path) -> None:
    made.write(tmp_path)
    (tmp_path / "MANIFEST.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match=r"MANIFEST\.json: is no JSON"):
        read_truth(tmp_path)
