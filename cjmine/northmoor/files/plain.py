"""How are rows written as text? Delimited, at fixed places, as JSON lines; every time the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

LINE_END = "\r\n"
_LEVEL = 6  # a million page views at the highest level would cost a minute


def write_delimited(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str, encoding: str
) -> None:
    """Write a header and rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=LINE_END)
    writer.writerow(header)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode(encoding))


def write_fixed(
    path: Path, fields: Mapping[str, tuple[int, int]], rows: Iterable[Sequence[str]], *, encoding: str
) -> None:
    """Write each row's fields at their places; only the last one is not filled up with blanks."""
    widths = [last - first + 1 for first, last in fields.values()]
    reaches = max(first for first, _ in fields.values())
    lines = []
    for row in rows:
        if any(len(cell) > width for cell, width in zip(row, widths, strict=True)):
            msg = f"{path.name}: a value is longer than its field: {row}"
            raise ValueError(msg)
        line = "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(line.rstrip().ljust(reaches) + LINE_END)
    write_bytes(path, "".join(lines).encode(encoding))


def write_json_lines(path: Path, rows: Sequence[str]) -> None:
    """Write one object, already JSON, per line."""
    write_bytes(path, "".join(f"{row}\n" for row in rows).encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, compressed where its name ends in ``.gz``; no time of writing gets into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = path.suffix == ".gz"
    path.write_bytes(gzip.compress(content, compresslevel=_LEVEL, mtime=0) if packed else content)
