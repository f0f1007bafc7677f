"""One pass of kernels over all partitions: each partition is a task that writes what it made, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from cjmine.domain.kernel import Context, Kernel, Output, Partition
from cjmine.engine.kept import Kept
from cjmine.engine.local import enrich
from cjmine.engine.store import Store
from cjmine.engine.tasks import Engine, Progress, written

Told = dict[str, Any]
Read = Callable[[int], tuple[Partition, Told]]
"""Gives a partition by its number, and what there is to tell about its rows."""
Tallies = dict[str, pl.DataFrame]
_TOLD: TypeAdapter[Told] = TypeAdapter(dict[str, Any])
_HELD = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Kernels that meet every partition in turn, in a frozen context.

    ``key`` names what went into the pass; results of an equal key are taken over. ``out`` is where
    the tables that the kernels fill are written, ``tables`` which those are.
    """

    kernels: Sequence[Kernel]
    context: Context
    out: Store
    tables: tuple[str, ...]
    key: str

    def summaries(self) -> dict[str, Output]:
        """Return the outputs that merge into one table of the whole."""
        return {kernel.name: kernel.output for kernel in self.kernels if kernel.into is None}

    def name(self, number: int) -> str:
        """Return the name under which a partition of this pass is kept."""
        return f"{self.key}-{number:04d}"

    def settled(self, number: int) -> str:
        """Return the name under which its rows alone are kept, where an update has written them."""
        return f"{self.key}-{number:04d}-rows"

    def whole(self, name: str) -> Path:
        """Return the file of one kernel's output of all partitions."""
        return self.out.folder / "whole" / f"{name}.parquet"

    def summary(self, name: str, number: int) -> Path:
        """Return the file of one kernel's output of one partition."""
        return self.out.folder / "tallies" / name / f"{number:04d}.parquet"

    def rows(self, number: int) -> list[Path]:
        """Return the tables that are written of one partition."""
        return [self.out.folder / name / f"{number:04d}.parquet" for name in self.tables]

    def one(self, number: int, read: Read) -> Told:
        """Do one partition, unless it was done before."""

        def work() -> Told:
            given, told = read(number)
            partition, outputs = enrich(given, self.kernels, self.context)
            self.out.write(number, partition, self.tables)
            for name in self.summaries():
                write_summary(self.summary(name, number), outputs[name])
            return told

        files = [*self.rows(number), *(self.summary(name, number) for name in self.summaries())]
        return self.kept.once(self.name(number), files, work)

    @property
    def kept(self) -> Kept[Told]:
        """Return what is kept of this pass."""
        return Kept(self.out.folder, _TOLD)


def write_summary(path: Path, frame: pl.DataFrame) -> None:
    """Write a kernel's output."""
    with written(path) as draft:
        frame.rechunk().write_parquet(draft, compression="zstd", statistics=False)


def keep_whole(this: Pass, tallies: Mapping[str, pl.DataFrame]) -> None:
    """Keep the outputs of all partitions, merged: a later run goes on from them."""
    for name, frame in tallies.items():
        write_summary(this.whole(name), frame)
    this.kept.keep(f"{this.key}-whole", {}, [this.whole(name) for name in tallies])


def read_whole(this: Pass) -> Tallies:
    """Return the merged outputs that were kept."""
    return {name: pl.read_parquet(this.whole(name)) for name in this.summaries()}


def told_of(this: Pass, number: int) -> Told:
    """Return what a finished partition's rows told, without looking at its files again."""
    return this.kept.said(this.name(number)) or this.kept.said(this.settled(number)) or {}


def _is_kept(this: Pass, number: int) -> bool:
    names = (this.name(number), this.settled(number))
    return any(this.kept.known(name) is not None for name in names)


def finished(this: Pass, engine: Engine) -> bool:
    """Tell whether all partitions are done and merged, and every file is as it was written."""
    if this.kept.known(f"{this.key}-whole") is None:
        return False
    return all(engine.each(partial(_is_kept, this), range(this.out.parts)))


def run(
    this: Pass, read: Read, engine: Engine, *, progress: Progress | None = None
) -> tuple[Tallies, list[Told]]:
    """Run a pass over all partitions; return the merged summaries, and what each partition told."""
    numbers = range(this.out.parts)
    if finished(this, engine):
        return read_whole(this), [told_of(this, number) for number in numbers]
    told = engine.each(partial(this.one, read=read), numbers, progress=progress)
    merged = {
        name: merged_files(output, [this.summary(name, number) for number in numbers])
        for name, output in this.summaries().items()
    }
    keep_whole(this, merged)
    return merged, told


def merged_files(output: Output, paths: Sequence[Path]) -> pl.DataFrame:
    """Merge partial outputs from their files, holding little more than the result at a time."""
    whole, waiting = output.empty(), list[pl.DataFrame]()
    for number, path in enumerate(paths, 1):
        waiting.append(pl.read_parquet(path))
        if sum(part.height for part in waiting) > max(_HELD, whole.height) or number == len(paths):
            whole = output.merge([whole, *waiting])
            waiting = []
    return whole


def from_store(store: Store) -> Read:
    """Return a way to read a store's partitions."""
    return partial(_stored, store)


def _stored(store: Store, number: int) -> tuple[Partition, Told]:
    return store.read(number), {}
