"""The journey store: events, contacts and journeys in Parquet, partitioned by customer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import EVENT, TABLES, Table

ROWS_PER_PARTITION = 250_000


def digest(text: str) -> int:
    """Return a stable 64-bit digest: a library's own hash changes with its versions."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def numbers(customers: pl.Series, parts: int) -> pl.Series:
    """Return the number of each customer's partition."""
    distinct = customers.unique().sort()
    found = pl.Series("part", [digest(customer) % parts for customer in distinct], dtype=pl.Int32)
    known = pl.DataFrame([distinct.alias("customer"), found])
    return customers.to_frame("customer").join(known, on="customer", how="left", maintain_order="left")[
        "part"
    ]


def split(events: pl.DataFrame, parts: int) -> Iterator[pl.DataFrame]:
    """Yield ``parts`` tables of events, each customer whole in one of them, in total order."""
    placed = events.with_columns(numbers(events["customer_id"], parts))
    for number in range(parts):
        rows = placed.filter(pl.col("part") == number).drop("part")
        yield rows.sort(EVENT.order, maintain_order=True)


@dataclass(frozen=True, slots=True)
class Store:
    """A folder with one sub-folder for each table and one file for each partition."""

    folder: Path
    parts: int

    @classmethod
    def create(cls, folder: Path, events: pl.DataFrame, *, parts: int | None = None) -> Store:
        """Partition ``events`` by customer and write them."""
        store = cls(folder, parts or max(1, -(-events.height // ROWS_PER_PARTITION)))
        for number, rows in enumerate(split(events, store.parts)):
            store.write(number, Partition(events=rows))
        return store

    def write(self, number: int, partition: Partition) -> None:
        """Write the tables of one partition."""
        for table in TABLES:
            frame: pl.DataFrame = getattr(partition, table.name)
            path = self._path(table, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path, compression="zstd", statistics=False)

    def read(self, number: int) -> Partition:
        """Read one partition whole."""
        return Partition(**{table.name: pl.read_parquet(self._path(table, number)) for table in TABLES})

    def table(self, table: Table) -> pl.DataFrame:
        """Read one table of all partitions, in its total order."""
        return table.merge([pl.read_parquet(self._path(table, n)) for n in range(self.parts)])

    def _path(self, table: Table, number: int) -> Path:
        return self.folder / table.name / f"{number:04d}.parquet"
