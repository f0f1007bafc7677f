"""The first rows of each kind in a total order: an output of kernels that stays small however many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from cjmine.domain.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """Up to ``count`` rows of a table for each value of the column ``by``.

    ``order`` maps columns to whether they descend, nulls last; it must be total.
    The first rows of a whole are among the first rows of its parts, so cutting
    the parts' rows together again gives the same, in any grouping.
    """

    table: Table
    by: str
    order: Mapping[str, bool]
    count: int

    @property
    def schema(self) -> pl.Schema:
        """Column names and types, in order."""
        return self.table.schema

    def empty(self) -> pl.DataFrame:
        """Return the identity of ``merge``."""
        return self.table.empty()

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly the table's columns and types, in order and cut."""
        return self.cut(self.table.conform(frame))

    def merge(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Merge partial results into one."""
        return self.cut(pl.concat([self.empty(), *parts]))

    def cut(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the first rows of each kind, kind by kind."""
        ordered = rows.sort([self.by, *self.order], descending=[False, *self.order.values()], nulls_last=True)
        return ordered.group_by(self.by, maintain_order=True).head(self.count).select(self.schema.names())
