"""The engine on one machine: tasks in this process, or in one process for each core."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.kernel import GROWING, Context, Kernel, Partition
from cjmine.engine.components import smallest
from cjmine.engine.memory import cores
from cjmine.engine.tasks import Answer, Edges, Progress, Task
from cjmine.engine.workers import Workers


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Does tasks here; ``workers`` do them side by side, where there are any."""

    workers: Workers | None = None

    @property
    def name(self) -> str:
        """Return ``local``."""
        return "local"

    def each(
        self,
        work: Callable[[Task], Answer],
        tasks: Sequence[Task],
        *,
        progress: Progress | None = None,
    ) -> list[Answer]:
        """Do the work for every task and return the answers in the order of the tasks."""
        if self.workers is not None and len(tasks) > 1:
            return self.workers.each(work, tasks, progress)
        answers = []
        for number, task in enumerate(tasks, 1):
            answers.append(work(task))
            if progress is not None:
                progress(number, len(tasks))
        return answers

    def components(self, size: int, edges: Edges) -> npt.NDArray[np.integer[Any]]:
        """Return for each of ``size`` ids the smallest id that edges join it to, itself included."""
        return smallest(size, (np.load(path) for path in edges))


@contextmanager
def local(workers: int | None = None) -> Iterator[LocalEngine]:
    """Yield an engine with so many worker processes (one for each core by default); one alone works here."""
    count = cores() if workers is None else workers
    if count < 2:  # noqa: PLR2004 - a single worker would only wait for us
        yield LocalEngine()
        return
    started = Workers(count)
    try:
        yield LocalEngine(started)
    finally:
        started.close()


def enrich(
    partition: Partition, kernels: Sequence[Kernel], context: Context
) -> tuple[Partition, dict[str, pl.DataFrame]]:
    """Run kernels in order on one partition.

    Returns the partition with what they put ``into`` it, and each kernel's
    output by its name.
    """
    outputs: dict[str, pl.DataFrame] = {}
    for kernel in kernels:
        frame = kernel.output.conform(kernel.compute(partition, context))
        outputs[kernel.name] = frame
        if kernel.into is not None:
            rows: list[pl.DataFrame] = [getattr(partition, kernel.into), frame]
            whole = kernel.output.merge(rows) if kernel.into in GROWING else frame
            partition = dataclasses.replace(partition, **{kernel.into: whole})
    return partition, outputs
