"""What every reader returns: text columns, where each row stood, and the rows set aside."""

from __future__ import annotations

from collections.abc import Sequence
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
    """

    frame: pl.DataFrame
    position: pl.DataFrame
    names: tuple[str, ...]
    faults: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAULT))
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


def utf8(name: str, data: bytes, encoding: str | None) -> bytes:
    """Return text as UTF-8 without byte order mark; never guesses.

    Raises ``SourceError`` naming line and byte of what is not text in the
    declared encoding (UTF-8 unless declared; UTF-16 by its mark).
    """
    declared = encoding or ("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    hint = "" if encoding else "declare its encoding, such as `encoding: cp1252`"
    try:
        text = data.decode(declared)
    except LookupError as error:
        msg = f"{name}: there is no encoding called '{declared}'"
        raise SourceError(msg) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        bad = f"0x{data[error.start]:02x}" if error.start < len(data) else "missing"
        kind = declared.removesuffix("-sig").upper()
        msg = f"{name}, line {line}: byte {error.start + 1} ({bad}) is not {kind}"
        raise SourceError(msg, hint) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        msg = f"{name}, line {line}: holds a NUL byte; this is not a text file"
        raise SourceError(msg, hint)
    if declared.replace("_", "-").casefold() in {"utf-8", "utf8", "utf-8-sig"}:
        return data.removeprefix(b"\xef\xbb\xbf")
    return text.removeprefix("\ufeff").encode()
