"""What does the work folder hold, what of it is worth keeping, and can the last run be gone on from?"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cjmine.intake.changes import Last, keep_last, last_of


@dataclass(frozen=True, slots=True)
class Work:
    """The hidden folder beside a run in which finished tasks are kept."""

    folder: Path

    @property
    def runs(self) -> Path:
        """Where the passes keep what they find."""
        return self.folder / "runs"

    def last(self) -> Last | None:
        """Return what the last finished run was made from, if it is known."""
        return last_of(self.folder)

    def keep(self, now: Last, first: str, second: str, names: Iterable[str]) -> None:
        """Remember a finished run, and remove what no later run can use.

        ``names`` are the results of pieces that this run is made from.
        """
        keep_last(self.folder, dataclasses.replace(now, first=first, second=second))
        wanted = set(names)
        for path in (self.folder / "pieces").glob("*"):
            if path.name.split(".")[0] not in wanted:
                path.unlink()
        for path in (self.folder / "people").glob("*"):
            if path.name != now.who:
                shutil.rmtree(path)
        for path in self.runs.glob("*"):
            if path.name not in {first, second}:
                shutil.rmtree(path)
        for name in ("raw", "edges", "changed", "parted"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
