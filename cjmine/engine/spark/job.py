"""How do many tasks write into one store, although any of them may die and be tried again?

Each attempt writes into a folder of its own; only attempts that Spark reports as
done are moved into the store. A worker that dies, or that is believed dead and
still writes, changes nothing.
"""

from __future__ import annotations

import builtins
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pyarrow as pa

from cjmine.engine.local import Progress
from cjmine.engine.store import Store
from cjmine.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

ANSWER = "part int, attempt string, fault string"
"""What a task tells the driver; the rows themselves never pass through Spark."""
_ANSWER = pa.schema([("part", pa.int32()), ("attempt", pa.string()), ("fault", pa.string())])
_SHARE = (
    "put the store where the driver and every worker see it under the same path,"
    " with space left, and install the same versions on all of them"
)
_MEMORY = (
    "a worker that dies again and again mostly lacks memory: give it more, or cut the store into more parts"
)
_BLAMED = (OSError, MemoryError, ImportError)
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every task is told: the store, where attempts are written, and what the driver runs."""

    store: Store
    scratch: Path
    versions: str

    def attempt(self, number: int, write: Callable[[Store], None]) -> pa.RecordBatch:
        """Write one partition into a store of this attempt's own, and answer where."""
        name, fault = uuid.uuid4().hex, self.fault()
        if not fault:
            write(replace(self.store, folder=self.scratch / name))
        answer = {"part": number, "attempt": name, "fault": fault}
        return pa.RecordBatch.from_pylist([answer], schema=_ANSWER)

    def fault(self) -> str:
        """Say why a task on this machine would fail or give other results; empty if nothing is wrong."""
        host, here = socket.gethostname(), versions()
        if here != self.versions:
            return f"{host}: has {here}; the driver has {self.versions}"
        return "" if self.scratch.is_dir() else f"{host}: cannot see the store {self.store.folder}"


def versions() -> str:
    """Return the versions that decide about results."""
    return ", ".join(f"{name} {version(name)}" for name in ("cjmine", "polars"))


@contextmanager
def job(store: Store) -> Iterator[Job]:
    """Yield a job on the store; what its attempts wrote and nobody took over is removed at the end."""
    # a name of its own: what a lost task of an earlier job still writes never comes near this one
    scratch = store.folder / f"attempts-{uuid.uuid4().hex}"
    scratch.mkdir(parents=True)
    try:
        yield Job(store=store, scratch=scratch, versions=versions())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def commit(ours: Job, answers: DataFrame) -> dict[int, Path]:
    """Run the tasks, move the attempts that were done into the store; return each one's folder."""
    rows = _collect(answers)
    if faults := sorted({row.fault for row in rows} - {""}):
        raise EngineError(faults, _SHARE)
    done = {row.part: ours.scratch / row.attempt for row in rows}
    for number, folder in sorted(done.items()):
        ours.store.adopt(number, replace(ours.store, folder=folder))
    return done


def _collect(answers: DataFrame) -> list[Row]:
    """Run the tasks; what the machines are to blame for becomes one clear error."""
    from py4j.protocol import Py4JJavaError  # noqa: PLC0415 (comes with pyspark)
    from pyspark.errors import PySparkException, PythonException  # noqa: PLC0415 (an extra)

    try:
        return answers.collect()
    except PythonException as error:
        if not (blamed := environmental(str(error))):
            raise  # a kernel's own fault, and ours to mend
        fault = f"a Spark worker failed: {blamed}"
        raise EngineError(fault, _SHARE) from error
    except (Py4JJavaError, PySparkException) as error:
        aborted = re.search(r"Job aborted.*", str(error))
        fault = f"Spark gave up: {aborted[0] if aborted else str(error).splitlines()[0]}"
        raise EngineError(fault, _MEMORY) from error


def environmental(text: str) -> str:
    """Return the error that ends a worker's traceback if its machine is to blame, else nothing."""
    for line in reversed(text.splitlines()):
        kind = getattr(builtins, line.partition(":")[0], None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            return line if issubclass(kind, _BLAMED) else ""
    return ""


@contextmanager
def told(spark: SparkSession, progress: Progress | None, parts: int) -> Iterator[None]:
    """Tell ``progress``, from a thread, how many tasks of the block's one job are done."""
    if progress is None:
        yield
        return
    context, group, over = spark.sparkContext, uuid.uuid4().hex, Event()

    def watch() -> None:
        tracker, said = context.statusTracker(), 0
        while not over.wait(_POLL_S):
            jobs = [tracker.getJobInfo(number) for number in tracker.getJobIdsForGroup(group)]
            stages = [tracker.getStageInfo(number) for one in jobs if one for number in one.stageIds]
            done = sum(stage.numCompletedTasks for stage in stages if stage)
            if said < done < parts:
                said = done
                progress(done, parts)

    context.setJobGroup(group, "cjmine")
    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        context.setLocalProperty("spark.jobGroup.id", None)  # type: ignore[arg-type]
    progress(parts, parts)
