"""The journey store: events, contacts and journeys in Parquet, partitioned by customer."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import EVENT, TABLES, Table
from cjmine.engine.tasks import written

ROWS_PER_PARTITION = 250_000
ALL = tuple(table.name for table in TABLES)


def parts_for(rows: int) -> int:
    """Return how many partitions so many rows make: a power of two, so that growth seldom moves them."""
    return 1 << max(0, (-(-rows // ROWS_PER_PARTITION) - 1).bit_length())


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


def holding(customers: pl.Series, parts: int) -> list[int]:
    """Return the numbers of the partitions where any of these customers may lie, in order."""
    return sorted(numbers(customers, parts).unique().to_list())


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
        store = cls(folder, parts or parts_for(events.height))
        for number, rows in enumerate(split(events, store.parts)):
            store.write(number, Partition(events=rows))
        return store

    def write(self, number: int, partition: Partition, tables: Sequence[str] = ALL) -> list[Path]:
        """Write tables of one partition; return the files."""
        paths = []
        for table in TABLES:
            if table.name in tables:
                frame: pl.DataFrame = getattr(partition, table.name)
                paths.append(self.path(table, number))
                with written(paths[-1]) as draft:
                    # one chunk: the bytes must not depend on how the table was made
                    frame.rechunk().write_parquet(draft, compression="zstd", statistics=False)
        return paths

    def read(self, number: int, tables: Sequence[str] = ALL) -> Partition:
        """Read one partition: the tables asked for, the others empty."""
        return Partition(
            **{
                table.name: pl.read_parquet(self.path(table, number))
                for table in TABLES
                if table.name in tables
            }
        )

    def share(self, folder: Path, tables: Sequence[str], parts: Sequence[int] | None = None) -> Store:
        """Give tables a second place below ``folder``, as links where the disk has them, else as copies."""
        for table in TABLES:
            if table.name in tables:
                for number in range(self.parts) if parts is None else parts:
                    with written(folder / table.name / f"{number:04d}.parquet") as draft:
                        try:
                            os.link(self.path(table, number), draft)
                        except OSError:
                            shutil.copyfile(self.path(table, number), draft)
        return Store(folder, self.parts)

    def table(self, table: Table) -> pl.DataFrame:
        """Read one table of all partitions, in its total order."""
        return table.merge([pl.read_parquet(self.path(table, n)) for n in range(self.parts)])

    def scan(self, table: Table, number: int) -> pl.LazyFrame:
        """Return one partition of a table, in its total order; only what is asked of it is read."""
        return pl.scan_parquet(self.path(table, number), glob=False)

    def height(self, table: Table) -> int:
        """Return how many rows a table has in all partitions; no row is read."""
        counts = [self.scan(table, number).select(pl.len()) for number in range(self.parts)]
        return sum(count.item() for count in pl.collect_all(counts))

    def holding(self, customers: pl.Series) -> list[int]:
        """Return the numbers of the partitions where any of these customers may lie, in order."""
        return holding(customers, self.parts)

    def path(self, table: Table, number: int) -> Path:
        """Return the file of one table of one partition."""
        return self.folder / table.name / f"{number:04d}.parquet"
