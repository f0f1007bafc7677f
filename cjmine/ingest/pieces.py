"""How is an export read without holding all of it? In pieces of whole records, each readable on its own.

One pass over a file gives its digest, its plain text where it was packed or written in another
encoding, and where each piece begins: byte, row and line. A piece knows the digest of its bytes, so
what is parsed later is what was seen here. Where quotes do not close as they should, the rest of
the file is one piece, because only the slow parser can say where its records end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from cjmine.errors import SourceError
from cjmine.ingest.files import Export, load
from cjmine.ingest.records import last_end, records_in, sniff, well_formed
from cjmine.ingest.settings import Format, Source

PIECE = 8 << 20
"""Bytes of text in a piece: some 150,000 rows."""
_LONGEST = 8 * PIECE
"""A record that is longer than this is left to the parser of loose quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some whole records of an export: ``size`` bytes from ``start`` of ``path``; all of it where negative.

    ``head`` is the header, which stands before the first piece only; ``rows`` and ``lines`` are how
    many stand before this piece.
    """

    path: Path
    name: str
    sha256: str
    sheet: str = ""
    start: int = 0
    size: int = -1
    head: bytes = b""
    rows: int = 0
    lines: int = 0
    delimiter: str | None = None

    def export(self) -> Export:
        """Read it; raises ``SourceError`` where the bytes are not those that were seen before."""
        if self.size < 0:
            whole = replace(load(self.path), sheet=self.sheet)
            _refuse_change(self.name, whole.sha256, self.sha256)
            return whole
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                content = file.read(self.size)
        except OSError as error:
            msg = f"{self.name}: cannot be read ({error.strerror})"
            raise SourceError(msg) from error
        _refuse_change(self.name, hashlib.sha256(content).hexdigest(), self.sha256)
        return Export(
            path=Path(self.name),
            content=self.head + content,
            sha256=self.sha256,
            plain=True,
            rows=self.rows,
            lines=self.lines - self.head.count(b"\n"),
        )

    def settings(self, source: Source) -> Source:
        """Return how this piece is to be read: its text is UTF-8 already, its delimiter known."""
        if self.size < 0:
            return source
        return source.model_copy(update={"encoding": None, "delimiter": self.delimiter})


def _refuse_change(name: str, now: str, then: str) -> None:
    if now != then:
        msg = f"{name}: changed while it was being read"
        raise SourceError(msg, "run again when nobody writes to it")


class Cutter:
    """Cuts text that arrives block by block into pieces, counting rows and lines."""

    def __init__(self, *, place: Path, name: str, source: Source, known: list[Piece], start: int) -> None:
        self.place, self.name, self.source, self.known, self.start = place, name, source, known, start
        self.pieces: list[Piece] = []
        self.held = bytearray()
        self.head, self.delimiter = b"", source.delimiter
        self.rows = self.lines = 0
        self.text = self.loose = False

    def take(self, block: bytes) -> None:
        """Take more text, and cut what is whole."""
        self.held += block
        while len(self.held) >= self._wanted():
            if not self._cut(last=False):
                return

    def finish(self) -> None:
        """Cut what is left."""
        while self.held:
            self._cut(last=True)
        if not self.pieces and self.source.format is Format.JSONL:
            self._keep(b"")

    def _wanted(self) -> int:
        # one byte more than a known piece tells whether the text has grown behind it
        return self.known[0].size + 1 if self.known else PIECE

    def _cut(self, *, last: bool) -> bool:
        """Cut one piece off; ``False`` where more text is needed to know where it ends."""
        if self._as_before():
            return True
        if not last and len(self.held) < PIECE:
            return False  # it was a known piece that ended here, and it is not as it was
        end = 0 if self.loose else self._end(last=last)
        if self.loose:
            end = len(self.held) if last else 0  # the rest is one piece
        if end:
            self._keep(bytes(self.held[:end]))
        return bool(end)

    def _end(self, *, last: bool) -> int:
        """Return where a piece ends, 0 where more text must tell; quotes that do not close make it loose."""
        if last and len(self.held) <= PIECE:
            end = len(self.held)
        elif self.source.format is Format.JSONL:
            return self.held.rfind(b"\n", 0, PIECE) + 1 or self.held.find(b"\n") + 1 or last * len(self.held)
        else:
            end = self._last_end(PIECE) or self._last_end(len(self.held)) or last * len(self.held)
            self.loose = not end and len(self.held) > _LONGEST
        if self.source.format is Format.CSV:
            self.delimiter = self.delimiter or sniff(bytes(self.held[:PIECE]))
            self.loose = self.loose or not well_formed(bytes(self.held[:end]), self.delimiter)
        return end

    def _last_end(self, size: int) -> int:
        """Return where the last whole record of the first bytes ends; blank lines alone are none."""
        text = bytes(self.held[:size])
        end = last_end(text)
        return end if self.head or text[:end].strip() else 0

    def _as_before(self) -> bool:
        """Take over the next piece that was known, if its bytes are still the same."""
        if not self.known:
            return False
        old = self.known[0]
        with memoryview(self.held)[: old.size] as view:
            same = len(view) == old.size and hashlib.sha256(view).hexdigest() == old.sha256
        if not same:
            self.known = []
            return False
        if len(self.known) > 1 and (old.start, old.rows, old.lines, old.head) == (
            self.start,
            self.rows,
            self.lines,
            self.head,
        ):
            self._go_on(old, self.known[1])
            return True
        content = bytes(self.held[: old.size])
        open_end = len(self.held) > old.size and not content.endswith(b"\n")
        if self.source.format is Format.CSV:
            # where quotes did not close, what stands behind may close them
            open_end = open_end or not well_formed(content, str(old.delimiter))
        if open_end or (old.start, old.rows, old.lines, old.head) != (
            self.start,
            self.rows,
            self.lines,
            self.head,
        ):
            self.known = []
            return False
        self.known.pop(0)
        self.delimiter = old.delimiter
        self._keep(content)
        return True

    def _go_on(self, old: Piece, after: Piece) -> None:
        """Take over a piece behind which another was known, so that it is known where it ended."""
        self.known.pop(0)
        self.pieces.append(replace(old, path=self.place))
        self.text = True
        self.delimiter, self.head = old.delimiter, after.head
        self.start, self.rows, self.lines = after.start, after.rows, after.lines
        del self.held[: old.size]

    def _keep(self, content: bytes) -> None:
        first = not self.pieces
        piece = Piece(
            path=self.place,
            name=self.name,
            sha256=hashlib.sha256(content).hexdigest(),
            start=self.start,
            size=len(content),
            head=b"" if first else self.head,
            rows=self.rows,
            lines=self.lines,
            delimiter=self.delimiter,
        )
        self.pieces.append(piece)
        self.text = self.text or bool(content.strip())
        del self.held[: len(content)]
        self.start += len(content)
        self.lines += content.count(b"\n")
        if self.source.format is Format.JSONL:
            self.rows += sum(1 for line in content.split(b"\n") if line.strip())
        elif self.loose:
            self.head = self.head or content.split(b"\n", 1)[0]
        else:
            records, header = records_in(content, str(self.delimiter), first=first)
            self.rows += records - first
            if first:
                self.head = header + b"\n"
