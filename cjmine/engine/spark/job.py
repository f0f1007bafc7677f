"""What is one job on Spark told, and how do its answers and errors come back?"""

from __future__ import annotations

import builtins
import re
import socket
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cjmine.engine.tasks import Progress
from cjmine.errors import CjmineError, EngineError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

ANSWER = "task long, answer binary, error binary"
"""What a task tells the driver; the rows themselves never pass through Spark."""
_ANSWER = pa.schema([("task", pa.int64()), ("answer", pa.binary()), ("error", pa.binary())])
_SHARE = (
    "put exports and results where the driver and every worker see them under the same path,"
    " with space left, and install the same versions on all of them"
)
_MEMORY = (
    "a worker that dies again and again mostly lacks memory: give it more, or let it do one task at a time"
)
_BLAMED = (OSError, MemoryError, ImportError)
_POLL_S = 0.2


def packed(value: object) -> bytes:
    """Return a value as Spark's own pickles: functions that a worker cannot import travel whole."""
    return bytes(_pickler().dumps(value))


def unpacked(pickled: bytes) -> Any:  # noqa: ANN401 (any value)
    """Return the value again; what is unpacked here was packed by this very job."""
    return _pickler().loads(pickled)


def _pickler() -> Any:  # noqa: ANN401 (it ships no types)
    from pyspark import serializers  # noqa: PLC0415 (an extra)

    kind: Any = serializers.CloudPickleSerializer
    return kind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every task is told: a folder of this job's own, and what the driver runs."""

    folder: Path
    versions: str

    def answer(self, number: int, work: bytes, task: bytes) -> pa.RecordBatch:
        """Do one task and return its answer or its error; nothing, once another task has failed."""
        row: dict[str, Any] = {"task": number, "answer": None, "error": None}
        try:
            self.check()
            if self._failed() not in {"", str(number)}:
                return pa.RecordBatch.from_pylist([], schema=_ANSWER)
            row["answer"] = packed(unpacked(work)(unpacked(task)))
        except CjmineError as error:
            row["error"] = packed(error)
            with suppress(OSError):
                self._mark.write_text(str(number), encoding="ascii")
        return pa.RecordBatch.from_pylist([row], schema=_ANSWER)

    def check(self) -> None:
        """Raise ``EngineError`` where a task on this machine would fail or give other results."""
        host, here = socket.gethostname(), versions()
        if here != self.versions:
            fault = f"{host}: has {here}; the driver has {self.versions}"
            raise EngineError(fault, _SHARE)
        if not self.folder.is_dir():
            fault = f"{host}: cannot see the folder {self.folder.parent}"
            raise EngineError(fault, _SHARE)

    @property
    def _mark(self) -> Path:
        return self.folder / "failed"

    def _failed(self) -> str:
        """Return the task that failed; it may be tried again, if its worker died before it could say so."""
        try:
            return self._mark.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""


def versions() -> str:
    """Return the versions that decide about results."""
    return ", ".join(f"{name} {version(name)}" for name in ("cjmine", "polars"))


@contextmanager
def job(shared: Path) -> Iterator[Job]:
    """Yield a job whose folder lies in ``shared``: who sees it sees the files of the tasks too."""
    shared.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".cjmine-job-", dir=shared, ignore_cleanup_errors=True) as folder:
        yield Job(folder=Path(folder), versions=versions())


def answers(rows: Sequence[Row]) -> list[Any]:
    """Return what the tasks answered, in their order; raises the error of the first that failed."""
    rows = sorted(rows, key=lambda row: int(row.task))
    for row in rows:
        if row.error is not None:
            raise unpacked(bytes(row.error))
    return [unpacked(bytes(row.answer)) for row in rows]


def collected(frame: DataFrame) -> list[Row]:
    """Run the tasks; what the machines are to blame for becomes one clear error."""
    from py4j.protocol import Py4JJavaError  # noqa: PLC0415 (comes with pyspark)
    from pyspark.errors import PySparkException, PythonException  # noqa: PLC0415 (an extra)

    try:
        return frame.collect()
    except PythonException as error:
        if not (blamed := environmental(str(error))):
            raise  # a fault of the work itself, and ours to mend
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
def told(spark: SparkSession, progress: Progress | None, count: int) -> Iterator[None]:
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
            if said < done < count:
                said = done
                progress(done, count)

    context.setJobGroup(group, "cjmine")
    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        context.setLocalProperty("spark.jobGroup.id", None)  # type: ignore[arg-type]
    progress(count, count)
