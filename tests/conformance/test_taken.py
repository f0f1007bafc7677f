"""V4, V6 and V7: steps that failed, came by another channel, or were taken by another service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.told import plan, told, word

STEPS = "[{a: {channel: [web, email], by: housing}}, {b: {fails_to: c}}, c?, d*, z]"


def with_one(letters: str, at: int, **more: Any) -> list[dict[str, Any]]:
    rows = word(letters)
    rows[at] |= more
    return rows


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"channel": "phone"}, ["V6"]),
        ({"channel": "web"}, []),
        ({"channel": None}, []),
        ({"service": "benefits"}, ["V7"]),
        ({"service": "housing"}, []),
        ({"service": None}, []),
        ({"channel": "phone", "service": "benefits"}, ["V6", "V7"]),
    ],
)
def test_another_channel_or_service_than_planned(
    tmp_path: Path, more: dict[str, Any], found: list[str]
) -> None:
    got = told(plan(tmp_path, STEPS), with_one("abz", 0, **more))
    assert got.found() == [(code, "a", [0]) for code in found]


def test_only_what_happened_in_its_place_is_held_against_its_channel(tmp_path: Path) -> None:
    got = told(plan(tmp_path, STEPS), with_one("abaz", 2, channel="phone", service="benefits"))
    assert got.found() == [("V2", "a", [2])]


def test_words_and_weight_of_another_channel_or_service(tmp_path: Path) -> None:
    got = told(plan(tmp_path, STEPS), with_one("abz", 0, channel="phone", service="benefits"))
    assert got.said("V6") == ["'A' came by phone; the plan has web or email."]
    assert got.said("V7") == ["'A' was done by benefits, expected housing."]
    assert dict(got.partition.findings.select("code", "severity").rows()) == {"V6": "info", "V7": "medium"}
    assert got.clause("a via web or email") == {"asked": 1, "broken": 1, "journeys": 1, "journeys_broken": 1}
    assert told(plan(tmp_path, STEPS), word("abz")).outputs["clauses"].filter(kind="channel").height == 0


def test_only_via_stands_for_the_wrong_channel(tmp_path: Path) -> None:
    strict = plan(tmp_path, STEPS, "rules: [a only via web, a only by housing]")
    got = told(strict, with_one("abz", 0, channel="phone", service="benefits"))
    assert got.found() == [("V9", "a", [0]), ("V9", "a", [0])]
    assert sorted(got.partition.findings["also"].to_list()) == [["V6"], ["V7"]]
    allowed = told(strict, with_one("abz", 0, channel="email"))  # planned, but not by the rule
    assert allowed.partition.findings.select("code", "also").rows() == [("V9", [])]
    assert told(strict, word("abz")).found() == []
    assert told(strict, word("abz")).clause("a only via web") == {"asked": 1, "unknown": 1, "journeys": 1}


@pytest.mark.parametrize(
    ("letters", "failed", "found"),
    [
        ("abz", [0], [("V4", "a", [0])]),
        ("abz", [1], [("V4", "b", [1])]),
        ("abcz", [1], []),  # what is to follow a failure followed
        ("abddz", [2], []),  # done again
        ("abddz", [2, 3], [("V4", "d", [2]), ("V4", "d", [3])]),
        ("abddz", [3], [("V4", "d", [3])]),
    ],
)
def test_a_failure_is_mended_by_what_the_plan_names_or_by_the_step_itself(
    tmp_path: Path, letters: str, failed: list[int], found: list[Any]
) -> None:
    rows = word(letters)
    for place in failed:
        rows[place]["outcome"] = "failed"
    assert told(plan(tmp_path, STEPS), rows).found() == found


def test_what_came_on_the_same_day_does_not_surely_mend_a_failure(tmp_path: Path) -> None:
    for precision, found in (("s", []), ("day", [("V4", "d", [2])])):
        rows = word("abddz", precision=precision)
        rows[2] |= {"outcome": "failed"}
        rows[3]["h"] = rows[2]["h"] + (0 if precision == "day" else 1)
        assert told(plan(tmp_path, STEPS), rows).found("V4") == found


def test_a_journey_under_way_may_still_mend_its_failure(tmp_path: Path) -> None:
    rows = with_one("ab", 1, outcome="failed")
    got = told(plan(tmp_path, STEPS), rows, seen=48)
    assert got.found("V4") == []
    assert ("step", "c") in got.watch()
    assert told(plan(tmp_path, STEPS), rows).said("V4") == ["'B' failed and 'C' did not follow."]


@pytest.mark.parametrize("precision", ["day", "s"])
def test_a_step_whose_order_nobody_knows_is_held_against_its_channel(tmp_path: Path, precision: str) -> None:
    rows = [
        {"activity": "a", "h": 9},
        {"activity": "c", "h": 24, "precision": precision},
        {"activity": "b", "h": 30, "channel": "post"},
        {"activity": "z", "h": 50},
    ]
    got = told(plan(tmp_path, "[a, {b: {channel: email}}, c, z]"), rows)
    if precision == "day":  # c may have come after b on that day
        assert [(code, about) for code, about, _ in got.found()] == [("V6", "b")]
        assert got.clause("b") == {"asked": 1, "kept": 1, "journeys": 1}
    else:
        assert [(code, about) for code, about, _ in got.found()] == [("V3", "b")]
