"""The golden values of the definitions, against the truth's own brute force."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, product

import pytest

from cjmine.domain.vocabulary import Channel, Outcome, Precision
from cjmine.northmoor.acts import Ended, Life, Need, What
from cjmine.northmoor.truth import truth_of
from cjmine.northmoor.truth.alignment import Side, align, chain, cost
from cjmine.northmoor.truth.effects import rmst
from cjmine.northmoor.truth.handoffs import ping_pong, returns, revisits
from cjmine.northmoor.truth.loops import repetitions, self_loops, short_loops, stage_returns
from cjmine.northmoor.truth.plan import START, final, requires, steps
from cjmine.northmoor.truth.selfservice import channel_shifts
from cjmine.northmoor.truth.standards import add_days, pauses
from cjmine.northmoor.truth.views import instant, view_of
from tests.northmoor.lives import CODES, MONDAY, act, call, letter, life, move


def found(one: Life, *codes: str) -> list[tuple[str, str]]:
    return sorted((i.code, i.step) for i in truth_of(one).found if i.code in codes or i.code[0] in codes)


@pytest.mark.parametrize(
    ("labels", "l1", "l2", "l3"),
    [
        ("AAAB", [("A", 2)], [], []),
        ("ABAB", [], [("A", 1)], ["A", "B"]),
        ("ABABA", [], [("A", 2)], ["A", "B", "A"]),
        ("ABCAB", [], [], ["A", "B"]),
        ("ABCBD", [], [("B", 1)], ["B"]),
        ("AABAA", [("A", 1), ("A", 1)], [("A", 1)], ["A"]),
    ],
)
def test_loops_over_labels(labels: str, l1: list[object], l2: list[object], l3: list[str]) -> None:
    def named(places: tuple[int, ...]) -> str:
        return labels[places[0]]

    assert [(named(loop.places), len(loop.extra)) for loop in self_loops(labels)] == l1
    assert [(named(loop.places), len(loop.extra) + 1 >> 1) for loop in short_loops(labels)] == l2
    assert [named(loop.extra) for loop in repetitions(labels)] == l3


def test_a_repetition_is_counted_at_every_come_back() -> None:
    assert [loop.places for loop in repetitions("ABABA")] == [(0, 2), (1, 3), (2, 4)]
    assert [loop.places for loop in repetitions("AABAA")] == [(1, 3)]  # a run comes back once


@pytest.mark.parametrize(
    ("stages", "bodies"),
    [
        ([0, 1, 0, 1, 2], [(2,)]),
        ([0, 1, 2, 1, 1, 2, 3], [(3, 4)]),
        ([0, 2, 1], [(2,)]),
        ([0, 1, 2], []),
    ],
)
def test_returns_to_an_earlier_stage(stages: list[int], bodies: list[tuple[int, ...]]) -> None:
    assert [loop.places for loop in stage_returns(stages)] == bodies


@pytest.mark.parametrize(
    ("services", "handoffs", "back", "strict"),
    [("HTH", 2, 1, 0), ("HTHT", 3, 2, 1), ("HTBH", 3, 0, 0), ("HTHBH", 4, 2, 0)],
)
def test_ping_pong(services: str, handoffs: int, back: int, strict: int) -> None:
    assert len(services) - 1 == handoffs
    assert returns(services) == back
    assert len(ping_pong(services)) == strict


def test_a_revisit_needs_no_direct_return() -> None:
    assert [services[back] for services in ["HTBH"] for _, back in revisits(services)] == ["H"]


def test_duplicates_of_the_example_in_hours() -> None:
    web = {"channel": Channel.WEB, "outcome": Outcome.FAILED, "service": None}
    acts = [
        call(0, 0, **web),
        call(3, 1),
        call(50, 2),
        letter(60, 3, what=What.ANSWER),
        call(70, 4),
        call(300, 5, need=Need.PAY),
    ]
    example = life(*acts, need=Need.DISCOUNT)
    pairs = {(i.code, i.acts) for i in truth_of(example).found if i.code[0] == "D"}
    assert pairs == {("D2", (0, 1)), ("D1", (1, 2))}
    assert {(i.code, i.acts) for i in channel_shifts(view_of(example))} == {("F1", (0, 1))}
    assert list(channel_shifts(view_of(example), timedelta(hours=2))) == []


@pytest.mark.parametrize(
    ("trace", "codes", "expected"),
    [
        ("N A U C O X B Z", [], 0),
        ("r N A U C O X B Z R", [], 0),
        ("N U C O X B Z", [("V1", "acknowledge")], 1),
        ("N A c U C O X B Z", [("V2", "chase_progress")], 1),
        ("N A U O C X B Z", [("V3", "close_old_account")], 2),
        ("N A q p q p U C O X B Z", [("V8", "request_evidence")], 2),
        ("N A q U C O X B Z", [("V1", "provide_evidence")], 1),
        ("N U", [("V1", "acknowledge")], 1),
        ("N A U O C", [("V3", "close_old_account")], 1),
        ("N A U B O C X Z", [("V3", "close_old_account"), ("V3", "open_new_account")], 4),
        ("N A v v U C O X B Z", [], 0),
        ("N A U C W", [], 0),
        ("N A", [], 0),
    ],
)
def test_alignments(trace: str, codes: list[tuple[str, str]], expected: int) -> None:
    got = found(move(trace), "V")
    if codes and codes[0][0] == "V3" and len(codes) > 1:
        assert [code for code, _ in got] == [code for code, _ in codes]
    else:
        assert got == codes
    labels = tuple(CODES[one].value for one in trace.replace(" ", "") if one not in "vW")
    assert cost(align(chain(labels), prefix="Z" not in trace)) == expected


@pytest.mark.parametrize(
    ("trace", "fitness"), [("NAUBOCXZ", 0.75), ("NUCOXBZ", 0.933), ("NAqpqpUCOXBZ", 0.9)]
)
def test_fitness(trace: str, fitness: float) -> None:
    moves = align(chain(tuple(CODES[one].value for one in trace)), prefix=False)
    assert 1 - cost(moves) / (len(trace) + 8) == pytest.approx(fitness, abs=5e-4)


def test_a_missing_step_stands_between_its_neighbours() -> None:
    (missing,) = (i for i in truth_of(move("N U C O X B Z")).found if i.code == "V1")
    assert missing.acts == (0, 1)


def test_the_second_round_of_evidence_is_one_finding_over_both_its_events() -> None:
    (extra,) = (i for i in truth_of(move("N A q p q p U C O X B Z")).found if i.code == "V8")
    assert extra.acts == (4, 5)


def plain_costs(labels: tuple[str, ...], *, prefix: bool) -> int:
    """Return the cost of the best alignment by trying every run of the plan near the trace."""
    best = 99
    pending = [(START, ())]
    while pending:
        state, run = pending.pop()
        if prefix or final(state):
            same = longest(run, labels)
            best = min(best, len(run) + len(labels) - 2 * same)
        if len(run) < len(labels) + 3:
            pending += [(then, (*run, label)) for label, then in steps(state) if label in WORTH]
    return best


def longest(run: tuple[str, ...], labels: tuple[str, ...]) -> int:
    for size in range(min(len(run), len(labels)), 0, -1):
        if set(combinations(run, size)) & set(combinations(labels, size)):
            return size
    return 0


WORTH = frozenset(CODES[one].value for one in "NAUCOBXZqp")


@pytest.mark.parametrize("tail", ["".join(one) for one in product("Uqp", repeat=2)])
def test_costs_agree_with_trying_every_run_of_the_plan(tail: str) -> None:
    for head in ("N", "A", "NA", "AN"):
        labels = tuple(CODES[one].value for one in head + tail)
        assert cost(align(chain(labels), prefix=True)) == plain_costs(labels, prefix=True)


def test_days_of_one_date_are_in_no_order() -> None:
    acts = [
        act(What.NOTIFY, 0),
        act(What.ACKNOWLEDGE, 30),
        act(What.TENANCY, 26, precision=Precision.DAY),
    ]
    swapped = [*acts[:2], act(What.TENANCY, 26)]
    assert found(life(*acts), "V") == []
    assert found(life(*swapped), "V") != []


def test_working_days() -> None:
    assert add_days(date(2026, 4, 2), 10, working=True) == date(2026, 4, 20)
    assert add_days(date(2026, 5, 23), 5, working=True) == date(2026, 6, 1)
    asked = [(What.REQUEST, date(2026, 4, 8)), (What.PROVIDE, date(2026, 4, 13))]
    seen = view_of(life(*(act(w, (d - MONDAY.date()).days * 24) for w, d in asked))).acts
    paused = pauses(seen, date(2026, 5, 1))
    assert add_days(date(2026, 4, 2), 10, working=True, paused=paused) == date(2026, 4, 23)


def test_mean_time_to_service_counts_giving_up() -> None:
    times = [
        (5.0, Ended.COMPLETE),
        (8.0, Ended.ABANDONED),
        (12.0, Ended.CENSORED),
        (20.0, Ended.COMPLETE),
        (20.0, Ended.CENSORED),
    ]
    assert rmst(times, 20.0) == pytest.approx(17.0)


def test_what_the_plan_still_requires() -> None:
    moves = align(chain(tuple(CODES[one].value for one in "NAUCO")), prefix=True)
    assert [move.side for move in moves] == [Side.SYNC] * 5
    state = moves[-1].after
    assert not requires(state, "housing")
    assert requires(state, "council-tax")
    assert requires(state, "benefits")


def test_the_repeated_hour_is_an_hour_long() -> None:
    first = MONDAY.replace(month=10, day=26, hour=1)
    assert instant(first.replace(fold=1)) - instant(first) == timedelta(hours=1)
