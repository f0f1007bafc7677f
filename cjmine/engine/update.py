"""How does a pass go on from an earlier one, when only some customers have changed?

The dirty unit is the customer. What an earlier run found of the others is taken over; of the changed ones
the kernels make it anew. A tally of sums loses what they gave before and gains what they give now;
whatever merges otherwise is made again from the partition as it has become.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Output, Partition
from cjmine.domain.tables import MOVE, TABLES
from cjmine.engine.local import enrich
from cjmine.engine.passes import Pass, Read, Told, kept_once, merged_files
from cjmine.engine.store import numbers
from cjmine.engine.tasks import Engine, Progress, written
from cjmine.tally import Merge, Tally

Names = Callable[[int, Partition], pl.Series]
"""Gives the changed customers of a partition, by its number and what an earlier run made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Customers that are not as they were, on disk: by the number of their partition."""

    path: Path

    @classmethod
    def save(cls, path: Path, names: pl.Series, parts: int) -> Changed:
        """Write them."""
        whole = pl.DataFrame({"name": names.unique().sort()}, schema={"name": pl.String})
        with written(path) as draft:
            whole.with_columns(numbers(whole["name"], parts).alias("part")).write_parquet(draft)
        return cls(path=path)

    def of(self, number: int) -> pl.Series:
        """Return those of one partition."""
        rows = pl.scan_parquet(self.path).filter(pl.col("part") == number).select("name")
        return rows.collect()["name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A pass over changed customers only, and the pass that knows of the others.

    ``whole`` reads a partition as the earlier pass left it, ``given`` what the kernels now start
    from (all its customers, or the changed ones), ``names`` says who has changed.
    """

    now: Pass
    before: Pass
    whole: Read
    given: Read
    names: Names

    def one(self, number: int) -> Told:
        """Do one partition, unless it was done before."""
        return kept_once(self.now, number, partial(self._work, number))

    def _work(self, number: int) -> Told:
        old, said = self.whole(number)
        names = self.names(number, old)
        gone, kept = owned(old, names, theirs=True), owned(old, names, theirs=False)
        given, told = self.given(number)
        made, outputs = enrich(owned(given, names, theirs=True), self.now.kernels, self.now.context)
        tables = {
            table.name: table.merge([getattr(kept, table.name), getattr(made, table.name)])
            for table in TABLES
            if table.name in self.now.tables
        }
        self.now.out.write(number, Partition(**tables), self.now.tables)
        become: Partition | None = None
        for kernel in self.now.kernels:
            if kernel.into is not None:
                continue
            if _sums(kernel.output):
                lost = kernel.output.conform(kernel.compute(gone, self.before.context))
                then = pl.read_parquet(self.before.summary(kernel.name, number))
                frame = _without(kernel.output, then, lost, outputs[kernel.name])
            else:
                become = become or replace(given, **tables)
                frame = kernel.output.conform(kernel.compute(become, self.now.context))
            self.now.write_summary(kernel.name, number, frame)
        return _told(said, told, names)


def run(
    update: Update, engine: Engine, *, progress: Progress | None = None
) -> tuple[dict[str, pl.DataFrame], list[Told]]:
    """Run the update over all partitions; return the merged summaries, and what each partition told."""
    parts = range(update.now.out.parts)
    told = engine.each(update.one, parts, progress=progress)
    merged = {
        name: merged_files(output, [update.now.summary(name, number) for number in parts])
        for name, output in update.now.summaries().items()
    }
    return merged, told


def owned(partition: Partition, names: pl.Series, *, theirs: bool) -> Partition:
    """Return the rows of these customers, or those of all others."""
    wanted = names.implode()
    mine = pl.col("customer_id").is_in(wanted)
    journeys = partition.journeys.filter(mine)["journey_id"].implode()
    tables = {}
    for table in TABLES:
        frame: pl.DataFrame = getattr(partition, table.name)
        rule = pl.col("journey_id").is_in(journeys) if table is MOVE else mine
        tables[table.name] = frame.filter(rule if theirs else ~rule)
    return Partition(**tables)


def _sums(output: Output) -> bool:
    """Tell whether what some rows gave can be taken out of a summary again."""
    return isinstance(output, Tally) and set(output.measures.values()) == {Merge.SUM}


def _without(output: Output, then: pl.DataFrame, lost: pl.DataFrame, gained: pl.DataFrame) -> pl.DataFrame:
    """Return a tally without what changed customers gave before, with what they give now."""
    measures = list(output.measures) if isinstance(output, Tally) else []
    taken = lost.with_columns(-pl.col(measures))
    whole = output.merge([then, taken, gained])
    return whole.filter(pl.any_horizontal(pl.col(measures) != 0))


def _told(then: Told, now: Told, names: pl.Series) -> Told:
    """Join what was told of unchanged customers with what is told of the changed ones: rows by customer."""
    gone = set(names)
    rows = {name: value for name, value in then.items() if isinstance(value, list)}
    kept = {name: [row for row in value if row[0] not in gone] for name, value in rows.items()}
    return {name: [*kept.get(name, []), *value] for name, value in now.items() if isinstance(value, list)}
