from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from cjmine.northmoor.systems.crm import REASONS
from cjmine.northmoor.systems.portal import OUTAGE

from .conftest import STAMP, Record, Sample, at, local, number, share


@pytest.fixture(scope="module")
def calls(sample: Sample) -> dict[str, dict[str, Record]]:
    """Each call's legs by event id, without rows written twice."""
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for key, row in sample.of("telephony").items():
        if row not in found[row["call_id"]].values():
            found[row["call_id"]][key] = row
    return found


# telephony


def test_calls_have_legs_and_one_in_ten_put_through_gets_a_new_id(
    calls: dict[str, dict[str, Record]],
) -> None:
    shapes = Counter("-".join(leg["leg"] for leg in legs.values()) for legs in calls.values())
    assert set(shapes) == {
        *("IVR-QUEUE-ANSWER-WRAP", "IVR-ANSWER-WRAP", "IVR-ANSWER-XFER-WRAP"),
        *("IVR-ANSWER", "XFER-WRAP"),
    }
    assert shapes["IVR-ANSWER"] == shapes["XFER-WRAP"]
    put_through = shapes["IVR-ANSWER"] + shapes["IVR-ANSWER-XFER-WRAP"]
    assert 0.05 < shapes["IVR-ANSWER"] / put_through < 0.16
    onward = [leg for legs in calls.values() for leg in legs.values() if leg["leg"] == "XFER"]
    assert len(onward) == put_through
    assert {leg["consult"] for leg in onward} == {"Y", "N"}


def test_numbers_are_withheld_and_a_few_calls_leave_no_trace_of_the_caller(
    sample: Sample, calls: dict[str, dict[str, Record]]
) -> None:
    assert 0.07 < share([number(next(iter(legs.values()))) == "" for legs in calls.values()]) < 0.09
    rung = [
        e for e in sample.truth("events") if "telephony:" in e["raw_refs"] and e["label"] != "transfer_call"
    ]
    echoed = ["crm" in event["raw_refs"] for event in rung]
    assert 0.83 < share(echoed) < 0.87
    shown = [any(number(sample.rows[r]) for r in e["raw_refs"].split() if r[0] == "t") for e in rung]
    assert 0.005 < share([not a and not b for a, b in zip(echoed, shown, strict=True)]) < 0.018
    starts = {"notify_move", "withdraw", "apply_for_discount", "claim_benefit", "repair_reported"}
    lost = [event for event, echo in zip(rung, echoed, strict=True) if event["label"] in starts and not echo]
    assert len(lost) < 0.01 * len(rung)  # only rows dated in the future


def test_an_echo_is_written_one_to_twelve_minutes_after_the_call(sample: Sample) -> None:
    waits = []
    for event in sample.truth("events"):
        refs = event["raw_refs"].split()
        wraps = [sample.rows[r] for r in refs if r[0] == "t" and sample.rows[r]["leg"] == "WRAP"]
        echoes = [r for r in refs if r.startswith("crm:")]
        if wraps and echoes and event["start"][11:13] != "01":
            written = sample.rows[echoes[0]]["time:timestamp"][:19]
            waits.append(datetime.fromisoformat(written) - at(wraps[0]["ended"], STAMP))
    usual = [wait for wait in waits if timedelta(minutes=1) <= wait <= timedelta(minutes=12)]
    assert len(waits) > 1_000
    assert len(usual) > 0.98 * len(waits)  # the rest end before they start


def test_the_column_of_the_caller_is_renamed_in_mid_2025(sample: Sample) -> None:
    named = {key.split(":")[1]: "caller_number" in row for key, row in sample.of("telephony").items()}
    halves = ("2024H2", "2025H1", "2025H2", "2026H1")
    assert named == {f"calls-{half}.csv": half >= "2025H2" for half in halves}


def test_the_hour_that_comes_twice_has_calls_of_both(sample: Sample) -> None:
    twice = [e for e in sample.truth("events") if re.match(r"202[45]-10-2[67]T01:", e["start"])]
    assert {event["start"][19:] for event in twice} == {"+00:00", "+01:00"}
    rows = [sample.rows[r] for e in twice for r in e["raw_refs"].split() if r.startswith("telephony:")]
    assert rows
    assert {row["started"][11:13] for row in rows if row["leg"] == "IVR"} == {"01"}


# the portal


def test_readers_are_anonymous_and_some_are_known_by_their_cookie(sample: Sample) -> None:
    rows = list(sample.of("portal").values())
    known = {row["cookie"] for row in rows if row["account"]} - {None}
    reading = {row["session"]: row for row in rows if row["action"] == "view /moving-home" and row["cookie"]}
    anonymous = [row for row in reading.values() if not row["account"]]
    assert 0.4 < len(anonymous) / len(reading) < 0.6
    assert 0.5 < share([row["cookie"] in known for row in anonymous]) < 0.7
    nobody = [row["account"] is None and row["cookie"] is None for row in rows]
    assert 0.5 < share(nobody) < 0.7


def test_robots_say_so_and_no_page_is_measured_in_the_week_of_the_outage(sample: Sample) -> None:
    rows = list(sample.of("portal").values())
    assert 0.018 < share([row["agent"] == "crawler" for row in rows]) < 0.022
    dark = [row for row in rows if OUTAGE[0] <= local(row).date() <= OUTAGE[1]]
    assert dark
    assert all(row["action"].startswith("submit ") for row in dark)


def test_a_session_gets_a_new_id_at_midnight(sample: Sample) -> None:
    days: dict[str, set[date]] = defaultdict(set)
    for row in sample.of("portal").values():
        if row["cookie"]:
            days[row["session"]].add(local(row).date())
    assert all(len(found) == 1 for found in days.values())
    assert sum(local(row).hour == 0 for row in sample.of("portal").values() if row["cookie"]) > 5


def test_forms_fired_twice_are_equal_but_for_the_millisecond(sample: Sample) -> None:
    seen: dict[str, list[int]] = defaultdict(list)
    for row in sample.of("portal").values():
        if row["action"].startswith("submit "):
            seen[str({k: v for k, v in row.items() if k != "ts"})].append(int(row["ts"]))
    twice = [times for times in seen.values() if len(times) == 2]
    assert len(twice) == sample.counts.planted["double_fire", "D5"] == 86
    assert all(0 < b - a < 1000 for a, b in twice)


def test_forms_of_several_pages_save_themselves(sample: Sample) -> None:
    saves = Counter(
        row["session"] for row in sample.of("portal").values() if row["action"].startswith("save ")
    )
    planted = sample.counts.decoys["form_saves", "L1"]
    assert planted > 100
    assert 0.95 * planted < sum(n >= 3 for n in saves.values()) <= planted  # some in the week of the outage


# the CRM


def test_reasons_are_missing_wrong_and_from_2026_of_a_new_list(
    sample: Sample, events: dict[str, list[Record]]
) -> None:
    rows = {k: r for k, r in sample.of("crm", "crm_archive").items() if r["direction"] == "in"}
    assert 0.13 < share([not row.get("reason") for row in rows.values()]) < 0.17
    new = {
        row["reason"]
        for row in rows.values()
        if row.get("time:timestamp", "")[:4] == "2026" and row.get("reason")
    }
    old = {
        row["reason"]
        for row in rows.values()
        if row.get("time:timestamp", "2024")[:4] < "2026" and row.get("reason")
    }
    assert new == set(REASONS.values())
    assert old == set(REASONS)
    right = {"chase_progress": "CHASE", "notify_move": "NEW", "complain": "COMP", "ask_about_bins": "BINS"}
    told = [
        (row["reason"], right[events[key][0]["label"]])
        for key, row in rows.items()
        if row.get("reason") in REASONS and key in events and events[key][0]["label"] in right
    ]
    assert 0.03 < share([given != true for given, true in told]) < 0.12  # news (INFO) by the same form


def test_merged_customers_bore_an_old_number_until_the_merger(sample: Sample) -> None:
    rows = sample.of("crm", "crm_archive").values()
    old = [row for row in rows if (row.get("case:customer") or row.get("customer", "")) >= "C5"]
    assert len(old) > 30
    assert all(
        (row.get("time:timestamp") or row["time"])[:4] in {"2024", "2025", "2034", "2035"} for row in old
    )


def test_cases_are_closed_in_bulk_on_friday_afternoons(sample: Sample) -> None:
    closed = [row for row in sample.of("crm").values() if row["concept:name"] == "Case closed"]
    times = [datetime.fromisoformat(row["time:timestamp"]) for row in closed]
    fridays = [moment.weekday() == 4 and moment.hour == 16 for moment in times if moment.year < 2030]
    assert share(fridays) == 1
    assert {row["bulk"] for row in closed} == {"true"}


def test_the_archive_holds_2024_and_systems_share_cases_after_the_change(sample: Sample) -> None:
    archived = [row["time"][:4] for row in sample.of("crm_archive").values()]
    assert set(archived) <= {"2024", "2034"}
    assert "2024" not in {row["time:timestamp"][:4] for row in sample.of("crm").values()}
    shared = {
        system: {row["shared_case"] for row in sample.of(system).values() if row.get("shared_case")}
        for system in ("crm", "housing", "revenues", "benefits")
    }
    assert all(len(ids) > 200 for ids in shared.values())
    assert len(shared["crm"] & shared["housing"]) > 100
    assert not any(row["shared_case"] for row in sample.of("crm_archive").values())
