"""Which files does a system export, and which row of them records which act?

A row's reference is the event id it will have: ``source:file name:row``, rows
counted from 1 (domain.md 2.1), so that truth and findings speak of the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cjmine.northmoor.files.event_log import write_xes
from cjmine.northmoor.files.gathered import NOBODY, SEPARATOR, Gathered
from cjmine.northmoor.files.plain import write_delimited, write_fixed, write_json_lines
from cjmine.northmoor.files.workbook import Sheet, write_workbook
from cjmine.northmoor.systems import System, benefits, crm, housing, revenues, survey, telephony

Sheets = dict[str, pl.DataFrame]
_XES_NAMES = {"activity": "concept:name", "time": "time:timestamp", "adviser": "org:resource"}
_XES_TRACE = {"case": "concept:name", "customer": "customer"}


@dataclass(slots=True)
class Written:
    """What has been written: rows by file, surviving rows of acts, ids with the first row that bears them."""

    rows: dict[str, int] = field(default_factory=dict)
    refs: list[pl.DataFrame] = field(default_factory=list)
    identity: list[pl.DataFrame] = field(default_factory=list)


def write_exports(folder: Path, gathered: Gathered) -> Written:
    """Write every system's files below ``folder``."""
    written = Written()
    for system, write in _WRITERS.items():
        rows = gathered.taken(system)
        if not rows.height:
            continue
        for path, sheets in _files(rows):
            write(folder / path, sheets)
            written.rows |= {f"{path}#{name}" if name else path: part.height for name, part in sheets.items()}
        _account(system, rows, written)
    return written


def _files(rows: pl.DataFrame) -> Iterator[tuple[str, Sheets]]:
    """Yield each file's path, and its rows by sheet (the empty name where a file has none)."""
    named = rows.with_columns(
        pl.col("file").str.split("#").list.first().alias("path"),
        pl.col("file").str.split("#").list.get(1, null_on_oob=True).fill_null("").alias("sheet"),
    )
    for (path,), file in named.group_by("path", maintain_order=True):
        yield str(path), {str(name): part for (name,), part in file.group_by("sheet", maintain_order=True)}


def _account(system: System, rows: pl.DataFrame, written: Written) -> None:
    """Note the references of rows that record an act, and the ids they bear."""
    name = pl.col("file").str.split("/").list.last()
    alive = rows.filter(pl.col("survives") & (pl.col("person") != NOBODY)).select(
        "person",
        "act",
        pl.format("{}:{}:{}", pl.lit(system.value), name, "row").alias("ref"),
        pl.col("linkable").alias("linked"),
        "source_id",
    )
    written.refs.append(alive.drop("source_id"))
    ids = (
        alive.filter(pl.col("source_id").is_not_null())
        .group_by("source_id", "person", maintain_order=True)
        .agg(pl.col("linked").max().alias("linkable"), pl.col("ref").first().alias("row"))
    )
    written.identity.append(ids.with_columns(pl.lit(system.value).alias("system")))


def _cells(rows: pl.DataFrame) -> Iterator[list[str]]:
    return (cells.split(SEPARATOR) for cells in rows["cells"])


def _portal(path: Path, sheets: Sheets) -> None:
    write_json_lines(path, sheets[""]["cells"].to_list())


def _telephony(path: Path, sheets: Sheets) -> None:
    renamed = path.stem.removeprefix("calls-") >= telephony.RENAMED_FROM
    header = [telephony.RENAMED.get(name, name) if renamed else name for name in telephony.COLUMNS]
    write_delimited(path, header, _cells(sheets[""]), delimiter=";", encoding="utf-8-sig")


def _archive(path: Path, sheets: Sheets) -> None:
    write_workbook(path, crm.COLUMNS, {name: Sheet(rows=_cells(rows)) for name, rows in sheets.items()})


def _crm(path: Path, sheets: Sheets) -> None:
    write_xes(
        path,
        crm.COLUMNS,
        _cells(sheets[""]),
        trace=_XES_TRACE,
        renamed=_XES_NAMES,
        flags=crm.FLAGS,
        time=crm.COLUMNS[crm.TIME],
    )


def _housing(path: Path, sheets: Sheets) -> None:
    pages = {
        name: Sheet(rows=_cells(sheets[name]) if name in sheets else (), title=title)
        for name, title in housing.TITLES.items()
    }
    write_workbook(path, housing.COLUMNS, pages, numbers=(housing.DONE_ON,))


def _revenues(path: Path, sheets: Sheets) -> None:
    write_fixed(path, revenues.FIELDS, _cells(sheets[""]), encoding="cp1252")


def _delimited(header: tuple[str, ...], delimiter: str, encoding: str) -> Callable[[Path, Sheets], None]:
    def write(path: Path, sheets: Sheets) -> None:
        write_delimited(path, header, _cells(sheets[""]), delimiter=delimiter, encoding=encoding)

    return write


_WRITERS: dict[System, Callable[[Path, Sheets], None]] = {
    System.PORTAL: _portal,
    System.TELEPHONY: _telephony,
    System.CRM_ARCHIVE: _archive,
    System.CRM: _crm,
    System.HOUSING: _housing,
    System.REVENUES: _revenues,
    System.BENEFITS: _delimited(benefits.COLUMNS, "|", "cp1252"),
    System.SURVEY: _delimited(survey.COLUMNS, ",", "utf-8"),
}
