"""Reads Parquet: every column becomes text except instants, which are already read."""

from __future__ import annotations

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.raw import Raw
from cjmine.ingest.settings import Source


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read the wanted columns, page checksums verified; nested or binary columns are refused."""
    del source  # encodings and delimiters mean nothing here
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed for this format only
    from pyarrow import parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(pa.BufferReader(export.whole()), page_checksum_verification=True)
        names = tuple(file.schema_arrow.names)
        columns = [name for name in names if name in wanted]
        table = pl.from_arrow(file.read(columns=columns))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        msg = f"{export.name}: is not a whole Parquet file ({reason})"
        raise SourceError(msg) from error
    height = file.metadata.num_rows
    frame = table if isinstance(table, pl.DataFrame) else table.to_frame()
    bad = [
        f"{export.name}: column '{name}' holds {kind}, not single values"
        for name, kind in frame.schema.items()
        if kind.is_nested() or kind in {pl.Binary, pl.Object}
    ]
    if bad:
        raise SourceError(bad)
    text = frame.with_columns(
        pl.col(name).cast(pl.Datetime("us", kind.time_zone) if isinstance(kind, pl.Datetime) else pl.String)
        for name, kind in frame.schema.items()
    )
    position = pl.DataFrame(
        {
            "row": pl.int_range(1, height + 1, dtype=pl.Int64, eager=True),
            "line": pl.repeat(None, height, eager=True, dtype=pl.Int64),
        }
    )
    return Raw(frame=text, position=position, names=names)
