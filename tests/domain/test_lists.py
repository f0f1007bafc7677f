"""Lists as flat columns: what is empty stays empty, what is absent stays absent."""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.domain.lists import flattened, list_column, listed, looked_up, slices
from cjmine.domain.tables import TEXTS

VALUES = pl.Series(["a", "b", "c", "d"])


def test_slices_may_be_empty_and_overlap() -> None:
    rows, whose = slices(np.array([2, 0, 1]), np.array([2, 0, 3]))
    assert (rows.tolist(), whose.tolist()) == ([2, 3, 1, 2, 3], [0, 0, 2, 2, 2])
    lists = listed(VALUES, np.array([2, 0, 1]), np.array([2, 0, 3]))
    assert lists.to_list() == [["c", "d"], [], ["b", "c", "d"]]


def test_row_numbers_become_what_stands_there() -> None:
    rows = pl.Series([[3, 0], [], None, [1]], dtype=pl.List(pl.UInt32))
    flat, whose = flattened(rows)
    assert (flat.to_list(), whose.tolist()) == ([3, 0, 1], [0, 0, 3])
    assert looked_up(rows, VALUES).to_list() == [["d", "a"], [], [], ["b"]]
    assert looked_up(rows.head(0), VALUES).dtype == TEXTS


def test_a_column_of_lists_tells_empty_from_absent() -> None:
    made = list_column([("a",), None, (), ("b", "c")], TEXTS)
    assert made.to_list() == [["a"], None, [], ["b", "c"]]
    assert list_column([None, ()], TEXTS).dtype == TEXTS
    assert list_column([], pl.List(pl.Int32)).dtype == pl.List(pl.Int32)
