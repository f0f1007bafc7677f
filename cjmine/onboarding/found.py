"""Which files under some paths may be exports, and which are left out, with the reason?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cjmine.errors import SourceError
from cjmine.ingest.files import Packed
from cjmine.ingest.settings import Format

_ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".psv": Format.CSV,
    ".txt": Format.CSV,
    ".dat": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".xes": Format.XES,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}
_NOT_EXPORTS = {
    **dict.fromkeys((".md", ".rst", ".pdf", ".docx", ".html", ".htm"), "a document"),
    **dict.fromkeys((".yaml", ".yml", ".json", ".toml", ".ini"), "a description or settings, not an export"),
    **dict.fromkeys((".bpmn", ".pnml", ".decl", ".xml"), "a model or other XML, not an export"),
    **dict.fromkeys((".xls", ".ods", ".xlsb"), "a spreadsheet of another kind; save it as .xlsx"),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar"), "an archive; unpack it"),
}
_MAGIC = {
    b"PK\x03\x04": Format.XLSX,
    b"PAR1": Format.PARQUET,
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook; save it as .xlsx",
    b"\x1f\x8b": "gzip data; add .gz to its name",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database; see `format: sql` in the manual",
}
_OBJECT = re.compile(rb'\{\s*"')
_RUN = "run.json"
_SEEN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that may be an export: ``form`` by its name and first bytes (text tables count as CSV)."""

    path: Path
    form: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that is not used, and why."""

    what: str
    why: str


def find(paths: Iterable[Path]) -> tuple[list[File], list[LeftOut]]:
    """Return the files that may be exports, in order, and what is left out; folders are searched.

    Hidden files, and folders that hold a finished run, are passed over. Raises ``SourceError`` for a
    path that is not there.
    """
    files: dict[Path, File] = {}
    left: dict[Path, LeftOut] = {}
    for given in paths:
        if not given.exists():
            msg = f"{given}: no such file or folder"
            raise SourceError(msg, "name the folder that holds the exports, or the exports themselves")
        for path in _walk(given) if given.is_dir() else [given]:
            what = _kind(path)
            if isinstance(what, Format):
                files.setdefault(path.resolve(), File(path=path, form=what))
            else:
                left.setdefault(path.resolve(), LeftOut(what=str(path), why=what))
    return list(files.values()), list(left.values())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        here = [] if _RUN in names else sorted(name for name in names if not name.startswith((".", "~$")))
        folders[:] = [] if _RUN in names else sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in here)


def _kind(path: Path) -> Format | str:  # noqa: PLR0911 (one answer for each kind)
    """Return a file's format, or why it is none of ours."""
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    plain = suffixes[:-1] if suffixes[-1:] == [".gz"] else suffixes
    ending = plain[-1] if plain else ""
    if ending in _NOT_EXPORTS:
        return _NOT_EXPORTS[ending]
    if ending not in _ENDINGS:
        return f"its ending {ending!r} is not known" if ending else "it has no ending that says what it is"
    try:
        begin = Packed(path).begin()[:_SEEN]
    except SourceError as fault:
        return fault.faults[0]
    if not begin.strip(b"\xef\xbb\xbf \t\r\n"):
        return "it is empty"
    seen = next((what for magic, what in _MAGIC.items() if begin.startswith(magic)), None)
    if seen is not None:
        return seen
    form = _ENDINGS[ending]
    start = begin.lstrip(b"\xef\xbb\xbf \t\r\n")
    if form is Format.CSV and _OBJECT.match(start):
        return Format.JSONL
    if form is Format.CSV and start[:9].lower().startswith((b"<!doctype", b"<html")):
        return "a web page, not a table"
    if form in {Format.XLSX, Format.PARQUET}:
        return f"it is no {form} file, though its name says so"
    return form
