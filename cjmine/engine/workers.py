"""How do all cores work on tasks? Processes of our own, each with one thread, fed through a private pipe.

Not ``multiprocessing.Pool``: its children run the caller's script again, which a notebook or a plain
script does not survive. These run this module only, whoever calls. A worker that dies (a full memory
ends it without a word) is told as what it is, and the run ends with a clear error.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Client, Connection, Listener
from threading import Lock, Thread
from typing import Any

import polars as pl

from cjmine.engine.tasks import Progress
from cjmine.errors import CjmineError, EngineError

_START = "from cjmine.engine.workers import serve; serve()"
_MEMORY = (
    "give it more memory or a smaller share of it with --memory, or run on a cluster with --engine spark"
)


class Workers:
    """Some processes that do tasks; ``close`` ends them."""

    def __init__(self, count: int) -> None:
        """Start ``count`` processes."""
        key = secrets.token_bytes(32)
        threads = str(max(1, (os.cpu_count() or 1) // count))
        path = os.pathsep.join(part for part in sys.path if part)
        single = {"POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
        self._logs = [tempfile.TemporaryFile() for _ in range(count)]  # noqa: SIM115 - closed in close()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._pipes: list[Connection[Any, Any]] = []
        with Listener(authkey=key) as listener:
            for log in self._logs:
                process = subprocess.Popen(  # noqa: S603 - this very Python, and our own module
                    [sys.executable, "-c", _START, str(listener.address)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    env={**os.environ, **single},
                )
                self._processes.append(process)
                if process.stdin is not None:
                    process.stdin.write(key.hex().encode() + b"\n")
                    process.stdin.flush()
                self._pipes.append(listener.accept())

    def each(self, work: Callable[[Any], Any], tasks: Sequence[Any], progress: Progress | None) -> list[Any]:
        """Do the work for every task; answers in the order of the tasks, the earliest error raised."""
        turn = _Turn(tasks, progress)
        threads = [
            Thread(target=self._feed, args=(number, work, turn), daemon=True)
            for number in range(len(self._pipes))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if turn.errors:
            raise turn.errors[min(turn.errors)]
        return [turn.answers[number] for number in range(len(tasks))]

    def _feed(self, number: int, work: Callable[[Any], Any], turn: _Turn) -> None:
        pipe = self._pipes[number]
        sent = False
        while (task := turn.next()) is not None:
            place, given = task
            try:
                if not sent:
                    pipe.send(("work", work))
                    sent = True
                pipe.send(("task", given))
                kind, value = pipe.recv()
            except (EOFError, OSError):
                turn.failed(place, self._dead(number))
                return
            if kind == "done":
                turn.done(place, value)
            else:
                turn.failed(place, value if kind == "fault" else RuntimeError(value))

    def _dead(self, number: int) -> EngineError:
        code = self._processes[number].wait()
        log = self._logs[number]
        log.seek(0)
        said = log.read()[-4_000:].decode(errors="replace").strip().splitlines()
        how = f"signal {-code}" if code < 0 else f"code {code}"
        last = f": {said[-1]}" if said else ""
        return EngineError(
            f"a worker process ended with {how}{last}; most likely it ran out of memory", _MEMORY
        )

    def close(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        for log in self._logs:
            log.close()


class _Turn:
    """Which task is next, and what came of those that were done."""

    def __init__(self, tasks: Sequence[Any], progress: Progress | None) -> None:
        self.answers: dict[int, Any] = {}
        self.errors: dict[int, BaseException] = {}
        self._tasks, self._progress, self._at, self._lock = tasks, progress, 0, Lock()

    def next(self) -> tuple[int, Any] | None:
        with self._lock:
            if self.errors or self._at == len(self._tasks):
                return None
            self._at += 1
            return self._at - 1, self._tasks[self._at - 1]

    def done(self, place: int, answer: object) -> None:
        with self._lock:
            self.answers[place] = answer
            if self._progress is not None:
                self._progress(len(self.answers), len(self._tasks))

    def failed(self, place: int, error: BaseException) -> None:
        with self._lock:
            self.errors[place] = error


def serve() -> None:
    """Do tasks until the other end of the pipe is closed; started by ``Workers`` in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides
    key = bytes.fromhex(sys.stdin.readline().strip())
    with Client(sys.argv[1], authkey=key) as pipe:
        work: Callable[[Any], Any] | None = None
        while True:
            try:
                kind, value = pipe.recv()
            except (EOFError, OSError):
                return
            if kind == "work":
                work = value
            elif work is not None:
                pipe.send(_answer(work, value))


def _answer(work: Callable[[Any], Any], task: object) -> tuple[str, Any]:
    try:
        return "done", work(task)
    except CjmineError as fault:
        return "fault", fault
    except MemoryError:
        return "fault", EngineError("a worker process ran out of memory", _MEMORY)
    except OSError as error:
        return "fault", error
    except pl.exceptions.ComputeError as error:
        # how polars says what the operating system said to it
        return ("fault", error) if "os error" in str(error) else ("error", traceback.format_exc())
    except BaseException:  # noqa: BLE001 - told to who asked, with where it happened
        return "error", traceback.format_exc()
