from __future__ import annotations

from typing import Any

import pytest

from cjmine.domain.kernel import Context, Partition
from cjmine.journeys.same_event import merge_same_events
from cjmine.journeys.settings import ContactSettings
from tests.builders import context, events, numbers

FORM: dict[str, Any] = {"activity": "form", "channel": "web", "direction": "inbound"}
SECOND = 1 / 3600


def merged(rows: list[dict[str, Any]], given: Context | None = None) -> list[list[int]]:
    """Return the rows each kept event stands for."""
    frame = merge_same_events(Partition(events=events(rows)), given or context())
    return [
        numbers([row["event_id"], *(row["merged_ids"] or [])])
        for row in frame.select("event_id", "merged_ids").iter_rows(named=True)
    ]


@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("fired twice", [FORM | {"h": 0}, FORM | {"h": 60 * SECOND}], [[0, 1]]),
        ("a minute and a second", [FORM | {"h": 0}, FORM | {"h": 61 * SECOND}], [[0], [1]]),
        ("a chain", [FORM | {"h": h * 50 * SECOND} for h in range(3)], [[0, 1, 2]]),
        ("two cases opened at once", [FORM | {"h": 0, "native_case_id": c} for c in "ab"], [[0], [1]]),
        ("other payload", [FORM | {"h": 0, "payload_key": p} for p in "ab"], [[0], [1]]),
        ("payload stated once", [FORM | {"h": 0}, FORM | {"h": 0, "payload_key": "a"}], [[0], [1]]),
        ("two customers", [FORM | {"h": 0, "customer_id": c} for c in "ab"], [[0], [1]]),
        ("two systems", [FORM | {"h": 0, "source_system": s} for s in ("crm", "portal")], [[0], [1]]),
        ("internal, at one instant", [{"h": 0}, {"h": 0}], [[0, 1]]),
        ("outbound, at one instant", [{"h": 0, "direction": "outbound", "channel": "sms"}] * 2, [[0, 1]]),
        ("outbound, a second later", [{"h": h, "direction": "outbound"} for h in (0, SECOND)], [[0], [1]]),
        ("no direction, at one instant", [{"h": 0, "direction": None}] * 3, [[0, 1, 2]]),
        (
            "two rows that differ in their end, each written twice",
            [{"h": 0, "until": end} for end in (1, 2, 1, 2)],
            [[0, 2], [1, 3]],
        ),
        ("internal, a second later", [{"h": 0}, {"h": SECOND}], [[0], [1]]),
        ("internal, other end", [{"h": 0}, {"h": 0, "until": 1}], [[0], [1]]),
        (
            "one event id in two systems",
            [{"h": 0, "native_event_id": "E", "source_system": s} for s in ("crm", "portal")],
            [[0, 1]],
        ),
        (
            "one event id, two activities",
            [{"h": 0, "native_event_id": "E", "activity": a} for a in "ab"],
            [[0, 1]],
        ),
        ("one event id, two times", [{"h": h, "native_event_id": "E"} for h in (0, 1)], [[0, 1]]),
        (
            "one event id, two customers",
            [{"h": 0, "native_event_id": "E", "customer_id": c} for c in "ab"],
            [[0], [1]],
        ),
        ("two event ids", [{"h": 0, "native_event_id": e} for e in "ab"], [[0], [1]]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_which_rows_are_one_event(name: str, rows: list[dict[str, Any]], expect: list[list[int]]) -> None:
    assert merged(rows) == expect, name


def test_off_keeps_every_row_apart() -> None:
    assert merged([FORM | {"h": 0}] * 2, context(ContactSettings(merge=False))) == [[0], [1]]


def test_the_kept_row_gathers_what_the_others_say() -> None:
    rows = [
        {"h": 0, "native_event_id": "E", "source_system": "crm", "link_keys": ["b=1"]},
        {
            "h": 0,
            "until": 2,
            "native_event_id": "E",
            "source_system": "portal",
            "link_keys": ["a=1"],
            "need": "n",
        },
    ]
    (row,) = merge_same_events(Partition(events=events(rows)), context()).iter_rows(named=True)
    assert (row["source_system"], row["need"], row["link_keys"]) == ("crm", "n", ["a=1", "b=1"])
    assert (row["end"] - row["start"]).total_seconds() == 7200
    assert row["merged_ids"] == ["portal:file:1"]
