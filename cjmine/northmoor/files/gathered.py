"""Where are a million rows kept until they are sorted? In frames, a tenth of the size of objects."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from cjmine.northmoor.systems import Row, System

SEPARATOR = "\x1f"
NOBODY = -1
SCHEMA = pl.Schema(
    {
        **dict.fromkeys(("file", "group"), pl.String),
        "at": pl.Int64,
        **dict.fromkeys(("person", "act"), pl.Int32),
        **dict.fromkeys(("cells", "source_id"), pl.String),
        **dict.fromkeys(("linkable", "survives"), pl.Boolean),
    }
)
_KEPT_AS_TUPLES = 50_000
_PLACE = ["file", "group", "at"]


class Gathered:
    """The rows of all systems, while they come in person by person."""

    def __init__(self) -> None:
        self._rows: dict[System, list[tuple[object, ...]]] = {system: [] for system in System}
        self._frames: dict[System, list[pl.DataFrame]] = {system: [] for system in System}

    def add(self, person: int, rows: Iterable[Row]) -> None:
        """Add what the systems wrote of one person (``NOBODY`` for rows that record nothing)."""
        for row in rows:
            kept = self._rows[row.system]
            kept.append(
                (
                    *(row.file, row.group, row.microseconds, person, row.act, SEPARATOR.join(row.cells)),
                    *(row.source_id, row.linkable, row.survives),
                )
            )
            if len(kept) >= _KEPT_AS_TUPLES:
                self._pack(row.system)

    def append(self, system: System, rows: pl.DataFrame) -> None:
        """Add rows that are a frame already."""
        self._frames[system].append(rows.cast(SCHEMA).select(SCHEMA.names()))

    def count(self, system: System) -> int:
        """Return how many rows a system has so far."""
        return len(self._rows[system]) + sum(frame.height for frame in self._frames[system])

    def taken(self, system: System) -> pl.DataFrame:
        """Return a system's rows in the order of its files, numbered from 1 in each; they are kept no longer.

        Rows of one moment stay in the order of people and of their acts.
        """
        self._pack(system)
        frames, self._frames[system] = self._frames[system], []
        placed = pl.concat(frames).sort(_PLACE, maintain_order=True)
        return placed.with_columns(pl.int_range(1, pl.len() + 1).over("file").alias("row"))

    def _pack(self, system: System) -> None:
        rows, self._rows[system] = self._rows[system], []
        self._frames[system].append(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
