from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from cjmine.northmoor.patterns import PATTERNS

from .conftest import Record, Sample

DAY = timedelta(days=1)
ANSWERS = {"Question answered", "Confirmation sent", "BILL", "HBDEC", "EVREQ"}


def marks(sample: Sample, pattern: str, code: str, *, decoys: bool = False) -> Iterator[list[Record]]:
    """Yield the rows of every instance, each with its event id and local time."""
    for row in sample.truth("decoys" if decoys else "planted"):
        if (row["pattern"], row["code"]) == (pattern, code):
            yield [{**sample.rows[k], "id": k, "at": sample.at[k]} for k in row["all_rows"].split()]  # type: ignore[dict-item]


def times(rows: list[Record]) -> list[datetime]:
    return sorted(row["at"] for row in rows)  # type: ignore[misc]


def answered(sample: Sample, person: str, low: datetime, high: datetime) -> bool:
    owned = [*sample.crm.get(person, []), *sample.revenues.get(person, [])]
    words = [(sample.rows[k].get("concept:name") or sample.rows[k].get("code"), sample.at[k]) for k in owned]
    return any(word in ANSWERS and low < at < high for word, at in words)


def gaps(
    sample: Sample, pattern: str, code: str, *, decoys: bool = False
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield person, first and last contact of each instance; a contact begins with its first row."""
    for row in sample.truth("decoys" if decoys else "planted"):
        if (row["pattern"], row["code"]) == (pattern, code):
            last = min(sample.at[k] for k in row["rows"].split())
            yield row["person"], min(sample.at[k] for k in row["all_rows"].split()), last


def test_rates_are_the_quotas_but_for_what_the_end_of_the_log_cuts_off(sample: Sample) -> None:
    for pattern in PATTERNS:
        quota = round(pattern.per_100 * 20)
        realised = sample.counts.journeys_with[pattern.name]
        low = 0.4 if pattern.name == "instalments" else 0.88  # five months of reminders must fit
        assert low * quota <= realised <= quota, pattern.name


def test_truth_lists_what_the_counts_say(sample: Sample) -> None:
    listed = Counter((row["pattern"], row["code"]) for row in sample.truth("planted"))
    assert listed.pop(("open", "open")) == sample.counts.statuses["open"]
    assert listed == sample.counts.planted
    assert Counter((r["pattern"], r["code"]) for r in sample.truth("decoys")) == sample.counts.decoys
    named = {
        k for name in ("planted", "decoys") for row in sample.truth(name) for k in row["all_rows"].split()
    }
    assert named <= sample.rows.keys()


def test_ids_belong_to_one_person_each(sample: Sample) -> None:
    rows = sample.truth("identity")
    owners = Counter((row["system"], row["source_id"]) for row in rows)
    assert owners.most_common(1)[0][1] == 1
    assert {row["system"] for row in rows} == {"portal", "telephony", "crm", "housing", "revenues"}
    assert 0.9 < sum(row["linkable"] == "1" for row in rows) / len(rows) < 0.99


def test_repeat_contacts_lie_within_a_week_and_no_answer_between(sample: Sample) -> None:
    found = list(gaps(sample, "repeat_contact", "D1"))
    assert all(2 * DAY < b - a <= 7 * DAY for _, a, b in found)
    assert not any(answered(sample, person, a, b) for person, a, b in found)


def test_the_decoy_of_repeat_contacts_was_answered_between(sample: Sample) -> None:
    found = list(gaps(sample, "answered", "D1", decoys=True))
    assert all(b - a <= 7 * DAY for _, a, b in found)
    assert all(answered(sample, person, a, b) for person, a, b in found)
    assert len(found) >= sample.counts.planted["repeat_contact", "D1"]


def test_the_decoy_with_another_need_says_so(sample: Sample) -> None:
    for rows in marks(sample, "other_need", "D1", decoys=True):
        assert {row["option"] for row in rows if "option" in row} <= {"1", "3"}
        assert rows[-1].get("option") == "3" or rows[-1].get("need") == "waste-collection"


def test_parallel_channels_are_two_within_48_hours(sample: Sample) -> None:
    for rows in marks(sample, "parallel_channels", "D2"):
        assert times(rows)[-1] - times(rows)[0] < timedelta(hours=48)
        assert any("leg" in row for row in rows)
        assert any("session" in row or row.get("channel") == "Visit" for row in rows)


def test_resubmitted_forms_have_one_payload_and_corrected_ones_have_several(sample: Sample) -> None:
    for rows in marks(sample, "resubmitted", "D3"):
        sent = [row for row in rows if row["form"]]
        assert len({row["payload"] for row in sent}) == 1
        assert len({row["session"] for row in sent}) == 2
    for rows in marks(sample, "form_self_loop", "L1"):
        sent = [row for row in rows if row["form"]]
        assert [row["result"] for row in sent if row["result"] == "error"] != []
        assert len({row["payload"] for row in sent}) == len({row["session"] for row in sent}) >= 2


def test_customers_are_carried_from_the_centre_to_council_tax(sample: Sample) -> None:
    for rows in marks(sample, "carried", "H3"):
        told, went = (row for row in rows if row.get("leg") == "ANSWER")
        assert (told["queue"], told["result"], went["queue"], went["result"]) == ("CC", "REF", "CTAX", "ANS")
        assert went["at"] - told["at"] > timedelta(hours=12)  # type: ignore[operator]


def test_ping_pong_runs_housing_tax_housing_tax_on_four_days(sample: Sample) -> None:
    found = list(marks(sample, "ping_pong", "L6"))
    for rows in found:
        assert [row.get("status") or row.get("code") for row in rows] == ["45", "RFHS", "45", "RFIN"]
        assert len({row["at"].date() for row in rows}) == 4  # type: ignore[attr-defined]
    assert len(found) > 100
    assert len(list(marks(sample, "ping_pong", "H2"))) >= 3 * len(found)


def test_evidence_is_asked_for_as_often_as_planted(sample: Sample) -> None:
    planted = {name: set[str]() for name in ("evidence_loop", "one_round", "abandoned")}
    for row in [*sample.truth("planted"), *sample.truth("decoys")]:
        planted.get(row["pattern"], set()).add(row["person"])
    asked = {
        person: [sample.rows[k]["code"] for k in keys].count("EVREQ")
        for person, keys in sample.revenues.items()
    }
    assert {asked[person] for person in planted["evidence_loop"]} == {2, 3}
    assert {asked[person] for person in planted["one_round"]} == {1}
    for rows in marks(sample, "evidence_loop", "V8"):
        assert {row.get("code") or row["action"].split()[-1] for row in rows} <= {
            "EVREQ",
            "EVREC",
            "evidence-form",
        }


def test_unacknowledged_and_billed_too_early(sample: Sample) -> None:
    without = {row["person"] for row in sample.truth("planted") if row["code"] == "V1"}
    crm = sample.crm
    words = {p: {sample.rows[k]["concept:name"] for k in keys} for p, keys in crm.items()}
    assert {
        p for p, said in words.items() if "Confirmation sent" in said and "Acknowledgement sent" not in said
    } <= without
    assert not any("Acknowledgement sent" in words.get(person, ()) for person in without)
    for rows in marks(sample, "bill_first", "V3"):
        assert [row["code"] for row in rows] == ["BILL", "COA2"]
        assert rows[0]["at"] < rows[1]["at"]


def test_given_up_journeys_are_silent_for_a_month(sample: Sample) -> None:
    gone = [row["person"] for row in sample.truth("planted") if row["code"] == "abandoned"]
    last = {p: max(sample.at[k] for k in keys) for p, keys in sample.revenues.items()}
    assert len(gone) > 100
    assert all(datetime(2026, 6, 30) - last[person] > 29 * DAY for person in gone)  # noqa: DTZ001


def test_reminders_are_monthly_and_never_ask_for_a_contact(sample: Sample) -> None:
    for rows in marks(sample, "instalments", "L1", decoys=True):
        at = times(rows)
        assert len(at) >= 5
        assert all(27 <= (b - a).days + 1 <= 32 for a, b in itertools.pairwise(at))
        assert {row["code"] for row in rows} == {"INST"}
