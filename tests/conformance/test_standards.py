"""Standards: when are they due, how do they stand, what is said and counted of them (domain.md 2.17)?"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from cjmine.conformance.promises import STANDARDS, count_standards, count_times
from cjmine.conformance.standards import items
from cjmine.domain.plan import Count, Length, Standard, Unit
from tests.builders import MONDAY

from .promised import HERE, LONDON, days, journey, judged, local, model, promise, working_days

END = local("06-30 12:00")


def item(rows: list[dict[str, Any]], standard: Standard, seen: datetime = END) -> dict[str, Any]:
    """Return the only item of a customer's only journey."""
    (found,) = items(*judged(rows, model(standard), seen)).iter_rows(named=True)
    return found


def due_date(found: dict[str, Any]) -> date:
    return found["due"].astimezone(LONDON).date()


def test_paused_working_days_are_skipped() -> None:
    """Golden of ruling 13: Good Friday and Easter Monday fall between."""
    steps = (("notify", "04-02 10:00"), ("ask", "04-08 11:00"), ("give", "04-13 09:00"))
    for bill, state in (("04-23 23:30", "met"), ("04-24 00:10", "breached")):
        found = item(journey("a", *steps, ("bill", bill), ("done", "04-25 09:00")), promise(working_days(10)))
        assert (due_date(found), found["state"], found["paused"]) == (date(2026, 4, 23), state, 3)
    found = item(journey("a", *steps, ("bill", "04-23 09:00")), promise(working_days(10), pause=False))
    assert (due_date(found), found["state"], found["spent"]) == (date(2026, 4, 20), "breached", 13)


def test_the_first_day_may_be_day_one() -> None:
    """Nine days, the first counted; of working days the first counts only if it is one."""
    monday, saturday = journey("a", ("notify", "03-02 10:00")), journey("a", ("notify", "03-07 10:00"))
    inclusive = {"pause": False, "count": Count.INCLUSIVE}
    assert due_date(item(monday, promise(days(9), **inclusive))) == date(2026, 3, 10)
    assert due_date(item(monday, promise(days(9), pause=False))) == date(2026, 3, 11)
    assert due_date(item(monday, promise(working_days(5), **inclusive))) == date(2026, 3, 6)
    assert due_date(item(saturday, promise(working_days(5), **inclusive))) == date(2026, 3, 13)


def test_what_comes_late_in_the_day_starts_on_the_next_working_day() -> None:
    rule = {"pause": False, "received_after": time(17)}
    friday = journey("a", ("notify", "03-06 17:00"))
    later = journey("a", ("notify", "03-06 17:01"))
    assert due_date(item(friday, promise(days(2), **rule))) == date(2026, 3, 8)
    assert due_date(item(later, promise(days(2), **rule))) == date(2026, 3, 11)
    found = item(later, promise(Length(4, Unit.HOUR), **rule))
    assert found["due"] == local("03-09 13:00")


def test_hours_are_exact_and_paused_exactly() -> None:
    steps = (("notify", "03-02 10:00"), ("ask", "03-02 11:30"), ("give", "03-02 12:00"))
    for bill, state in (("03-02 14:30", "met"), ("03-02 14:31", "breached")):
        found = item(journey("a", *steps, ("bill", bill)), promise(Length(4, Unit.HOUR)))
        assert (found["due"], found["state"], found["paused"]) == (local("03-02 14:30"), state, 30)
    found = item(journey("a", *steps, ("bill", "03-03 10:00")), promise(Length(8, Unit.WORKING_HOUR)))
    assert (found["due"], found["spent"]) == (local("03-03 10:30"), 7 * 60 + 30)


def test_a_time_known_to_the_day_is_late_only_if_surely_late() -> None:
    rows = journey("a", ("notify", "03-02 00:00"), precision="day")
    for bill, state in (("03-03 02:00", "met"), ("03-03 05:00", "breached")):
        found = item([*rows, *journey("a", ("bill", bill))], promise(Length(4, Unit.HOUR), pause=False))
        assert found["state"] == state
    same_day = [
        *journey("a", ("notify", "03-02 10:00")),
        *journey("a", ("bill", "03-02 00:00"), precision="day"),
    ]
    assert item(same_day, promise(days(1), pause=False))["state"] == "met"


OPEN = {
    "pending": (("notify", "06-25 10:00"),),
    "open_breached": (("notify", "06-10 10:00"),),
    "standing": (("notify", "06-10 10:00"), ("ask", "06-12 10:00")),
}


def test_open_journeys_are_late_pending_or_their_clock_stands() -> None:
    rows = [row for name, steps in OPEN.items() for row in journey(name, *steps)]
    rows += journey("asked too late", *OPEN["open_breached"], ("ask", "06-24 10:00"))
    rows += journey("will have none", *OPEN["open_breached"], ("no_bill", "06-12 10:00"))
    rows += journey("over", *OPEN["open_breached"], ("no_bill", "06-12 10:00"), ("done", "06-13 10:00"))
    rows += journey("stopped", *OPEN["open_breached"], ("withdraw", "06-12 10:00"))
    rows += journey("given up", ("notify", "03-02 10:00"), ("note", "03-05 10:00"))
    partition, given = judged(rows, model(promise(working_days(10))), END)
    found = items(partition, given)
    assert dict(found.select("customer_id", "state").iter_rows()) == {
        **{name: name for name in OPEN},
        "asked too late": "open_breached",
        "will have none": "excluded",
        "over": "excluded",
        "stopped": "excluded",
        "given up": "open_breached",
    }
    assert dict(found.drop_nulls("ended").select("customer_id", "ended").iter_rows()) == {
        **dict.fromkeys((*OPEN, "asked too late"), "censored"),
        "stopped": "stopped",
        "given up": "abandoned",
    }
    late = partition.findings
    assert set(late["customer_id"]) == {"open_breached", "asked too late", "given up"}
    assert late["wait_h"].null_count() == late.height
    watched = partition.watch.select("customer_id", "service", "overdue", "left_h").sort("customer_id").rows()
    half_day = 12 - 1e-6 / 3600
    assert [row[:3] for row in watched] == [
        ("asked too late", "revenues", True),
        ("open_breached", "revenues", True),
        ("pending", "revenues", False),
        ("standing", "revenues", False),
    ]
    hours = [row[3] for row in watched]
    assert hours == [pytest.approx(-6 * 24 + half_day), pytest.approx(-6 * 24 + half_day), hours[2], None]
    assert hours[2] == pytest.approx(9 * 24 + half_day)


def test_the_share_is_of_what_fell_due_and_nothing_else() -> None:
    """Done early but due only after the log, and pending: dropping the one alone would flatter."""
    rows = [
        *journey("met", ("notify", "06-01 10:00"), ("bill", "06-05 10:00")),
        *journey("late", ("notify", "06-01 10:00"), ("bill", "06-25 10:00")),
        *journey("early", ("notify", "06-25 10:00"), ("bill", "06-26 10:00")),
        *(row for name, steps in OPEN.items() for row in journey(name, *steps)),
        *journey("stopped", ("notify", "06-10 10:00"), ("withdraw", "06-12 10:00")),
    ]
    partition, given = judged(rows, model(promise(working_days(10))), END)
    counted = count_standards(partition, given).row(0, named=True)
    assert counted == {"journey_type": "m", "standard": "bill", **dict.fromkeys(STANDARDS.measures, 1)}
    assert set(count_times(partition, given).select("elapsed", "ended", "count").rows()) == {
        *((4, "complete", 1), (18, "complete", 1), (1, "complete", 1), (3, "censored", 1)),
        *((14, "censored", 1), (2, "censored", 1), (2, "stopped", 1)),
    }


def test_a_finding_says_what_was_due_when() -> None:
    steps = (
        ("notify", "04-02 10:00"),
        ("ask", "04-08 11:00"),
        ("give", "04-13 09:00"),
        ("bill", "04-27 10:00"),
    )
    partition, _ = judged(journey("a", *steps), model(promise(working_days(10))), END)
    (found,) = partition.findings.iter_rows(named=True)
    assert found["message"] == (
        "A bill in time: 'bill' was due by 23 Apr 2026, 10 working days and 3 working days of pauses after "
        "'notify' on 2 Apr 2026 and came on 27 Apr 2026, 2 working days late."
    )
    assert (found["code"], found["touchpoint"], found["event_ids"], found["primary_event_id"]) == (
        *("SLA", "bill", ["crm:file:0", "crm:file:3"], "crm:file:3"),
    )
    assert found["wait_h"] == 15 * 8  # working hours
    partition, _ = judged(journey("a", *steps[:1]), model(promise(Length(90, Unit.MINUTE))), END)
    assert partition.findings["message"].item() == (
        "A bill in time: 'bill' was due by 2 Apr 2026, 11:30, 90 minutes after 'notify' on 2 Apr 2026, 10:00 "
        "and has not come."
    )


def test_numbers_are_broken_at_once_and_kept_at_the_end() -> None:
    once = Standard(name="once", title="Told once", place=HERE, item="address", most=1)
    twice = (("notify", "06-10 10:00"), ("notify", "06-20 10:00"))
    rows = [
        *journey("open", twice[0]),
        *journey("open, too often", *twice),
        *journey("over", twice[0], ("withdraw", "06-21 10:00")),
        *journey("over, too often", *twice, ("withdraw", "06-21 10:00")),
    ]
    partition, given = judged(rows, model(once), END)
    assert set(partition.findings["customer_id"]) == {"open, too often", "over, too often"}
    assert partition.findings["n_extra_events"].to_list() == [1, 1]
    assert set(partition.findings["message"]) == {
        "Told once: it happened 2 times; the standard is at most once."
    }
    counted = count_standards(partition, given).row(0, named=True)
    assert [counted[name] for name in ("met", "breached", "early", "pending")] == [1, 1, 1, 1]
    assert not partition.watch.height


def by_hand(steps: list[tuple[str, datetime]], length: Length, seen: datetime) -> tuple[int, str]:
    """Count day by day (or minute by minute): what is spent without pauses until the bill, and the state."""
    since = next(at for step, at in steps if step == "notify")
    bill = next((at for step, at in steps if step == "bill" and at >= since), None)
    until = bill or seen
    paused, asked = [], None
    for step, at in steps:
        if step == "ask" and asked is None:
            asked = at
        if step == "give" and asked is not None:
            paused.append((asked, at))
            asked = None
    if asked is not None:
        paused.append((asked, until))
    away = {tick for first, last in paused for tick in ticks(max(first, since), min(last, until), length)}
    ran = [one for one in ticks(since, until + timedelta(days=9), length) if one not in away]
    now = until.astimezone(LONDON).date() if length.unit is Unit.WORKING_DAY else until
    spent, due = sum(one <= now for one in ran), ran[length.amount - 1]
    if bill is not None:
        return max(spent, (length.amount + 1) * (now > due)), "breached" if now > due else "met"
    if asked is not None and spent < length.amount:
        return spent, "standing"
    over = now > due if length.unit is Unit.WORKING_DAY else now >= due
    return max(spent, (length.amount + 1) * (now > due)), "open_breached" if over else "pending"


def ticks(first: datetime, last: datetime, length: Length) -> list[Any]:
    """Return the working days after the first up to the last, or the minutes."""
    if length.unit is Unit.MINUTE:
        return [first + timedelta(minutes=n) for n in range(1, int((last - first).total_seconds() // 60) + 1)]
    begin, end = (at.astimezone(LONDON).date() for at in (first, last))
    every = (begin + timedelta(days=n) for n in range(1, (end - begin).days + 1))
    return [day for day in every if day.weekday() < 5 and str(day) not in HOLIDAYS]


HOLIDAYS = {"2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25"}


@pytest.mark.parametrize("length", [working_days(4), Length(60, Unit.HOUR)], ids=str)
def test_as_counted_by_hand(length: Length) -> None:
    drawn = random.Random(5)  # noqa: S311 - test data
    minutes = length if length.unit is Unit.WORKING_DAY else Length(length.amount * 60, Unit.MINUTE)
    seen = local("05-28 12:00")
    lives: dict[str, list[tuple[str, datetime]]] = {}
    for number in range(160):
        at = local("03-30 09:00") + timedelta(minutes=drawn.randrange(80_000 if number % 2 else 8_000))
        at += timedelta(days=0 if number % 2 else 53)
        steps = [("notify", at)]
        for step in drawn.choices(("ask", "give", "ask", "give", "note", "bill"), k=drawn.randrange(7)):
            at += timedelta(minutes=drawn.choice((5, 600, 2_000, 7_000)))
            steps.append((step, at))
        lives[f"c{number:03d}"] = [step for step in steps if step[1] < seen]
    rows = [
        {"activity": step, "h": (at - local("03-02 09:00")).total_seconds() / 3600, "customer_id": name}
        for name, steps in lives.items()
        for step, at in steps
    ]
    found = items(*judged(rows, model(promise(length)), seen))
    # one that is given up is looked at until then
    asked = found.filter((pl.col("ended") != "abandoned") & pl.col("customer_id").is_unique())
    for one in asked.iter_rows(named=True):
        assert (one["spent"], one["state"]) == by_hand(lives[one["customer_id"]], minutes, seen), one
    assert asked["state"].value_counts(sort=True)["count"].min() > 3
    assert set(asked["state"]) == {"met", "breached", "open_breached", "pending", "standing"}


def test_time_changes_only_what_is_open_or_watched() -> None:
    """The law that an update rests on: of the others, every row and sum is as it was."""
    drawn = random.Random(8)  # noqa: S311 - test data
    begins = [local("04-08 09:00") + timedelta(hours=drawn.randrange(1_250)) for _ in range(90)]
    middle = ("ask", "give", "bill", "no_bill", "done", "withdraw")
    rows = []
    for number, begin in enumerate(begins):
        h = (begin - MONDAY).total_seconds() / 3600
        for step in ("notify", *drawn.choices(middle, k=drawn.randrange(5))):
            rows.append({"activity": step, "h": h, "customer_id": f"c{number:02d}"})
            h += drawn.choice((1, 90, 400))
    rows = [row for row in rows if MONDAY + timedelta(hours=row["h"]) < local("06-01 09:00")]
    once = Standard(name="asked", title="Asked once", place=HERE, step="ask", most=1)
    plan = model(promise(working_days(15)), once)
    early, later = (judged(rows, plan, local(seen)) for seen in ("06-01 09:00", "06-20 09:00"))
    moving = [early[0].journeys.filter(status="open")["customer_id"], early[0].watch["customer_id"]]
    others = ~pl.col("customer_id").is_in(pl.concat(moving).implode())
    first, second = (
        [
            found.findings.filter(others),
            items(found, given).filter(others).drop_nulls("ended").drop("seen"),
            items(found, given).filter(others).select("customer_id", "state"),
            found.watch.filter(others),
        ]
        for found, given in (early, later)
    )
    assert set(first[1]["state"]) >= {"met", "open_breached", "excluded"}
    assert "settled" in early[0].watch["kind"].to_list()
    for one, other in zip(first, second, strict=True):
        assert one.equals(other)
