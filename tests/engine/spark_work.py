"""Whole runs on both engines, and their published files side by side; workers that die on the way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from cjmine import pipeline
from cjmine.engine import settings, store
from cjmine.engine.spark import SparkEngine, components, engine
from cjmine.engine.tasks import Answer, Progress, Task
from cjmine.intake import parting
from cjmine.project.load import Loaded


def published(loaded: Loaded, folder: Path, *, kind: settings.Kind) -> dict[str, bytes]:
    """Run a project on an engine; return the bytes of each file but for the times in ``run.json``."""
    where = settings.EngineSettings(kind=kind)
    pipeline.run(loaded, folder, engine=where)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = {name: path.read_bytes() for name, path in files.items()}
    record = json.loads(found["run.json"])
    assert record.pop("times")
    return {**found, "run.json": json.dumps(record).encode()}


def assert_both_agree(loaded: Loaded, folder: Path) -> dict[str, bytes]:
    """Run a project on both engines, in any order of tasks; every file they publish is the same."""
    here, there = (published(loaded, folder / kind, kind=kind) for kind in settings.Kind)
    assert sorted(here) == sorted(there)
    assert [name for name, content in here.items() if content != there[name]] == []
    return here


def cut_small(patch: pytest.MonkeyPatch, *, join_there: bool) -> None:
    """Let few rows make several partitions and groups; with ``join_there`` Spark joins even few ids."""
    patch.setattr(store, "ROWS_PER_PARTITION", 40)
    patch.setattr(parting, "ROWS_PER_GROUP", 20)
    if join_there:
        patch.setattr(engine, "components", partial(components.components, few=0))


def kill_once_in(patch: pytest.MonkeyPatch, stages: Sequence[str], died: Path, *, executor: bool) -> None:
    """In each stage let the worker that first has done the second task die before it can say so."""
    each = SparkEngine.each

    def deadly(
        self: SparkEngine,
        work: Callable[[Task], Answer],
        tasks: Sequence[Task],
        *,
        progress: Progress | None = None,
    ) -> list[Answer]:
        stage = getattr(getattr(work, "func", work), "__name__", "")
        if stage not in stages:
            return each(self, work, tasks, progress=progress)
        assert len(tasks) > 1, stage
        does = partial(_dying, work, died / stage, executor=executor)
        return each(self, does, list(enumerate(tasks)), progress=progress)

    died.mkdir()
    patch.setattr(SparkEngine, "each", deadly)


def _dying(work: Callable[[Task], Answer], died: Path, task: tuple[int, Task], *, executor: bool) -> Answer:
    answer = work(task[1])
    if task[0] == 1 and not died.exists():
        died.touch()
        os.kill(java_above() if executor else os.getpid(), signal.SIGKILL)
    return answer


def java_above() -> int:
    """Return the process that runs this worker: in a local cluster an executor, never the driver."""
    number = os.getpid()
    while "CoarseGrainedExecutorBackend" not in Path(f"/proc/{number}/cmdline").read_text():
        number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    return number
