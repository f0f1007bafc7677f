"""A table of many partitions comes in its total order, a stretch at a time, as if it had been held whole."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain.kernel import Partition
from cjmine.domain.results import Run
from cjmine.domain.rows import HeldRows
from cjmine.domain.tables import CONTACT, EVENT, FINDING, JOURNEY, MOVE, Table
from cjmine.report.in_order import in_order, pieces, places

from .made_up import in_parts


@pytest.mark.parametrize("table", [FINDING, JOURNEY, CONTACT])
@pytest.mark.parametrize(("parts", "stretch"), [(1, 10_000), (3, 100), (7, 40), (40, 300)])
def test_all_partitions_give_the_one_sorted_table(run: Run, table: Table, parts: int, stretch: int) -> None:
    rows = in_parts(run, parts).rows
    found = list(in_order(rows, table, places(rows, table), stretch=stretch))
    assert pl.concat(found).equals(run.rows.table(table))
    # the rows of one customer and code stay together
    assert max(frame.height for frame in found) <= stretch + parts


def test_a_range_of_codes_is_found_in_every_partition(run: Run) -> None:
    rows = in_parts(run, 5).rows
    where = places(rows, FINDING, "V", "W")
    assert sum(length for _, length in where) == run.deviations.height > 0
    assert pl.concat(in_order(rows, FINDING, where, stretch=50)).equals(run.deviations)
    assert list(in_order(rows, FINDING, places(rows, FINDING, "X"))) == []


def test_no_rows_are_no_stretches() -> None:
    rows = HeldRows((Partition(), Partition()))
    for table in (EVENT, MOVE, FINDING):
        assert list(in_order(rows, table, places(rows, table))) == []


@settings(deadline=None)
@given(heights=st.lists(st.integers(0, 9), max_size=8), size=st.integers(1, 7))
def test_pieces_have_one_size_and_lose_nothing(heights: list[int], size: int) -> None:
    whole = pl.DataFrame({"n": range(sum(heights))})
    ends = [sum(heights[: number + 1]) for number in range(len(heights))]
    frames = [whole[end - height : end] for end, height in zip(ends, heights, strict=True)]
    found = list(pieces(iter(frames), size))
    assert [row for frame in found for row in frame["n"]] == whole["n"].to_list()
    assert {frame.height for frame in found[:-1]} <= {size}
    assert all(0 < frame.height <= size for frame in found)
