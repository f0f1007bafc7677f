from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.tables import EVENT, TABLES
from cjmine.engine import local
from cjmine.engine.store import Store
from cjmine.errors import EngineError
from cjmine.journeys.settings import JourneySettings
from cjmine.pipeline import PASS_ONE, PASS_TWO
from cjmine.tally import Merge, Tally
from tests.builders import context
from tests.conftest import need
from tests.engine.random_log import random_log
from tests.laws.test_laws import MODELS, frozen

need(find_spec("pyspark"), "no PySpark: pip install 'cjmine[spark]'")
need(shutil.which("java"), "no Java: apt-get install openjdk-17-jre-headless")

from cjmine.engine import spark as on_spark  # noqa: E402 (needs PySpark)
from cjmine.engine.spark import job  # noqa: E402

CLUSTER = "local-cluster[2,1,1024]"
HERE = context(JourneySettings(), models=MODELS)
Run = Callable[[Store, Sequence[Kernel], Context], dict[str, pl.DataFrame]]


@pytest.fixture(scope="module", params=["local[2,4]", CLUSTER])
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One session for each master; workers' logs stay out of the installed package."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    home = tmp_path_factory.mktemp("spark")
    for part in ("bin", "jars"):
        (home / part).symlink_to(Path(spec.origin).parent / part)
    from pyspark import cloudpickle  # noqa: PLC0415

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not have the tests
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        started = on_spark.session(request.param)
    with started:
        yield started


def frame(spark: Any, events: pl.DataFrame, folder: Path) -> Any:
    """Return events as Spark gets them: from files, spread over tasks without regard to customers."""
    folder.mkdir()
    for number, rows in enumerate(events.iter_slices(100)):
        rows.write_parquet(folder / f"{number}.parquet")
    return spark.read.parquet(str(folder))


def results(store: Store, run: Run) -> Mapping[str, pl.DataFrame]:
    """Return every tally of both passes and every row table."""
    one = run(store, PASS_ONE, HERE)
    two = run(store, PASS_TWO, frozen(HERE, one))
    rows = {table.name: store.table(table) for table in TABLES}
    return {**{f"{name} of pass 1": table for name, table in one.items()}, **two, **rows}


def assert_equal(left: Mapping[str, pl.DataFrame], right: Mapping[str, pl.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for name, table in left.items():
        assert table.schema == right[name].schema, name
        assert table.equals(right[name]), name


def test_spark_and_one_machine_agree_row_for_row(spark: Any, tmp_path: Path) -> None:
    events = random_log(1, customers=100)
    expected = results(Store.create(tmp_path / "here", events, parts=1), local.run)
    assert [name for name, table in expected.items() if not table.height] == []
    store = on_spark.create(frame(spark, events, tmp_path / "export"), tmp_path / "there", parts=5)
    assert_equal(results(store, partial(on_spark.run, spark=spark)), expected)
    assert sorted(path.name for path in store.folder.iterdir()) == sorted(table.name for table in TABLES)


def test_partitions_do_not_depend_on_the_zone_of_the_session(spark: Any, tmp_path: Path) -> None:
    events = random_log(3, customers=4)
    expected = Store.create(tmp_path / "here", events, parts=9)  # more parts than customers: some are empty
    spark.conf.set("spark.sql.session.timeZone", "Australia/Sydney")
    try:
        export = (
            frame(spark, events, tmp_path / "export").drop("journey_id").withColumnRenamed("need", "other")
        )
        store = on_spark.create(export, tmp_path / "there", parts=9)
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    for number in range(9):
        rows = expected.read(number).events.with_columns(pl.lit(None, pl.String).alias("need"))
        assert store.read(number).events.equals(rows)
    whole = on_spark.create(frame(spark, events, tmp_path / "again"), tmp_path / "one")
    assert whole.parts == 1
    assert whole.table(EVENT).equals(events.sort(EVENT.order))


@dataclass(frozen=True)
class Dying(Store):
    """The first worker that has written partition 1 dies before it can say so."""

    died: Path
    executor: bool

    def write(self, number: int, partition: Partition) -> None:
        Store.write(self, number, partition)
        if number == 1 and not self.died.exists():
            self.died.touch()
            os.kill(java_above() if self.executor else os.getpid(), signal.SIGKILL)


def java_above() -> int:
    """Return the process that runs this worker: in a local cluster an executor, never the driver."""
    number = os.getpid()
    while "CoarseGrainedExecutorBackend" not in Path(f"/proc/{number}/cmdline").read_text():
        number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    return number


def test_a_worker_killed_in_mid_run_changes_nothing(spark: Any, tmp_path: Path) -> None:
    need(Path("/proc/self/stat").exists(), "no /proc to find an executor in")
    events = random_log(4)
    expected = results(Store.create(tmp_path / "here", events, parts=1), local.run)
    plain = Store.create(tmp_path / "there", events, parts=3)
    died = tmp_path / "died"
    mortal = Dying(plain.folder, plain.parts, died=died, executor=spark.sparkContext.master == CLUSTER)

    def run(_: Store, kernels: Sequence[Kernel], given: Context) -> dict[str, pl.DataFrame]:
        merged = on_spark.run(mortal, kernels, given, spark=spark)
        died.unlink()  # it did happen; the next pass has a death of its own
        return merged

    assert_equal(results(plain, run), expected)


def failing(error: Exception | None) -> Kernel:
    """Raise the error in every task; without one, end the process."""

    def compute(_: Partition, __: Context) -> pl.DataFrame:
        if error is None:
            os._exit(3)
        raise error

    return Kernel(name="failing", output=Tally(keys={}, measures={"n": Merge.SUM}), compute=compute)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), "a Spark worker failed: OSError: .*No space left on device"),
        (None, "Spark gave up: Job aborted .* failed 4 times"),
    ],
)
def test_what_a_machine_is_to_blame_for_is_one_clear_error(
    spark: Any, error: Exception | None, told: str, tmp_path: Path
) -> None:
    events = random_log(5, customers=3)
    store = Store.create(tmp_path, events, parts=1)
    with pytest.raises(EngineError, match=told) as raised:
        on_spark.run(store, [failing(error)], HERE, spark=spark)
    assert raised.value.hint
    assert store.table(EVENT).equals(events.sort(EVENT.order))
    assert len(list(tmp_path.iterdir())) == len(TABLES)


def test_only_the_last_error_of_a_traceback_is_looked_at() -> None:
    missing = "ModuleNotFoundError: No module named 'cjmine'"
    assert (
        job.environmental(f"Traceback (most recent call last):\n  File x\n{missing}\n\n\tat org") == missing
    )
    assert job.environmental("Traceback:\nMemoryError\n") == "MemoryError"
    assert job.environmental("Traceback:\nOSError: gone\n\nTraceback:\nValueError: a bug") == ""
    assert job.environmental("nothing known") == ""


def test_a_kernel_at_fault_keeps_its_traceback(spark: Any, tmp_path: Path) -> None:
    from pyspark.errors import PythonException  # noqa: PLC0415

    store = Store.create(tmp_path, random_log(5, customers=3), parts=1)
    with pytest.raises(PythonException, match=r"in compute(?s:.*)ValueError: a bug"):
        on_spark.run(store, [failing(ValueError("a bug"))], HERE, spark=spark)


def test_progress_ends_at_all_partitions(spark: Any, tmp_path: Path) -> None:
    store = Store.create(tmp_path, random_log(6, customers=20), parts=8)
    ticks: list[tuple[int, int]] = []
    on_spark.run(store, PASS_ONE, HERE, spark=spark, progress=lambda done, of: ticks.append((done, of)))
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == (8, 8)
    assert len(ticks) > 1


def test_workers_with_other_versions_are_refused(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.create(tmp_path, random_log(5, customers=3), parts=2)
    monkeypatch.setattr(job, "versions", lambda: "cjmine 0.0")
    with pytest.raises(EngineError, match=r"has cjmine \d.*; the driver has cjmine 0\.0") as raised:
        on_spark.run(store, PASS_ONE, HERE, spark=spark)
    assert len(raised.value.faults) == 1
    assert "install the same versions" in raised.value.hint


def test_a_folder_that_is_not_shared_is_refused(tmp_path: Path) -> None:
    with job.job(Store(tmp_path, 1)) as ours:
        assert ours.fault() == ""
    assert "cannot see the store" in ours.fault()
    answer = ours.attempt(0, lambda _: pytest.fail("nothing may be written"))
    assert "cannot see the store" in answer.to_pylist()[0]["fault"]
