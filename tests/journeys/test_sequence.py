from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cjmine.detectors.runs import labelled
from cjmine.detectors.steps import sequence
from cjmine.domain.kernel import Context
from cjmine.domain.lengths import DAY
from cjmine.domain.sequences import walks_of
from cjmine.domain.walks import SEPARATOR
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


CALL = LEG | {"source_system": "telephony", "system_rank": 0, "activity": "queue", "until": 0.1}
NOTE = LEG | {"source_system": "crm", "system_rank": 1, "contact_key": None, "h": 0.2}
PUT_THROUGH = dataclasses.replace(sequence_model("ABC"), unwanted=("transfer", "complain"))


def test_what_another_system_wrote_about_a_contact_stands_where_the_contact_began() -> None:
    """The acknowledgement was sent before the adviser had closed the note: it still follows the call."""
    mail = {"activity": "B", "h": 0.15, "channel": "email", "direction": "outbound"}
    rows = [CALL | {"h": 0}, mail, NOTE | {"activity": "A"}]
    assert steps(rows, LETTERS) == [(2, "A"), (1, "B")]
    partition = arranged(events(one_case(*rows)), LETTERS)
    assert numbers(partition.events["event_id"].to_list()) == [0, 1, 2]  # rows keep their order
    (walked, walks), listed = walks_of(partition.events), labelled(partition, LETTERS, "touchpoint").steps
    assert walks.names.gather(walks.labels).to_list() == ["A", "B"]
    assert walked["start"].to_list() == listed["start"].to_list() == [at(0), at(0.15)]
    assert (walked["end"] >= walked["start"]).all()
    assert listed["ordered"].to_list() == [True, True]


def test_an_echo_of_a_rough_time_is_as_rough_as_its_contact() -> None:
    rows = [CALL | {"h": 0, "precision": "min"}, NOTE | {"activity": "A"}]
    partition = arranged(events(one_case(*rows)), LETTERS)
    assert sequence(partition).steps["latest"].to_list() == [at(1 / 60)]


def test_a_note_in_another_system_says_more_than_the_call_itself() -> None:
    rows = [CALL | {"h": 0, "need": "n"}, NOTE | {"activity": "asked"}]
    assert steps(rows, LETTERS) == [(1, "asked")]


@pytest.mark.parametrize(
    ("name", "rows", "expect"),
    [
        ("why and that", [NOTE | {"activity": "asked", "reason_code": "R"}], [(2, "asked"), (1, "transfer")]),
        ("a step and that", [NOTE | {"activity": "A", "need": "n"}], [(2, "A"), (1, "transfer")]),
        ("nobody said why", [], [(1, "transfer")]),
        ("unwanted itself", [NOTE | {"activity": "complain"}], [(2, "complain"), (1, "transfer")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_call_put_through_counts_as_what_it_was_about_and_as_put_through(
    name: str, rows: list[dict[str, Any]], expect: list[tuple[int, str]]
) -> None:
    legs = [CALL | {"h": 0, "need": "n"}, CALL | {"h": 0.1, "activity": "transfer"}]
    assert steps([*legs, *rows], context(models={"m": PUT_THROUGH})) == expect, name


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
