from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from cjmine.northmoor import Counts, generate

LONDON = ZoneInfo("Europe/London")
XES = "{http://www.xes-standard.org/}"
Record = dict[str, str]


@dataclass
class Sample:
    """The exports as plain records, keyed by event id, read with none of the project's own readers.

    ``person`` leads from (system, id) to a person; ``crm`` and ``revenues`` to a person's event ids there.
    """

    folder: Path
    counts: Counts
    rows: dict[str, Record] = field(default_factory=dict)
    at: dict[str, datetime] = field(default_factory=dict)
    person: dict[tuple[str, str], str] = field(default_factory=dict)
    crm: dict[str, list[str]] = field(default_factory=dict)
    revenues: dict[str, list[str]] = field(default_factory=dict)

    def truth(self, name: str) -> list[Record]:
        return table(self.folder / "truth" / f"truth_{name}.csv", ",", "utf-8")

    def of(self, system: str) -> dict[str, Record]:
        return {key: row for key, row in self.rows.items() if key.startswith(f"{system}:")}

    def owned(self, system: str, column: str) -> dict[str, list[str]]:
        """Event ids of a system by person."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, row in self.of(system).items():
            if (system, row[column]) in self.person:
                found[self.person[system, row[column]]].append(key)
        return found


def table(path: Path, delimiter: str, encoding: str) -> list[Record]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _xes(path: Path) -> list[Record]:
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    found = []
    for trace in root.iter(f"{XES}trace"):
        own = {f"case:{a.get('key')}": a.get("value") for a in trace if a.get("key")}
        found += [{**own, **{a.get("key"): a.get("value") for a in e}} for e in trace.iter(f"{XES}event")]
    return found


def _time(system: str, row: Record) -> datetime:
    if system == "portal":
        return datetime.fromtimestamp(int(row["ts"]) / 1000, LONDON).replace(tzinfo=None)
    if system == "crm":
        return datetime.fromisoformat(row["time:timestamp"]).astimezone(LONDON).replace(tzinfo=None)
    column, form = {
        "telephony": ("started", "%d/%m/%Y %H:%M:%S"),
        "housing": ("status_date", "%Y-%m-%d"),
        "revenues": ("posted", "%Y%m%d%H%M"),
    }[system]
    return datetime.strptime(row[column], form)  # noqa: DTZ007 - local wall clock, as exported


def read_back(folder: Path, counts: Counts) -> Sample:
    sample = Sample(folder, counts)
    for path in sorted(folder.glob("*/*")):
        system = path.parent.name
        if system == "truth":
            continue
        if system == "portal":
            rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
        elif system == "crm":
            rows = _xes(path)
        else:
            delimiter, encoding = {
                "telephony": (";", "utf-8-sig"),
                "housing": (",", "utf-8"),
                "revenues": ("|", "cp1252"),
            }[system]
            rows = table(path, delimiter, encoding)
        for number, row in enumerate(rows, start=1):
            key = f"{system}:{path.name}:{number}"
            sample.rows[key] = row
            if row.get("code") != "TEST":
                sample.at[key] = _time(system, row)
    for row in sample.truth("identity"):
        sample.person[row["system"], row["source_id"]] = row["person"]
    sample.crm, sample.revenues = sample.owned("crm", "case:customer"), sample.owned("revenues", "account")
    return sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("northmoor")
    return read_back(folder, generate(folder))
