"""How does Spark do one piece of work for many tasks? One Spark task for each, in a single job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cjmine.engine.spark.components import components
from cjmine.engine.spark.job import ANSWER, answers, collected, job, packed, told
from cjmine.engine.spark.start import hushed
from cjmine.engine.tasks import Answer, Edges, Progress, Task

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """A session, and a folder that the driver and every worker see under one path."""

    spark: SparkSession
    folder: Path

    @property
    def name(self) -> str:
        """``spark``."""
        return "spark"

    def each(
        self,
        work: Callable[[Task], Answer],
        tasks: Sequence[Task],
        *,
        progress: Progress | None = None,
    ) -> list[Answer]:
        """Do the work for every task, on whichever worker is free; ``progress`` is called from a thread.

        An error of ours ends the job and is raised as it is. Any other is first tried again, as Spark
        does; then what a machine is to blame for is an ``EngineError``, the rest keeps its traceback.
        """
        if not tasks:
            return []
        count, ours, theirs = len(tasks), packed(work), [packed(task) for task in tasks]
        with job(self.folder) as run, hushed(), told(self.spark, progress, count):

            def do(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
                for batch in batches:
                    for number in batch.column("id").to_pylist():
                        yield run.answer(number, ours, theirs[number])

            rows = collected(self.spark.range(0, count, 1, count).mapInArrow(do, ANSWER))
        return answers(rows)

    def components(self, size: int, edges: Edges) -> npt.NDArray[np.integer[Any]]:
        """Return for each of ``size`` ids the smallest id that edges join it to, itself included."""
        return components(self, size, edges)
