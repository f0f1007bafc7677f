from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cjmine.detectors.loops import LOOPS, LoopSettings
from cjmine.journeys.settings import ContactSettings, JourneySettings, SegmentBy
from tests.builders import arranged, context, events, numbers
from tests.models import moving_home, sequence_model

CASES = YAML(typ="safe").load(Path(__file__).with_name("cases").joinpath("loops.yaml").read_text("utf-8"))
ONE_CASE = (ContactSettings(merge=False), JourneySettings(by=SegmentBy.CASE))


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for number, step in enumerate(case["steps"]):
        row: dict[str, Any] = {"activity": step, "link_keys": ["case=1"]}
        row["h"] = case.get("hours", range(len(case["steps"])))[number]
        precision = case.get("precision", "s")
        row["precision"] = precision if isinstance(precision, str) else precision[number]
        if "services" in case:
            row["service"] = case["services"][number]
        rows.append(row)
    return rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    given = context(*ONE_CASE)
    found = LOOPS.find(arranged(events(rows_of(case)), given), given)
    seen: dict[str, list[list[int]]] = {}
    for row in found.iter_rows(named=True):
        seen.setdefault(row["code"], []).append(numbers(row["event_ids"]))
    assert {code: sorted(ids) for code, ids in seen.items()} == case["expect"]
    if "times" in case:
        (message,) = [row["message"] for row in found.iter_rows(named=True) if row["code"] == "L2"]
        assert f"{case['times']} time(s)" in message
    if "intended" in case:
        assert found["intended"].to_list() == [case["intended"]]


@pytest.mark.parametrize(
    ("stages", "bodies"),
    [
        ([0, 1, 0, 1, 2], [[1, 2]]),
        ([0, 1, 2, 1, 1, 2, 3], [[2, 3, 4]]),
        ([0, 2, 1], [[1, 2]]),
        ([0, 1, 2], []),
    ],
)
def test_stage_returns(stages: list[int], bodies: list[list[int]]) -> None:
    model = sequence_model("abcd")
    given = context(*ONE_CASE, models={"m": model})
    frame = events([{"activity": "abcd"[s], "need": "n", "link_keys": ["case=1"]} for s in stages])
    found = LOOPS.find(arranged(frame, given), given)
    returns = [numbers(row["event_ids"]) for row in found.iter_rows(named=True) if row["code"] == "L4"]
    assert returns == bodies


def test_branches_of_a_together_are_read_one_at_a_time() -> None:
    """Housing and council tax alternate; nothing goes back and forth for either."""
    given = context(*ONE_CASE, models={"moving-home": moving_home()})
    steps = ["close_old_account", "update_tenancy", "open_new_account", "update_tenancy"]
    rows = [{"activity": s, "need": "change-of-address", "link_keys": ["case=1"]} for s in steps]
    found = LOOPS.find(arranged(events(rows), given), given)
    assert [(row["code"], numbers(row["event_ids"])) for row in found.iter_rows(named=True)] == [
        ("L1", [1, 3])
    ]


def test_being_put_through_is_no_further_place() -> None:
    """Two calls for the same thing, both put through, are one self-loop, and nothing goes back and forth."""
    model = dataclasses.replace(sequence_model("ab"), unwanted=("transfer", "complain"))
    given = context(JourneySettings(by=SegmentBy.CASE), models={"m": model})
    call: dict[str, Any] = {"channel": "phone", "direction": "inbound", "need": "n", "link_keys": ["case=1"]}
    rows = [
        call | {"activity": activity, "contact_key": key, "reason_code": reason, "h": h}
        for key, h, activity, reason in (
            ("1", 0, "asked", "R"),
            ("1", 0.1, "transfer", None),
            ("2", 5, "asked", "R"),
            ("2", 5.1, "transfer", None),
            ("3", 9, "transfer", None),
            ("3", 9.1, "complain", None),
        )
    ]
    found = LOOPS.find(arranged(events(rows), given), given)
    assert [(row["code"], numbers(row["event_ids"])) for row in found.iter_rows(named=True)] == [
        ("L1", [0, 2])
    ]


def test_unknown_order_is_counted() -> None:
    given = context(*ONE_CASE)
    rows = [{"activity": s, "h": 0, "precision": "day", "link_keys": ["case=1"]} for s in "ABA"]
    assert LOOPS.notes is not None
    noted = LOOPS.notes(arranged(events(rows), given), given)
    assert noted.to_dicts() == [{"detector": "loops", "note": "order of two steps unknown", "count": 2}]


def test_only_what_happens_again_in_an_earlier_stage_is_extra() -> None:
    model = sequence_model("abcd")
    given = context(*ONE_CASE, models={"m": model})
    frame = events([{"activity": s, "need": "n", "link_keys": ["case=1"]} for s in "acbad"])
    (found,) = LOOPS.find(arranged(frame, given), given).filter(code="L4").iter_rows(named=True)
    assert numbers(found["event_ids"]) == [1, 2, 3]
    assert numbers(found["extra_event_ids"]) == [3]


def test_one_return_to_a_stage_is_one_finding_though_branches_see_it_differently() -> None:
    given = context(*ONE_CASE, models={"moving-home": moving_home()})
    steps = ["notify_move", "acknowledge", "update_tenancy", "close_old_account", "notify_move", "issue_bill"]
    rows = [{"activity": s, "need": "change-of-address", "link_keys": ["case=1"]} for s in steps]
    found = LOOPS.find(arranged(events(rows), given), given).filter(code="L4")
    assert found.height == 1


def test_services_can_be_the_level() -> None:
    given = context(*ONE_CASE, LoopSettings(level="service"))
    rows = [{"activity": f"a{n}", "service": s, "link_keys": ["case=1"]} for n, s in enumerate("HTHT")]
    found = LOOPS.find(arranged(events(rows), given), given)
    assert sorted(found["code"]) == ["L2", "L3", "L3"]
