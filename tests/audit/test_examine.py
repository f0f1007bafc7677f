"""A random log, held against the worked example: every count is what a reader counts by hand."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.audit.clauses import OTHERS
from cjmine.audit.examine import Examined, examine
from cjmine.audit.samples import Draw
from cjmine.audit.sheets import qualified
from cjmine.checking import check
from cjmine.domain.kernel import Partition
from cjmine.domain.rows import HeldRows
from cjmine.domain.tables import EVENT, FINDING, JOURNEY, MOVE
from cjmine.subjects import Subject, of_log
from tests.conftest import ROOT

MODEL = ROOT / "tests" / "intended" / "worked_example.journey.yaml"
PLAN = (
    *("notify_move", "acknowledge", "update_tenancy", "close_old_account", "open_new_account"),
    *("no_benefit_claim", "issue_bill", "confirm_all_done"),
)
OTHER = (
    "request_evidence",
    "provide_evidence",
    "chase_progress",
    "view_account",
    "call",
    "withdraw",
    "rate_us",
)
CASES = 120


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dice = random.Random(11)  # noqa: S311 - not for secrets
    lines = ["case,activity,time"]
    for case in range(CASES):
        steps = [step for step in PLAN if dice.random() > 0.08]
        for _ in range(dice.choice((0, 0, 1, 2, 4))):
            steps.insert(dice.randrange(len(steps) + 1), dice.choice(OTHER))
        if dice.random() < 0.3:
            place = dice.randrange(len(steps) - 1)
            steps[place], steps[place + 1] = steps[place + 1], steps[place]
        lines += [f"{case},{step},2026-03-{1 + at:02}T09:00:00" for at, step in enumerate(steps)]
    path = tmp_path_factory.mktemp("examine") / "log.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def subject(log: Path) -> Subject:
    return of_log(log, MODEL, None, sample=10, seed=7)


def examined(subject: Subject, **more: Any) -> Examined:
    return examine(
        more.pop("rows", subject.rows),
        subject.models,
        subject.files,
        **{"sample": 10, "seed": 7, "given": subject.given, "covered": subject.covered, **more},
    )


@pytest.fixture(scope="module")
def found(subject: Subject) -> Examined:
    return examined(subject)


Counts = dict[tuple[str, str], Counter[str]]


def asked_by_hand(subject: Subject) -> Counts:
    asked: Counts = defaultdict(Counter)
    (model,) = subject.models.values()
    moves = subject.rows.table(MOVE).select("journey_id", "event_id", "step", "kind")
    for journey, event, step, kind in moves.iter_rows():
        if kind != "log":
            asked["step", step][journey] += 1
        if event is not None:
            asked["flow", OTHERS][journey] += 1
        if event is not None and step in model.repeats[0].steps:
            asked["flow", "repeat request_evidence"][journey] = 1
    for step in model.unwanted:
        asked["flow", step] = Counter(subject.rows.table(JOURNEY)["journey_id"].to_list())
    return asked


def broken_by_hand(subject: Subject, *, also: bool) -> Counts:
    """Count the findings of each clause and journey; with ``also`` those that others stand for too."""
    broken: Counts = defaultdict(Counter)
    (model,) = subject.models.values()
    steps = dict(subject.rows.table(EVENT).select("event_id", "touchpoint").iter_rows())
    findings = subject.rows.table(FINDING)
    rows = list(findings.select("code", "journey_id", "touchpoint").iter_rows())
    if also:
        for journey, event, codes in findings.select("journey_id", "primary_event_id", "also").iter_rows():
            rows += [(code, journey, steps[event]) for code in codes]
    for code, journey, step in rows:
        if code in {"V1", "V3"}:
            broken["step", step][journey] += 1
        elif code == "V2":
            broken["flow", step if step in model.unwanted else OTHERS][journey] += 1
        elif code == "V8":
            broken["flow", f"repeat {step}"][journey] += 1
    return broken


def test_steps_and_flow_are_counted_as_a_reader_of_moves_counts_them(
    subject: Subject, found: Examined
) -> None:
    asked, own = asked_by_hand(subject), broken_by_hand(subject, also=False)
    broken = broken_by_hand(subject, also=True)
    rows = found.clauses.filter(pl.col("kind").is_in(["step", "flow"])).rows(named=True)
    assert {(row["kind"], row["clause"]) for row in rows} >= set(asked) | set(broken)
    for row in rows:
        questions, answers = asked[row["kind"], row["clause"]], broken[row["kind"], row["clause"]]
        listed = own[row["kind"], row["clause"]]
        assert (row["exceptions"], row["exception_journeys"]) == (listed.total(), len(listed))
        if row["kind"] == "flow" and row["clause"] != OTHERS:  # asked once of a journey, and broken once
            answers = Counter(dict.fromkeys(answers, 1))
        journeys = set(questions) | set(answers)
        total = sum(max(questions[one], answers[one]) for one in journeys)
        expected = (total, total - answers.total(), answers.total(), len(journeys), len(answers))
        told = tuple(row[name] for name in ("asked", "kept", "broken", "journeys", "journeys_broken"))
        assert told == expected, row["clause"]
    assert sum(row["broken"] for row in rows) > CASES / 2
    assert any(row["broken"] > row["exceptions"] for row in rows)  # a rule stands for a step beside the plan


def test_the_exceptions_are_what_the_check_of_the_log_says(
    log: Path, subject: Subject, found: Examined
) -> None:
    said = check(log, MODEL)
    counts: Counter[str] = Counter()
    for row in said["deviations"]:
        counts[row["code"]] += row["count"]
    told = Counter(found.exceptions.filter(pl.col("code") != "V9")["code"].to_list())
    broken = subject.rows.table(FINDING).filter(pl.col("code") == "V9")
    told["V2"] += broken.filter(pl.col("also").list.contains("V2")).height  # one event, one exception
    assert told == counts
    rules = found.clauses.filter(pl.col("kind") == "rule")
    for row in said["rules"]:
        (clause,) = rules.filter(pl.col("clause") == row["rule"]).rows(named=True)
        assert clause["line"] == row["line"]
        if row["elsewhere"]:
            assert (clause["result"], clause["asked"]) == ("not tested", None)
        else:
            # what a round too many or two swapped steps say already is no exception of its own
            assert clause["exceptions"] <= clause["broken"] == row["broken"]
            assert clause["exception_journeys"] <= row["broken_cases"] == clause["journeys_broken"]


def test_every_exception_has_its_clause_and_every_event_its_row(
    log: Path, subject: Subject, found: Examined
) -> None:
    assert found.exceptions["clause"].null_count() == 0
    assert found.exceptions["line"].null_count() == 0
    assert found.exceptions["exception"].is_unique().all()
    lines = log.read_text(encoding="utf-8").splitlines()[1:]
    customer = dict(subject.rows.table(JOURNEY).select("journey_id", "customer_id").rows())
    for row in found.evidence.iter_rows(named=True):
        case, activity, time = lines[row["source_row"] - 1].split(",")
        assert (row["source_file"], row["activity"]) == (log.name, activity)
        assert row["start"].isoformat() == f"{time}+00:00"
        assert customer[row["journey_id"]].endswith(case)
    counted = found.evidence.group_by("exception").len()
    both = found.exceptions.join(counted, on="exception", how="left")
    assert (both["events"] == both["len"].fill_null(0)).all()


def test_the_evidence_of_a_broken_rule_is_who_asked_and_the_step_it_names(found: Examined) -> None:
    broken = found.exceptions.filter(pl.col("clause") == "issue_bill only after open_new_account")
    assert broken.height
    for one in broken["exception"]:
        steps = found.evidence.filter(pl.col("exception") == one)["touchpoint"].to_list()
        assert steps[0] == "issue_bill"
        assert set(steps[1:]) <= {"open_new_account"}


def test_the_draw_of_each_clause_is_a_random_order_of_its_exceptions(found: Examined) -> None:
    for _, rows in found.exceptions.group_by("kind", "clause"):
        assert sorted(rows["draw"]) == list(range(1, rows.height + 1))
    drawn = found.draws[Draw.EXCEPTIONS]
    assert drawn.height == 10
    assert drawn.join(found.exceptions, on="exception", how="semi").height == 10
    assert found.sizes == {Draw.JOURNEYS: CASES, Draw.RISK: CASES, Draw.EXCEPTIONS: found.exceptions.height}


def test_partitions_of_the_customers_change_nothing(subject: Subject, found: Examined) -> None:
    tables = {table.name: subject.rows.table(table) for table in (EVENT, JOURNEY, MOVE, FINDING)}
    journeys = tables["journeys"]
    parts = []
    for n in range(3):
        ids = journeys["journey_id"][n::3].implode()
        rows = {name: frame.filter(pl.col("journey_id").is_in(ids)) for name, frame in tables.items()}
        parts.append(Partition(**rows))
    again = examined(subject, rows=HeldRows(tuple(parts)))
    for name in ("clauses", "exceptions", "evidence", "population", "statuses", "steps", "beside"):
        assert getattr(again, name).equals(getattr(found, name)), name
    assert all(again.draws[draw].equals(found.draws[draw]) for draw in Draw)


def test_a_step_is_as_planned_or_missing_or_displaced(subject: Subject, found: Examined) -> None:
    steps = found.steps
    otherwise = steps.select(pl.sum_horizontal("V1", "V4", "V5", "V6", "V7", "displaced")).to_series()
    assert (steps["as_planned"] + otherwise >= steps["journeys"]).all()
    assert (steps["as_planned"] <= steps["journeys"]).all()
    beside = found.beside.filter(pl.col("step") == "chase_progress")
    chased = broken_by_hand(subject, also=True)["flow", "chase_progress"]
    assert beside["times"].sum() == chased.total() > 0


def test_a_log_that_keeps_the_plan_has_no_exceptions(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [f"1,{step},2026-03-{1 + at:02}T09:00:00" for at, step in enumerate(PLAN)]
    path.write_text("\n".join(["case,activity,time", *rows]) + "\n", encoding="utf-8")
    found = examined(of_log(path, MODEL, None, sample=10, seed=0))
    assert found.exceptions.height == found.evidence.height == 0
    assert set(found.clauses["result"]) == {"kept", "not asked", "not tested"}
    assert found.draws[Draw.RISK]["weight"].to_list() == [1]


def test_an_exception_that_no_clause_explains_is_listed_and_said(subject: Subject) -> None:
    broken = subject.rows.table(FINDING).filter(pl.col("code") == "V9")
    strange = broken.with_columns(
        pl.lit("something else").alias("touchpoint"), pl.lit("Somehow broken.").alias("message")
    )
    (part,) = subject.rows.partitions  # type: ignore[attr-defined]
    rows = HeldRows((dataclasses.replace(part, findings=strange),))
    found = examined(subject, rows=rows)
    assert found.exceptions["clause"].null_count() == found.exceptions.height == broken.height > 0
    assert f"{broken.height:,} exceptions cannot be told to one clause: their clause is empty" in qualified(
        found, subject.about
    )
    rules = found.clauses.filter(pl.col("kind") == "rule", pl.col("broken") > 0)
    assert set(rules["result"]) == {"see others"}
