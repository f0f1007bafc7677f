from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import fastexcel
import polars as pl
import pytest
from lxml import etree

from cjmine.northmoor import Counts, generate
from cjmine.northmoor.systems.revenues import FIELDS

LONDON = ZoneInfo("Europe/London")
XES = "{http://www.xes-standard.org/}"
FORMATS = {
    "telephony": (";", "utf-8-sig"),
    "benefits": ("|", "cp1252"),
    "survey": (",", "utf-8"),
}
STAMP = "%d/%m/%Y %H:%M:%S"
Record = dict[str, str]


@dataclass
class Sample:
    """The exports as plain records, keyed by event id, read with none of the project's own readers."""

    folder: Path
    counts: Counts
    rows: dict[str, Record] = field(default_factory=dict)

    def truth(self, name: str) -> list[Record]:
        return table(self.folder / "truth" / f"truth_{name}.csv", ",", "utf-8")

    def of(self, *systems: str) -> dict[str, Record]:
        return {key: row for key, row in self.rows.items() if key.split(":")[0] in systems}

    def survivors(self) -> dict[str, list[Record]]:
        """True events by row; an exact duplicate belongs to the event of its twin."""
        found: dict[str, list[Record]] = defaultdict(list)
        for event in self.truth("events"):
            for ref in event["raw_refs"].split():
                found[ref].append(event)
        return found


def table(path: Path, delimiter: str, encoding: str) -> list[Record]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def sheets(path: Path) -> Iterator[tuple[str, list[Record]]]:
    """Yield each sheet of a workbook; a first row with one cell is a title."""
    book = fastexcel.read_excel(path.read_bytes())
    for name in book.sheet_names:
        frame = pl.from_arrow(book.load_sheet(name, header_row=None, dtypes="string").to_arrow())
        assert isinstance(frame, pl.DataFrame)
        lines = frame.rows()
        first = int(lines[0][1] is None)
        header = lines[first]
        yield name, [{k: v or "" for k, v in zip(header, row, strict=True)} for row in lines[first + 1 :]]


def _xes(path: Path) -> list[Record]:
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    found = []
    for trace in root.iter(f"{XES}trace"):
        own = {f"case:{a.get('key')}": a.get("value") for a in trace if a.get("key")}
        found += [{**own, **{a.get("key"): a.get("value") for a in e}} for e in trace.iter(f"{XES}event")]
    return found


def _fixed(path: Path) -> list[Record]:
    lines = path.read_bytes().decode("cp1252").split("\r\n")[:-1]
    return [{name: line[a - 1 : b].strip() for name, (a, b) in FIELDS.items()} for line in lines]


def read_back(folder: Path, counts: Counts) -> Sample:
    sample = Sample(folder, counts)

    def put(system: str, file: str, rows: list[Record]) -> None:
        sample.rows |= {f"{system}:{file}:{number}": row for number, row in enumerate(rows, start=1)}

    for path in sorted(folder.glob("*/*")):
        system = path.parent.name
        if system in FORMATS:
            put(system, path.name, table(path, *FORMATS[system]))
        elif path.suffix == ".xlsx":
            for name, rows in sheets(path):
                put(system, f"{path.name}#{name}", rows)
        elif system == "portal":
            put(
                system,
                path.name,
                [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()],
            )
        elif system == "crm":
            put(system, path.name, _xes(path))
        elif system == "revenues":
            put(system, path.name, _fixed(path))
    return sample


def local(row: Record) -> datetime:
    """Return the wall clock of a portal row."""
    return datetime.fromtimestamp(int(row["ts"]) / 1000, LONDON)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("northmoor") / "small"
    return read_back(folder, generate(folder))


def number(row: Record) -> str:
    return row["caller_number"] if "caller_number" in row else row["caller"]


def at(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 - local wall clocks, as exported


def share(values: list[bool]) -> float:
    assert len(values) > 100
    return sum(values) / len(values)


@pytest.fixture(scope="session")
def events(sample: Sample) -> dict[str, list[Record]]:
    return sample.survivors()
