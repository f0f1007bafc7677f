"""How does a pass go on from an earlier one, when only some customers have changed?

The dirty unit is the customer. What an earlier run found of the others stands; of the changed ones the
kernels make it anew, in a few groups, however many partitions they come from. An output of the whole loses
what they gave before and gains what they give now; where that does not tell, it is made again from all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import TypeAdapter

from cjmine.domain.kernel import Kernel, Partition, Renewable
from cjmine.engine.kept import Kept
from cjmine.engine.local import enrich
from cjmine.engine.passes import (
    Tallies,
    Told,
    keep_whole,
    merged_files,
    read_whole,
    told_of,
    write_summary,
)
from cjmine.engine.patch import Patch, together
from cjmine.engine.store import Store
from cjmine.engine.tasks import Engine, Progress

Given = Callable[[int], tuple[Partition, list[Told]]]
"""Gives a group's rows of the changed customers, and what there is to tell of each of its partitions."""
_TOLD: TypeAdapter[list[Told]] = TypeAdapter(list[Told])
_SIDES = ("lost", "gained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A pass over changed customers only.

    ``given`` are their rows now; ``beside`` is the patch of the pass before, whose tables are read too.
    """

    patch: Patch
    given: Given
    beside: Patch | None = None

    def one(self, group: int) -> list[Told]:
        """Do one group of partitions, unless it was done before."""
        patch = self.patch
        sides = (patch.were, patch.wait, patch.are)
        rows = [path for side in sides for path in _files(side, group, patch.now.tables)]
        parts = [self._part(side, name, group) for side in _SIDES for name in patch.now.summaries()]
        work = partial(self._work, group)
        return Kept(patch.folder, _TOLD).once(f"group-{group:04d}", [*rows, *parts], work)

    def _work(self, group: int) -> list[Told]:
        patch = self.patch
        summing = [kernel for kernel in patch.now.kernels if kernel.into is None]
        were, wait = patch.earlier(group)
        patch.were.write(group, were, patch.now.tables)
        patch.wait.write(group, wait, patch.now.tables)
        if self.beside is not None:
            others = [side.read(group, self._others()) for side in (self.beside.were, self.beside.wait)]
            were = _completed(were, together(others), self._others())
        for kernel in summing:
            lost = kernel.output.conform(kernel.compute(were, patch.before.context))
            write_summary(self._part("lost", kernel.name, group), lost)
        del were, wait  # two copies of the rows need not wait for each other
        given, said = self.given(group)
        are, outputs = enrich(given, patch.now.kernels, patch.now.context)
        patch.are.write(group, are, patch.now.tables)
        for kernel in summing:
            write_summary(self._part("gained", kernel.name, group), outputs[kernel.name])
        return [self._told(number, one) for number, one in zip(patch.members(group), said, strict=True)]

    def _told(self, number: int, now: Told) -> Told:
        """Join what was told of unchanged customers with what is told of the changed: rows by customer."""
        gone = set(self.patch.changed.of(number))
        then = told_of(self.patch.before, number)
        kept = {name: [row for row in rows if row[0] not in gone] for name, rows in then.items()}
        return {name: [*kept.get(name, []), *rows] for name, rows in now.items()}

    def _others(self) -> tuple[str, ...]:
        """Return the tables that the pass before filled and this one does not."""
        filled = () if self.beside is None else self.beside.now.tables
        return tuple(name for name in filled if name not in self.patch.now.tables)

    def _part(self, side: str, name: str, group: int) -> Path:
        return self.patch.folder / side / name / f"{group:04d}.parquet"

    def renewed(self, kernel: Kernel, then: pl.DataFrame) -> pl.DataFrame | None:
        """Return a kernel's output of all customers, from that of the earlier run; ``None`` if unknown."""
        if not isinstance(kernel.output, Renewable):
            return None
        groups = range(self.patch.groups)
        lost, gained = (
            merged_files(kernel.output, [self._part(side, kernel.name, group) for group in groups])
            for side in _SIDES
        )
        return kernel.output.without(then, lost, gained)

    def anew(self, task: tuple[Kernel, int]) -> pl.DataFrame:
        """Return a kernel's output of one whole partition as it is now."""
        kernel, number = task
        whole = self.patch.read(number, self.patch.now.tables)
        if self.beside is not None:
            whole = _completed(whole, self.beside.read(number, self._others()), self._others())
        return kernel.output.conform(kernel.compute(whole, self.patch.now.context))


def run(update: Update, engine: Engine, *, progress: Progress | None = None) -> tuple[Tallies, list[Told]]:
    """Run the update over all groups; return the merged summaries, and what each partition told."""
    patch = update.patch
    groups = engine.each(update.one, range(patch.groups), progress=progress)
    told = dict[int, Told]()
    for group, said in enumerate(groups):
        told.update(zip(patch.members(group), said, strict=True))
    before, merged = read_whole(patch.before), Tallies()
    for kernel in patch.now.kernels:
        if kernel.into is None:
            found = update.renewed(kernel, before[kernel.name])
            if found is None:
                every = engine.each(update.anew, [(kernel, number) for number in range(patch.parts)])
                found = kernel.output.merge(every)
            merged[kernel.name] = found
    keep_whole(patch.now, merged)
    return merged, [told[number] for number in range(patch.parts)]


def _files(store: Store, number: int, tables: tuple[str, ...]) -> list[Path]:
    return [store.folder / name / f"{number:04d}.parquet" for name in tables]


def _completed(rows: Partition, others: Partition, tables: tuple[str, ...]) -> Partition:
    """Return rows with these tables of the pass before."""
    return replace(rows, **{name: getattr(others, name) for name in tables})
