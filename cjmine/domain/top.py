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

    def without(self, then: pl.DataFrame, lost: pl.DataFrame, gained: pl.DataFrame) -> pl.DataFrame | None:
        """Return the first rows of a whole after some of its rows became others.

        ``then`` has the first rows before, ``lost`` and ``gained`` those of the others, then and now.
        ``None`` where that cannot be told: so many of a kind went that rows which were not among the
        first may be now.
        """
        key = [self.by, *self.order]
        stay = then.join(lost.select(key), on=key, how="anti", nulls_equal=True, maintain_order="left")
        now = self.merge([stay, gained])
        for kind in then.partition_by(self.by, maintain_order=True) if stay.height < then.height else []:
            name, last = kind[self.by][0], kind.tail(1)
            if kind.height < self.count or stay.filter(pl.col(self.by) == name).height == kind.height:
                continue  # nobody was left out, or nobody went
            found = now.filter(pl.col(self.by) == name)
            # what was left out stands behind the last of then, so whatever stands before it is sure
            if found.height < self.count or not self._ordered(pl.concat([found.tail(1), last])):
                return None
        return now

    def _ordered(self, rows: pl.DataFrame) -> bool:
        """Tell whether two rows of a kind are in order, or equal in it."""
        key = rows.select(list(self.order))
        return key[0].equals(key[1]) or self._sorted(rows).select(list(self.order)).equals(key)

    def _sorted(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.sort([self.by, *self.order], descending=[False, *self.order.values()], nulls_last=True)

    def cut(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the first rows of each kind, kind by kind."""
        ordered = self._sorted(rows)
        return ordered.group_by(self.by, maintain_order=True).head(self.count).select(self.schema.names())
