"""From an export's columns to events: translations, choices, filters, ids; every row accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.domain.tables import EVENT
from cjmine.errors import SettingsError, SourceError
from cjmine.ingest.log import read_log
from cjmine.ingest.mapping import NO_CUSTOMER
from tests.builders import arranged, context

from .conftest import COLUMNS, Reader

HEAD = "who,what,when,x,y\n"


def _rows(*pairs: tuple[str, str]) -> str:
    return HEAD + "".join(f"{i},call,2024-01-{i:02} 10:00:00,{x},{y}\n" for i, (x, y) in enumerate(pairs, 1))


def _mapped(**columns: object) -> dict[str, Any]:
    return {**COLUMNS, **columns}


def test_the_columns_are_those_an_export_can_give(reading: Reader) -> None:
    found = reading("x.csv", _rows(("a", "b")), keys=("email",), columns=_mapped(email="x")).events
    later = {
        *("customer_id", "touchpoint", "stage", "contact_id", "contact_start", "contact_precision"),
        *("journey_id", "assigned_by", "step_no"),
    }
    expected = {name: kind for name, kind in EVENT.schema.items() if name not in later}
    assert dict(found.schema) == {
        **expected,
        "customer": found.schema["email"],
        "email": found.schema["customer"],
    }
    assert found["event_id"].item() == "crm:x.csv:1"
    assert found.select("source_system", "system_rank", "email").row(0) == ("crm", 3, "a")


def test_translations_defaults_constants_and_nulls(reading: Reader) -> None:
    found = reading(
        "x.csv",
        _rows(("ANS", "1"), ("completed", "UNKNOWN"), ("", "2"), ("zzz", "3"), ("gone", " ")),
        null_values=("", "UNKNOWN"),
        columns=_mapped(
            outcome={"from": ["absent", "x"], "map": {"ANS": "completed", "gone": None}, "default": "none"},
            resource={"from": "y", "map": {"1": "one"}},
        ),
        constants={"channel": "phone", "automatic": False},
    ).events
    assert found["outcome"].to_list() == ["completed", "none", None, "none", None]
    assert found["resource"].to_list() == ["one", None, "2", "3", None]
    assert found["channel"].to_list() == ["phone"] * 5
    assert found["automatic"].to_list() == [False] * 5


def test_flags(reading: Reader) -> None:
    words = ["true", "False", "1", "0", "YES", "no", "", "perhaps"]
    found = reading("x.csv", _rows(*((word, "") for word in words)), columns=_mapped(bulk="x"))
    assert found.events["bulk"].to_list() == [True, False, True, False, True, False, None]
    assert found.quarantine.select("row", "column", "value", "reason").rows() == [
        (8, "bulk", "perhaps", "not true or false")
    ]


def test_closed_choices_name_the_nearest(reading: Reader) -> None:
    found = reading("x.csv", _rows(("phone", ""), ("fone", ""), ("", "")), columns=_mapped(channel="x"))
    assert found.events["channel"].to_list() == ["phone", None]
    assert found.quarantine["reason"].to_list() == ["'fone' is not a channel; did you mean 'phone'?"]


def test_kept_rows_are_counted_per_file(reading: Reader, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(_rows(("open", ""), ("x", "")))
    found = reading(
        "a.csv", _rows(("open", ""), ("x", ""), ("", "")) + "short\n", files=("*.csv",), keep={"x": ("open",)}
    )
    counts = found.ledger.select("file", "read", "accepted", "quarantined", "filtered").rows()
    assert counts == [("a.csv", 4, 1, 1, 2), ("b.csv", 2, 1, 0, 1)]


def test_an_id_is_a_customer_or_any_key(reading: Reader) -> None:
    text = HEAD + "1,call,2024-01-02,,\n,call,2024-01-02,a@b,\n ,call,2024-01-02,,K\n"
    found = reading("x.csv", text, keys=("email",), columns=_mapped(email="x", native_case_id="y"))
    assert found.without_id.rows() == [("crm", "K")]
    assert found.events.select("customer", "email").rows() == [("1", None), (None, "a@b")]
    assert found.quarantine.select("row", "line", "reason").rows() == [(3, 4, NO_CUSTOMER)]


def test_link_keys(reading: Reader) -> None:
    columns = _mapped(native_case_id="x", case_key="y")
    found = reading("x.csv", _rows(("7", "K"), ("8", ""), ("", "K"), ("", "")), columns=columns).events
    assert found["link_keys"].to_list() == [["crm=7", "case=K"], ["crm=8"], ["case=K"], None]


def test_ends(reading: Reader) -> None:
    text = _rows(("2024-01-01 11:00:00", ""), ("", ""), ("2023-01-01 10:00:00", ""), ("soon", ""))
    found = reading("x.csv", text, columns=_mapped(end="x"))
    hours = (found.events["end"] - found.events["start"]).dt.total_hours().to_list()
    assert hours == [1, 0, 0]
    assert any("1 rows end before they start" in said for said in found.warnings)
    assert found.quarantine.select("row", "column", "value").row(0) == (4, "end", "soon")


def test_a_row_with_several_faults_is_set_aside_once(reading: Reader) -> None:
    text = HEAD + "1,call,2024-01-02,,\n,,,fone,perhaps\n"
    found = reading("x.csv", text, columns=_mapped(channel="x", bulk="y"))
    assert found.quarantine.select("row", "reason").rows() == [(2, "no activity")]


def test_odd_values_are_kept_and_said(reading: Reader) -> None:
    text = HEAD + "1 ,call,2024-01-02,,\n" + "2.0,call,2024-01-02,,\n" * 2
    found = reading("x.csv", text)
    assert found.events["customer"].to_list() == ["1 ", "2.0", "2.0"]
    said = "\n".join(found.warnings)
    assert "1 values of customer have blanks" in said
    assert "2 values of customer end in '.0'" in said
    assert "1 rows repeat an earlier row in every mapped column; each counts once" in said


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        ({"columns": {"customer": "who", "activity": "what"}}, ["'start' is not mapped"]),
        ({"columns": {"activity": "what", "start": "when"}}, ["no row could have a customer"]),
        (
            {"columns": {**COLUMNS, "chanel": "x", "journey_id": "y"}},
            ["did you mean 'channel'", "'journey_id'"],
        ),
        (
            {"constants": {"channel": "fone", "direction": "in"}},
            ["did you mean 'phone'", "'in' is not a direction"],
        ),
        (
            {"constants": {"bulk": "maybe", "start": "2024"}},
            ["'maybe' is not true or false", "'start' cannot be"],
        ),
        ({"constants": {"activity": "x"}}, ["'activity' is given by a column and by a constant"]),
    ],
)
def test_wrong_settings_are_refused_together(
    reading: Reader, settings: dict[str, Any], messages: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        reading("x.csv", _rows(), **settings)
    assert all(message in str(refused.value) for message in messages)


def test_missing_columns_are_refused_together(reading: Reader) -> None:
    columns = {"customer": ["whom", "caller"], "activity": "what", "start": "wen"}
    with pytest.raises(SourceError) as refused:
        reading("x.csv", _rows(("", "")), columns=columns)
    assert len(refused.value.faults) == 2
    assert "no column 'whom' or 'caller' (for customer); did you mean 'who'?; found who, what" in str(
        refused.value
    )


def test_a_log_by_its_usual_names(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("case_id,activity,timestamp\nc1,a,2024-01-02\n")
    found = read_log(tmp_path / "log.csv", case=None, activity=None, time=None, end=None)
    assert found.events.select("customer", "link_keys", "source_system").row(0) == ("c1", ["log=c1"], "log")


def test_a_log_of_unusual_names_asks_for_options(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("who,activity,moment\nc1,a,2024-01-02\n")
    with pytest.raises(
        SettingsError, match=r"(?s)columns are who, activity, moment.*--case, --time"
    ) as refused:
        read_log(tmp_path / "log.csv", case=None, activity=None, time=None, end=None)
    assert refused.value.exit_code == 2
    with pytest.raises(SettingsError, match=r"ends in one of \.xes, \.csv"):
        read_log(tmp_path / "log.doc", case=None, activity=None, time=None, end=None)


@pytest.mark.parametrize(
    ("log", "options", "rows"),
    [
        ("eventdatar/patients.csv", {"case": "patient", "activity": "handling"}, 5442),
        ("pm4js/receipt.csv.gz", {}, 8577),
        ("simod/PurchasingExample.csv.gz", {"end": "end_time"}, 9119),
        ("clickstream/simple-onlineshop.csv.gz", {"case": "user_id"}, 32283),
        (
            "nyc311/nyc311_mzuber88.csv",
            {"case": "Unique Key", "activity": "Complaint Type", "time": "Created Date", "service": "Agency"},
            1000,
        ),
    ],
)
def test_real_tables(data: Path, log: str, options: dict[str, str], rows: int) -> None:
    names = {"case": None, "activity": None, "time": None, "end": None, **options}
    found = read_log(data / log, **names)  # type: ignore[arg-type]
    assert found.ledger.select("read", "accepted").row(0) == (rows, rows)


@pytest.mark.parametrize(
    ("extracted", "kept"),
    [
        ("2024-07-02", ["1", "2", "3"]),
        ("2024-07-01", ["1", "2"]),
        ("2024-07-01 10:00", ["1", "2"]),
        ("2024-07-01T09:59:59", ["1"]),
        ("2024-07-01T09:00:00+00:00", ["1", "2"]),
        ("2024-07-01T09:59:00+01:00", ["1"]),
    ],
)
def test_rows_later_than_their_export_are_set_aside(reading: Reader, extracted: str, kept: list[str]) -> None:
    times = ("2024-06-30 10:00:00", "2024-07-01 10:00:00", "2024-07-02 00:00:00", "2031-01-01 00:00:00")
    text = "who,what,when\n" + "".join(f"{n},call,{when}\n" for n, when in enumerate(times, 1))
    found = reading("x.csv", text, extracted=extracted)
    assert found.events["customer"].to_list() == kept
    assert found.quarantine["row"].to_list() == list(range(len(kept) + 1, 5))
    assert found.quarantine.select("column", "value").row(-1) == ("start", "2031-01-01 00:00:00")
    stated = extracted.replace("T", " ")
    assert found.quarantine["reason"][0].startswith(f"later than the export was made ({stated}")


def test_when_an_export_was_made_is_a_date_or_a_time(reading: Reader) -> None:
    with pytest.raises(ValueError, match="'last week' is no date or time; write '2026-07-01' or"):
        reading("x.csv", _rows(), extracted="last week")


def test_rows_that_end_before_they_start_wait_no_negative_time(reading: Reader) -> None:
    times = [("10:00", "10:30"), ("12:00", "09:00"), ("13:00", "13:10")]
    text = "who,what,when,x\n" + "".join(
        f"1,{n},2024-01-02 {a}:00,2024-01-02 {b}:00\n" for n, (a, b) in enumerate(times)
    )
    events = reading("x.csv", text, columns=_mapped(end="x")).events
    journey = arranged(EVENT.conform(events.with_columns(customer_id="customer")), context()).journeys
    assert events.select((pl.col("end") - pl.col("start")).dt.total_minutes()).to_series().to_list() == [
        30,
        0,
        10,
    ]
    waits = events.select((pl.col("start") - pl.col("end").shift()).dt.total_minutes()).to_series().to_list()
    assert waits == [None, 90, 60]
    assert journey["duration_d"].to_list() == [pytest.approx(190 / 1440)]


def test_rows_that_only_lack_an_id_are_handed_on_where_asked_for(reading: Reader) -> None:
    text = "who,what,when\na,call,2024-01-01 10:00:00\n,call,2024-01-02 10:00:00\n,call,never\n"
    usual, asked = reading("x.csv", text), reading("x.csv", text, anonymous=True)
    assert usual.anonymous.is_empty()
    assert asked.anonymous.select("event_id", "customer_id", "activity").rows() == [
        ("crm:x.csv:2", None, "call")
    ]
    assert asked.anonymous.schema == EVENT.schema
    for name in ("events", "ledger", "quarantine", "without_id"):
        assert getattr(asked, name).equals(getattr(usual, name)), name
