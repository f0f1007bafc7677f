from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cjmine.detectors.handoffs import HANDOFFS
from cjmine.domain.working_time import WorkingCalendar
from cjmine.intended.notation import load_journey
from tests.builders import arranged, context, events, numbers
from tests.conformance.test_kernels import checked

CASES = YAML(typ="safe").load(Path(__file__).with_name("cases").joinpath("handoffs.yaml").read_text("utf-8"))


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    size = len(case["services"])
    columns = {
        "service": list(case["services"]),
        "outcome": case.get("outcomes", ["completed"] * size),
        "item_id": case.get("items", [None] * size),
        "item_state": case.get("states", [None] * size),
        "direction": case.get("directions", ["internal"] * size),
        "h": case.get("hours", [24 * n for n in range(size)]),
        "contact_key": case.get("contacts", [case.get("contact")] * size),
        "source_system": (sources := case.get("sources", ["crm"] * size)),
        "system_rank": [["telephony", "crm", "web", "tax"].index(source) for source in sources],
        "activity": [f"act {n}" for n in range(size)],
        "until": case.get("until", [None] * size),
        "channel": ["phone"] * size,
    }
    return [
        {name: values[n] for name, values in columns.items()} | {"link_keys": ["case=1"]} for n in range(size)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    given = context()
    partition = arranged(events(rows_of(case)), given)
    seen: dict[str, list[list[int]]] = {}
    for row in HANDOFFS.find(partition, given).iter_rows(named=True):
        seen.setdefault(row["code"], []).append(numbers(row["event_ids"]))
    assert {code: sorted(ids) for code, ids in seen.items()} == case["expect"]
    assert HANDOFFS.notes is not None
    assert dict(HANDOFFS.notes(partition, given).select("note", "count").iter_rows()) == case.get("notes", {})


def test_waits_are_working_hours_where_the_office_has_hours() -> None:
    """Friday 16:00 to Monday 10:00 is two working hours, 66 elapsed."""
    calendar = WorkingCalendar(timezone="Europe/London", opens=time(9), closes=time(17))
    rows = rows_of({"services": "HT", "hours": [4 * 24 + 7, 7 * 24 + 1]})
    for given, hours in ((context(calendar=calendar), 2.0), (context(), 66.0)):
        found = HANDOFFS.find(arranged(events(rows), given), given)
        assert found["wait_h"].to_list() == [hours]


def test_a_wait_begins_when_the_whole_call_ended() -> None:
    rows = rows_of(
        {
            "services": "CCT",
            "outcomes": [None, "transferred", "completed"],
            "directions": ["inbound", "inbound", "internal"],
            "contact": "k",
            "hours": [0, 0.1, 5],
            "until": [0.1, 1, 6],
        }
    )
    given = context()
    assert HANDOFFS.find(arranged(events(rows), given), given)["wait_h"].to_list() == [4.0]


PLAN = """
journey: move
need: move
steps:
  - tell: {by: C, map: [act 0]}
  - house: {by: H, map: [act 1]}
  - confirm: {by: C, map: [act 2]}
"""


def test_work_that_the_plan_still_needs_from_a_service_is_no_handoff(tmp_path: Path) -> None:
    """C completed its step and has no work item, but the plan needs it once more: no handoff until then."""
    path = tmp_path / "move.journey.yaml"
    path.write_text(PLAN, encoding="utf-8")
    model = load_journey(path)
    partition, given = checked(rows_of({"services": "CHC"}), model)
    found = HANDOFFS.find(partition, given)
    assert [(row["code"], numbers(row["event_ids"])) for row in found.iter_rows(named=True)] == [
        ("H2", [1, 2])
    ]


def relayed(relays: list[bool]) -> list[list[int]]:
    names = {"H": "housing", "C": "contact-centre"}
    rows = [row | {"service": names[row["service"]]} for row in rows_of({"services": "HCH"})]
    rows = [row | {"relay": relay} for row, relay in zip(rows, relays, strict=True)]
    given = context()
    partition = arranged(events(rows), given)
    assert HANDOFFS.notes is not None
    notes = dict(HANDOFFS.notes(partition, given).select("note", "count").iter_rows())
    assert notes == ({"relay: the front office passed the case on and back": 1} if any(relays) else {})
    return [numbers(ids) for ids in HANDOFFS.find(partition, given).filter(code="H2")["event_ids"].sort()]


def test_a_front_office_that_only_relays_hands_nobody_over() -> None:
    assert relayed([False, False, False]) == [[0, 1], [1, 2]]
    assert relayed([False, True, False]) == []
