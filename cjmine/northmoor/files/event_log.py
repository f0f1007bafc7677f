"""How are rows written as XES? As a stream of traces; what the events of a case share is the trace's own."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from lxml import etree

_XES = "http://www.xes-standard.org/"
_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))
_LEVEL = 6


def write_xes(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    trace: Mapping[str, str],
    renamed: Mapping[str, str],
    flags: Sequence[str],
    time: str,
) -> None:
    """Write rows, which are sorted by trace; empty values are left out.

    ``trace`` names the columns that are the trace's and what they are called
    there, ``renamed`` those that events call differently, ``flags`` and ``time``
    those that are no text.
    """
    kinds = {**dict.fromkeys(flags, "boolean"), time: "date"}
    own = [(header.index(name), "string", key) for name, key in trace.items()]
    other = [
        (at, kinds.get(name, "string"), renamed.get(name, name))
        for at, name in enumerate(header)
        if name not in trace
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, compresslevel=_LEVEL, mtime=0) as packed,
        etree.xmlfile(packed, encoding="utf-8") as xml,
    ):
        xml.write_declaration()
        with xml.element("log", {"xes.version": "1849.2016", "xes.features": ""}, nsmap={None: _XES}):
            for name, prefix in _EXTENSIONS:
                extension = {"name": name, "prefix": prefix, "uri": f"{_XES}{prefix}.xesext"}
                xml.write(etree.Element(_tag("extension"), extension, nsmap={None: _XES}), pretty_print=True)
            for _, events in groupby(rows, key=itemgetter(*(place[0] for place in own))):
                xml.write(_trace(list(events), own, other), pretty_print=True)


def _trace(
    events: list[Sequence[str]], own: list[tuple[int, str, str]], other: list[tuple[int, str, str]]
) -> Any:  # noqa: ANN401 - lxml ships without types
    element = etree.Element(_tag("trace"), nsmap={None: _XES})
    _attributes(element, events[0], own)
    for event in events:
        _attributes(etree.SubElement(element, _tag("event")), event, other)
    return element


def _attributes(parent: Any, row: Sequence[str], columns: list[tuple[int, str, str]]) -> None:  # noqa: ANN401
    for at, kind, key in columns:
        if row[at]:
            etree.SubElement(parent, _tag(kind), key=key, value=row[at])


def _tag(name: str) -> str:
    return f"{{{_XES}}}{name}"
