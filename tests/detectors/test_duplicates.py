from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cjmine.detectors.duplicates import DUPLICATES
from tests.builders import arranged, context, events, numbers

CASES = YAML(typ="safe").load(
    Path(__file__).with_name("cases").joinpath("duplicates.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    given = context()
    rows = [{"direction": "inbound", "need": "n", **one} for one in case["contacts"]]
    found = DUPLICATES.find(arranged(events(rows), given), given)
    seen = [
        [row["code"], *numbers(row["event_ids"])] for row in found.sort("start", "end").iter_rows(named=True)
    ]
    assert sorted(seen) == sorted(case["expect"])


def test_another_customer_is_no_duplicate() -> None:
    given = context()
    rows = [{"customer_id": c, "direction": "inbound", "need": "n", "channel": "phone", "h": 0} for c in "ab"]
    assert DUPLICATES.find(arranged(events(rows), given), given).height == 0


def test_all_pairs_are_tested_not_only_neighbours() -> None:
    """The third call repeats the first though the second came by another channel in between."""
    given = context()
    rows = [
        {"h": h, "channel": channel, "direction": "inbound", "need": "n", "outcome": "completed"}
        for h, channel in ((0, "phone"), (100, "web"), (120, "phone"))
    ]
    found = DUPLICATES.find(arranged(events(rows), given), given)
    assert [(row["code"], numbers(row["event_ids"])) for row in found.iter_rows(named=True)] == [
        ("D1", [0, 1]),
        ("D2", [1, 2]),
    ]


def test_contacts_without_a_need_are_counted_not_judged() -> None:
    given = context()
    rows = [{"h": h, "channel": "phone", "direction": "inbound"} for h in (0, 5)]
    partition = arranged(events(rows), given)
    assert DUPLICATES.find(partition, given).height == 0
    assert DUPLICATES.notes is not None
    assert DUPLICATES.notes(partition, given)["count"].to_list() == [2]


def test_a_resubmission_that_is_also_a_repeat_keeps_both_codes() -> None:
    given = context()
    rows = [
        {"h": h, "channel": "web", "direction": "inbound", "need": "n", "payload_key": "p"} for h in (0, 5)
    ]
    found = DUPLICATES.find(arranged(events(rows), given), given)
    assert {row["code"]: row["also"] for row in found.iter_rows(named=True)} == {"D1": ["D3"], "D3": ["D1"]}
