"""How are a run's rows reached when they are too many to hold? Partition by partition, each in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import Table


class Rows(Protocol):
    """The row-level tables of a run; every customer lies whole in one of the partitions."""

    @property
    def parts(self) -> int:
        """How many partitions there are, numbered from 0."""
        ...

    def scan(self, table: Table, number: int) -> pl.LazyFrame:
        """Return one partition of a table, in the table's total order."""
        ...

    def height(self, table: Table) -> int:
        """Return how many rows a table has in all partitions."""
        ...

    def holding(self, customers: pl.Series) -> list[int]:
        """Return the numbers of the partitions where any of these customers may lie, in order."""
        ...

    def table(self, table: Table) -> pl.DataFrame:
        """Return a table of all partitions in its total order; holds all of it in memory."""
        ...


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Rows that are held in memory."""

    partitions: tuple[Partition, ...]

    @property
    def parts(self) -> int:
        """How many partitions there are, numbered from 0."""
        return len(self.partitions)

    def scan(self, table: Table, number: int) -> pl.LazyFrame:
        """Return one partition of a table, in the table's total order."""
        return self._held(table, number).lazy().sort(table.order, maintain_order=True)

    def height(self, table: Table) -> int:
        """Return how many rows a table has in all partitions."""
        return sum(self._held(table, number).height for number in range(self.parts))

    def holding(self, customers: pl.Series) -> list[int]:
        """Return the numbers of the partitions where any of these customers lie, in order."""
        wanted = customers.unique().implode()
        owners = [partition.events["customer_id"] for partition in self.partitions]
        return [number for number, here in enumerate(owners) if here.is_in(wanted).any()]

    def table(self, table: Table) -> pl.DataFrame:
        """Return a table of all partitions in its total order."""
        return table.merge([self._held(table, number) for number in range(self.parts)])

    def _held(self, table: Table, number: int) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self.partitions[number], table.name)
        return frame
