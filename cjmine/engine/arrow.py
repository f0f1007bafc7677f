"""Tables on disk as if they were in memory: only the pages that are looked at are read."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import polars as pl


def owned(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their texts copied: polars keeps whatever was read around them as long as them."""
    return pl.DataFrame(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))


def mapped(path: Path, start: int = 0, count: int | None = None) -> pl.DataFrame:
    """Return an uncompressed Arrow file's rows, or a slice of them, without copying any."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    return cast("pl.DataFrame", pl.from_arrow(table.slice(start, count)))
