"""What simple counting finds, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from cjmine.score import baselines
from tests.builders import events, numbers


def found(name: str, code: str, rows: list[dict[str, Any]]) -> list[list[int]]:
    table = baselines.findings_of(events(rows))[name]
    return sorted(numbers(ids) for ids in table.filter(table["code"] == code)["event_ids"])


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("AAAB", "L1", [[0, 1, 2]]),
        ("ABAB", "L2", [[0, 1, 2, 3]]),
        ("ABCAB", "L2", []),
        ("ABCAB", "L3", [[0, 3], [1, 4]]),
        ("AABAA", "L1", [[0, 1], [3, 4]]),
    ],
)
def test_loops_on_raw_rows(path: str, code: str, expected: list[list[int]]) -> None:
    rows = [{"activity": letter} for letter in path]
    assert found("naive", code, rows) == expected
    if code != "L2":
        assert found("bupar", code, rows) == expected


def test_a_month_of_silence_ends_a_journey_and_nothing_loops_across_it() -> None:
    assert found("naive", "L1", [{"h": 0}, {"h": 30 * 24}]) == [[0, 1]]
    assert found("naive", "L1", [{"h": 0}, {"h": 30 * 24 + 1}]) == []


def test_bupar_drops_rows_that_stand_twice() -> None:
    twice = [{"h": 0}, {"h": 0}]
    assert found("naive", "L1", twice) == [[0, 1]]
    assert found("bupar", "L1", twice) == []


def test_every_change_of_service_is_a_handoff() -> None:
    rows = [
        {"service": "h", "contact_key": "k"},
        {"service": "t", "contact_key": "k"},
        {},
        {"service": "h", "direction": "inbound"},
        {"service": "t"},
    ]
    assert found("naive", "H1", rows) == [[0, 1]]
    assert found("naive", "H3", rows) == [[1, 3]]
    assert found("naive", "H2", rows) == [[3, 4]]
    assert found("naive", "L5", rows) == [[0, 3], [1, 4]]
    assert found("naive", "L6", rows) == [[0, 1, 3, 4]]


def test_inbound_rows_within_a_week_are_repeats_whatever_was_answered() -> None:
    call = {"direction": "inbound", "need": "move", "channel": "phone"}
    rows = [
        {**call, "h": 0},
        {"h": 1, "direction": "outbound", "need": "move", "outcome": "completed"},
        {**call, "h": 24, "channel": "web"},
        {**call, "h": 24 * 8},
        {**call, "h": 24 * 16},
        {**call, "h": 24 * 16, "need": "bins"},
    ]
    assert found("naive", "D2", rows) == [[0, 2]]
    assert found("naive", "D1", rows) == [[2, 3]]


def test_equal_content_is_a_resubmission() -> None:
    form = {"activity": "apply", "payload_key": "x"}
    assert found(
        "naive", "D3", [{**form, "h": 0}, {**form, "h": 700}, {**form, "h": 800, "payload_key": "y"}]
    ) == [[0, 1]]


def test_true_journeys_may_be_given() -> None:
    keyed = events([{"activity": "A", "link_keys": [f"truth=J{n % 2}"]} for n in range(3)])
    rows = baselines.with_true_journeys(keyed)
    table = baselines.findings_of(rows)["naive"]
    assert [numbers(ids) for ids in table["event_ids"]] == [[0, 2]]
