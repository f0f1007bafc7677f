from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cjmine import pipeline
from cjmine.domain.kernel import Context
from cjmine.engine.choice import choose
from cjmine.engine.settings import EngineSettings, Kind
from cjmine.engine.spark import SparkEngine, job
from cjmine.engine.store import Store
from cjmine.errors import CjmineError, EngineError, SourceError
from cjmine.journeys.settings import JourneySettings
from cjmine.project.load import load
from tests.builders import context
from tests.conftest import ROOT, need
from tests.engine.random_log import random_log
from tests.engine.spark_work import assert_equal, here, there
from tests.laws.test_laws import MODELS
from tests.projects import tiny

CLUSTER = "local-cluster[2,1,1024]"
HERE = context(JourneySettings(), models=MODELS)


@pytest.fixture
def engine(spark: Any, tmp_path: Path) -> SparkEngine:
    return SparkEngine(spark, tmp_path / "shared")


@pytest.mark.parametrize("logs", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_spark_and_one_machine_agree_row_for_row(engine: SparkEngine, tmp_path: Path, logs: int) -> None:
    drawn = [random_log(seed, customers=60 if seed == 0 else 8) for seed in range(logs)]
    expected = here([Store.create(tmp_path / f"here{n}", log, parts=1) for n, log in enumerate(drawn)], HERE)
    assert [name for name, table in expected[0].items() if not table.height] == []
    parted = [Store.create(tmp_path / f"there{n}", log, parts=1 + n % 3) for n, log in enumerate(drawn)]
    assert_equal(there(engine, parted, HERE), expected)
    assert list(engine.folder.iterdir()) == []


@pytest.mark.parametrize("project", ["tiny", pytest.param("northmoor", marks=pytest.mark.slow)])
def test_spark_and_one_machine_agree_on_a_project(engine: SparkEngine, tmp_path: Path, project: str) -> None:
    loaded = load(tiny(tmp_path) if project == "tiny" else ROOT / "configs" / "northmoor.yaml")
    events = pipeline.ingest(loaded, lambda *_: None).events
    given = Context(settings=loaded.project.parts(), models=loaded.models)
    expected = here([Store.create(tmp_path / "here", events, parts=1)], given)
    assert_equal(there(engine, [Store.create(tmp_path / "there", events, parts=7)], given), expected)


@pytest.mark.parametrize("spark", ["local[2,4]", CLUSTER], indirect=True)
def test_a_worker_killed_in_mid_run_changes_nothing(engine: SparkEngine, tmp_path: Path) -> None:
    need(Path("/proc/self/stat").exists(), "no /proc to find an executor in")
    log, died = random_log(4, customers=12), tmp_path / "died"
    expected = here([Store.create(tmp_path / "here", log, parts=1)], HERE)
    parted = [Store.create(tmp_path / "there", log, parts=3)]
    executor = engine.spark.sparkContext.master == CLUSTER
    assert_equal(there(engine, parted, HERE, died=died, executor=executor), expected)
    assert died.exists()


def test_answers_stand_in_the_order_of_the_tasks(engine: SparkEngine) -> None:
    ticks: list[tuple[int, int]] = []

    def square(number: int) -> tuple[int, float | None]:
        time.sleep(0.3)
        return number * number, None

    found = engine.each(square, range(6), progress=lambda done, of: ticks.append((done, of)))
    assert found == [(number * number, None) for number in range(6)]
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == (6, 6)
    assert len(ticks) > 1
    assert engine.each(square, []) == []
    assert engine.name == "spark"


def failing(error: Exception | None, _: int) -> int:
    """Raise the error; without one, end the process."""
    if error is None:
        os._exit(3)
    raise error


def test_an_error_of_ours_arrives_as_it_is_and_ends_the_job(engine: SparkEngine, tmp_path: Path) -> None:
    def work(number: int) -> int:
        (tmp_path / f"began-{number}").touch()
        if number == 1:
            raise SourceError(["a.csv: line 3: no number", "a.csv: line 9: no date"], "mend the file")
        time.sleep(0.2)
        return number

    with pytest.raises(SourceError) as raised:
        engine.each(work, range(40))
    assert raised.value.faults == ("a.csv: line 3: no number", "a.csv: line 9: no date")
    assert (raised.value.hint, raised.value.exit_code) == ("mend the file", 3)
    assert len(list(tmp_path.glob("began-*"))) < 10
    assert list(engine.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), "a Spark worker failed: OSError: .*No space left on device"),
        (None, "Spark gave up: Job aborted .* failed 4 times"),
    ],
)
def test_what_a_machine_is_to_blame_for_is_one_clear_error(
    engine: SparkEngine, error: Exception | None, told: str
) -> None:
    with pytest.raises(EngineError, match=told) as raised:
        engine.each(partial(failing, error), [1])
    assert raised.value.hint


def test_only_the_last_error_of_a_traceback_is_looked_at() -> None:
    missing = "ModuleNotFoundError: No module named 'cjmine'"
    assert (
        job.environmental(f"Traceback (most recent call last):\n  File x\n{missing}\n\n\tat org") == missing
    )
    assert job.environmental("Traceback:\nMemoryError\n") == "MemoryError"
    assert job.environmental("Traceback:\nOSError: gone\n\nTraceback:\nValueError: a bug") == ""
    assert job.environmental("nothing known") == ""


def test_work_at_fault_keeps_its_traceback(engine: SparkEngine) -> None:
    from pyspark.errors import PythonException  # noqa: PLC0415

    with pytest.raises(PythonException, match=r"in failing(?s:.*)ValueError: a bug"):
        engine.each(partial(failing, ValueError("a bug")), [1])


def test_workers_with_other_versions_are_refused(
    engine: SparkEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "versions", lambda: "cjmine 0.0")
    with pytest.raises(EngineError, match=r"has cjmine \d.*; the driver has cjmine 0\.0") as raised:
        engine.each(abs, [1, 2])
    assert "install the same versions" in raised.value.hint


def outcome(batch: Any) -> list[Any]:
    return [job.unpacked(row["error"] or row["answer"]) for row in batch.to_pylist()]


def test_a_folder_that_is_not_shared_is_refused(tmp_path: Path) -> None:
    touch: Callable[[int], Any] = lambda _: pytest.fail("nothing may be done")  # noqa: E731
    with job.job(tmp_path / "new") as ours:
        assert outcome(ours.answer(0, job.packed(abs), job.packed(-3))) == [3]
    (error,) = outcome(ours.answer(0, job.packed(touch), job.packed(1)))
    assert isinstance(error, EngineError)
    assert f"cannot see the folder {tmp_path / 'new'}" in error.faults[0]


def test_after_a_failed_task_only_that_one_is_tried_again(tmp_path: Path) -> None:
    def work(number: int) -> int:
        if number == 7:
            msg = "seven"
            raise CjmineError(msg)
        return number

    with job.job(tmp_path) as ours:
        assert str(outcome(ours.answer(7, job.packed(work), job.packed(7)))[0]) == "seven"
        assert outcome(ours.answer(8, job.packed(work), job.packed(8))) == []
        assert str(outcome(ours.answer(7, job.packed(work), job.packed(7)))[0]) == "seven"


def test_the_settings_choose_the_engine(engine: SparkEngine, tmp_path: Path) -> None:
    with choose(EngineSettings(), tmp_path, local=nullcontext(engine)) as chosen:
        assert chosen is engine
    wanted = EngineSettings(kind=Kind.SPARK, master="local[2,4]")
    with choose(wanted, tmp_path, local=nullcontext(engine)) as chosen:
        assert chosen == SparkEngine(engine.spark, tmp_path)
