from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cjmine.domain.kernel import Context
from cjmine.domain.lengths import DAY
from cjmine.domain.sequences import SEPARATOR
from cjmine.journeys.kernels import GAPS, SPANS, abandon_after, count_gaps, count_spans
from cjmine.journeys.settings import JourneySettings
from tests.builders import arranged, at, context, events, numbers
from tests.models import moving_home, sequence_model

MOVE = context(models={"moving-home": moving_home()})
LETTERS = context(models={"m": sequence_model("ABC")})
LEG: dict[str, Any] = {"channel": "phone", "direction": "inbound", "contact_key": "K"}


def one_case(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"link_keys": ["case=1"], **row} for row in rows]


@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("by need", [{"need": "change-of-address"}], "moving-home"),
        ("by start step", [{"activity": "x"}, {"activity": "Move reported"}], "moving-home"),
        ("need before start step", [{"need": "change-of-address"}, {"activity": "A"}], "moving-home"),
        ("a need without a model", [{"need": "repair"}], "repair"),
        ("start step before a need without a model", [{"need": "repair"}, {"activity": "A"}], "m"),
        ("a step that is no start", [{"activity": "issue_bill"}], "unmodelled"),
        ("nothing known", [{}], "unmodelled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_of_a_journey(name: str, rows: list[dict[str, Any]], expect: str) -> None:
    given = context(models={"moving-home": moving_home(), "m": sequence_model("ABC")})
    found = arranged(events(one_case(*({"activity": "z", **row} for row in rows))), given).journeys
    assert found["journey_type"].to_list() == [expect], name


def steps(rows: list[dict[str, Any]], given: Context) -> list[tuple[int, str]]:
    frame = arranged(events(one_case(*rows)), given).events.drop_nulls("step_no").sort("step_no")
    assert frame["step_no"].to_list() == list(range(frame.height))
    return list(zip(numbers(frame["event_id"].to_list()), frame["touchpoint"].to_list(), strict=True))


def test_a_contact_counts_once_for_each_step_it_holds() -> None:
    rows = [
        LEG | {"activity": "queue", "need": "n"},
        LEG | {"activity": "A"},
        LEG | {"activity": "A"},
        LEG | {"activity": "B"},
        LEG | {"activity": "hang up"},
    ]
    spaced = [row | {"h": n * 0.1} for n, row in enumerate(rows)]
    assert steps(spaced, LETTERS) == [(1, "A"), (3, "B")]


def test_a_contact_without_a_step_counts_as_the_row_that_says_why() -> None:
    rows = [LEG | {"activity": name, "h": n / 10} for n, name in enumerate(("queue", "answer", "note"))]
    assert steps(rows, LETTERS) == [(0, "queue")]
    assert steps([rows[0], rows[1] | {"need": "n"}, rows[2]], LETTERS) == [(1, "answer")]
    assert steps([rows[0], rows[1] | {"need": "n"}, rows[2] | {"reason_code": "R"}], LETTERS) == [(2, "note")]


def test_internal_rows_always_count() -> None:
    assert steps([{"activity": "A"}, {"activity": "A"}, {"activity": "z"}], LETTERS) == [
        (0, "A"),
        (1, "A"),
        (2, "z"),
    ]


def test_activities_become_steps_and_stages_of_their_own_model_only() -> None:
    rows = one_case({"activity": "submit move-form"}, {"activity": "view /account"}, {"activity": "other"})
    frame = arranged(events(rows), MOVE).events
    assert frame["touchpoint"].to_list() == ["notify_move", "view_account", "other"]
    assert frame["stage"].to_list() == ["Tell us", None, None]
    elsewhere = arranged(events(one_case({"activity": "acknowledge", "need": "repair"})), MOVE).events
    assert elsewhere.select("touchpoint", "stage").row(0) == ("acknowledge", None)


def test_a_variant_is_known_by_its_digest() -> None:
    def variant(*labels: str) -> str:
        rows = one_case(*({"activity": label} for label in labels))
        return str(arranged(events(rows), context()).journeys["variant"].item())

    assert variant("A", "B") == "36d4fe82bf117d1ec8a25c35c01a0db5"
    assert variant("A", "B") != variant("B", "A")
    assert variant(f"A{SEPARATOR}B") != variant("A", "B")


def test_a_journey_in_numbers() -> None:
    rows = one_case(
        {
            "h": 0,
            "need": "n",
            "service": "a",
            "channel": "web",
            "direction": "inbound",
            "source_system": "portal",
        },
        {"h": 24, "service": "b"},
        {"h": 25, "service": "b", "channel": "post", "direction": "outbound", "until": 36},
    )
    (row,) = arranged(events(rows), context()).journeys.iter_rows(named=True)
    counts = ("n_events", "n_steps", "n_contacts", "n_inbound", "n_services", "n_channels", "n_systems")
    assert [row[name] for name in counts] == [3, 3, 2, 1, 2, 2, 2]
    assert (row["duration_d"], row["need"], numbers([row["journey_id"]])) == (1.5, "n", [0])


def status(rows: list[dict[str, Any]], given: Context) -> list[str]:
    return arranged(events(one_case(*rows)), given).journeys["status"].to_list()


@pytest.mark.parametrize(
    ("name", "rows", "seen", "expect"),
    [
        ("success", ["notify_move", "confirm_all_done"], 0, "complete"),
        ("success, then more", ["confirm_all_done", "view /account"], 0, "complete"),
        ("stopped", ["notify_move", "Move withdrawn"], 0, "stopped"),
        ("stopped, though also done", ["Move withdrawn", "confirm_all_done"], 0, "stopped"),
        ("silent for thirty days", ["notify_move"], 30 * 24, "open"),
        ("longer", ["notify_move"], 30 * 24 + 0.001, "abandoned"),
        ("the end of another journey's model", ["repair", "confirm_all_done"], 1, "open"),
        ("without a model, silence is the end", ["repair"], 31 * 24, "complete"),
        ("without a model, still talking", ["repair"], 24, "open"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_a_journey_stands(name: str, rows: list[str], seen: float, expect: str) -> None:
    given = context(models={"moving-home": moving_home()}, extracted_at={"crm": at(seen)})
    need = "repair" if rows[0] == "repair" else "change-of-address"
    assert status([{"activity": row, "need": need, "h": 0} for row in rows], given) == [expect], name


def test_the_earliest_end_of_its_systems_logs_counts() -> None:
    """The portal was extracted on day 40, housing on day 10: nothing is known of housing since."""
    given = context(
        models={"moving-home": moving_home()}, extracted_at={"crm": at(40 * 24), "housing": at(10 * 24)}
    )
    rows = [
        {"activity": "notify_move", "h": 0},
        {"activity": "acknowledge", "h": 0, "source_system": "housing"},
    ]
    assert status(rows, given) == ["open"]
    assert status(rows[:1], given) == ["abandoned"]


def test_silences_are_counted_in_successful_journeys_only() -> None:
    rows = [
        *(
            {"activity": s, "h": d * 24, "need": "n", "link_keys": ["k=1"]}
            for s, d in zip("ABC", (0, 50, 52), strict=True)
        ),
        *(
            {"activity": s, "h": d * 24, "need": "n", "customer_id": "c2", "link_keys": ["k=1"]}
            for s, d in (("A", 0), ("B", 99))
        ),
    ]
    tally = GAPS.merge([GAPS.conform(count_gaps(arranged(events(rows), LETTERS), LETTERS))])
    assert tally["count"].to_list() == [1, 1]
    assert tally["journey_type"].unique().to_list() == ["m"]
    assert abandon_after(tally, JourneySettings()) / timedelta(days=1) == pytest.approx(50, rel=0.044)


def test_abandonment_takes_at_least_thirty_days() -> None:
    assert abandon_after(GAPS.empty(), JourneySettings()) == timedelta(days=30)
    short = pl.DataFrame({"journey_type": ["m"], "bucket": [10], "count": [5]}, schema=GAPS.schema)
    assert abandon_after(short, JourneySettings()) == timedelta(days=30)
    assert abandon_after(short, JourneySettings(abandon_min=timedelta(0))) < timedelta(seconds=1)


def test_a_system_was_extracted_when_it_was_last_seen() -> None:
    given = context()
    rows: list[dict[str, Any]] = [{"h": 0, "until": 50}, {"h": 24}, {"h": 3, "source_system": "portal"}]
    tally = SPANS.merge([SPANS.conform(count_spans(arranged(events(rows), given), given))])
    first = int(at(0).timestamp() * 1_000_000)
    assert tally.rows() == [
        ("crm", first, first + DAY, 2),
        ("portal", first + DAY // 8, first + DAY // 8, 1),
    ]
