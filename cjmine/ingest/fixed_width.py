"""Reads tables without separators: each field is where the project file says it stands in the line."""

from __future__ import annotations

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.raw import FAULT, Raw, refuse_binary, shorten, utf8
from cjmine.ingest.settings import Source


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read the wanted fields as text without their padding; lines too short or too long are set aside.

    Positions count characters. A line may lack trailing blanks of its last
    field, but must reach it; blank lines are passed over.
    """
    content = export.whole()
    refuse_binary(export.name, content[:64], "a fixed-width table")
    text = utf8(export.name, content, source.encoding).decode()
    if not text.strip():
        msg = f"{export.name}: the file is empty"
        raise SourceError(msg)
    if source.skip_lines > (held := len(text.splitlines())):
        msg = f"{export.name}: skip_lines is {source.skip_lines:,}, but the file has {held:,} lines"
        raise SourceError(msg)
    lines = _lines(text, source.skip_lines)
    last, width = (max(place[i] for place in source.fields.values()) for i in (0, 1))
    length = pl.col("text").str.len_chars()
    reason = (
        pl.when(length < last)
        .then(pl.format("{} characters where the last field begins at {}", length, pl.lit(last)))
        .when(length > width)
        .then(pl.format("{} characters where the fields end at {}", length, pl.lit(width)))
    )
    lines = lines.with_columns(reason.alias("reason"))
    good, bad = lines.filter(pl.col("reason").is_null()), lines.filter(pl.col("reason").is_not_null())
    frame = good.select(
        pl.col("text").str.slice(first - 1, end - first + 1).str.strip_chars(" ").alias(name)
        for name, (first, end) in source.fields.items()
        if name in wanted
    )
    faults = bad.select("row", "line", pl.lit(None).alias("column"), pl.col("text").alias("value"), "reason")
    return Raw(
        frame=frame,
        position=good.select("row", "line"),
        names=tuple(source.fields),
        faults=shorten(faults.cast(FAULT)),
    )


def _lines(text: str, skipped: int) -> pl.DataFrame:
    """Return row, line and text of every line with more than blanks in it, after those to skip."""
    table = pl.DataFrame({"text": text.split("\n")}).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"), pl.col("text").str.strip_suffix("\r")
    )
    filled = table[skipped:].filter(pl.col("text").str.strip_chars() != "")
    return filled.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"), "line", "text")
