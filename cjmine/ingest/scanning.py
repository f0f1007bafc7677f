"""What is in a file? One pass over it gives its digest, its plain text and the pieces it is read in.

Text that was packed, or written in another encoding, is written out plainly, so that pieces can be read
from where they begin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cjmine.engine.tasks import written
from cjmine.errors import SourceError
from cjmine.ingest import excel
from cjmine.ingest.files import Packed, load
from cjmine.ingest.pieces import Cutter, Piece
from cjmine.ingest.raw import decoded, is_utf8, refuse_binary
from cjmine.ingest.records import names_in
from cjmine.ingest.settings import Format, Source

_LINES = {Format.CSV: "a text table", Format.JSONL: "JSON lines"}
"""The formats whose records are lines, and what they call themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One export as it was when it was seen: its name, its digest, its pieces in order.

    ``names`` are a text table's columns, and ``empty`` says that it has no row below them.
    """

    name: str
    sha256: str
    sheet: str
    pieces: tuple[Piece, ...]
    names: tuple[str, ...] = ()
    empty: bool = False


def scan(path: Path, source: Source, spool: Path, known: Sequence[Piece] = ()) -> tuple[Scanned, ...]:
    """See one file: one export, or one for each of the source's sheets of a workbook.

    ``spool`` is a file for the plain text that a packed or differently encoded export does not have
    itself. ``known`` are the pieces it had when it was last seen: as long as its bytes are the
    same they stay as they were, so an export that has only grown keeps all of them.
    Raises ``SourceError`` for what is no such file, or no text.
    """
    if source.format in _LINES:
        return (_scan_text(path, source, spool, known),)
    export = load(path)
    sheets = excel.sheets(export, source) if source.format is Format.XLSX else (export,)
    return tuple(
        Scanned(
            name=one.name,
            sha256=one.sha256,
            sheet=one.sheet,
            pieces=(Piece(path=path, name=one.name, sha256=one.sha256, sheet=one.sheet),),
        )
        for one in sheets
    )


def _scan_text(path: Path, source: Source, spool: Path, known: Sequence[Piece]) -> Scanned:
    packed = Packed(path)
    begin = packed.begin()
    refuse_binary(path.name, begin, _LINES[source.format])
    as_it_is = not packed.gzipped and is_utf8(begin, source.encoding)
    with ExitStack() as stack:
        keep: Callable[[bytes], object] = lambda _block: None  # noqa: E731 (the text stands in the file)
        if not as_it_is:
            keep = stack.enter_context(stack.enter_context(written(spool)).open("wb")).write
        blocks = decoded(path.name, packed.chunks(), source.encoding)
        cutter = Cutter(
            place=path if as_it_is else spool,
            name=path.name,
            source=source,
            known=list(known),
            start=3 if as_it_is and begin.startswith(b"\xef\xbb\xbf") else 0,
        )
        for block in blocks:
            keep(block)
            cutter.take(block)
        cutter.finish()
    if not cutter.text and source.format is Format.CSV:
        msg = f"{path.name}: the file is empty"
        raise SourceError(msg)
    return Scanned(
        name=path.name,
        sha256=packed.sha256,
        sheet="",
        pieces=tuple(cutter.pieces),
        names=names_in(cutter.head, str(cutter.delimiter)) if cutter.head else (),
        empty=not cutter.rows and not cutter.loose,
    )
