"""Lists as flat columns: many short lists are dear, one long column of row numbers is cheap."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Rows = npt.NDArray[np.integer[Any]]


def slices(begins: Rows, lengths: Rows) -> tuple[Rows, Rows]:
    """Return the numbers ``begin`` to ``begin + length - 1`` of each slice, and whose slice each is."""
    ends = np.cumsum(lengths)
    whose = np.repeat(np.arange(len(lengths)), lengths)
    return np.arange(len(whose)) + (begins - (ends - lengths))[whose], whose


def listed(values: pl.Series, begins: Rows, lengths: Rows) -> pl.Series:
    """Return, for each slice of ``values``, the list of what stands there."""
    rows, whose = slices(begins, lengths)
    return regrouped(values.gather(rows), whose, len(lengths))


def looked_up(lists: pl.Series, values: pl.Series) -> pl.Series:
    """Return the lists of row numbers as lists of the values in those rows."""
    flat, whose = flattened(lists)
    return regrouped(values.gather(flat), whose, lists.len())


def flattened(lists: pl.Series) -> tuple[pl.Series, Rows]:
    """Return what the lists hold, one behind the other, and whose each is; an absent list holds nothing."""
    lengths = lists.list.len().fill_null(0).to_numpy()
    filled = lists.filter(lists.list.len() > 0)
    return filled.explode(), np.repeat(np.arange(len(lengths)), lengths)


def regrouped(values: pl.Series, whose: Rows, size: int) -> pl.Series:
    """Return ``size`` lists of values that stand together and say ``whose`` they are."""
    frame = pl.DataFrame({"whose": whose, "values": values})
    made = frame.group_by("whose", maintain_order=True).agg("values")
    if made.height < size:
        places = pl.DataFrame({"whose": np.arange(size)})
        made = places.join(made, on="whose", how="left", maintain_order="left")
    return made["values"].fill_null(pl.Series([[]], dtype=pl.List(values.dtype)).first())
