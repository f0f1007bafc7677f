from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cjmine.domain.kernel import Context
from cjmine.journeys.kernels import ECHOES, count_echoes
from cjmine.journeys.settings import ContactSettings
from tests.builders import arranged, at, context, events, numbers

MINUTE, SECOND = 1 / 60, 1 / 3600
CALL: dict[str, Any] = {
    "source_system": "telephony",
    "system_rank": 0,
    "channel": "phone",
    "direction": "inbound",
    "activity": "call",
    "until": 0.1,
}
NOTE: dict[str, Any] = {
    "source_system": "crm",
    "system_rank": 1,
    "channel": "phone",
    "direction": "inbound",
    "activity": "note",
}
DESK = {"channel": "face-to-face", "h": 0, "until": 0.5}
MAIL = {"channel": "email", "h": 0, "until": 0}
WEB: dict[str, Any] = {"channel": "web", "direction": "inbound", "source_system": "portal"}
OUT = {"direction": "outbound"}


def contacts(rows: list[dict[str, Any]], given: Context | None = None) -> list[list[int]]:
    frame = arranged(events([{"h": 0, **row} for row in rows]), given or context()).contacts
    return sorted(sorted(numbers(ids)) for ids in frame["event_ids"])


def note(h: float, **more: str | int | None) -> dict[str, Any]:
    return NOTE | {"h": h} | more


# a call that ends after six minutes; what the CRM wrote about it
@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("two minutes before", [CALL, note(-2 * MINUTE)], [[0, 1]]),
        ("earlier than that", [CALL, note(-2 * MINUTE - SECOND)], [[0], [1]]),
        ("fifteen minutes after the end", [CALL, note(0.1 + 15 * MINUTE)], [[0, 1]]),
        ("later than that", [CALL, note(0.1 + 15 * MINUTE + SECOND)], [[0], [1]]),
        ("ten minutes before an e-mail", [CALL | MAIL, note(-10 * MINUTE, channel="email")], [[0, 1]]),
        ("e-mail, too early", [CALL | MAIL, note(-10 * MINUTE - SECOND, channel="email")], [[0], [1]]),
        ("half an hour after the desk", [CALL | DESK, note(1, channel="face-to-face")], [[0, 1]]),
        ("desk, too late", [CALL | DESK, note(1 + SECOND, channel="face-to-face")], [[0], [1]]),
        ("channels without a pad", [CALL | {"channel": "chat"}, note(0, channel="chat")], [[0], [1]]),
        ("other channel", [CALL, note(0, channel="email")], [[0], [1]]),
        ("channel not stated", [CALL | {"channel": None}, note(0, channel=None)], [[0], [1]]),
        ("other customer", [CALL, note(0, customer_id="c2")], [[0], [1]]),
        ("outbound never echoes inbound", [CALL, note(0.1, **OUT)], [[0], [1]]),
        ("outbound echoes outbound", [CALL | OUT, note(0.1, **OUT)], [[0, 1]]),
        ("same system, two ids", [CALL, CALL | {"h": 0.05, "activity": "other"}], [[0], [1]]),
        (
            "two calls, one note: the nearer end",
            [CALL, CALL | {"h": 0.2, "until": 0.3}, note(0.3)],
            [[0], [1, 2]],
        ),
        ("two notes, one call: the nearer", [CALL, note(0.15), note(0.1, activity="b")], [[0, 2], [1]]),
        ("a tie goes to the earlier row", [CALL, note(0.05), note(0.15, activity="b")], [[0, 1], [2]]),
        (
            "nearest pair first, the rest takes what is left",
            [CALL, CALL | {"h": 0.15, "until": 0.2}, note(0.16), note(0.2, activity="b")],
            [[0, 2], [1, 3]],
        ),
        (
            "a third system may echo the call too",
            [CALL, note(0.1), note(0.1, source_system="survey", system_rank=2)],
            [[0, 1, 2]],
        ),
        (
            "an echo of an echo is none",
            [CALL, note(0.2), note(0.36, source_system="survey", system_rank=2)],
            [[0, 1], [2]],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_contact_written_down_by_two_systems(
    name: str, rows: list[dict[str, Any]], expect: list[list[int]]
) -> None:
    assert contacts(rows) == expect, name


LEG = CALL | {"contact_key": "K"}
PAGE = WEB | {"activity": "page"}


@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("legs of one call", [LEG, LEG | {"h": 0.1, "activity": "b"}], [[0, 1]]),
        ("through the voice menu", [LEG | {"channel": "ivr"}, LEG | {"h": 0.1, "activity": "b"}], [[0, 1]]),
        ("one key in two systems", [LEG, LEG | {"h": 3, "source_system": "chat"}], [[0], [1]]),
        ("one key of two customers", [LEG, LEG | {"customer_id": "c2"}], [[0], [1]]),
        ("no key", [CALL, CALL | {"h": 0.2, "activity": "b"}], [[0], [1]]),
        (
            "transferred under a new id",
            [LEG | {"outcome": "transferred"}, LEG | {"contact_key": "L", "h": 0.1 + 60 * SECOND}],
            [[0, 1]],
        ),
        (
            "transferred, but later",
            [LEG | {"outcome": "transferred"}, LEG | {"contact_key": "L", "h": 0.1 + 61 * SECOND}],
            [[0], [1]],
        ),
        ("not transferred", [LEG, LEG | {"contact_key": "L", "h": 0.1 + 60 * SECOND}], [[0], [1]]),
        (
            "twice transferred",
            [
                LEG | {"contact_key": key, "h": n / 10, "until": (n + 1) / 10, "outcome": out}
                for n, (key, out) in enumerate(
                    [("K", "transferred"), ("L", "transferred"), ("M", "completed")]
                )
            ],
            [[0, 1, 2]],
        ),
        ("pages of a session", [PAGE, PAGE | {"h": 0.5, "activity": "b"}], [[0, 1]]),
        ("a new session after half an hour", [PAGE, PAGE | {"h": 0.5 + SECOND, "activity": "b"}], [[0], [1]]),
        (
            "a long page keeps the session",
            [PAGE | {"until": 1}, PAGE | {"h": 1.5, "activity": "b"}],
            [[0, 1]],
        ),
        ("sessions of two systems", [PAGE, PAGE | {"source_system": "app"}], [[0], [1]]),
        (
            "sessions with and without a key",
            [PAGE, PAGE | {"h": 0.1, "contact_key": "S"}, PAGE | {"h": 0.2, "activity": "b"}],
            [[0, 2], [1]],
        ),
        (
            "an e-mail thread on one day",
            [LEG | {"channel": "email"}, LEG | {"channel": "email", "h": 8, "activity": "b"}],
            [[0, 1]],
        ),
        (
            "the same thread a day later",
            [LEG | {"channel": "email"}, LEG | {"channel": "email", "h": 24, "activity": "b"}],
            [[0], [1]],
        ),
        (
            "both ways in one thread",
            [LEG | {"channel": "email"}, LEG | {"channel": "email", "h": 1} | OUT],
            [[0], [1]],
        ),
        ("internal rows are no contact", [{"direction": "internal"}, {"direction": None, "h": 1}], []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_of_one_system(name: str, rows: list[dict[str, Any]], expect: list[list[int]]) -> None:
    assert contacts(rows) == expect, name


def test_off_makes_every_row_a_contact() -> None:
    assert contacts([LEG, LEG | {"h": 0.1}], context(ContactSettings(merge=False))) == [[0], [1]]


def test_what_a_contact_was() -> None:
    rows = [
        LEG | {"service": "switchboard", "outcome": "transferred", "until": 0.05},
        LEG | {"h": 0.05, "service": "housing", "activity": "answered", "automatic": True},
        NOTE
        | {
            "h": 0.2,
            "need": "n",
            "reason_code": "R",
            "outcome": "completed",
            "bulk": True,
            "payload_key": "P",
        },
    ]
    given = context()
    partition = arranged(events(rows), given)
    (contact,) = partition.contacts.iter_rows(named=True)
    assert numbers(contact["event_ids"]) == [0, 1, 2]
    assert numbers([contact["primary_event_id"]]) == [2]  # the row that says why the customer came
    assert (contact["activity"], contact["service"], contact["services"]) == (
        "note",
        "switchboard",
        ["switchboard", "housing"],
    )
    assert (contact["need"], contact["reason_code"], contact["payload_key"]) == ("n", "R", "P")
    assert (contact["outcome"], contact["n_transfers"], contact["merged_rows"]) == ("completed", 1, 2)
    assert (contact["automatic"], contact["bulk"]) == (False, False)
    assert contact["merged_systems"] == ["telephony", "crm"]
    assert (contact["start"], contact["end"]) == (at(0), at(0.1))  # the note was written later


def test_an_echo_says_when_its_contact_began() -> None:
    rows = [CALL | {"precision": "min"}, note(0.2), note(30)]
    frame = arranged(events([{"h": 0, **row} for row in rows]), context()).events
    assert frame["contact_start"].to_list() == [None, at(0), None]
    assert frame["contact_precision"].to_list() == [None, "min", None]
    assert frame["start"].to_list() == [at(0), at(0.2), at(30)]  # what the export says stays


def test_merges_are_counted_for_each_pair_of_systems() -> None:
    rows = [
        *(row | {"customer_id": c, "h": row.get("h", 0)} for c in "ab" for row in (CALL, note(0.1))),
        {"h": 50, "native_event_id": "E", "source_system": "crm"},
        {"h": 50, "native_event_id": "E", "source_system": "portal"},
        {"h": 60},
        {"h": 60},
    ]
    given = context()
    tally = ECHOES.merge([ECHOES.conform(count_echoes(arranged(events(rows), given), given))])
    assert tally.rows() == [
        ("same contact", "telephony", "crm", 2),
        ("same content", "crm", "crm", 1),
        ("same event id", "crm", "portal", 1),
    ]


def test_a_busy_customer_stays_cheap() -> None:
    rows = [CALL | {"h": 0.2 * n, "until": 0.2 * n + 0.1, "activity": f"a{n}"} for n in range(300)]
    rows += [note(0.2 * n + 0.1, activity=f"b{n}") for n in range(300)]
    found = contacts(rows)
    assert found == [[n, n + 300] for n in range(300)]
    assert pl.Series(found).list.len().eq(2).all()


def test_an_echo_is_no_second_transfer() -> None:
    rows = [CALL | {"h": 0, "outcome": "transferred"}, NOTE | {"h": 0.2, "outcome": "transferred"}]
    assert arranged(events(rows), context()).contacts["n_transfers"].to_list() == [1]
