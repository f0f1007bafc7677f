"""Reads XES event logs as a stream: a real parser with entities off, and no file accepted in part."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
from lxml import etree

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.harmless_xml import checked, syntax
from cjmine.ingest.raw import POSITION, Fault, Raw, faults_table
from cjmine.ingest.settings import Source

CASE = "case:"


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
        for chunk in checked(export):
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
        raise syntax(export.name, error) from error
    return walk.raw(export.name)
