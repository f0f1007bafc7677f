"""What tables does a file hold? Its beginning, or all of it where it is small, read as text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import excel, xes
from cjmine.ingest.files import Export, Packed, load
from cjmine.ingest.raw import Raw, utf8
from cjmine.ingest.records import sniff
from cjmine.ingest.settings import Format, Source
from cjmine.ingest.steps import READERS
from cjmine.ingest.workbook import opened
from cjmine.onboarding.columns_of_blanks import fields_in
from cjmine.onboarding.found import File, LeftOut
from cjmine.onboarding.title_rows import header_row

_GUESSES = ("cp1252", "latin-1")
_KEY = re.compile(rb"""<(?:string|date|int|float|boolean|id)\s[^>]*?key=["']([^"']*)["']""")
_RARE = 0.01
_LOOKED = 5_000
_PARQUET_ROWS = 500_000
_VALUE = re.compile(r"\s*([\d.,:/+-]+|\d{1,4}[-/.]\d.*)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a file: how it is read, what was read, and whether that is all of it.

    ``how`` is a source without a mapping; ``doubts`` are to be told beside it.
    """

    path: Path
    how: Source
    export: Export
    raw: Raw
    whole: bool = True
    doubts: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that were read."""
        return tuple(self.raw.frame.columns)


def tables_in(file: File, limit: int) -> tuple[list[Table], list[LeftOut]]:
    """Read up to ``limit`` bytes of a file, inflated; what cannot be read is left out with the reason."""
    try:
        if file.form is Format.XLSX:
            return _sheets(file)
        return [_table(file, limit)], []
    except SourceError as fault:
        told = fault.faults[0].removeprefix(f"{file.path.name}: ")
        return [], [LeftOut(what=str(file.path), why=told)]


def _probe(form: Format, **how: Any) -> Source:  # noqa: ANN401 (settings of any kind)
    return Source(name="look", format=form, columns={}, **how)


def _sheets(file: File) -> tuple[list[Table], list[LeftOut]]:
    """Return every sheet that holds a table below a row of names."""
    export = load(file.path)
    found, left = list[Table](), list[LeftOut]()
    titles = list(opened(export).sheets)
    for title in titles:
        one = replace(export, sheet=title)
        try:
            row = header_row(excel.cells(one))
            settings: dict[str, Any] = {"sheet": title} if len(titles) > 1 else {}
            settings |= {"header_row": row} if row > 1 else {}
            how = _probe(Format.XLSX, sheet=title, header_row=row)
            names = excel.header(one, how)
            raw = READERS[Format.XLSX](one, how, frozenset(names))
        except SourceError as fault:
            why = fault.faults[0].removeprefix(f"{one.name}: ")
            left.append(LeftOut(what=f"{file.path}#{title}", why=why))
            continue
        found.append(Table(path=file.path, how=how, export=one, raw=raw, settings=settings))
    return found, left


def _table(file: File, limit: int) -> Table:
    if file.form is Format.PARQUET:
        return _parquet(file.path)
    data, whole = _bytes(file.path, limit)
    if file.form is Format.XES:
        return _log(file.path, data, whole=whole)
    encoding, doubts = _encoding(data)
    text = utf8(file.path.name, data, encoding)
    if not whole:
        text = text[: text.rfind(b"\n") + 1] or text
    export = Export(path=file.path, content=text, sha256="", plain=True)
    settings: dict[str, Any] = {"encoding": encoding} if encoding else {}
    if file.form is Format.JSONL:
        how, names = _probe(Format.JSONL), _keys(text)
    else:
        delimiter = sniff(text)
        names = next(csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter), [])
        if len(names) > 1:
            _refuse_values(names)
            settings |= {"delimiter": delimiter} if delimiter != "," else {}
            how = _probe(Format.CSV, delimiter=delimiter)
        else:
            fields, skipped = fields_in(text.decode())
            names, more = list(fields), {"skip_lines": skipped} if skipped else {}
            settings |= {"fields": fields, **more}
            how = _probe(Format.FIXED, fields={name: f"{a}-{b}" for name, (a, b) in fields.items()}, **more)
            doubts = (*doubts, "where fields begin and end is a guess from columns of blanks")
    raw = READERS[how.format](export, how, frozenset(names))
    return Table(
        path=file.path, how=how, export=export, raw=raw, whole=whole, doubts=doubts, settings=settings
    )


def _bytes(path: Path, limit: int) -> tuple[bytes, bool]:
    """Return the inflated content, or its first bytes."""
    found = bytearray()
    for block in Packed(path).chunks():
        found += block
        if len(found) > limit:
            return bytes(found[:limit]), False
    return bytes(found), True


def _encoding(data: bytes) -> tuple[str | None, tuple[str, ...]]:
    """Return the encoding to declare, if any: UTF-8 is proved by decoding, others are guesses to check."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return None, ()
    try:
        data[: data.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError as error:
        kind = next(one for one in _GUESSES if _decodes(data, one))
        line = data.count(b"\n", 0, error.start) + 1
        return kind, (f"not UTF-8 (line {line:,}); {kind} is a guess: look whether names read well",)
    return None, ()


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_values(names: list[str]) -> None:
    """Refuse a table whose first row holds numbers or dates: it has no row of names."""
    values = [name for name in names if name and _VALUE.fullmatch(name)]
    if values:
        msg = f"its first row holds values such as {values[0]!r}, not names of columns"
        raise SourceError(msg)


def _keys(text: bytes) -> list[str]:
    """Return the keys of the first lines whose values are single."""
    found: dict[str, bool] = {}
    for line in text.splitlines()[:_LOOKED]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        for key, value in row.items() if isinstance(row, dict) else ():
            found[key] = found.get(key, True) and not isinstance(value, dict | list)
    return [key for key, single in found.items() if single]


def _log(path: Path, data: bytes, *, whole: bool) -> Table:
    """Read an event log, or its first traces; attributes of fewer than one event in a hundred are left."""
    if not whole:
        end = data.rfind(b"</trace>")
        data = data[:end] + b"</trace></log>" if end > 0 else data
    counted = Counter(_KEY.findall(data))
    traces, events = data.count(b"<trace"), data.count(b"<event")
    names = dict.fromkeys(
        unescape(key.decode("utf-8", "replace"))
        for key, n in counted.items()
        if n >= min(_RARE * events, traces)
    )
    wanted = [*names, *(xes.CASE + name for name in names)]
    export = Export(path=path, content=data, sha256="", plain=True)
    how = _probe(Format.XES)
    raw = xes.read(export, how, frozenset(wanted))
    filled = [name for name in raw.names if name in raw.frame.columns]
    return Table(path=path, how=how, export=export, whole=whole, raw=replace(raw, frame=raw.frame[filled]))


def _parquet(path: Path) -> Table:
    """Read the first rows of a Parquet file, single values only."""
    from pyarrow import parquet as pq  # noqa: PLC0415 - slow to import, needed for this format only

    try:
        frame = pl.read_parquet(path, n_rows=_PARQUET_ROWS)
        rows = pq.ParquetFile(path).metadata.num_rows
    except (pl.exceptions.PolarsError, OSError) as error:
        msg = f"is not a whole Parquet file ({str(error).splitlines()[0]})"
        raise SourceError(msg) from error
    plain = [
        name
        for name, kind in frame.schema.items()
        if not kind.is_nested() and kind not in {pl.Binary, pl.Object}
    ]
    target = io.BytesIO()
    frame.select(plain).write_parquet(target)
    export = Export(path=path, content=target.getvalue(), sha256="", plain=True)
    how = _probe(Format.PARQUET)
    raw = READERS[Format.PARQUET](export, how, frozenset(plain))
    return Table(path=path, how=how, export=export, raw=raw, whole=rows <= _PARQUET_ROWS)
