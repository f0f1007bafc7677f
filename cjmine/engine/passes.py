"""One pass of kernels over all partitions: each partition is a task that writes what it made, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def summary(self, name: str, number: int) -> Path:
        """Return the file of one kernel's output of one partition."""
        return self.out.folder / "tallies" / name / f"{number:04d}.parquet"

    def files(self, number: int) -> list[Path]:
        """Return everything that is written of one partition."""
        files = [self.out.folder / name / f"{number:04d}.parquet" for name in self.tables]
        return files + [self.summary(name, number) for name in self.summaries()]

    def write_summary(self, name: str, number: int, frame: pl.DataFrame) -> None:
        """Write one kernel's output of one partition."""
        with written(self.summary(name, number)) as draft:
            frame.rechunk().write_parquet(draft, compression="zstd", statistics=False)

    def one(self, number: int, read: Read) -> Told:
        """Do one partition, unless it was done before."""

        def work() -> Told:
            given, told = read(number)
            partition, outputs = enrich(given, self.kernels, self.context)
            self.out.write(number, partition, self.tables)
            for name in self.summaries():
                self.write_summary(name, number, outputs[name])
            return told

        return kept_once(self, number, work)


def kept_once(this: Pass, number: int, work: Callable[[], Told]) -> Told:
    """Do one partition of a pass, unless it was done before and its files are as they were."""
    return Kept(this.out.folder, _TOLD).once(f"{this.key}-{number:04d}", this.files(number), work)


def told_of(this: Pass, number: int) -> Told:
    """Return what a finished partition's rows told, without looking at its files again."""
    return Kept(this.out.folder, _TOLD).said(f"{this.key}-{number:04d}") or {}


def is_kept(this: Pass, number: int) -> bool:
    """Tell whether a partition is done, and its files are as they were written."""
    return Kept(this.out.folder, _TOLD).known(f"{this.key}-{number:04d}") is not None


def run(
    this: Pass, read: Read, engine: Engine, *, progress: Progress | None = None
) -> tuple[dict[str, pl.DataFrame], list[Told]]:
    """Run a pass over all partitions; return the merged summaries, and what each partition told."""
    numbers = range(this.out.parts)
    told = engine.each(partial(this.one, read=read), numbers, progress=progress)
    merged = {
        name: merged_files(output, [this.summary(name, number) for number in numbers])
        for name, output in this.summaries().items()
    }
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
