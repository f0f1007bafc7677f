"""What every reader returns: text columns, where each row stood, and the rows set aside."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from cjmine.errors import SourceError

POSITION = pl.Schema({"row": pl.Int64, "line": pl.Int64})
FAULT = pl.Schema(
    {"row": pl.Int64, "line": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}
)
Fault = tuple[int, int | None, str | None, str | None, str]

HEADER_AGAIN = "the header again"

_MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "gzip data (add .gz to its name)",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One export before mapping.

    ``frame`` holds the wanted columns the export has (text; Parquet datetimes
    stay datetimes), ``position`` the row (from 1) and line of each of its rows,
    ``names`` every column of the export, ``faults`` the rows set aside (FAULT).
    ``too_wide`` is the number of values of the shortest row where every row has more than the header;
    ``alien`` says why nothing here looks like the declared format: if nothing elsewhere does, it is not.
    """

    frame: pl.DataFrame
    position: pl.DataFrame
    names: tuple[str, ...]
    faults: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAULT))
    too_wide: int = 0
    alien: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows the export holds."""
        return self.position.height + self.faults.height


def faults_table(faults: Sequence[Fault]) -> pl.DataFrame:
    """Return faults as a table, values shortened, in order of their rows."""
    return shorten(pl.DataFrame(list(faults), schema=FAULT, orient="row")).sort("row", maintain_order=True)


def shorten(faults: pl.DataFrame, limit: int = 60) -> pl.DataFrame:
    """Cut quoted values: a quarantine file discloses no more of a row than a reader needs."""
    value = pl.col("value")
    return faults.with_columns(
        pl.when(value.str.len_chars() > limit)
        .then(value.str.head(limit - 1) + "…")
        .otherwise(value)
        .alias("value")
    )


def unique_names(name: str, header: Sequence[str]) -> tuple[str, ...]:
    """Return a header's names; raises ``SourceError`` where one occurs twice."""
    twice = sorted({f"{column!r}" for column in header if column and header.count(column) > 1})
    if twice:
        msg = f"{name}: the header names {', '.join(twice)} more than once"
        raise SourceError(msg)
    return tuple(header)


def refuse_binary(name: str, head: bytes, declared: str) -> None:
    """Raise ``SourceError`` where the first bytes belong to another kind of file."""
    what = next((text for magic, text in _MAGIC.items() if head.startswith(magic)), None)
    if what is None and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(
        (b"<!doctype", b"<html", b"<?xml")
    ):
        what = "HTML or XML"
    if what:
        msg = f"{name}: is {what}, not {declared}"
        raise SourceError(msg)


_UTF8 = {"utf-8", "utf8", "utf-8-sig"}
_MARK16 = {b"\xff\xfe", b"\xfe\xff"}
_UNDECLARED = "declare its encoding, such as `encoding: cp1252`"


def _declared(begin: bytes, encoding: str | None) -> str:
    """Return the encoding of a text: as declared, else UTF-16 by its mark, else UTF-8; never a guess."""
    return encoding or ("utf-16" if begin[:2] in _MARK16 else "utf-8-sig")


def is_utf8(begin: bytes, encoding: str | None) -> bool:
    """Tell whether a text that begins so is written in UTF-8."""
    return _declared(begin, encoding).replace("_", "-").casefold() in _UTF8


def utf8(name: str, data: bytes, encoding: str | None) -> bytes:
    """Return text as UTF-8 without byte order mark; never guesses.

    Raises ``SourceError`` naming line and byte of what is not text in the
    declared encoding (UTF-8 unless declared; UTF-16 by its mark).
    """
    return b"".join(decoded(name, [data], encoding))


def decoded(name: str, blocks: Iterable[bytes], encoding: str | None) -> Iterator[bytes]:
    """Yield text that arrives in blocks as UTF-8 without byte order mark; raises as ``utf8`` does."""
    decoder: codecs.IncrementalDecoder | None = None
    taken, lines, kind = 0, 0, ""
    for last, block in _with_last(blocks):
        if decoder is None:
            kind = _declared(block, encoding)
            decoder = _decoder(name, kind)
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, last)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].count(b"\n") + 1
            bad = f"0x{error.object[error.start]:02x}" if error.start < len(error.object) else "missing"
            place = taken - waiting + error.start + 1
            msg = f"{name}, line {line}: byte {place} ({bad}) is not {kind.removesuffix('-sig').upper()}"
            raise SourceError(msg, "" if encoding else _UNDECLARED) from error
        if "\0" in text:
            line = lines + text.count("\n", 0, text.index("\0")) + 1
            msg = f"{name}, line {line}: holds a NUL byte; this is not a text file"
            raise SourceError(msg, "" if encoding else _UNDECLARED)
        if not lines and taken <= waiting:
            text = text.removeprefix("\ufeff")
        taken += len(block)
        lines += text.count("\n")
        yield text.encode()


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield each block with whether it is the last one; nothing at all is one empty block."""
    before: bytes | None = None
    for block in blocks:
        if before is not None:
            yield False, before
        before = block
    yield True, before or b""


def _decoder(name: str, kind: str) -> codecs.IncrementalDecoder:
    try:
        return codecs.getincrementaldecoder(kind)()
    except LookupError as error:
        msg = f"{name}: there is no encoding called '{kind}'"
        raise SourceError(msg) from error
