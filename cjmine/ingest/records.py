"""Where do the records of a delimited text begin and end? Counted over all of it, without parsing any."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DELIMITERS = ",;\t|"
_HEAD, _SAMPLE = 1 << 16, 20
_NEWLINE, _RETURN, QUOTE = 10, 13, 34
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each record lies (bytes, line end excluded), its line from 1 and its number of values."""

    starts: Positions
    ends: Positions
    lines: Positions
    widths: Positions

    def take(self, keep: npt.NDArray[np.bool_]) -> Layout:
        """Return the marked records only."""
        return Layout(
            starts=self.starts[keep], ends=self.ends[keep], lines=self.lines[keep], widths=self.widths[keep]
        )


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
    newlines, quotes = np.flatnonzero(octets == _NEWLINE), np.flatnonzero(octets == QUOTE)
    outside = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    return int(outside[-1]) + 1 if outside.size else 0


def well_formed(data: bytes, delimiter: str) -> bool:
    """Tell whether the fast reader can be trusted with this text: its quotes close, its lines end one way."""
    if not delimiter.isascii() or data.count(b"\r") != data.count(b"\r\n"):
        return False
    octets = np.frombuffer(data, np.uint8)
    if b'"' not in data:
        return True
    return _closed(octets, np.flatnonzero(octets == QUOTE), ord(delimiter))


def layout_of(data: bytes, delimiter: str) -> Layout | None:
    """Find every record without parsing any; ``None`` where quotes or line ends need the slow path."""
    octets = np.frombuffer(data, np.uint8)
    if data.count(b"\r") != data.count(b"\r\n"):
        return None
    newlines = np.flatnonzero(octets == _NEWLINE)
    separators = np.flatnonzero(octets == ord(delimiter))
    ends = newlines
    if (quotes := np.flatnonzero(octets == QUOTE)).size:
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
    return Layout(starts=starts, ends=ends, lines=lines, widths=widths).take(ends > starts)


def _closed(octets: npt.NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    """Tell whether every quote opens at a field's start, closes at its end, or is doubled."""
    if quotes.size % 2:
        return False
    padded = np.concatenate([[_NEWLINE], octets, [_NEWLINE]]).astype(np.uint8, copy=False)
    edges = [_NEWLINE, _RETURN, QUOTE, delimiter]
    opens, closes = padded[quotes[::2]], padded[quotes[1::2] + 2]
    return bool(np.isin(opens, edges).all() and np.isin(closes, edges).all())
