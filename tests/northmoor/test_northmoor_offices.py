from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from .conftest import STAMP, Record, Sample, at, number, share

# the offices


def test_housing_writes_days_twice_and_people_into_notes(sample: Sample) -> None:
    rows = list(sample.of("housing").values())
    zero = date(1899, 12, 30)
    ahead = [
        (zero + timedelta(days=int(float(row["done_on"])))) - at(row["status_date"], "%d/%m/%Y").date()
        for row in rows
        if int(row["status_date"][-4:]) < 2030
    ]
    impossible = [wait for wait in ahead if wait]
    assert 0 < len(impossible) < 0.01 * len(rows)
    assert all(wait < timedelta() for wait in impossible)
    noted = [row["notes"] for row in rows if row["notes"]]
    assert 0.1 < len(noted) / len(rows) < 0.14
    assert sum("07700 900" in note for note in noted) > 100
    assert {row["uprn"][:4] for row in rows} == {"1000"}


def test_a_review_reopens_the_same_housing_case(sample: Sample) -> None:
    reviews: dict[str, list[str]] = defaultdict(list)
    for row in sample.of("housing").values():
        if row["case_type"] == "REV":
            reviews[row["case_ref"]].append(row["reopened"])
    assert len(reviews) > 150
    assert sum(max(map(int, filter(None, found)), default=0) >= 5 for found in reviews.values()) > 100


def test_ledgers_are_keyed_by_day_posted_at_night_and_in_their_code_page(sample: Sample) -> None:
    rows = [
        r for r in sample.of("revenues", "benefits").values() if r["code"] != "TEST" and r["keyed"] < "2030"
    ]
    late = [row["batch"] for row in rows if row["code"] != "INST" and row["keyed"][:8] == row["batch"][:8]]
    assert {batch[8:] for batch in late} == {"2330"}
    assert 0.001 < share([row["batch"] < row["keyed"] for row in rows]) < 0.006
    bills = [row for row in sample.of("revenues").values() if row["code"] == "BILL"]
    raw = (sample.folder / "revenues" / "council-tax.txt").read_bytes()
    assert raw.count(b"\xa3") == len(bills) > 1_000
    letters = [row for row in sample.of("benefits").values() if row["media"] == "LO"]
    assert all(row["printed"][4:] == row["keyed"][4:] for row in letters)


def test_joint_claims_bear_the_partner_s_account_too(sample: Sample) -> None:
    joint = [row for row in sample.of("benefits").values() if row["partner_account"]]
    assert len(joint) > 50
    assert all(row["partner_account"] != row["account"] for row in joint)


def test_a_forgotten_test_lies_in_the_ledger(sample: Sample, events: dict[str, list[Record]]) -> None:
    tests = [key for key, row in sample.of("revenues").items() if row["code"] == "TEST"]
    assert len(tests) == 4
    assert not set(tests) & set(events)


def test_survey_answers_are_american_and_often_of_nobody(
    sample: Sample, events: dict[str, list[Record]]
) -> None:
    rows = sample.of("survey")
    assert 0.6 < share([bool(row["contact_no"]) for row in rows.values()]) < 0.8
    assert 0.12 < share([bool(row["email_hash"]) for row in rows.values()]) < 0.28
    for key, row in rows.items():
        answered = at(row["completed"], "%m/%d/%Y %I:%M %p").replace(tzinfo=ZoneInfo("America/New_York"))
        event = datetime.fromisoformat(events[key][0]["start"])
        assert answered == event.replace(second=0)
        assert row["scale"] == ("0-10" if event.year == 2026 else "1-5")
        assert 0 <= int(row["score"]) <= (10 if event.year == 2026 else 5)


# faults


def test_some_legs_end_before_they_start(sample: Sample) -> None:
    legs = [row for row in sample.of("telephony").values() if int(row["started"][6:10]) < 2030]
    wrong = [at(row["ended"], STAMP) < at(row["started"], STAMP) for row in legs]
    assert 0.003 < share(wrong) < 0.007


def test_rows_dated_in_the_future_do_not_survive(sample: Sample, events: dict[str, list[Record]]) -> None:
    columns = {
        "telephony": "started",
        "crm": "time:timestamp",
        "crm_archive": "time",
        "housing": "status_date",
        "revenues": "keyed",
        "benefits": "keyed",
    }
    for system, column in columns.items():
        rows = sample.of(system)
        ahead = {key for key, row in rows.items() if re.search(r"203[456]", row[column])}
        assert 0.001 < len(ahead) / len(rows) < 0.007, system
        assert not ahead & set(events)
        alive = {key for key in rows if key not in ahead and rows[key].get("code") != "TEST"}
        assert alive <= set(events)


@pytest.mark.parametrize("system", ["portal", "telephony", "revenues", "benefits"])
def test_one_row_in_a_hundred_stands_there_twice_and_both_are_the_event_s(
    sample: Sample, events: dict[str, list[Record]], system: str
) -> None:
    pairs, rows = [], sample.of(system)
    for key, row in rows.items():
        name, _, place = key.rpartition(":")
        following = f"{name}:{int(place) + 1}"
        if (
            rows.get(following) == row
            and row.get("code") != "TEST"
            and (row.get("cookie") or system != "portal")
        ):
            pairs.append((key, following))
    if system == "portal":  # strangers' views are made otherwise, forms are doubled by impatience only
        rows = {k: r for k, r in rows.items() if r["cookie"] and not r["action"].startswith("submit")}
    assert 0.006 < len(pairs) / len(rows) < 0.014
    assert [pair for pair in pairs if events.get(pair[0]) != events.get(pair[1])] == []


# the truth's references


def test_references_lead_to_rows_of_the_right_time_and_act(sample: Sample) -> None:
    codes = {
        "COA1": "close_old_account",
        "BILL": "issue_bill",
        "HBDEC": "benefit_decision",
        "NOHB": "no_benefit_claim",
    }
    checked: Counter[str] = Counter()
    for event in sample.truth("events"):
        for ref in event["raw_refs"].split():
            row, system = sample.rows[ref], ref.split(":")[0]
            if system in {"revenues", "benefits"}:
                assert row["keyed"] == re.sub(r"\D", "", event["start"][:16])
                assert codes.get(row["code"], event["label"]) == event["label"]
            elif system == "housing":
                assert at(row["status_date"], "%d/%m/%Y").date().isoformat() == event["start"][:10]
            elif system == "portal" and row["action"].startswith("submit move-form"):
                assert event["label"] == "notify_move"
            elif system == "telephony" and row["leg"] in {"IVR", "XFER"}:
                started = at(row["started"], STAMP).isoformat()
                assert started == event["start"][:19]
                assert (row["leg"] == "XFER") == (event["label"] == "transfer_call")
            else:
                continue
            checked[system] += 1
    assert all(
        checked[system] > 1_000 for system in ("revenues", "benefits", "housing", "portal", "telephony")
    )


def test_linked_references_are_those_of_ids_that_lead_to_the_person(sample: Sample) -> None:
    joins = {
        (line["system"], line["source_id"], line["person_id"]): line["linkable"]
        for line in sample.truth("identity")
    }
    for event in sample.truth("events"):
        linked = set(event["linked_refs"].split())
        assert linked <= set(event["raw_refs"].split())
        for ref in event["raw_refs"].split():
            if ref.startswith("telephony:"):
                known = joins.get(("telephony", number(sample.rows[ref]), event["person_id"]), "0")
                assert (ref in linked) == (known == "1")
