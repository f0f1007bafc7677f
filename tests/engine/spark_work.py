"""Both passes over stores as tasks of an engine, as the pipeline does them, and on one machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.analysis import PASS_ONE, PASS_TWO
from cjmine.domain.kernel import Context, Kernel
from cjmine.domain.tables import TABLES
from cjmine.engine import local
from cjmine.engine.store import Store
from cjmine.engine.tasks import Answer, Edges, Engine, Progress, Task
from tests.laws.test_laws import frozen

Tables = Mapping[str, pl.DataFrame]
PassTask = tuple[Store, Store, int, Context]


def enrich(kernels: Sequence[Kernel], task: PassTask) -> dict[str, pl.DataFrame]:
    """Read a partition of one store, write what kernels make of it to another, answer with the tallies."""
    before, after, number, context = task
    partition, outputs = local.enrich(before.read(number), kernels, context)
    after.write(number, partition)
    return {kernel.name: outputs[kernel.name] for kernel in kernels if kernel.into is None}


def enrich_dying(
    kernels: Sequence[Kernel], died: Path, task: PassTask, *, executor: bool
) -> dict[str, pl.DataFrame]:
    """Do the same, but the first worker that has done partition 1 dies before it can say so."""
    answer = enrich(kernels, task)
    if task[2] == 1 and not died.exists():
        died.touch()
        os.kill(java_above() if executor else os.getpid(), signal.SIGKILL)
    return answer


def java_above() -> int:
    """Return the process that runs this worker: in a local cluster an executor, never the driver."""
    number = os.getpid()
    while "CoarseGrainedExecutorBackend" not in Path(f"/proc/{number}/cmdline").read_text():
        number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    return number


class Here:
    """The plainest engine: one task after the other, in this process."""

    name = "here"

    def each(
        self, work: Callable[[Task], Answer], tasks: Sequence[Task], *, progress: Progress | None = None
    ) -> list[Answer]:
        assert progress is None
        return [work(task) for task in tasks]

    def components(self, size: int, edges: Edges) -> npt.NDArray[np.int64]:
        raise NotImplementedError


def here(stores: Sequence[Store], context: Context) -> list[Tables]:
    """Return every tally of both passes and every row table of each store, made on one machine."""
    return there(Here(), stores, context)


def there(
    engine: Engine,
    stores: Sequence[Store],
    context: Context,
    *,
    died: Path | None = None,
    executor: bool = False,
) -> list[Tables]:
    """Return the same, made by an engine: a pass over all partitions of all stores is one piece of work."""
    contexts, tallies = [context] * len(stores), []
    for kernels in (PASS_ONE, PASS_TWO):
        after = [Store(Path(f"{store.folder}+"), store.parts) for store in stores]
        whose = [which for which, store in enumerate(stores) for _ in range(store.parts)]
        numbers = [number for store in stores for number in range(store.parts)]
        tasks = [(stores[w], after[w], n, contexts[w]) for w, n in zip(whose, numbers, strict=True)]
        work = partial(enrich, kernels)
        if died is not None:
            work = partial(enrich_dying, kernels, died, executor=executor)
        answers = engine.each(work, tasks)
        parts = [[a for a, at in zip(answers, whose, strict=True) if at == w] for w in range(len(stores))]
        tallies.append([merged(kernels, part) for part in parts])
        stores = after
        if kernels is PASS_ONE:
            contexts = [frozen(context, one) for one in tallies[0]]
    return [tables(*made) for made in zip(stores, *tallies, strict=True)]


def merged(kernels: Sequence[Kernel], parts: Sequence[Tables]) -> dict[str, pl.DataFrame]:
    return {
        kernel.name: kernel.output.merge([part[kernel.name] for part in parts])
        for kernel in kernels
        if kernel.into is None
    }


def tables(store: Store, one: Tables, two: Tables) -> Tables:
    rows = {table.name: store.table(table) for table in TABLES}
    return {**{f"{name} of pass 1": table for name, table in one.items()}, **two, **rows}


def assert_equal(left: Sequence[Tables], right: Sequence[Tables]) -> None:
    for mine, other in zip(left, right, strict=True):
        assert mine.keys() == other.keys()
        for name, table in mine.items():
            assert table.schema == other[name].schema, name
            assert table.equals(other[name]), name
