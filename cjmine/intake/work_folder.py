"""What does the work folder hold, what of it is worth keeping, and can the last run be gone on from?"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.engine.tasks import written
from cjmine.intake.changes import Last, keep_last, last_of


@dataclass(frozen=True, slots=True)
class Work:
    """The hidden folder beside a run in which finished tasks are kept."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Work:
        """Return the work folder, for its owner's eyes only: it holds ids as the exports have them."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(folder)

    @property
    def runs(self) -> Path:
        """Where the passes keep what they find."""
        return self.folder / "runs"

    def last(self) -> Last | None:
        """Return what the last finished run was made from, if it is known."""
        return last_of(self.folder)

    def map(self) -> pl.DataFrame | None:
        """Return the edges of the last finished run's map (source, target, count), if they are known."""
        try:
            return pl.read_parquet(self.folder / "map.parquet")
        except (OSError, pl.exceptions.PolarsError):
            return None

    def keep(self, now: Last, names: Iterable[str], flows: pl.DataFrame) -> None:
        """Remember a finished run, and remove what no later run can use.

        ``names`` are the results of pieces that this run is made from, ``flows`` the edges of its map.
        """
        with written(self.folder / "map.parquet") as draft:
            flows.select("source", "target", "count").write_parquet(draft)
        keep_last(self.folder, now)
        wanted = set(names)
        for path in (self.folder / "pieces").glob("*"):
            if path.name.split(".")[0] not in wanted:
                path.unlink()
        for path in (self.folder / "people").glob("*"):
            if path.name != now.who:
                shutil.rmtree(path)
        for path in self.runs.glob("*"):
            if path.name not in {now.first, now.second}:
                shutil.rmtree(path)
        for name in ("text", "raw", "edges", "changed", "parted"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
