"""How are rows written? Delimited text, JSON lines and XES, each byte for byte the same every time."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from lxml import etree

Cells = Mapping[str, object]
_XES = "http://www.xes-standard.org/"


def write_delimited(
    path: Path, rows: Sequence[Cells], header: Sequence[str], *, delimiter: str, encoding: str
) -> None:
    """Write a header and rows; ``None`` becomes an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(["" if row.get(name) is None else row[name] for name in header] for row in rows)
    _write(path, text.getvalue().encode(encoding))


def write_json_lines(path: Path, rows: Iterable[Cells]) -> None:
    """Write one JSON object per line, keys in the order given, absent values as null."""
    _write(path, "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode())


def write_xes(path: Path, rows: Iterable[Cells]) -> None:
    """Write rows, sorted by ``case``, as traces; ``case`` and ``customer`` become the trace's own."""
    log = etree.Element("log", {"xes.version": "1849.2016", "xes.features": ""}, nsmap={None: _XES})
    for name, prefix in (("Concept", "concept"), ("Time", "time"), ("Organizational", "org")):
        etree.SubElement(log, "extension", name=name, prefix=prefix, uri=f"{_XES}{prefix}.xesext")
    for case, events in groupby(rows, key=lambda row: str(row["case"])):
        trace = etree.SubElement(log, "trace")
        listed = list(events)
        _attribute(trace, "concept:name", case)
        _attribute(trace, "customer", listed[0]["customer"])
        for event in listed:
            element = etree.SubElement(trace, "event")
            for name, value in event.items():
                if name not in {"case", "customer"}:
                    _attribute(element, name, value)
    _write(path, etree.tostring(log, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _attribute(parent: etree._Element, key: str, value: object) -> None:
    if isinstance(value, bool):
        etree.SubElement(parent, "boolean", key=key, value=str(value).lower())
    elif isinstance(value, datetime):
        etree.SubElement(parent, "date", key=key, value=value.isoformat(timespec="seconds"))
    else:
        etree.SubElement(parent, "string", key=key, value=str(value))


def _write(path: Path, content: bytes) -> None:
    """Write a file, compressed where its name ends in ``.gz``; no time of writing gets into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0) if path.suffix == ".gz" else content)
