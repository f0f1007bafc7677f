"""Which columns does an export have? Asked before anything is read, to check a project file."""

from __future__ import annotations

import csv
import io
import json
import zlib
from pathlib import Path

from cjmine.ingest import excel
from cjmine.ingest.files import load, regular
from cjmine.ingest.raw import utf8
from cjmine.ingest.records import sniff
from cjmine.ingest.settings import Format, Source

_HEAD = 262_144


def headers(path: Path, source: Source) -> dict[str, tuple[str, ...]]:
    """Return the column names of a file, by the name of the export: a workbook has one for each sheet.

    Raises ``SourceError`` where the file cannot be read at all.
    """
    regular(path)
    match source.format:
        case Format.XLSX:
            return {one.name: excel.header(one, source) for one in excel.sheets(load(path), source)}
        case Format.FIXED:
            return {path.name: tuple(source.fields)}
        case form:
            return {path.name: header(path, form, source.encoding, source.delimiter)}


def header(path: Path, form: Format, encoding: str | None, delimiter: str | None) -> tuple[str, ...]:
    """Return the column names, or nothing where the format does not declare them (XES, OCEL).

    Raises ``SourceError`` where the text cannot be decoded.
    """
    if form is Format.PARQUET:
        import polars as pl  # noqa: PLC0415 (only for this format)

        try:
            return tuple(pl.read_parquet_schema(path))
        except (pl.exceptions.PolarsError, OSError):
            return ()
    if form in {Format.XES, Format.OCEL}:
        return ()
    head = _head(path)
    lines = utf8(path.name, head, encoding).decode().splitlines()
    if not lines:
        return ()
    if form is Format.JSONL:
        return _keys(lines[:-1] if len(head) == _HEAD else lines)
    return tuple(next(csv.reader(io.StringIO(lines[0]), delimiter=delimiter or sniff(head)), ()))


def _head(path: Path) -> bytes:
    """Return the first bytes, inflated, cut at the last line end so that no character is cut."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(31).decompress(data, _HEAD)
        except zlib.error:
            return b""
    if len(data) < _HEAD:
        return data
    return data[: data.rfind(b"\n") + 1] or data


def _keys(lines: list[str]) -> tuple[str, ...]:
    """Return every key of the first lines: a line may leave out what it does not know."""
    found: dict[str, None] = {}
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            found.update(dict.fromkeys(row))
    return tuple(found)
