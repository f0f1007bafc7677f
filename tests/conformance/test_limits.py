"""V5: late, too early, and not done though due; what is due later is watched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cjmine.intended.notation import load_journey
from tests.builders import at
from tests.conformance.told import plan, told, word

STEPS = "[{a: {info: [move_date]}}, {b: {within: 2 d of a}}, {c: {not_before: 1 d of b, by: housing}}, z]"


def rows(*hours: float, letters: str = "abcz", **more: Any) -> list[dict[str, Any]]:
    return [{"activity": step, "h": h, **more} for step, h in zip(letters, hours, strict=True)]


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ((0, 62, 200, 201), []),  # Monday nine o'clock; Wednesday at eleven at night is in time
        ((0, 63, 200, 201), [("V5", "b", [0, 1])]),
        ((0, 10, 24, 201), []),  # the next day is not too early, whatever the hour
        ((0, 10, 14, 201), [("V5", "c", [1, 2])]),
    ],
)
def test_late_and_too_early_are_counted_by_date(
    tmp_path: Path, hours: tuple[float, ...], found: list[Any]
) -> None:
    assert told(plan(tmp_path, STEPS), rows(*hours)).found() == found


def test_what_is_said_of_late_and_early_steps(tmp_path: Path) -> None:
    late = told(plan(tmp_path, STEPS), rows(0, 100, 104, 201))
    assert sorted(late.said("V5")) == [
        "'B' took 4 d; the standard is 2 d from 'A' (2 Mar 2026). Late by 2 d.",
        "'C' came after 0 d; it is not to come before 1 d from 'B' (6 Mar 2026). Too early by 1 d.",
    ]
    hours = plan(tmp_path, "[a, {b: {within: 90 min of a}}, {c: {within: 1 wd of start}}, z]")
    got = told(hours, rows(0, 2, 24 * 5, 24 * 6))
    assert got.said("V5") == [
        "'B' took 2 h; the standard is 90 min from 'A' (2 Mar 2026). Late by 30 min.",
        "'C' took 4 wd; the standard is 1 wd from the start of the journey (2 Mar 2026). Late by 3 wd.",
    ]


def test_a_limit_counts_from_the_latest_earlier_step(tmp_path: Path) -> None:
    again = plan(tmp_path, "[a+, {b: {within: 2 d of a}}, z]")
    assert told(again, rows(0, 200, 210, 220, letters="aabz")).found() == []
    assert told(again, rows(0, 200, 290, 300, letters="aabz")).found() == [("V5", "b", [1, 2])]


def test_days_that_may_have_been_in_time_are_no_finding_but_counted(tmp_path: Path) -> None:
    hours = plan(tmp_path, "[a, {b: {within: 30 h of a}}, z]")
    for gap, found, notes in ((24, [], 1), (72, ["V5"], 0)):
        days = [
            {"activity": s, "h": h - 9, "precision": "day"} for s, h in (("a", 0), ("b", gap), ("z", 240))
        ]
        got = told(hours, days)
        assert [code for code, _, _ in got.found("V5")] == found
        assert got.notes == notes
        unknown = {"unknown": 1} if notes else {"broken": 1, "journeys_broken": 1}
        assert got.clause("b within 30 h of a") == {"asked": 1, "journeys": 1, **unknown}
    # of two earlier steps on the day, the later one may have come first
    again = plan(tmp_path, "[a+, {b: {within: 2 d of a}}, z]")
    day = 15 + 24 * 9
    ties = [
        *({"activity": "a", "h": 0}, {"activity": "b", "h": day, "precision": "day"}),
        *({"activity": "a", "h": day + 3}, {"activity": "z", "h": day + 90}),
    ]
    got = told(again, ties)
    assert got.found("V5") == []
    assert got.notes > 0


def test_what_a_date_of_the_customer_would_decide_is_not_compared(tmp_path: Path) -> None:
    dated = plan(tmp_path, "[{a: {info: [move_date]}}, {b: {within: 1 d of move_date}}, z]")
    got = told(dated, rows(0, 2000, 2001, letters="abz"))
    assert got.found() == []
    assert got.outputs["clauses"].filter(kind="limit").height == 0


def test_an_open_journey_is_late_only_with_what_was_due(tmp_path: Path) -> None:
    model = plan(tmp_path, STEPS)
    early, late = (told(model, word("a"), seen=seen) for seen in (62, 63))
    assert early.found() == []
    assert [row[:2] for row in late.found()] == [("V5", "b")]
    assert late.said("V5") == ["'B' not done yet, due 4 Mar 2026."]
    for got, overdue in ((early, False), (late, True)):
        assert got.watch() == [("step", "b"), ("step", "c"), ("step", "z")]
        table = got.partition.watch
        (row,) = table.filter(name="b").to_dicts()
        assert row["due"] == datetime(2026, 3, 4, 23, 59, 59, 999999, tzinfo=UTC)
        assert (row["since"], row["overdue"]) == (at(0), overdue)
        assert row["left_h"] == pytest.approx(-1e-9 if overdue else 1, abs=1e-6)
        others = table.filter(table["name"] != "b")
        assert others["due"].null_count() == others["left_h"].null_count() == 2
        assert not others["overdue"].any()
        assert dict(others.select("name", "service").rows()) == {"c": "housing", "z": None}
    assert early.clause("b within 2 d of a") == {"asked": 1, "pending": 1, "journeys": 1}
    assert late.clause("b within 2 d of a")["broken"] == 1


def test_a_journey_that_came_to_a_halt_is_watched_only_for_what_is_due_later(tmp_path: Path) -> None:
    model = plan(tmp_path, "[a, {b: {within: 60 d of a}}, c, z]")
    halted, over = (told(model, word("a"), seen=24 * days) for days in (40, 70))
    assert (halted.found("V5"), halted.watch()) == ([], [("step", "b")])
    assert ([row[:2] for row in over.found("V5")], over.watch()) == ([("V5", "b")], [])
    for got in (halted, over):
        assert got.found("V10") == [("V10", "a", [0])]
        assert got.said("V10") == [
            "Not finished: last seen 'A' on 2 Mar 2026, silent for more than 30 days, waiting for 'B'."
        ]


def test_who_is_waited_for(tmp_path: Path) -> None:
    model = plan(tmp_path, "[a, {b: {by: housing}}, {c: {title: Send proof}}, z]")
    ends = {"a": "housing ('B')", "ab": "the customer ('Send proof')"}
    for letters, who in ends.items():
        (said,) = told(model, word(letters)).said("V10")
        assert said.endswith(f", waiting for {who}.")
        assert told(model, word(letters), seen=24 * 20).found("V10") == []  # it may go on


def test_a_step_that_followed_is_not_due_again(tmp_path: Path) -> None:
    model = plan(tmp_path, "[a, {b+: {within: 2 d of a}}, c, z]")
    got = told(model, word("ab"), seen=24 * 20)
    assert got.found() == []
    assert got.watch() == [("step", "c"), ("step", "z")]


def test_a_journey_that_ended_or_was_stopped_is_not_watched(tmp_path: Path) -> None:
    assert told(plan(tmp_path, STEPS), word("abcz"), seen=100).watch() == []
    path = tmp_path / "s.journey.yaml"
    path.write_text(f"journey: x\nneed: n\nends: {{success: [z], stopped: [w]}}\nsteps: {STEPS}\n")
    got = told(load_journey(path), word("aw"))
    assert (got.partition.journeys["status"].to_list(), got.watch(), got.found()) == (["stopped"], [], [])
