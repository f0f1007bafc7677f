"""Reads one source: its files, through its format's reader and its mapping, into events and a ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import columns, delimited, excel, fixed_width, jsonlines, mapping, parquet, xes
from cjmine.ingest.files import Export, load, resolve
from cjmine.ingest.raw import Raw
from cjmine.ingest.settings import Format, Source

Reader = Callable[[Export, Source, frozenset[str]], Raw]
READERS: dict[Format, Reader] = {
    Format.CSV: delimited.read,
    Format.JSONL: jsonlines.read,
    Format.PARQUET: parquet.read,
    Format.XES: xes.read,
    Format.XLSX: excel.read,
    Format.FIXED: fixed_width.read,
}
LEDGER = pl.Schema(
    {
        **dict.fromkeys(("source", "file", "sha256"), pl.String),
        **dict.fromkeys(("read", "accepted", "quarantined", "filtered"), pl.Int64),
    }
)
QUARANTINE = pl.Schema(
    {
        **dict.fromkeys(("source", "file"), pl.String),
        **dict.fromkeys(("row", "line"), pl.Int64),
        **dict.fromkeys(("column", "value", "reason"), pl.String),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One source, read.

    ``events`` has the columns of ``columns.schema`` (EVENT's without what later
    stations decide, plus ``customer`` and the identity keys), in file and row
    order. ``ledger`` accounts for every row of every file, ``quarantine`` lists
    the rows set aside and why, ``without_id`` (source, native_case_id) those
    of them that only lack an id. ``anonymous`` has these as EVENT rows of
    nobody, for who asks for them.
    """

    events: pl.DataFrame
    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    without_id: pl.DataFrame
    anonymous: pl.DataFrame
    warnings: tuple[str, ...]


def read(
    source: Source,
    *,
    rank: int,
    roots: Sequence[Path],
    timezone: str,
    keys: Sequence[str],
    anonymous: bool = False,
) -> Reading:
    """Read all files of one source.

    ``rank`` is the source's position in the project, ``roots`` the folders that
    relative paths are looked up in, ``timezone`` what ``zone: local`` means,
    ``keys`` the names of the identity keys; with ``anonymous`` rows that only
    lack an id are set aside, but also handed on. Raises ``SettingsError`` for a
    wrong mapping and ``SourceError`` for a file that cannot be read as declared.
    """
    columns.check(source, keys)
    names = columns.wanted(source)
    raws: list[tuple[Export, Raw]] = []
    faults: list[SourceError] = []
    for path in resolve(source.files, roots):
        try:
            raws += [(one, READERS[source.format](one, source, names)) for one in exports(path, source)]
        except SourceError as fault:
            faults.append(fault)
    if faults:
        lines = [f"source '{source.name}': {line}" for fault in faults for line in fault.faults]
        raise SourceError(lines, next((fault.hint for fault in faults if fault.hint), ""))
    frame = columns.select([(export.name, raw) for export, raw in raws], source)
    mapped = mapping.events(frame, source, rank=rank, timezone=timezone, keys=keys, anonymous=anonymous)
    quarantine = _quarantine(source, raws, mapped.faults)
    return Reading(
        events=mapped.events,
        ledger=_ledger(source, raws, mapped, quarantine),
        quarantine=quarantine,
        without_id=mapped.without_id,
        anonymous=mapped.anonymous,
        warnings=(*_warnings(source, raws), *mapped.warnings),
    )


def exports(path: Path, source: Source) -> tuple[Export, ...]:
    """Load one file: one export, or one for each of the source's sheets of a workbook."""
    export = load(path)
    return excel.sheets(export, source) if source.format is Format.XLSX else (export,)


def _quarantine(source: Source, raws: Sequence[tuple[Export, Raw]], faults: pl.DataFrame) -> pl.DataFrame:
    """Join what the readers and the mapping set aside, in file and row order."""
    parts = [raw.faults.with_columns(pl.lit(export.name).alias("file")) for export, raw in raws]
    parts.append(faults.rename({"source_file": "file", "source_row": "row"}))
    names = QUARANTINE.names()
    rows = pl.concat([part.with_columns(pl.lit(source.name).alias("source")).select(names) for part in parts])
    order = {export.name: i for i, (export, _) in enumerate(raws)}
    place = pl.col("file").replace_strict(order, default=len(order), return_dtype=pl.Int32)
    return rows.cast(QUARANTINE).sort(place, "row")


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame[column].value_counts().iter_rows())


def _ledger(
    source: Source, raws: Sequence[tuple[Export, Raw]], mapped: mapping.Events, quarantine: pl.DataFrame
) -> pl.DataFrame:
    accepted, aside = _counts(mapped.events, "source_file"), _counts(quarantine, "file")
    rows = []
    for export, raw in raws:
        counts = (
            accepted.get(export.name, 0),
            aside.get(export.name, 0),
            mapped.filtered.get(export.name, 0),
        )
        if sum(counts) != raw.read:
            message = f"{export.name}: {raw.read} rows read, but {counts} accepted, set aside and filtered"
            raise AssertionError(message)
        rows.append((source.name, export.name, export.sha256, raw.read, *counts))
    return pl.DataFrame(rows, schema=LEDGER, orient="row")


def _warnings(source: Source, raws: Sequence[tuple[Export, Raw]]) -> list[str]:
    said = [warning for _, raw in raws for warning in raw.warnings]
    said += [f"{export.name}: no events" for export, raw in raws if not raw.read]
    first: dict[tuple[str, str], str] = {}
    for export, _ in raws:
        if (other := first.setdefault((export.sha256, export.sheet), export.name)) != export.name:
            said.append(f"{export.name} has the same content as {other}; its rows are counted twice")
    return [f"source '{source.name}': {warning}" for warning in said]
