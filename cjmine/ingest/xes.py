"""Reads XES event logs as a stream: a real parser with entities off, and no file accepted in part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import polars as pl
from lxml import etree

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.raw import POSITION, Fault, Raw, faults_table
from cjmine.ingest.settings import Source

CASE = "case:"
PROLOG_LIMIT = 1 << 20
VALUE_LIMIT = 10_000_000
_LIMITS = {
    "depth": "elements nested deeper than the parser's limit",
    "too long": "a value longer than the parser's limit of 10 MB",
    "too large": "a value longer than the parser's limit of 10 MB",
    "huge": "a value longer than the parser's limit of 10 MB",
    "buffer": "a value longer than the parser's limit of 10 MB",
}
_BLANKS = " \t\r\n"


def _prolog(head: bytes) -> str:
    """Decode enough of the head to find the root; UTF-16 with or without its mark."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    if head[:2] in {b"<\0", b"\0<"}:
        return head.decode("utf-16-le" if head[:1] == b"<" else "utf-16-be", errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _root(name: str, text: str) -> str | None:
    """Return the root element's local name, or ``None`` where more text is needed to see it.

    Raises ``SourceError`` for a DOCTYPE (entities, external files) and for what is not XML.
    """
    text = text.lstrip(_BLANKS)
    while text.startswith(("<?", "<!--")):
        close = "?>" if text.startswith("<?") else "-->"
        end = text.find(close, 2 if close == "?>" else 4)
        if end < 0:
            return None
        text = text[end + len(close) :].lstrip(_BLANKS)
    if text.startswith("<!") and not "<!--".startswith(text[:4]):
        msg = f"{name}: a DOCTYPE is not allowed in an event log"
        raise SourceError(msg, "remove it; XES files do not need one")
    if text and not text.startswith("<"):
        msg = f"{name}: is not XML; it begins with {text[:20]!r}"
        raise SourceError(msg)
    stops = [i for i, letter in enumerate(text[:1000]) if letter in _BLANKS + "/>"]
    if not stops and len(text) < 1000:  # noqa: PLR2004 - longer than any element name
        return None
    return text[1 : stops[0] if stops else 20].rpartition(":")[2]


def _checked(export: Export) -> Iterator[bytes]:
    """Pass the chunks on, once the root is seen to be a log without a DOCTYPE."""
    head, root, unclosed = b"", None, 0
    for chunk in export.chunks():
        if root is None:
            head += chunk
            root = _root(export.name, _prolog(head))
            if root is None and len(head) > PROLOG_LIMIT:
                msg = f"{export.name}: no root element in the first {PROLOG_LIMIT >> 20} MiB"
                raise SourceError(msg)
            if root not in {None, "log"}:
                msg = f"{export.name}: is not an event log; its root is <{root}>, not <log>"
                raise SourceError(msg)
            chunk = head if root else b""  # noqa: PLW2901 - the head is fed once it is known to be harmless
        unclosed = 0 if b">" in chunk else unclosed + len(chunk)
        if unclosed > VALUE_LIMIT:  # the parser would hold all of it before it looks
            msg = f"{export.name}: a value longer than the limit of {VALUE_LIMIT // 1_000_000} MB"
            raise SourceError(msg)
        yield chunk
    if root is None:
        msg = f"{export.name}: is empty or ends before its root element"
        raise SourceError(msg)


class _Walk:
    """Collects wanted attributes of events in document order; a trace's are known at its end."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.cases = {key.removeprefix(CASE): key for key in wanted if key.startswith(CASE)}
        self.values: dict[str, list[str | None]] = {key: [] for key in sorted(wanted)}
        self.own = [key for key in self.values if not key.startswith(CASE)]
        self.names: dict[str, None] = {}
        self.places: list[tuple[int, int]] = []
        self.faults: list[Fault] = []
        self.row = self.pending = self.empty = 0
        self.titles: Counter[str] = Counter()

    def event(self, element: Any) -> None:  # noqa: ANN401 - lxml ships without types
        self.row += 1
        line = element.sourceline
        parent = element.getparent()
        if parent is None or etree.QName(parent).localname != "trace":
            self.faults.append((self.row, line, None, None, "an event outside any trace"))
            element.clear()
            return
        found: dict[str, str | None] = {}
        wanted, twice = self.values, None
        for child in element:
            key = child.get("key")
            if key in wanted:
                twice = key if key in found else twice
                found[key] = child.get("value")
            self.names[key] = None
        element.clear()
        if twice is not None:
            self.faults.append(
                (self.row, line, twice, found[twice], "the attribute occurs twice in one event")
            )
            return
        for key in self.own:
            self.values[key].append(found.get(key))
        self.places.append((self.row, line))
        self.pending += 1

    def trace(self, element: Any) -> None:  # noqa: ANN401
        found: dict[str, str | None] = {}
        for child in element:
            if (key := child.get("key")) is not None:
                found.setdefault(key, child.get("value"))
                self.names[CASE + key] = None
        for key, column in self.cases.items():
            self.values[column].extend([found.get(key)] * self.pending)
        self.titles[found.get("concept:name") or ""] += 1
        self.empty += not self.pending
        self.pending = 0
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]

    def raw(self, name: str) -> Raw:
        names = tuple(key for key in self.names if key is not None)
        twice = sum(1 for title, n in self.titles.items() if title and n > 1)
        warnings = [f"{name}: {twice} trace names occur more than once; equal names are one case"] * (
            twice > 0
        )
        warnings += [f"{name}: {self.empty} traces have no events"] * (self.empty > 0)
        columns = {key: values for key, values in self.values.items() if key in self.names}
        return Raw(
            frame=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)),
            position=pl.DataFrame(self.places, schema=POSITION, orient="row"),
            names=names,
            faults=faults_table(self.faults),
            warnings=tuple(warnings),
        )


def _syntax(name: str, error: etree.XMLSyntaxError) -> SourceError:
    line, reason = error.lineno, str(error.msg)
    limit = next((text for word, text in _LIMITS.items() if word in reason.casefold()), None)
    return SourceError(f"{name}, line {line}: {limit or 'not well-formed or cut off: ' + reason}")


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read wanted event attributes, and trace attributes as ``case:NAME``; nested ones are left out.

    Raises ``SourceError`` for a DOCTYPE, a parser limit, mismatched tags or a
    file that ends before its root does, with the line.
    """
    del source  # XML declares its own encoding
    walk = _Walk(wanted)
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("{*}log", "{*}trace", "{*}event"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for chunk in _checked(export):
            parser.feed(chunk)
            for action, element in parser.read_events():
                local = element.tag.rpartition("}")[2]
                if action == "end" and local == "event":
                    walk.event(element)
                elif action == "end" and local == "trace":
                    walk.trace(element)
                elif local == "log" and element.getroottree().docinfo.internalDTD is not None:
                    msg = f"{export.name}: a DOCTYPE is not allowed in an event log"
                    raise SourceError(msg)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _syntax(export.name, error) from error
    return walk.raw(export.name)
