"""A progress bar on a terminal, silence elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Yield a function that takes a stage's name, how much is done, and of how much."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    look = (SpinnerColumn(), TextColumn("{task.description:<26}"), BarColumn(), TimeElapsedColumn())
    with Progress(*look, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, of: bar.update(task, description=stage, completed=done, total=of)
