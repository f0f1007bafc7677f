from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cjmine.domain.kernel import Context
from cjmine.domain.models import IntendedJourney
from cjmine.journeys.settings import JourneySettings, SegmentBy
from tests.builders import arranged, context, events, numbers
from tests.models import moving_home, sequence_model

DAY = 24
SECOND = 1 / 3600
MODEL = sequence_model("ABC")  # need n; starts with A, succeeds with C


def cut(rows: list[dict[str, Any]], given: Context | None = None) -> list[str]:
    """Return each row's journey and reason, as ``first row:reason``."""
    frame = arranged(
        events([{"activity": f"act {n}", **row} for n, row in enumerate(rows)]), given or context()
    ).events
    found = dict(
        zip(
            numbers(frame["event_id"].to_list()),
            frame.select("journey_id", "assigned_by").rows(),
            strict=True,
        )
    )
    return [f"{numbers([found[n][0]])[0]}:{found[n][1]}" for n in range(len(rows))]


def by(kind: SegmentBy, **models: IntendedJourney) -> Context:
    return context(JourneySettings(by=kind), models=models)


def keyed(h: float, key: str, **more: str | float | list[str]) -> dict[str, Any]:
    return {"h": h * DAY, "link_keys": [key], **more}


def free(d: float, **more: str | float | list[str]) -> dict[str, Any]:
    return {"h": d * DAY, **more}


@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("one key", [keyed(0, "k"), keyed(200, "k")], ["0:link", "0:link"]),
        ("a chain of keys", [keyed(0, "k"), free(1, link_keys=["k", "l"]), keyed(2, "l")], ["0:link"] * 3),
        ("one key, two customers", [keyed(0, "k"), keyed(0, "k", customer_id="c2")], ["0:link", "1:link"]),
        ("two keys without a need", [keyed(0, "k"), keyed(0, "l")], ["0:link", "1:link"]),
        ("no key at all", [free(0), free(30), free(60 + SECOND)], ["0:gap", "0:gap", "2:gap"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_by_case(name: str, rows: list[dict[str, Any]], expect: list[str]) -> None:
    assert cut(rows, by(SegmentBy.CASE)) == expect, name
    assert cut(rows) == expect, f"hybrid: {name}"


def test_by_gap() -> None:
    rows = [
        free(0, link_keys=["k"]),
        free(30),
        free(60 + SECOND, link_keys=["k"]),
        free(60, customer_id="c2"),
    ]
    assert cut(rows, by(SegmentBy.GAP)) == ["0:gap", "0:gap", "2:gap", "3:gap"]


def test_a_silence_begins_when_the_longest_event_ends() -> None:
    rows = [free(0, until=40 * DAY), free(1), free(70), free(101)]
    assert cut(rows, by(SegmentBy.GAP)) == ["0:gap", "0:gap", "0:gap", "3:gap"]


@pytest.mark.parametrize(
    ("name", "steps", "expect"),
    [
        ("one journey", [("A", 0), ("B", 1), ("A", 2), ("C", 3)], [0, 0, 0, 0]),
        ("a start after the end", [("A", 0), ("C", 1), ("x", 2), ("A", 3), ("C", 4)], [0, 0, 0, 3, 3]),
        ("a start after a silence", [("A", 0), ("A", 14), ("A", 28 + SECOND)], [0, 0, 2]),
        ("before the first start", [("x", 0), ("B", 1), ("A", 2)], [0, 0, 2]),
        ("only the last silence counts", [("A", 0), ("x", 10), ("A", 20)], [0, 0, 0]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_by_start(name: str, steps: list[tuple[str, float]], expect: list[int]) -> None:
    mine = [free(day, activity=step) for step, day in steps]
    others = [free(day, activity=step, customer_id="c0") for step, day in [("A", 0), ("C", 1)]]
    found = cut([*mine, *others], by(SegmentBy.START, m=MODEL))
    assert found == [f"{n}:start" for n in expect] + [f"{len(mine)}:start"] * 2, name


def test_linked_journeys_of_one_need_are_one_where_their_padded_spans_meet() -> None:
    rows = [keyed(0, "k", need="n"), keyed(28, "l", need="n"), keyed(56 + SECOND, "m", need="n")]
    assert cut(rows) == ["0:link", "0:link", "2:link"]
    apart = [keyed(0, "k", need="n"), keyed(1, "l", need="o"), keyed(2, "m")]
    assert cut(apart) == ["0:link", "1:link", "2:link"]


def test_linked_journeys_of_one_model_are_one() -> None:
    """Neither states the need, but only one intended journey knows these steps."""
    rows = [keyed(0, "k", activity="update_tenancy"), keyed(9, "l", activity="close_old_account")]
    assert cut(rows, by(SegmentBy.HYBRID, moving=moving_home())) == ["0:link", "0:link"]
    assert cut(rows) == ["0:link", "1:link"]


# two linked journeys side by side: 0 (need n, housing, day 0-4) and 2 (need o, tax, day 6-10)
TWO = [
    keyed(0, "k", need="n", service="housing"),
    keyed(4, "k"),
    keyed(6, "l", need="o", service="tax"),
    keyed(10, "l"),
]


@pytest.mark.parametrize(
    ("name", "row", "expect"),
    [
        ("same need, though the other is nearer", free(10, need="n"), "0:need"),
        ("need before service", free(10, need="n", service="tax"), "0:need"),
        ("same service", free(10, service="housing"), "0:service"),
        ("nearest", free(9), "2:recent"),
        ("nearest, before", free(4.9), "0:recent"),
        ("equally near: the lower id", free(5), "0:recent"),
        ("fourteen days before", free(-14, need="n"), "4:need"),
        ("earlier", free(-14 - SECOND / DAY * 2, need="n"), "4:gap"),
        ("fourteen days after", free(18, need="n"), "0:need"),
        ("later", free(18 + SECOND, need="n"), "4:gap"),
        ("another need joins neither", free(5, need="p", service="housing"), "4:gap"),
        ("another customer", free(5, customer_id="c0", need="n"), "4:gap"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_which_journey_takes_a_contact_in(name: str, row: dict[str, Any], expect: str) -> None:
    found = cut([*TWO, row])
    assert found[4] == expect, name
    # a contact before the journey's first event gives the journey its id
    assert found[:4] in (["0:link"] * 2 + ["2:link"] * 2, ["4:link"] * 2 + ["2:link"] * 2)


LENIENT = dataclasses.replace(MODEL, anytime=("look",), unwanted=("chase",))


@pytest.mark.parametrize(
    ("name", "others", "expect"),
    [
        ("it joins whatever runs", [keyed(0, "k", need="o")], "0:recent"),
        ("its own plan first", [keyed(0, "k", need="n"), keyed(5, "l", need="o")], "0:need"),
        ("its own plan after the end", [keyed(0, "k", need="n"), keyed(1, "k", activity="C")], "0:need"),
        ("nothing runs", [keyed(0, "k", need="o", customer_id="c0")], "1:gap"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("act", ["look", "chase"])
def test_what_a_plan_only_tolerates_may_serve_any_need(
    act: str, name: str, others: list[dict[str, Any]], expect: str
) -> None:
    found = cut([*others, free(5, activity=act)], by(SegmentBy.HYBRID, m=LENIENT))
    assert found[-1] == expect, name


def test_a_step_of_one_plan_does_not_join_another_need() -> None:
    found = cut([keyed(0, "k", need="o"), free(5, activity="B")], by(SegmentBy.HYBRID, m=LENIENT))
    assert found[-1] == "1:gap"


def test_spans_do_not_grow() -> None:
    rows = [keyed(0, "k", need="n"), free(13, need="n"), free(20, need="n")]
    assert cut(rows) == ["0:link", "0:need", "2:gap"]


def test_after_the_end_only_its_own_need_joins_for_a_fortnight() -> None:
    given = by(SegmentBy.HYBRID, m=MODEL)
    rows = [
        keyed(0, "k", activity="A", need="n", service="housing"),
        keyed(1, "k", activity="C"),
        free(2, service="housing"),
        free(15, need="n"),
    ]
    assert cut(rows, given) == ["0:link", "0:link", "2:gap", "0:need"]
    late = [*rows[:2], keyed(20, "k"), free(15 + SECOND, need="n"), free(0.5)]
    assert cut(late, given) == ["0:link", "0:link", "0:link", "3:gap", "0:recent"]


def test_leftovers_are_cut_by_silence_within_their_need() -> None:
    rows = [free(0, need="n"), free(10, need="o"), free(29, need="n"), free(60, need="n"), free(5)]
    assert cut(rows) == ["0:gap", "1:gap", "0:gap", "3:gap", "0:recent"]


def test_a_contact_is_never_cut_in_two() -> None:
    leg = {"channel": "phone", "direction": "inbound", "contact_key": "K", "source_system": "crm"}
    rows = [keyed(0, "k", **leg), keyed(0.1, "l", **leg), keyed(5, "l")]
    assert cut(rows) == ["0:link"] * 3


def test_windows_are_settings() -> None:
    rows = [free(0), free(10)]
    given = context(JourneySettings(by=SegmentBy.GAP, gap=timedelta(days=9)))
    assert cut(rows, given) == ["0:gap", "1:gap"]


def test_the_order_of_rows_in_the_export_does_not_matter() -> None:
    frame = events([*TWO, free(5), free(9, need="n"), free(40)])
    whole = arranged(frame, context()).events
    again = arranged(
        frame.sample(fraction=1, shuffle=True, seed=3).sort("customer_id", "start", "source_row"), context()
    )
    columns = ["event_id", "journey_id", "assigned_by"]
    assert whole.select(columns).sort("event_id").equals(again.events.select(columns).sort("event_id"))
    assert isinstance(whole, pl.DataFrame)


def test_without_case_ids_a_journey_closes_at_its_end_and_aftercare() -> None:
    """A second move three weeks after the first was done is a second journey."""
    rows = [
        {"h": d * DAY, "activity": a, "need": "n"}
        for d, a in ((0, "A"), (1, "C"), (14, "A"), (21, "A"), (22, "C"))
    ]
    found = cut(rows, by(SegmentBy.HYBRID, m=MODEL))
    assert found == ["0:gap", "0:gap", "0:gap", "3:gap", "3:gap"]


def test_systems_whose_rows_were_merged_count() -> None:
    rows = [
        {"h": 0, "source_system": s, "system_rank": n, "native_event_id": "e"}
        for n, s in enumerate(("crm", "tax"))
    ]
    (journey,) = arranged(events(rows), context()).journeys.iter_rows(named=True)
    assert journey["n_systems"] == 2


def test_all_that_a_customer_did_can_be_one_journey() -> None:
    rows = [{"h": 0}, {"h": 9_000}, {"h": 1, "customer_id": "c2"}]
    assert cut(rows, by(SegmentBy.CUSTOMER)) == ["0:customer", "0:customer", "2:customer"]
