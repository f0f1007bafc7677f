"""What does an engine do? Run one pure piece of work over many tasks, and give the answers in order.

A task reads files and writes files of its own, each whole and under its final name at the
end, so a task done twice, or by a worker believed dead, leaves the same bytes. What it answers is
small: counts and names, never rows. The same work runs here, in processes, or on a cluster.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Progress = Callable[[int, int], None]
Edges = Sequence[Path]
"""Files of edges between numbered ids: NumPy arrays (``.npy``) of two int64 columns."""


class Engine(Protocol):
    """Where the work is done."""

    @property
    def name(self) -> str:
        """``local`` or ``spark``."""
        ...

    def each(
        self,
        work: Callable[[Task], Answer],
        tasks: Sequence[Task],
        *,
        progress: Progress | None = None,
    ) -> list[Answer]:
        """Do the work for every task and return the answers in the order of the tasks.

        ``work`` and the tasks can be pickled. The first error of a task ends all of it and is
        raised here as it is.
        """
        ...

    def components(self, size: int, edges: Edges) -> npt.NDArray[np.integer[Any]]:
        """Return for each of ``size`` ids the smallest id that edges join it to, itself included."""
        ...


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Yield a name beside ``path`` to write to; it becomes ``path`` in one step when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        yield draft
        draft.replace(path)
    finally:
        # also after the end: a second name of the very file that stands there is not taken away by renaming
        draft.unlink(missing_ok=True)
