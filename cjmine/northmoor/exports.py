"""Which file does a row lie in, and at which place? Sorting, splitting and writing the five exports.

A row's reference is the event id it will have: ``source:file name:row``, rows
counted from 1 (domain.md 2.1), so that truth and findings speak of the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cjmine.northmoor.formats import write_delimited, write_json_lines, write_xes
from cjmine.northmoor.rows import ActKey, Row
from cjmine.northmoor.world import CROSSWALK, Person

TELEPHONY = ("call_id", "caller", "option", "leg", "queue", "started", "ended", "result")
HOUSING = ("tenancy_ref", "case_ref", "case_type", "status", "status_date", "officer")
REVENUES = ("account", "job", "code", "team", "posted", "job_state", "result", "remark")
# Left over from a test of the mainframe: no such account, no such time. They belong in quarantine.
TEST_ROWS = 4
_TEST = {"account": "00000000", "job": "CT00000", "code": "TEST", "team": "CT", "posted": "000000000000"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How one system's rows become files."""

    system: str
    file: Callable[[Row], str]
    order: Callable[[Row], tuple[object, ...]]
    write: Callable[[Path, Sequence[Row]], None]


def _cells(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [dict(row.cells) for row in rows]


def _write_telephony(path: Path, rows: Sequence[Row]) -> None:
    write_delimited(path, _cells(rows), TELEPHONY, delimiter=";", encoding="utf-8-sig")


def _write_housing(path: Path, rows: Sequence[Row]) -> None:
    write_delimited(path, _cells(rows), HOUSING, delimiter=",", encoding="utf-8")


def _write_revenues(path: Path, rows: Sequence[Row]) -> None:
    tests = [_TEST | {"remark": "do not use"}] * TEST_ROWS
    write_delimited(path, [*_cells(rows), *tests], REVENUES, delimiter="|", encoding="cp1252")


EXPORTS = (
    Export(
        system="portal",
        file=lambda row: f"portal/portal-{row.at:%Y-%m}.jsonl.gz",
        order=lambda row: (row.at,),
        write=lambda path, rows: write_json_lines(path, _cells(rows)),
    ),
    Export(
        system="telephony",
        file=lambda row: f"telephony/calls-{row.at.year}H{(row.at.month + 5) // 6}.csv",
        order=lambda row: (row.at,),
        write=_write_telephony,
    ),
    Export(
        system="crm",
        file=lambda _row: "crm/contacts.xes.gz",
        order=lambda row: (row.cells["case"], row.at),
        write=lambda path, rows: write_xes(path, _cells(rows)),
    ),
    Export(
        system="housing",
        file=lambda _row: "housing/statuses.csv",
        order=lambda row: (row.cells["status_date"], row.cells["case_ref"], row.at),
        write=_write_housing,
    ),
    Export(
        system="revenues",
        file=lambda _row: "revenues/postings.csv",
        order=lambda row: (row.cells["posted"], row.cells["account"], row.at),
        write=_write_revenues,
    ),
)


def write_exports(folder: Path, rows: Sequence[Row]) -> dict[ActKey, list[str]]:
    """Write every export below ``folder``; return each act's row references, in the order of the systems."""
    references: dict[ActKey, list[str]] = defaultdict(list)
    for export in EXPORTS:
        files: dict[str, list[Row]] = defaultdict(list)
        # sorted() is stable: rows of one moment keep the order of people and of their acts
        for row in sorted((row for row in rows if row.system == export.system), key=export.order):
            files[export.file(row)].append(row)
        for name, listed in files.items():
            export.write(folder / name, listed)
            for number, row in enumerate(listed, start=1):
                references[row.act].append(f"{export.system}:{Path(name).name}:{number}")
    return references


def write_crosswalk(path: Path, everybody: Iterable[Person]) -> None:
    """Write which ids belong to one person, as far as the council knows; phones are spelt in two ways."""
    rows = [
        {column: _spelt(kind, one.listed.get(kind)) for kind, column in CROSSWALK.items()}
        for one in everybody
    ]
    rows.sort(key=lambda row: tuple(value or "" for value in row.values()))
    write_delimited(path, rows, tuple(CROSSWALK.values()), delimiter=",", encoding="utf-8")


def _spelt(kind: str, value: str | None) -> str | None:
    if kind == "phone" and value is not None and value[-1] in "036":
        return f"+44 {value[1:5]} {value[5:]}"
    return value
