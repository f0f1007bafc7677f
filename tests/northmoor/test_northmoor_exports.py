from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from cjmine.errors import SettingsError
from cjmine.northmoor import clock, generate

from .conftest import Sample, table

ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_seed_gives_the_same_bytes_and_another_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / name, customers=150, seed=seed)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    changed = [k for k, v in contents(tmp_path / "c").items() if contents(tmp_path / "a").get(k) != v]
    assert len(changed) == len(contents(tmp_path / "c"))


def test_the_committed_sample_is_what_the_generator_makes(sample: Sample) -> None:
    committed = contents(ROOT / "sample_logs" / "northmoor")
    committed = {name: data for name, data in committed.items() if name != "README.md"}
    committed |= {
        f"truth/{name}": data for name, data in contents(ROOT / "tests" / "truth" / "northmoor").items()
    }
    made = contents(sample.folder)
    assert committed.keys() == made.keys()
    # compression differs between builds of zlib; what is compressed does not
    plain = {name: gzip.decompress if name.endswith(".gz") else bytes for name in made}
    assert [name for name in made if plain[name](made[name]) != plain[name](committed[name])] == []
    assert sum(map(len, committed.values())) < 6_000_000


def test_too_few_customers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="99 is not between 100 and 100,000"):
        generate(tmp_path, customers=99)


def test_every_row_generated_can_be_read_back(sample: Sample) -> None:
    read = Counter(key.split(":")[0] for key in sample.rows)
    assert read == {**sample.counts.rows, "revenues": sample.counts.rows["revenues"] + 4}
    assert sample.counts.journeys == 2000


@pytest.mark.parametrize(
    ("system", "column", "form"),
    [
        ("telephony", "caller", r"(07700900\d{4})?"),
        ("crm", "case:customer", r"C00\d{5}"),
        ("housing", "tenancy_ref", r"T/\d{5}/\d"),
        ("revenues", "account", r"0\d{7}"),
        ("portal", "account", r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?"),
    ],
)
def test_ids_keep_their_form(sample: Sample, system: str, column: str, form: str) -> None:
    assert [r[column] for r in sample.of(system).values() if not re.fullmatch(form, r[column] or "")] == []


def test_people_are_served_in_office_hours_only(sample: Sample) -> None:
    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(2025, 2027))
    weekdays = {day for day in closed if date(2025, 7, 1) <= day <= date(2026, 12, 31) and day.weekday() < 5}
    assert weekdays == clock.HOLIDAYS
    staffed = {"telephony", "housing"}
    served = [at for key, at in sample.at.items() if key.split(":")[0] in staffed]
    calls = [at for key, at in sample.at.items() if key.startswith("telephony:")]
    assert all(at.weekday() < 5 and at.date() not in closed for at in served)
    assert min(at.hour for at in calls) == 9
    assert max(at.hour for at in calls) <= 17
    mondays = Counter(at.hour for at in calls if at.weekday() == 0)
    assert mondays[10] + mondays[11] > 0.35 * mondays.total()


def test_web_times_are_utc_milliseconds_whose_local_hour_is_a_waking_one(sample: Sample) -> None:
    hours = {at.hour for key, at in sample.at.items() if key.startswith("portal:")}
    assert set(range(7, 23)) <= hours <= set(range(6, 24))  # a form begins up to twelve minutes before


def test_the_log_ends_on_its_last_day_with_journeys_under_way(sample: Sample) -> None:
    assert max(sample.at.values()).date() == date(2026, 6, 30)
    assert min(sample.at.values()).date() == date(2025, 7, 1)
    assert sample.counts.statuses["open"] > 100


def test_calls_have_three_or_four_legs_and_three_percent_no_number(sample: Sample) -> None:
    legs = defaultdict(list)
    for row in sample.of("telephony").values():
        legs[row["call_id"]].append(row)
    shapes = Counter("-".join(leg["leg"] for leg in call) for call in legs.values())
    assert set(shapes) == {
        *("IVR-QUEUE-ANSWER-WRAP", "IVR-ANSWER-WRAP", "IVR-ANSWER-ANSWER-WRAP"),
        *("IVR-ANSWER", "ANSWER-WRAP"),  # put through under a new call id
    }
    assert shapes["IVR-ANSWER"] == shapes["ANSWER-WRAP"]
    put_through = shapes["IVR-ANSWER"] + shapes["IVR-ANSWER-ANSWER-WRAP"]
    assert put_through == sample.counts.planted["transferred", "H1"]
    assert 0.05 < shapes["IVR-ANSWER"] / put_through < 0.15
    withheld = [call for call in legs.values() if call[0]["caller"] == ""]
    assert 0.02 < len(withheld) / len(legs) < 0.04


def test_the_crm_echoes_85_percent_of_calls_within_minutes(sample: Sample) -> None:
    ends: dict[str, list[str]] = defaultdict(list)
    for person, keys in sample.owned("telephony", "caller").items():
        ends[person] = [key for key in keys if sample.rows[key]["leg"] == "WRAP"]
    echoed = total = 0
    crm = sample.owned("crm", "case:customer")
    for person, wraps in ends.items():
        echoes = [sample.at[k] for k in crm.get(person, []) if sample.rows[k]["channel"] == "Telephone"]
        for wrap in wraps:
            total += 1
            low, high = sample.at[wrap], sample.at[wrap] + timedelta(minutes=13)
            echoed += sum(low < echo <= high for echo in echoes) == 1
    assert 0.83 < echoed / total < 0.88


def test_forms_fired_twice_are_equal_but_for_the_millisecond(sample: Sample) -> None:
    seen: dict[str, list[int]] = defaultdict(list)
    for row in sample.of("portal").values():
        if row["form"]:
            seen[str({k: v for k, v in row.items() if k != "ts"})].append(int(row["ts"]))
    twice = [times for times in seen.values() if len(times) == 2]
    assert len(twice) == sample.counts.planted["double_fire", "D5"] == 120
    assert all(0 < b - a < 1000 for a, b in twice)


def test_some_readers_are_nobody_and_some_of_them_are_known_by_their_cookie(sample: Sample) -> None:
    rows = list(sample.of("portal").values())
    nobody = [row for row in rows if row["account"] is None]
    known = {row["cookie"] for row in rows if row["account"]}
    assert 0.05 < len(nobody) / len(rows) < 0.12
    assert 0.02 < sum(row["cookie"] is None for row in nobody) / len(rows) < 0.06
    assert sum(row["cookie"] in known for row in nobody) > 100


def test_the_crosswalk_lacks_ids_and_shares_some(sample: Sample) -> None:
    rows = table(sample.folder / "crosswalk.csv", ",", "utf-8")
    lacking = sum(not row[c] for row in rows for c in ("crm_no", "account_no", "phone"))
    assert len(rows) == 2000
    assert 40 < lacking < 80
    assert 800 < sum(not row["tenancy_ref"] for row in rows) < 1000
    phones = [row["phone"].replace("+44 ", "0").replace(" ", "") for row in rows]
    columns = [
        phones,
        *([row[c] for row in rows] for c in ("crm_no", "tenancy_ref", "account_no", "portal_id")),
    ]
    shared = [value for values in columns for value, n in Counter(values).items() if value and n == 2]
    assert len(shared) == 6
    assert sum(row["phone"].startswith("+44 7700 900") for row in rows) > 400


def test_revenues_is_in_the_code_page_it_says(sample: Sample) -> None:
    raw = (sample.folder / "revenues" / "postings.csv").read_bytes()
    assert raw.count(b"Bill \xa3") == sum(r["code"] == "BILL" for r in sample.of("revenues").values())
