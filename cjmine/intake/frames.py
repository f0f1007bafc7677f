"""Rows on their way, compact and ready to be read in slices: what is the same in all rows is told once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.domain.tables import EVENT
from cjmine.engine.arrow import mapped
from cjmine.engine.tasks import written

_INSTANT = "%Y-%m-%d %H:%M:%S%.f%#z"
FEW = 1 << 12
"""A column of text with fewer distinct values than this travels as numbers."""
_IDS = {"event_id", "customer_id"}
SCHEMA = pl.Schema(
    [
        *((name, kind) for name, kind in EVENT.schema.items() if name not in _IDS),
        ("content", pl.UInt64()),
        ("node", pl.UInt32()),
        ("customer", pl.Int32()),
    ]
)
"""What a row holds on its way: EVENT's columns without the two ids, its content, its leading id's number
in the book or, after linking, its customer's number."""


def save(rows: pl.DataFrame, path: Path) -> None:
    """Write rows with columns of ``SCHEMA``; the columns that are the same in all go into its companion."""
    constants: dict[str, Any] = {}
    kept = []
    for column in rows.iter_columns():
        if not rows.height or column.null_count() == rows.height:
            continue
        if column.dtype != pl.List(pl.String) and not column.null_count() and (column == column[0]).all():
            constants[column.name] = _plain(column[0])
        elif column.dtype == pl.String:
            distinct = column.unique().drop_nulls()
            few = distinct.len() < min(FEW, rows.height // 4)
            kept.append(column.cast(pl.Enum(distinct.sort())) if few else column)
        else:
            kept.append(column)
    with written(_companion(path)) as draft:
        draft.write_text(json.dumps({"rows": rows.height, "constants": constants}), encoding="utf-8")
    with written(path) as draft:
        pl.DataFrame(kept).write_ipc(draft)


def _plain(value: object) -> str | bool | int | float:
    return value if isinstance(value, str | bool | int | float) else str(value)


def _companion(path: Path) -> Path:
    return path.with_suffix(".json")


def files_of(path: Path) -> list[Path]:
    """Return the files that ``save`` writes."""
    return [path, _companion(path)]


Stored = tuple[pl.DataFrame, dict[str, Any]]
"""Rows as they lie on disk, and what is the same in all of them."""


def stored(path: Path, start: int = 0, count: int | None = None) -> Stored:
    """Read rows that ``save`` wrote, or a slice of them, as they lie on disk."""
    said = json.loads(_companion(path).read_text(encoding="utf-8"))
    rows = said["rows"] - start if count is None else count
    frame = mapped(path, start, rows)
    return frame, {**said["constants"], "": rows}


def together(parts: Sequence[Stored]) -> pl.DataFrame:
    """Return the rows of several files behind each other: the columns that any of them has."""
    names = [name for name in SCHEMA if any(name in frame.columns or name in same for frame, same in parts)]
    columns = {name: [_column(frame, same, name) for frame, same in parts] for name in names}
    return pl.DataFrame([pl.concat(column, rechunk=True) for column in columns.values()])


def read(path: Path) -> pl.DataFrame:
    """Read the rows that ``save`` wrote, with all columns of ``SCHEMA``."""
    return whole(together([stored(path)]), json.loads(_companion(path).read_text(encoding="utf-8"))["rows"])


def whole(rows: pl.DataFrame, height: int) -> pl.DataFrame:
    """Return rows with all columns of ``SCHEMA``, in its order."""
    return pl.DataFrame(
        rows[name] if name in rows.columns else pl.repeat(None, height, dtype=kind, eager=True).alias(name)
        for name, kind in SCHEMA.items()
    )


def _column(frame: pl.DataFrame, same: Mapping[str, Any], name: str) -> pl.Series:
    kind, rows = SCHEMA[name], same[""]
    if name in frame.columns:
        return frame[name].cast(kind)
    if name not in same:
        return pl.repeat(None, rows, dtype=kind, eager=True).alias(name)
    if isinstance(kind, pl.Datetime):
        moment = pl.Series([same[name]]).str.to_datetime(
            "%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", time_zone="UTC"
        )
        return moment.cast(kind).new_from_index(0, rows).alias(name)
    return pl.repeat(same[name], rows, dtype=kind, eager=True).alias(name)
