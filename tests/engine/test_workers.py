"""Processes of our own: answers in order, errors as what they are, and no need of a careful script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from cjmine.engine.local import local
from cjmine.engine.workers import Workers
from cjmine.errors import CjmineError, EngineError, LinkageError, ModelError, SettingsError, SourceError
from cjmine.ingest.columns import MissingColumnError
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    workers = Workers(2)
    yield workers
    workers.close()


def slowest_first(number: int) -> tuple[int, int]:
    time.sleep(0.2 if number == 0 else 0)
    return number, os.getpid()


def raising(number: int, error: BaseException, at: int) -> int:
    if number >= at:
        raise error
    return number


def dying(number: int, how: signal.Signals) -> int:
    if number == 1:
        os.kill(os.getpid(), how)
    return number


def test_answers_come_in_the_order_of_the_tasks(two: Workers) -> None:
    ticks: list[tuple[int, int]] = []
    answers = two.each(slowest_first, range(8), lambda done, of: ticks.append((done, of)))
    assert [number for number, _ in answers] == list(range(8))
    assert ticks == [(done, 8) for done in range(1, 9)]
    assert len({process for _, process in answers}) == 2
    assert os.getpid() not in {process for _, process in answers}
    assert two.each(slowest_first, [], None) == []


@pytest.mark.parametrize(
    "error",
    [
        *(kind(("one", "two"), "do this") for kind in (SettingsError, ModelError, SourceError, LinkageError)),
        EngineError("one"),
        MissingColumnError(["one"], ["who"], found=["a", "b"]),
        OSError(28, "No space left on device", "/there"),
        FileNotFoundError(2, "No such file or directory", "/there"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_crosses_as_what_it_is(two: Workers, error: CjmineError | OSError) -> None:
    with pytest.raises(type(error)) as caught:
        two.each(partial(raising, error=error, at=1), range(4), None)
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    if isinstance(error, CjmineError) and isinstance(caught.value, CjmineError):
        assert (caught.value.faults, caught.value.hint) == (error.faults, error.hint)
        assert caught.value.exit_code == error.exit_code
    if isinstance(error, OSError) and isinstance(caught.value, OSError):
        assert (caught.value.errno, caught.value.filename) == (error.errno, error.filename)
    # who raised one error goes on with other work
    assert [number for number, _ in two.each(slowest_first, range(3), None)] == [0, 1, 2]


def test_the_earliest_error_is_raised(two: Workers) -> None:
    for _ in range(5):
        with pytest.raises(SourceError, match="0"):
            two.each(fail_with_its_number, range(2), None)


def fail_with_its_number(number: int) -> None:
    time.sleep(0.05 * (2 - number))
    msg = str(number)
    raise SourceError(msg)


def test_a_bug_says_where_it_happened(two: Workers) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)test_workers\.py.*KeyError: 'here'"):
        two.each(partial(raising, error=KeyError("here"), at=0), range(2), None)


def test_what_polars_was_told_by_the_system_crosses_as_it_is(two: Workers) -> None:
    full = pl.exceptions.ComputeError("No space left on device (os error 28)")
    with pytest.raises(pl.exceptions.ComputeError, match="os error 28"):
        two.each(partial(raising, error=full, at=0), range(2), None)
    with pytest.raises(RuntimeError, match=r"(?s)test_workers\.py.*ComputeError: other"):
        two.each(partial(raising, error=pl.exceptions.ComputeError("other"), at=0), range(2), None)


def test_a_full_memory_is_told(two: Workers) -> None:
    with pytest.raises(EngineError, match="ran out of memory") as caught:
        two.each(partial(raising, error=MemoryError(), at=0), range(2), None)
    assert "--memory" in caught.value.hint


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV], ids=lambda how: how.name)
def test_a_worker_that_is_killed_is_told_as_what_it_is(how: signal.Signals) -> None:
    with local(2) as engine, pytest.raises(EngineError) as caught:
        engine.each(partial(dying, how=how), range(6))
    assert f"a worker process ended with signal {how.value}" in caught.value.faults[0]
    assert "memory" in caught.value.faults[0]
    assert "--memory" in caught.value.hint
    assert caught.value.exit_code == 5


def test_workers_end_with_who_started_them() -> None:
    with local(2) as engine:
        processes = {process for _, process in engine.each(slowest_first, range(8))}
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


SCRIPT = """
from cjmine.engine.local import local
from cjmine.engine.tasks import written
from operator import neg
print("begins")
with local(2) as engine:
    print(engine.each(neg, [1, 2, 3]))
"""


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "script.py"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("begins\n[-1, -2, -3]\n", "")
