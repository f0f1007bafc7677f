"""How are the tables of two passes read as one store's, before they are published?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cjmine.domain.tables import Table
from cjmine.engine.patch import Patch
from cjmine.engine.store import Store, holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """Rows of two passes; what the second fills is taken from it, the other tables from the first."""

    first: Store | Patch
    second: Store | Patch
    found: tuple[str, ...]

    @property
    def parts(self) -> int:
        """How many partitions there are, numbered from 0."""
        return self.first.parts

    def scan(self, table: Table, number: int) -> pl.LazyFrame:
        """Return one partition of a table, in the table's total order."""
        return self._of(table).scan(table, number)

    def height(self, table: Table) -> int:
        """Return how many rows a table has in all partitions."""
        return self._of(table).height(table)

    def holding(self, customers: pl.Series) -> list[int]:
        """Return the numbers of the partitions where any of these customers may lie, in order."""
        return holding(customers, self.parts)

    def table(self, table: Table) -> pl.DataFrame:
        """Return a table of all partitions in its total order; holds all of it in memory."""
        return table.merge([self.scan(table, number).collect() for number in range(self.parts)])

    def _of(self, table: Table) -> Store | Patch:
        return self.second if table.name in self.found else self.first
