"""Lists as flat columns: what is empty stays empty, what is absent stays absent."""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.domain.lists import flattened, listed, looked_up, slices
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
