"""Which rows stand in place of those that an earlier run had? The changed customers', beside the others'.

A patch holds, for groups of partitions, the changed customers' rows as they were and as they are. Nothing
of the others is written until the run is published: until then partitions are read with the patch on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import JOURNEY, MOVE, TABLES, Table
from cjmine.engine.arrow import mapped
from cjmine.engine.passes import Pass, Told
from cjmine.engine.store import Store, numbers
from cjmine.engine.tasks import Engine, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Customers that may not be as they were, on disk: by the number of their partition.

    These are all whose rows have changed and, with ``waiting``, those who only waited while time passed.
    """

    path: Path
    waiting: bool = False

    @classmethod
    def save(cls, path: Path, names: pl.Series, waiting: pl.Series, parts: int) -> Changed:
        """Write them, and where each partition's begin; return those whose rows have changed."""
        rows = names.unique().sort()
        others = waiting.unique().sort()
        others = others.filter(~others.is_in(rows.implode()))
        whole = pl.DataFrame(
            {"name": pl.concat([rows, others]), "waits": [False] * rows.len() + [True] * others.len()},
            schema={"name": pl.String, "waits": pl.Boolean},
        )
        whole = whole.with_columns(numbers(whole["name"], parts).alias("part")).sort("part", "name")
        with written(path) as draft:
            whole.drop("part").write_ipc(draft)
        ends = whole["part"].to_numpy().searchsorted(np.arange(parts + 1))
        with written(path.with_suffix(".npy")) as draft, draft.open("wb") as file:
            np.save(file, ends)
        return cls(path=path)

    def of(self, number: int) -> pl.Series:
        """Return those of one partition, sorted."""
        found = self._in(number)
        return (found if self.waiting else found.filter(~pl.col("waits")))["name"]

    def only_waiting(self, number: int) -> pl.Series:
        """Return those of one partition who only waited, sorted."""
        return self._in(number).filter("waits")["name"]

    def _in(self, number: int) -> pl.DataFrame:
        first, end = np.load(self.path.with_suffix(".npy"))[number : number + 2].tolist()
        return mapped(self.path, first, end - first).with_columns(pl.col("name").cast(pl.String))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One pass's patch: the pass, the earlier one it lies on, who has changed, and in how many groups."""

    folder: Path
    now: Pass
    before: Pass
    changed: Changed
    groups: int

    @property
    def parts(self) -> int:
        """How many partitions there are, numbered from 0."""
        return self.now.out.parts

    @property
    def were(self) -> Store:
        """The changed customers' rows as the earlier pass left them, group by group."""
        return Store(self.folder / "were", self.groups)

    @property
    def wait(self) -> Store:
        """The rows of those who only waited, group by group, where they are none of the pass's changed."""
        return Store(self.folder / "wait", self.groups)

    @property
    def are(self) -> Store:
        """Their rows now, group by group."""
        return Store(self.folder / "are", self.groups)

    def members(self, group: int) -> range:
        """Return the partitions of a group."""
        return range(group, self.parts, self.groups)

    def earlier(self, group: int) -> tuple[Partition, Partition]:
        """Return a group's rows as the earlier pass left them: of the changed, and of those who waited."""
        changed, waiting = list[Partition](), list[Partition]()
        for number in self.members(group):
            whole = self.before.out.read(number, self.before.tables)
            changed.append(owned(whole, self.changed.of(number)))
            if not self.changed.waiting:
                waiting.append(owned(whole, self.changed.only_waiting(number)))
        return together(changed), together(waiting)

    def read(self, number: int, tables: Sequence[str], are: Partition | None = None) -> Partition:
        """Return tables of one partition as they are now; ``are`` are its group's, if they are at hand."""
        names, group = self.changed.of(number), number % self.groups
        old = self.before.out.read(number, tables)
        if not names.len():
            return old
        now = are if are is not None else self.are.read(group, tables)
        return together([owned(old, names, theirs=False), owned(now, names)])

    def scan(self, table: Table, number: int) -> pl.LazyFrame:
        """Return one table of one partition as it is now, in its total order."""
        others, names = self.before.out.scan(table, number), self.changed.of(number)
        if not names.len():
            return others
        group, mine = number % self.groups, pl.col("customer_id").is_in(names.implode())
        if table is MOVE:
            were, are = (_journeys(store, group, mine) for store in (self.were, self.are))
            kept, come = (~pl.col("journey_id").is_in(were)), pl.col("journey_id").is_in(are)
        else:
            kept, come = ~mine, mine
        rows = [others.filter(kept), self.are.scan(table, group).filter(come)]
        return pl.concat(rows).sort(table.lead, maintain_order=True)

    def height(self, table: Table) -> int:
        """Return how many rows a table has in all partitions."""
        return self.before.out.height(table) - self.were.height(table) + self.are.height(table)

    def settle(self, engine: Engine, told: Sequence[Told]) -> None:
        """Write every partition as it is now, as the pass itself would have written it."""
        tasks = [(group, [told[number] for number in self.members(group)]) for group in range(self.groups)]
        engine.each(self._settled, tasks)

    def _settled(self, task: tuple[int, list[Told]]) -> int:
        group, told = task
        are = self.are.read(group, self.now.tables)
        for number, said in zip(self.members(group), told, strict=True):
            write = partial(self._write, number, are, said)
            self.now.kept.once(self.now.settled(number), self.now.rows(number), write)
        return len(told)

    def _write(self, number: int, are: Partition, told: Told) -> Told:
        if self.changed.of(number).len():
            self.now.out.write(number, self.read(number, self.now.tables, are), self.now.tables)
        else:
            self.before.out.share(self.now.out.folder, self.now.tables, [number])
        return told


def _journeys(store: Store, group: int, mine: pl.Expr) -> pl.Series:
    found = store.scan(JOURNEY, group).filter(mine).select("journey_id").collect()
    return found["journey_id"].implode()


def owned(partition: Partition, names: pl.Series, *, theirs: bool = True) -> Partition:
    """Return the rows of these customers, or those of all others."""
    mine = pl.col("customer_id").is_in(names.implode())
    journeys = partition.journeys.filter(mine)["journey_id"].implode()
    tables = {}
    for table in TABLES:
        frame: pl.DataFrame = getattr(partition, table.name)
        rule = pl.col("journey_id").is_in(journeys) if table is MOVE else mine
        tables[table.name] = frame.filter(rule if theirs else ~rule)
    return Partition(**tables)


def together(parts: Sequence[Partition]) -> Partition:
    """Return the rows of several partitions, none of which share a customer, as those of one."""
    tables = {}
    for table in TABLES:
        frames = [frame for part in parts if (frame := getattr(part, table.name)).height]
        whole = pl.concat(frames) if frames else table.empty()
        # of one customer the rows are in order already
        tables[table.name] = whole.sort(table.lead, maintain_order=True) if len(frames) > 1 else whole
    return Partition(**tables)
