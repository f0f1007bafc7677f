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
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    look = (
        *(SpinnerColumn(), TextColumn("{task.description:<26}"), BarColumn()),
        *(TimeElapsedColumn(), TextColumn("about"), TimeRemainingColumn(), TextColumn("left in this step")),
    )
    with Progress(*look, console=console, transient=True) as bar:
        task, now = bar.add_task("starting", total=None), ""

        def tell(stage: str, done: int, of: int) -> None:
            nonlocal task, now
            if stage != now:  # each step has a pace of its own
                bar.remove_task(task)
                task, now = bar.add_task(stage, total=of), stage
            bar.update(task, completed=done, total=of)

        yield tell
