from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl
import pytest

from cjmine.engine import store
from cjmine.engine.choice import choose
from cjmine.engine.local import LocalEngine
from cjmine.engine.settings import EngineSettings, Kind
from cjmine.engine.spark import SparkEngine, job
from cjmine.errors import CjmineError, EngineError, SourceError
from cjmine.project.load import load
from tests.conftest import ROOT, need
from tests.engine.exports import project
from tests.engine.spark_work import assert_both_agree, cut_small, kill_once_in
from tests.projects import tiny

CLUSTER = "local-cluster[2,1,1024]"
BATCHES = [
    range(2),
    *(pytest.param(range(at, at + 25), marks=pytest.mark.slow) for at in range(0, 200, 25)),
]
"""Seeds of random logs; a batch shares a session."""


@pytest.fixture
def engine(spark: Any, tmp_path: Path) -> SparkEngine:
    return SparkEngine(spark, tmp_path / "shared")


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_spark_and_one_machine_publish_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: range
) -> None:
    for seed in seeds:
        with monkeypatch.context() as patch:
            cut_small(patch, join_there=seed % 25 == 0)
            folder = tmp_path / str(seed)
            loaded = load(project(folder, seed, customers=40 if seed == 0 else 8))
            files = assert_both_agree(loaded, folder / "out")
        if seed == 0:
            tables = {name: content for name, content in files.items() if name.endswith(".parquet")}
            assert sum(name.startswith("store/events/") for name in tables) == 8
            assert [name for name, content in tables.items() if not pl.read_parquet(content).height] == []
        rmtree(folder)


@pytest.mark.slow
@pytest.mark.usefixtures("spark")
def test_spark_and_one_machine_publish_the_same_northmoor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ROWS_PER_PARTITION", 1_000)
    assert_both_agree(load(ROOT / "configs" / "northmoor.yaml"), tmp_path)


@pytest.mark.parametrize("spark", ["local[2,4]", CLUSTER], indirect=True)
def test_a_worker_killed_in_mid_run_changes_nothing(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(Path("/proc/self/stat").exists(), "no /proc to find an executor in")
    cut_small(monkeypatch, join_there=False)
    died = tmp_path / "died"
    kill_once_in(monkeypatch, ("mapped", "one"), died, executor=spark.sparkContext.master == CLUSTER)
    assert_both_agree(load(project(tmp_path / "random", 4, customers=12)), tmp_path / "out")
    assert sorted(path.name for path in died.iterdir()) == ["mapped", "one"]


@pytest.mark.usefixtures("spark")
def test_the_notebook_runs_in_a_session_that_is_there(tmp_path: Path) -> None:
    notebook = json.loads((ROOT / "docs" / "spark" / "notebook.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code = "\n".join(cells).replace("/Volumes/CATALOG/SCHEMA/VOLUME", str(tmp_path))
    tiny(tmp_path).rename(tmp_path / "project.yaml")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own notebook
    assert names["run"].totals.height > 0
    assert (tmp_path / "report" / "report.html").exists()


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
    with choose(EngineSettings(), tmp_path, workers=1) as chosen:
        assert chosen == LocalEngine()
    wanted = EngineSettings(kind=Kind.SPARK, master="local[2,4]")
    with choose(wanted, tmp_path / "new", workers=1) as chosen:
        assert chosen == SparkEngine(engine.spark, tmp_path / "new")
    assert (tmp_path / "new").is_dir()
