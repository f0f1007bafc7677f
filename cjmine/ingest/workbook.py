"""Is an .xlsx file whole, which sheets has it, and what in a sheet would read as empty though it is not?

The library that reads the cells accepts sheets that end too early and gives
merged cells below the first, and formulas that were never computed, as empty.
So the zip archive's checksums and the sheet's XML are checked here first.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from cjmine.errors import SourceError
from cjmine.ingest.files import CHUNK, Export, within_limit
from cjmine.ingest.raw import refuse_binary

BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_TEXTS = "xl/sharedStrings.xml"
_BINARY = "xl/workbook.bin"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TRUE = {"1", "true"}
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError)
_LETTERS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A block of merged cells: its range as a spreadsheet shows it; rows and columns counted from 0."""

    shown: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the XML of one sheet says beyond its values; ``uncomputed`` are (row, column) from 0."""

    merges: tuple[Merge, ...]
    uncomputed: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """An intact workbook: its sheets' names and where each lies in the archive, in their order.

    ``from_1904`` tells whether its day numbers count from 1904 instead of 1900.
    """

    name: str
    content: bytes
    sheets: dict[str, str]
    from_1904: bool

    def sheet(self, title: str) -> Sheet:
        """Walk through the XML of a sheet and its texts; raises ``SourceError`` where either is not whole."""
        walk, name = _Walk(), f"{self.name}#{title}"
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                with archive.open(self.sheets[title]) as part:
                    for element in _elements(name, part, ("row", "f", "mergeCell")):
                        walk.meet(element)
                if _TEXTS in archive.namelist():
                    with archive.open(_TEXTS) as part:
                        for element in _elements(name, part, ("si",)):
                            _forget(element)
        except _DAMAGE as error:
            raise _damaged(name, error) from error
        return Sheet(merges=tuple(walk.merges), uncomputed=tuple(walk.uncomputed))


class _Walk:
    """Collects merged ranges and formulas without a value; rows looked at are dropped from memory."""

    def __init__(self) -> None:
        self.merges: list[Merge] = []
        self.uncomputed: list[tuple[int, int]] = []
        self.formulas: list[Any] = []
        self.row = 0

    def meet(self, element: Any) -> None:  # noqa: ANN401 - lxml ships without types
        kind = etree.QName(element).localname
        if kind == "mergeCell":
            self.merges.append(_merge(element.get("ref")))
        elif kind == "f":
            self.formulas.append(element.getparent())
        else:
            self.row = int(element.get("r") or self.row + 1)
            self.uncomputed += [self._place(cell) for cell in self.formulas if _is_uncomputed(cell)]
            self.formulas.clear()
            _forget(element)

    def _place(self, cell: Any) -> tuple[int, int]:  # noqa: ANN401
        stated = cell.get("r")  # a writer may leave it out: then cells stand side by side
        return _place(stated) if stated else (self.row - 1, cell.getparent().index(cell))


def _forget(element: Any) -> None:  # noqa: ANN401
    """Drop what has been looked at, so that a large sheet does not stay in memory."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def opened(export: Export) -> Workbook:
    """Check every part's checksum and read the list of sheets; raises ``SourceError`` for anything else."""
    name, content = export.path.name, export.whole()
    if content[:2] != b"PK":
        refuse_binary(name, content[:64], "an Excel workbook (.xlsx)")
        msg = f"{name}: is empty" if not content else f"{name}: is not an Excel workbook (.xlsx)"
        raise SourceError(msg)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _intact(name, archive, len(content))
            if BOOK not in archive.namelist():
                what = "a binary workbook (.xlsb)" if _BINARY in archive.namelist() else "a zip archive"
                msg = f"{name}: is {what}, not an Excel workbook (.xlsx)"
                raise SourceError(msg, "save it as .xlsx")
            targets = _targets(name, archive)
            with archive.open(BOOK) as part:
                elements = list(_elements(name, part, ("sheet", "workbookPr")))
            known = set(archive.namelist())
    except _DAMAGE as error:
        raise _damaged(name, error) from error
    listed = [one for one in elements if etree.QName(one).localname == "sheet"]
    paths = {str(one.get("name")): targets.get(one.get(_ID) or one.get(_STRICT_ID)) for one in listed}
    sheets = {title: path for title, path in paths.items() if path}
    if lost := [path for path in sheets.values() if path not in known]:
        msg = f"{name}: the workbook is damaged: it has no part {lost[0]}"
        raise SourceError(msg)
    properties = (one for one in elements if etree.QName(one).localname == "workbookPr")
    from_1904 = any(one.get("date1904") in _TRUE for one in properties)
    return Workbook(name=name, content=content, sheets=sheets, from_1904=from_1904)


def _damaged(name: str, error: Exception) -> SourceError:
    return SourceError(f"{name}: the workbook is cut off or damaged ({error})")


def _intact(name: str, archive: zipfile.ZipFile, size: int) -> None:
    """Inflate every part once in small pieces: the archive's reader compares each with its checksum."""
    parts = archive.infolist()
    if len(set(archive.namelist())) < len(parts):
        msg = f"{name}: the workbook is damaged: two of its parts have one name"
        raise SourceError(msg)
    within_limit(name, sum(part.file_size for part in parts), size)
    for one in parts:
        with archive.open(one) as part:
            while part.read(CHUNK):
                pass


def _targets(name: str, archive: zipfile.ZipFile) -> dict[str | None, str]:
    """Return where each worksheet lies, by the id the list of sheets uses; charts are left out."""
    with archive.open(_LINKS) as part:
        links = [one for one in _elements(name, part, ("Relationship",)) if _is_sheet(one)]
    paths = {one.get("Id"): str(one.get("Target")) for one in links}
    return {key: posixpath.normpath(posixpath.join("/xl", path)).lstrip("/") for key, path in paths.items()}


def _is_sheet(link: Any) -> bool:  # noqa: ANN401 - lxml ships without types
    return str(link.get("Type")).endswith("/worksheet")


def _elements(name: str, part: Any, tags: tuple[str, ...]) -> Iterator[Any]:  # noqa: ANN401 - a part of the zip
    """Yield elements of a part as they end; raises ``SourceError`` for a DOCTYPE and for damaged XML."""
    safe: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "remove_comments": True,
    }
    try:
        _, root = next(iter(etree.iterparse(part, events=("start",), **safe)))
        if root.getroottree().docinfo.internalDTD is not None:
            msg = f"{name}: a DOCTYPE is not allowed in a workbook"
            raise SourceError(msg)
        part.seek(0)
        for _, element in etree.iterparse(part, events=("end",), tag=[f"{{*}}{tag}" for tag in tags], **safe):
            yield element
    except etree.XMLSyntaxError as error:
        msg = f"{name}: the workbook is damaged: {error.msg}"
        raise SourceError(msg) from error


def _is_uncomputed(cell: Any) -> bool:  # noqa: ANN401
    """Tell whether a cell holds a formula without the value it had when the file was saved."""
    parts = {etree.QName(child).localname: child.text for child in cell if isinstance(child.tag, str)}
    return "f" in parts and not parts.get("v") and cell.get("t") != "str"


def _place(cell: str) -> tuple[int, int]:
    """Return row and column, from 0, of a cell such as ``AB12``."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(cell[len(letters) :]) - 1, column - 1


def _merge(shown: str) -> Merge:
    first, _, last = shown.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    return Merge(shown=shown, first_row=top, first_column=left, last_row=bottom, last_column=right)
