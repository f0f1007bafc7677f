"""The worked example of the notation: its journeys give the codes that its plan says, and no others."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.domain.models import IntendedJourney
from cjmine.intended.load import load_model, not_compared, unclocked
from tests.conformance.told import LATER, Told, plan, told, word

_STEPS = {
    "N": "notify_move",
    "A": "acknowledge",
    "R": "request_evidence",
    "P": "provide_evidence",
    "U": "update_tenancy",
    "C": "close_old_account",
    "O": "open_new_account",
    "B": "issue_bill",
    "X": "no_benefit_claim",
    "Z": "confirm_all_done",
    "c": "chase_progress",
    "m": "read_moving_page",
    "r": "rate_us",
    "v": "view_account",
    "W": "withdraw",
    "E": "reassess_benefit",
    "D": "benefit_decision",
}


@cache
def worked() -> IntendedJourney:
    return load_model(Path(__file__).parent.parent / "intended" / "worked_example.journey.yaml")


def moving(letters: str, *, seen: float = LATER, apart: float = 12, **more: Any) -> Told:
    """Return what is found of a journey whose steps are taken as planned, but for their order and times."""
    model = worked()
    rows = []
    for place, letter in enumerate(letters):
        step = _STEPS[letter]
        planned = model.planned.get(step)
        channel = planned.channels[0] if planned is not None and planned.channels else None
        taken = {"channel": channel, "service": model.by.get(step)}
        rows.append({"activity": step, "h": apart * place, **taken, **more.get(letter, {})})
    return told(model, rows, seen=seen)


@pytest.mark.parametrize(
    ("letters", "codes", "fitness"),
    [
        ("NAUCOXBZ", [], 1.0),
        ("mNAUCOXBZr", [], 1.0),
        ("NAvvUCOXBZ", [], 1.0),
        ("NUCOXBZ", [("V1", "acknowledge", [])], 14 / 15),
        ("NAcUCOXBZ", [("V9", "notify_move", ["V2"])], 16 / 17),
        ("NAUOCXBZ", [("V3", "close_old_account", [])], 14 / 16),
        ("NARPRPUCOXBZ", [("V8", "request_evidence", ["V9"])], 18 / 20),
        ("NAUBOCXZ", [("V3", "close_old_account", []), ("V3", "open_new_account", ["V9"])], 0.75),
        ("NARUCOXBZ", [("V1", "provide_evidence", [])], 16 / 17),
    ],
)
def test_the_golden_journeys(letters: str, codes: list[Any], fitness: float) -> None:
    got = moving(letters)
    rows = got.partition.findings.sort("code", "touchpoint")
    assert rows.select("code", "touchpoint", "also").rows() == codes
    assert got.partition.journeys["fitness"].to_list() == [pytest.approx(fitness)]
    assert got.partition.watch.height == 0


def test_a_journey_in_time_and_one_that_is_late_in_everything() -> None:
    late = moving("NAUCOEDBZ", apart=24 * 20)
    assert [row[:2] for row in late.found()] == [
        ("V5", "acknowledge"),
        *(("V5", step) for step in ("benefit_decision", "open_new_account", "update_tenancy")),
    ]
    assert (
        "'Acknowledge' took 14 wd; the standard is 1 wd from 'Notify move' (2 Mar 2026). Late by 13 wd."
        in late.said("V5")
    )


def test_a_journey_that_is_cut_off_lacks_nothing() -> None:
    """What the log no longer tells of is neither missing nor late; what stands before it may be."""
    whole = "NARPUCOEDBZ"
    for length in range(1, len(whole)):
        cut = moving(whole[:length], seen=12 * length)
        assert cut.found() == [], whole[:length]
        assert cut.partition.journeys["status"].to_list() == ["open"]
        assert ("step", "confirm_all_done") in cut.watch()
    assert [row[:2] for row in moving("NUC", seen=36).found()] == [("V1", "acknowledge")]


def test_a_withdrawn_journey_keeps_the_rules_and_lacks_nothing() -> None:
    assert moving("NAW").found() == []
    assert moving("NAWB").found("V9") == [("V9", "issue_bill", [3]), ("V9", "withdraw", [2, 3])]


def test_each_clause_is_tallied(tmp_path: Path) -> None:
    got = moving("NAUCOXBZ", apart=24 * 4, U={"service": "benefits"})
    table = got.outputs["clauses"]
    assert set(table["kind"]) == {"step", "limit", "channel", "service", "rule"}
    measures = pl.sum_horizontal("kept", "broken", "pending", "unknown")
    assert (table["asked"] == table.select(measures.alias("asked"))["asked"]).all()
    assert table["asked"].min() == 1
    assert got.clause("update_tenancy by housing")["broken"] == 1
    assert got.clause("update_tenancy within 5 wd of notify_move")["broken"] == 1
    model = plan(tmp_path, "[a, b+, c, z]")
    open_yet = told(model, [*word("abb"), *word("az", customer_id="c2", link_keys=["case=2"])], seen=100)
    assert open_yet.clause("b") == {"asked": 3, "kept": 2, "broken": 1, "journeys": 2, "journeys_broken": 1}
    assert open_yet.clause("c") == {
        "asked": 2,
        "broken": 1,
        "pending": 1,
        "journeys": 2,
        "journeys_broken": 1,
    }


def test_only_what_no_export_can_tell_is_not_compared(tmp_path: Path) -> None:
    assert not_compared(plan(tmp_path, "[a, {b: {within: 1 d of a}}, z]", "rules: [at most 1 a]")) == ()
    dated = plan(tmp_path, "[{a: {info: [moved]}}, {b: {within: 1 d of moved}}, z]")
    assert not_compared(dated) == (
        "x: 1 limit that counts from a date (moved) is not compared: no event of the log carries the date",
    )
    assert not_compared(worked()) == ()
    (told_of_standards,) = not_compared(worked(), one_log=True)
    assert told_of_standards == "moving-home: 3 standards of the model not compared with a single log"


@pytest.mark.parametrize(
    ("steps", "more", "warned"),
    [
        ("[a, {b: {within: 2 wd of a}}, z]", "rules: [after a must z within 4 wh]", "2 times count"),
        ("[a, b, z]", "standards: [{id: s, start: a, stop: b, limit: 1 wd}]", "a time counts"),
        ("[a, {b: {within: 2 d of a}}, z]", "rules: [after a must z within 4 h]", ""),
    ],
)
def test_working_time_without_office_hours_is_told(
    tmp_path: Path, steps: str, more: str, warned: str
) -> None:
    model = plan(tmp_path, steps, more)
    assert unclocked(model, told=True) == ()
    said = unclocked(model, told=False)
    assert len(said) == bool(warned)
    assert warned in "".join(said)
