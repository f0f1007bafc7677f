"""Finds a source's exports on disk and hands out their bytes, inflated where they are gzipped."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cjmine.errors import SourceError, nearest

CHUNK = 1 << 18
_BEGIN = 64
INFLATION_RATIO = 200
INFLATION_SIZE = 1 << 30
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib: a gzip header, the largest window
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export, or a piece of one, as it was when it was read: what is hashed is what is parsed.

    ``sheet`` says which table of a workbook is meant; other files hold one. ``plain`` content is
    inflated already; ``rows`` and ``lines`` stand before it in the export.
    """

    path: Path
    content: bytes
    sha256: str
    sheet: str = ""
    plain: bool = False
    rows: int = 0
    lines: int = 0

    @property
    def name(self) -> str:
        """File name, without its folder; of a workbook's table ``NAME.xlsx#Sheet``."""
        return f"{self.path.name}#{self.sheet}" if self.sheet else self.path.name

    @property
    def _gzipped(self) -> bool:
        return not self.plain and self.path.name.casefold().endswith(".gz")

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, inflated; raises ``SourceError`` for a damaged or exploding gzip."""
        if self._gzipped:
            yield from inflated(self.name, _cut(self.content), len(self.content))
        else:
            yield from _cut(self.content)

    def whole(self) -> bytes:
        """Return the content, inflated, in one piece."""
        return b"".join(self.chunks()) if self._gzipped else self.content


class Packed:
    """A file of text on disk, read once from its beginning to its end, digested on the way."""

    def __init__(self, path: Path) -> None:
        """Look at the file; raises ``SourceError`` for anything but a regular one."""
        self.path = path
        self.size = regular(path)
        self.gzipped = path.name.casefold().endswith(".gz")
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what was read so far."""
        return self._digest.hexdigest()

    def begin(self) -> bytes:
        """Return the first bytes, inflated."""
        with self._opened() as file:
            first = file.read(CHUNK)
        if not self.gzipped:
            return first[:_BEGIN]
        inflater = zlib.decompressobj(_GZIP_WINDOW)
        try:
            return inflater.decompress(first, _BEGIN)
        except zlib.error:
            return b""  # what is wrong is said when all of it is read

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, inflated; raises ``SourceError`` for a damaged or exploding gzip."""
        yield from inflated(self.path.name, self._raw(), self.size) if self.gzipped else self._raw()

    def _raw(self) -> Iterator[bytes]:
        with self._opened() as file:
            while block := file.read(CHUNK):
                self._digest.update(block)
                yield block

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            msg = f"{self.path}: cannot be read ({error.strerror})"
            raise SourceError(msg) from error


def _cut(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


def inflated(name: str, blocks: Iterable[bytes], packed: int) -> Iterator[bytes]:
    """Inflate every gzip member in small pieces; zlib verifies the checksum and length of each.

    ``packed`` is the size of all blocks.
    """
    size, seen, member = 0, 0, None
    for block in blocks:
        left, more = block, True
        while left or (more and member is not None):
            if member is None:
                _begins_gzip(name, left, first=not seen + size)
                member = zlib.decompressobj(_GZIP_WINDOW)
            try:
                piece = member.decompress(left, CHUNK)
            except zlib.error as error:
                msg = f"{name}: the gzip data are damaged ({error})"
                raise SourceError(msg) from error
            size += len(piece)
            within_limit(name, size, packed)
            yield piece
            more = len(piece) == CHUNK  # the inflater may hold back output beyond one piece
            left = member.unused_data if member.eof else member.unconsumed_tail
            member = None if member.eof else member
        seen += len(block)
    if member is not None or not seen:
        msg = f"{name}: the gzip data are cut off before their end"
        raise SourceError(msg)


def _begins_gzip(name: str, left: bytes, *, first: bool) -> None:
    if left[:2] != _GZIP[: len(left)]:
        what = "is not gzip data, though its name ends in .gz" if first else "has bytes after its gzip data"
        msg = f"{name}: {what}"
        raise SourceError(msg)


def within_limit(name: str, size: int, packed: int) -> None:
    """Raise ``SourceError`` where ``packed`` bytes inflate to more than anyone expects."""
    if size > INFLATION_SIZE and size > INFLATION_RATIO * packed:
        limit = f"{INFLATION_RATIO} times its size and {INFLATION_SIZE / (1 << 30):g} GiB"
        msg = f"{name}: inflates to more than the limit of {limit}"
        raise SourceError(msg, "unpack it yourself and name the unpacked file if it is what you expect")


def regular(path: Path) -> int:
    """Return the size of a regular file; raises ``SourceError`` for anything else."""
    try:
        found = path.stat()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise SourceError(msg) from error
    if not stat.S_ISREG(found.st_mode):
        what = next((text for test, text in _KINDS if test(found.st_mode)), "a device")
        msg = f"{path}: is {what}, not a file"
        raise SourceError(msg)
    return found.st_size


def load(path: Path) -> Export:
    """Read one regular file; raises ``SourceError`` for anything else."""
    regular(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise SourceError(msg) from error
    return Export(path=path, content=content, sha256=hashlib.sha256(content).hexdigest())


def _expand(pattern: str, roots: Sequence[Path]) -> str:
    """Put the values of ``~`` and ``${NAME}`` into a path."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        default = str(roots[0] / "../shared/data") if name == "CJMINE_DATA" and roots else None
        known = os.environ.get(name) or default
        if known is None:
            msg = f"{pattern}: the environment variable {name} is not set"
            raise SourceError(msg)
        return known

    return str(Path(_VARIABLE.sub(value, pattern)).expanduser())


def _matches(pattern: str, root: Path) -> list[Path]:
    exact = root / pattern
    if exact.exists():
        return [exact]
    anchored = pattern if Path(pattern).is_absolute() else str(Path(glob.escape(str(root))) / pattern)
    return sorted(Path(name) for name in glob.glob(anchored, recursive=True))  # noqa: PTH207 - absolute patterns


def _missing(pattern: str, roots: Sequence[Path]) -> str:
    """Say what was not found and what stands nearest to it."""
    for root in roots:
        wanted = root / pattern
        if wanted.parent.is_dir():
            near = nearest(wanted.name, (entry.name for entry in wanted.parent.iterdir()))
            return f"{pattern}: no such file in {wanted.parent}{near}"
    return f"{pattern}: no such file, and no folder {Path(pattern).parent} in {', '.join(map(str, roots))}"


def resolve(patterns: Sequence[str], roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that ``patterns`` name, in the first root that has any; sorted per pattern.

    Raises ``SourceError`` with every pattern that matches nothing, and for two
    files of one name (their rows could not be told apart).
    """
    found: dict[Path, None] = {}
    faults: list[str] = []
    for pattern in patterns:
        expanded = _expand(pattern, roots)
        files = next((some for root in roots if (some := _matches(expanded, root))), [])
        found.update(dict.fromkeys(files))
        if not files:
            faults.append(_missing(expanded, roots))
    seen: dict[str, Path] = {}
    for path in found:
        other = seen.setdefault(path.name, path)
        if other != path:
            faults.append(f"{path}: has the same name as {other}; rename one, rows are cited by file name")
    if faults:
        raise SourceError(faults)
    return tuple(found)
