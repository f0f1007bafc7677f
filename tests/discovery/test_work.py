from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pandas as pd
import pm4py
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.discovery import work
from cjmine.discovery.work import HANDOVERS, REWORK, count_handovers, count_rework
from cjmine.domain.kernel import Context, Partition
from tests.builders import events

STEP = st.tuples(st.sampled_from("ABC"), st.sampled_from(["tax", "housing", "desk"]))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=8), min_size=1, max_size=6)

Log = list[list[tuple[str, str | None]]]


def partition_of(log: Log, kinds: list[str] | None = None) -> Partition:
    steps = [(f"j{n}", at, *step) for n, trace in enumerate(log) for at, step in enumerate(trace)]
    rows = events([{"h": hour} for hour in range(len(steps))])
    columns = ("journey_id", "step_no", "touchpoint", "service")
    types = {name: rows.schema[name] for name in columns}
    given_steps = pl.DataFrame(steps, schema=types, orient="row")
    names = [f"j{n}" for n in range(len(log))]
    return Partition(
        events=rows.with_columns(given_steps),
        journeys=pl.DataFrame({"journey_id": names, "journey_type": kinds or ["one"] * len(log)}),
    )


def handovers(log: Log, kinds: list[str] | None = None) -> pl.DataFrame:
    return HANDOVERS.merge([HANDOVERS.conform(count_handovers(partition_of(log, kinds), Context()))])


def rework(log: Log, kinds: list[str] | None = None) -> pl.DataFrame:
    return REWORK.merge([REWORK.conform(count_rework(partition_of(log, kinds), Context()))])


@pytest.mark.parametrize(("piece", "small"), [(1 << 16, 1 << 20), (3, 0), (1, 1 << 20)])
def test_equals_pm4py(piece: int, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one piece and in many, with counters and without."""
    monkeypatch.setattr(work, "PIECE", piece)
    monkeypatch.setattr(work, "SMALL", small)

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(log=LOGS)
    def hold(log: Log) -> None:
        log = [[("A", "tax"), ("A", "desk")], *log]  # pm4py fails where nothing is handed over or repeated
        steps = [(str(n), *step) for n, trace in enumerate(log) for step in trace]
        frame = pd.DataFrame(steps, columns=["case:concept:name", "concept:name", "org:resource"])
        frame["time:timestamp"] = pd.date_range("2026-01-01", periods=len(steps), freq="h", tz="UTC")
        ours = handovers(log)
        network = pm4py.discover_handover_of_work_network(frame).connections
        shares = {row[1:3]: row[3] / ours["count"].sum() for row in ours.iter_rows()}
        assert shares == pytest.approx(network)
        again = rework(log)
        theirs = pm4py.get_rework_cases_per_activity(frame)
        assert dict(again.select("touchpoint", "journeys").iter_rows()) == theirs

    hold()


def test_each_journey_type_has_its_own_handovers() -> None:
    log: Log = [[("A", "tax"), ("B", None)], [("A", "tax"), ("A", "tax"), ("C", "desk")], [("A", "tax")]]
    assert handovers(log, ["one", "two", "one"]).rows() == [
        ("one", "tax", None, 1),
        ("two", "tax", "desk", 1),
        ("two", "tax", "tax", 1),
    ]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(log=LOGS)
def test_repetitions_are_the_steps_beyond_the_first_of_each_journey(log: Log) -> None:
    kinds = ["one" if n % 2 else "two" for n in range(len(log))]
    extra: Counter[tuple[str, str]] = Counter()
    for kind, trace in zip(kinds, log, strict=True):
        for touchpoint, count in Counter(step for step, _ in trace).items():
            extra[kind, touchpoint] += count - 1
    assert {row[:2]: row[3] for row in rework(log, kinds).iter_rows()} == +extra
    pairs = Counter(
        (kind, *pair)
        for kind, trace in zip(kinds, log, strict=True)
        for pair in pairwise(s for _, s in trace)
    )
    assert {row[:3]: row[3] for row in handovers(log, kinds).iter_rows()} == pairs


def test_nothing_is_handed_over_or_repeated_by_nobody() -> None:
    assert HANDOVERS.conform(count_handovers(Partition(), Context())).height == 0
    assert REWORK.conform(count_rework(Partition(), Context())).height == 0
