from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.discovery import flows
from cjmine.domain.walks import Walks
from cjmine.tally import BUCKETS, bucket

STEP = st.tuples(st.integers(0, 2), st.integers(0, 3 * 10**9), st.integers(0, 10**9))
LOGS = st.lists(st.tuples(st.integers(0, 1), st.lists(STEP, min_size=1, max_size=6)), max_size=8)
"""Journeys: their type, and for each step its code, the time since the last began, and its length."""

Log = list[tuple[int, list[tuple[int, int, int]]]]


def counted(log: Log) -> pl.DataFrame:
    steps = [step for _, journey in log for step in journey]
    labels, gaps, lengths = np.array(steps, dtype=np.int64).reshape(-1, 3).T
    start = np.cumsum(gaps)
    begins = np.cumsum([0, *(len(journey) for _, journey in log)])[: len(log)].astype(np.int64)
    names = pl.Series(["a", "b", "c"])
    walks = Walks(begins=begins, labels=labels.astype(np.uint8), names=names)
    kinds = np.array([kind for kind, _ in log], dtype=np.uint8)
    return flows.pairs(walks, kinds, start, start + lengths)


def by_hand(log: Log) -> dict[tuple[int, ...], tuple[int, int]]:
    """Count row by row, in plain Python."""
    count: Counter[tuple[int, int, int, int]] = Counter()
    total: Counter[tuple[int, int, int, int]] = Counter()
    for kind, journey in log:
        for (source, _, length), (target, gap, _) in pairwise(journey):
            wait = max(gap - length, 0)
            found = pl.select(bucket(pl.lit(wait, dtype=pl.Int64))).item()
            count[kind, source, target, found] += 1
            total[kind, source, target, found] += wait
    return {key: (n, total[key]) for key, n in count.items()}


@pytest.mark.parametrize("piece", [1, 3, 1 << 16])
@pytest.mark.parametrize("small", [0, 1 << 20])
def test_pairs_are_counted_alike_in_pieces_by_counters_and_by_grouping(
    piece: int, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "PIECE", piece)
    monkeypatch.setattr(flows, "SMALL", small)

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(log=LOGS)
    def hold(log: Log) -> None:
        rows = counted(log).rows()
        assert {row[:4]: row[4:] for row in rows} == by_hand(log)
        assert rows == sorted(rows)

    hold()


def test_counters_are_only_used_while_they_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three labels and one type need 9 rows of counters; grouping gives the same types of columns."""
    log = [(0, [(0, 0, 0), (1, 5, 0), (2, 5, 0)])]
    tables = []
    for small in (9 * BUCKETS - 1, 9 * BUCKETS):
        monkeypatch.setattr(flows, "SMALL", small)
        tables.append(counted(log))
    assert tables[0].schema == tables[1].schema
    assert tables[0].equals(tables[1])
