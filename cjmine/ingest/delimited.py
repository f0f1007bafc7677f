"""Reads CSV and its kin: separators counted over the whole file first, so that no ragged row hides.

A file whose quotes are well formed is scanned with numpy and read by polars;
one with stray quotes or lone carriage returns goes through the standard
library's parser, which is slower and says where it went wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.raw import (
    HEADER_AGAIN,
    POSITION,
    Fault,
    Raw,
    faults_table,
    refuse_binary,
    unique_names,
    utf8,
)
from cjmine.ingest.settings import Source

DELIMITERS = ",;\t|"
_HEAD, _SAMPLE = 1 << 16, 20
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_MARK = "\ufeff".encode()
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where each record lies (bytes, line end excluded), its line from 1 and its number of values."""

    starts: Positions
    ends: Positions
    lines: Positions
    widths: Positions

    def take(self, keep: npt.NDArray[np.bool_]) -> _Layout:
        return _Layout(
            starts=self.starts[keep], ends=self.ends[keep], lines=self.lines[keep], widths=self.widths[keep]
        )


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read the wanted columns as text; ragged rows and repeated headers are set aside with their line."""
    content = export.whole()
    refuse_binary(export.name, content[:64], "a text table")
    data = utf8(export.name, content, source.encoding)
    if not data.strip():
        msg = f"{export.name}: the file is empty"
        raise SourceError(msg)
    delimiter = source.delimiter or sniff(data)
    layout = layout_of(data, delimiter) if delimiter.isascii() else None
    if layout is None:
        return _slow(export, data.decode(), delimiter, wanted)
    return _fast(export, data, layout, delimiter, wanted)


def names_in(header: bytes, delimiter: str) -> tuple[str, ...]:
    """Return the names in a header."""
    return tuple(next(csv.reader(io.StringIO(header.decode(), newline=""), delimiter=delimiter), ()))


def sniff(data: bytes) -> str:
    """Choose the delimiter under which most of the first records are as wide as the header."""
    head = data[:_HEAD].decode(errors="ignore")

    def score(delimiter: str) -> tuple[int, int]:
        records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        widths = [len(record) for record, _ in zip(records, range(_SAMPLE), strict=False) if record]
        return (widths.count(widths[0]) if widths and widths[0] > 1 else 0), widths[0] if widths else 0

    return max(DELIMITERS, key=score)


def refuse_wide(name: str, width: int, shortest: int) -> None:
    """Refuse a file in which no row fits the header because every row is longer."""
    if shortest > width:
        msg = f"{name}: the header has {width} columns, but every row has {shortest} or more values"
        raise SourceError(
            msg,
            "state the delimiter, or remove title lines before the header",
        )


def _too_wide(width: int, widths: Iterable[int]) -> int:
    shortest = min(widths, default=0)
    return shortest if shortest > width else 0


def records_in(data: bytes, delimiter: str, *, first: bool) -> tuple[int, bytes]:
    """Count the records of well-formed text, blank lines left out; with ``first`` also return the header."""
    if not first and b'"' not in data and not any(blank in data for blank in (b"\n\n", b"\n\r\n")):
        begins_blank = data.startswith((b"\n", b"\r\n"))
        return data.count(b"\n") + (not data.endswith(b"\n")) - begins_blank, b""
    layout = layout_of(data, delimiter)
    assert layout is not None  # noqa: S101 - who cuts pieces has made sure
    if not layout.starts.size:
        return 0, b""
    return int(layout.starts.size), data[int(layout.starts[0]) : int(layout.ends[0])]


def last_end(data: bytes) -> int:
    """Return where the last record ends that is followed by a line end outside quotes; 0 if there is none."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    octets = np.frombuffer(data, np.uint8)
    newlines, quotes = np.flatnonzero(octets == _NEWLINE), np.flatnonzero(octets == _QUOTE)
    outside = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    return int(outside[-1]) + 1 if outside.size else 0


def _ragged(found: int, width: int) -> str:
    return f"{found} values where the header has {width}"


def well_formed(data: bytes, delimiter: str) -> bool:
    """Tell whether the fast reader can be trusted with this text: its quotes close, its lines end one way."""
    if not delimiter.isascii() or data.count(b"\r") != data.count(b"\r\n"):
        return False
    octets = np.frombuffer(data, np.uint8)
    if b'"' not in data:
        return True
    return _closed(octets, np.flatnonzero(octets == _QUOTE), ord(delimiter))


def layout_of(data: bytes, delimiter: str) -> _Layout | None:
    """Find every record without parsing any; ``None`` where quotes or line ends need the slow path."""
    octets = np.frombuffer(data, np.uint8)
    if data.count(b"\r") != data.count(b"\r\n"):
        return None
    newlines = np.flatnonzero(octets == _NEWLINE)
    separators = np.flatnonzero(octets == ord(delimiter))
    ends = newlines
    if (quotes := np.flatnonzero(octets == _QUOTE)).size:
        if not _closed(octets, quotes, ord(delimiter)):
            return None
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1])
    widths = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
    lines = np.searchsorted(newlines, starts) + 1
    ends = ends - ((ends > starts) & (octets[np.maximum(ends - 1, 0)] == _RETURN))
    return _Layout(starts=starts, ends=ends, lines=lines, widths=widths).take(ends > starts)


def _closed(octets: npt.NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    """Tell whether every quote opens at a field's start, closes at its end, or is doubled."""
    if quotes.size % 2:
        return False
    padded = np.concatenate([[_NEWLINE], octets, [_NEWLINE]]).astype(np.uint8, copy=False)
    edges = [_NEWLINE, _RETURN, _QUOTE, delimiter]
    opens, closes = padded[quotes[::2]], padded[quotes[1::2] + 2]
    return bool(np.isin(opens, edges).all() and np.isin(closes, edges).all())


def _fast(export: Export, data: bytes, layout: _Layout, delimiter: str, wanted: frozenset[str]) -> Raw:
    name = export.name
    first, last = int(layout.starts[0]), int(layout.ends[0])
    header = data[first:last]
    names = unique_names(
        name, next(csv.reader(io.StringIO(header.decode(), newline=""), delimiter=delimiter))
    )
    rows = layout.take(np.arange(layout.starts.size) > 0)
    ragged = rows.widths != len(names)
    again = _again(data, rows, header, names, delimiter)
    good = ~(ragged | again)
    faults: list[Fault] = [
        (
            int(i) + 1 + export.rows,
            int(rows.lines[i]) + export.lines,
            None,
            data[rows.starts[i] : rows.ends[i]].decode(errors="replace"),
            why,
        )
        for i in np.flatnonzero(~good)
        for why in [HEADER_AGAIN if again[i] else _ragged(int(rows.widths[i]), len(names))]
    ]
    kept = rows.take(good)
    position = pl.DataFrame(
        {"row": np.flatnonzero(good) + 1 + export.rows, "line": kept.lines + export.lines}, schema=POSITION
    )
    frame = _parse(_joined(data, kept), delimiter, names, wanted) if kept.starts.size else None
    marked = bool(kept.starts.size) and data.startswith(_MARK, kept.starts[0])  # polars would strip it
    if marked or (frame is not None and frame.width and frame.height != position.height):
        return _slow(export, data.decode(), delimiter, wanted)
    columns = [column for column in names if column in wanted]
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return Raw(
        frame=empty if frame is None else frame,
        position=position,
        names=names,
        faults=faults_table(faults),
        too_wide=_too_wide(len(names), rows.widths.tolist() if not good.any() else ()),
    )


def _again(
    data: bytes, rows: _Layout, header: bytes, names: tuple[str, ...], delimiter: str
) -> npt.NDArray[np.bool_]:
    """Mark the rows that say what the header says, in quotes or not."""
    octets, bare = np.frombuffer(data, np.uint8), header.replace(b'"', b"")
    longer = (rows.ends - rows.starts) - len(bare)
    again: npt.NDArray[np.bool_] = (
        (longer >= 0) & (longer <= 2 * len(names) + 2 * header.count(b'"')) & (rows.widths == len(names))
    )
    if bare:  # few rows begin as the header does
        first = octets[rows.starts]
        second = octets[np.minimum(rows.starts + 1, len(data) - 1)]
        again &= (first == bare[0]) | ((first == _QUOTE) & ((second == bare[0]) | (second == _QUOTE)))
    for i in np.flatnonzero(again):
        record = data[rows.starts[i] : rows.ends[i]]
        again[i] = record.replace(b'"', b"") == bare and names_in(record, delimiter) == names
    return again


def _joined(data: bytes, kept: _Layout) -> bytes:
    """Cut the good records out, in runs, so that a clean file is one slice."""
    after = np.flatnonzero(kept.starts[1:] - kept.ends[:-1] > len(b"\r\n"))
    heads = kept.starts[np.concatenate([[0], after + 1])]
    tails = kept.ends[np.concatenate([after, [-1]])]
    return b"\n".join(data[start:end] for start, end in zip(heads.tolist(), tails.tolist(), strict=True))


def _parse(data: bytes, delimiter: str, names: tuple[str, ...], wanted: frozenset[str]) -> pl.DataFrame:
    chosen = {f"column_{i}": column for i, column in enumerate(names, 1) if column in wanted}
    if not chosen:
        return pl.DataFrame()
    schema = dict.fromkeys((f"column_{i}" for i in range(1, len(names) + 1)), pl.String())
    quote = '"' if b'"' in data else None
    frame = pl.read_csv(
        data, has_header=False, separator=delimiter, quote_char=quote, schema=schema, columns=list(chosen)
    )
    return frame.rename(chosen).fill_null("")  # what an empty text means is the mapping's to say


class _Lines:
    """Lines of a text with their ends, counted as they are taken."""

    def __init__(self, text: str, before: int) -> None:
        self.text = io.StringIO(text, newline="")
        self.number = before
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self.text)
        self.number += 1
        return self.last


def _records(export: Export, text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield line, values (``None`` where quotes are misplaced) and the raw line of each record."""
    lines = _Lines(text, export.lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.number + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.number > first or "end of data" in str(error):
                msg = f"{export.name}, line {first}: a quote opened here is never closed"
                raise SourceError(msg) from error
            yield first, None, lines.last.rstrip("\r\n")
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        else:
            if record:
                yield first, record, lines.last.rstrip("\r\n")


def _slow(export: Export, text: str, delimiter: str, wanted: frozenset[str]) -> Raw:
    name = export.name
    records = _records(export, text, delimiter)
    _, header, _ = next(records)
    if header is None:
        msg = f"{name}, line 1: the header has a misplaced quote"
        raise SourceError(msg)
    names = unique_names(name, header)
    places, rows, faults, widths = [], [], list[Fault](), set[int]()
    chosen = [i for i, column in enumerate(names) if column in wanted]
    for row, (line, record, raw) in enumerate(records, 1 + export.rows):
        if record is not None:
            widths.add(len(record))
        if record is not None and len(record) == len(names) and record != header:
            places.append((row, line))
            rows.append([record[i] for i in chosen])
        elif record is None:
            faults.append((row, line, None, raw, "a misplaced quote"))
        else:
            why = HEADER_AGAIN if record == header else _ragged(len(record), len(names))
            faults.append((row, line, None, raw, why))
    frame = pl.DataFrame(rows, schema=dict.fromkeys((names[i] for i in chosen), pl.String), orient="row")
    position = pl.DataFrame(places, schema=POSITION, orient="row")
    return Raw(
        frame=frame,
        position=position,
        names=names,
        faults=faults_table(faults),
        too_wide=_too_wide(len(names), widths),
    )
