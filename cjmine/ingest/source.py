"""Reads one source: its files, piece by piece, through its format's reader and its mapping, into events.

Three steps. ``scan`` sees each file and cuts it into pieces; ``survey`` looks at a piece where the whole
source decides how any of it is read (forms of times, names that not every line has); ``mapped`` turns
a piece into events. Each step of each piece can be done anywhere; what it tells adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import columns, delimited, excel, fixed_width, jsonlines, mapping, parquet, times, xes
from cjmine.ingest.clock import Told
from cjmine.ingest.files import Export, load, resolve
from cjmine.ingest.pieces import Piece, Scanned, scan
from cjmine.ingest.raw import Raw
from cjmine.ingest.remarks import Oddities, content, oddities, remarks
from cjmine.ingest.settings import Format, Source
from cjmine.ingest.time_forms import Form, Looks, look, undecided

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
class Asked:
    """What is asked of every piece of a source: how it is described, and what the project adds.

    ``rank`` is the source's position in the project, ``timezone`` what ``zone: local`` means,
    ``keys`` the names of the identity keys; with ``anonymous`` rows that only lack an id are
    set aside, but also handed on.
    """

    source: Source
    rank: int
    timezone: str
    keys: tuple[str, ...] = ()
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a piece shows of its export: its names, what its times look like, whether they are text.

    The rest is what its reader said beside its rows (see ``Raw``).
    """

    names: tuple[str, ...]
    looks: Mapping[str, Looks]
    instants: frozenset[str]
    rows: int
    too_wide: int = 0
    alien: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a source is read, decided once: each export's columns, the form of each column of times."""

    chosen: Mapping[str, Mapping[str, str]]
    forms: Mapping[str, Form]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceTold:
    """What mapping a piece told: counts that add up to the ledger, and what looks odd."""

    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    filtered: int = 0
    too_wide: int = 0
    width: int = 0
    backwards: int = 0
    clocks: Mapping[str, Told] = field(default_factory=dict)
    odd: Oddities = field(default_factory=Oddities)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedPiece:
    """A piece, mapped: its events, the rows set aside (QUARANTINE), those that only lack an id."""

    events: pl.DataFrame
    quarantine: pl.DataFrame
    without_id: pl.DataFrame
    anonymous: pl.DataFrame
    told: PieceTold


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
    """Read all files of one source into memory.

    ``roots`` are the folders that relative paths are looked up in; the rest as in ``Asked``. Raises
    ``SettingsError`` for a wrong mapping and ``SourceError`` for a file that cannot be read as declared.
    """
    columns.check(source, keys)
    asked = Asked(source=source, rank=rank, timezone=timezone, keys=tuple(keys), anonymous=anonymous)
    with TemporaryDirectory(prefix="cjmine-") as folder:
        scanned, raws, faults = list[Scanned](), list[Raw](), list[SourceError]()
        for number, path in enumerate(resolve(source.files, roots)):
            try:
                seen = scan(path, source, Path(folder, str(number)))
                raws += [raw_of(piece, source) for one in seen for piece in one.pieces]
                scanned += seen
            except SourceError as fault:
                faults.append(fault)
    raise_together(source, faults)
    surveys = [survey(raw, source) for raw in raws]
    plan = planned(source, scanned, surveys)
    names = [piece.name for one in scanned for piece in one.pieces]
    parts = [mapped(raw, name, asked, plan) for raw, name in zip(raws, names, strict=True)]
    done = pl.concat([part.events for part in parts])
    repeated = done.height - content(done).n_unique()
    told = [part.told for part in parts]
    return Reading(
        events=done,
        ledger=ledger(source, scanned, told),
        quarantine=pl.concat([part.quarantine for part in parts]),
        without_id=pl.concat([part.without_id for part in parts]),
        anonymous=pl.concat([part.anonymous for part in parts]),
        warnings=tuple(warnings(asked, scanned, told, plan, repeated)),
    )


def raise_together(source: Source, faults: Sequence[SourceError]) -> None:
    """Raise the faults of several of a source's files as one."""
    if faults:
        lines = [f"source '{source.name}': {line}" for fault in faults for line in fault.faults]
        raise SourceError(lines, next((fault.hint for fault in faults if fault.hint), ""))


def exports(path: Path, source: Source) -> tuple[Export, ...]:
    """Load one file: one export, or one for each of the source's sheets of a workbook."""
    export = load(path)
    return excel.sheets(export, source) if source.format is Format.XLSX else (export,)


def raw_of(piece: Piece, source: Source) -> Raw:
    """Read a piece as text columns."""
    return READERS[source.format](piece.export(), piece.settings(source), columns.wanted(source))


def needs_survey(source: Source) -> bool:
    """Tell whether pieces must be seen before one is mapped; tables whose times are declared need not."""
    times = [source.columns[name] for name in columns.TIMES if name in source.columns]
    return source.format is not Format.CSV or any(undecided(one) for one in times)


def survey(raw: Raw, source: Source) -> Survey:
    """Look at a piece: what there is to decide before any can be mapped."""
    looks, instants = dict[str, Looks](), set[str]()
    frame = raw.frame
    for name, values in source.keep.items():
        if name in frame.columns:
            frame = frame.filter(pl.col(name).is_in(list(values)))
    for ours in set(columns.TIMES) & set(source.columns):
        theirs = next((one for one in source.columns[ours].from_ if one in frame.columns), None)
        if theirs is None:
            continue
        if frame[theirs].dtype == pl.String:
            stated = mapping.stated(frame[theirs].alias(ours), source)
            looks[ours] = look(stated, source.columns[ours])
        elif frame.height:
            instants.add(ours)
    return Survey(
        names=raw.names,
        looks=looks,
        instants=frozenset(instants),
        rows=raw.position.height,
        too_wide=raw.too_wide,
        alien=raw.alien,
        warnings=raw.warnings,
    )


def planned(source: Source, scanned: Sequence[Scanned], surveys: Sequence[Survey]) -> Plan:
    """Decide how a source is read from what all its pieces show.

    ``surveys`` are of the pieces in order, or none where the source needs no survey.
    """
    names: dict[str, dict[str, None]] = {}
    if surveys:
        _refuse_alien(source, scanned, surveys)
        owners = [one.name for one in scanned for _ in one.pieces]
        for name, seen in zip(owners, surveys, strict=True):
            if seen.rows:  # files without rows lack nothing
                names.setdefault(name, {}).update(dict.fromkeys(seen.names))
    else:
        names = {one.name: dict.fromkeys(one.names) for one in scanned if not one.empty}
    chosen = columns.choose({name: tuple(given) for name, given in names.items()}, source)
    filled = [one for one in surveys if one.rows]
    for name in columns.TIMES:
        if 0 < sum(name in one.instants for one in filled) < len(filled):
            msg = f"source '{source.name}': times are text in one file and instants in another"
            raise SourceError(msg)
    looks = {
        name: reduce(add, (one.looks[name] for one in surveys if name in one.looks), Looks())
        for name in columns.TIMES
    }
    return Plan(chosen=chosen, forms=times.decided(looks, source))


def _refuse_alien(source: Source, scanned: Sequence[Scanned], surveys: Sequence[Survey]) -> None:
    """Refuse exports of which no piece looks like the declared format."""
    faults, rest = [], iter(surveys)
    for one in scanned:
        parts = [next(rest) for _ in one.pieces]
        alien = [part.alien for part in parts if part.alien]
        if alien and not any(part.names for part in parts):
            hint = "write one object per line, without an enclosing list"
            faults.append(SourceError(f"{one.name}: {alien[0]}", hint))
    raise_together(source, faults)


def mapped(raw: Raw, name: str, asked: Asked, plan: Plan) -> MappedPiece:
    """Turn a piece of the export ``name`` into events; every row is accepted, set aside or filtered."""
    source = asked.source
    has_rows = raw.position.height and name in plan.chosen
    frame = columns.select(name, raw, plan.chosen[name]) if has_rows else pl.DataFrame()
    found = mapping.events(
        frame,
        source,
        rank=asked.rank,
        timezone=asked.timezone,
        keys=asked.keys,
        forms=plan.forms,
        anonymous=asked.anonymous,
    )
    aside = _quarantine(source, name, raw, found.faults)
    counts = (found.events.height, aside.height, found.filtered)
    if sum(counts) != raw.read:
        message = f"{name}: {raw.read} rows read, but {counts} accepted, set aside and filtered"
        raise AssertionError(message)
    told = PieceTold(
        read=raw.read,
        accepted=found.events.height,
        quarantined=aside.height,
        filtered=found.filtered,
        too_wide=raw.too_wide,
        width=len(raw.names),
        backwards=found.backwards,
        clocks=found.clocks,
        odd=oddities(found.events, asked.keys),
        warnings=raw.warnings,
    )
    return MappedPiece(
        events=found.events,
        quarantine=aside,
        without_id=found.without_id,
        anonymous=found.anonymous,
        told=told,
    )


def _quarantine(source: Source, name: str, raw: Raw, faults: pl.DataFrame) -> pl.DataFrame:
    """Join what the reader and the mapping set aside, in row order."""
    parts = [
        raw.faults.with_columns(pl.lit(name).alias("file")),
        faults.rename({"source_file": "file", "source_row": "row"}),
    ]
    names = QUARANTINE.names()
    rows = pl.concat([part.with_columns(pl.lit(source.name).alias("source")).select(names) for part in parts])
    return rows.cast(QUARANTINE).sort("row")


def by_export(scanned: Sequence[Scanned], told: Sequence[PieceTold]) -> list[tuple[Scanned, list[PieceTold]]]:
    """Return each export with what its pieces told."""
    rest = iter(told)
    return [(one, [next(rest) for _ in one.pieces]) for one in scanned]


def ledger(source: Source, scanned: Sequence[Scanned], told: Sequence[PieceTold]) -> pl.DataFrame:
    """Account for every row of every export; refuses one in which every row is too wide for its header."""
    rows, faults = [], list[SourceError]()
    for one, parts in by_export(scanned, told):
        counts = [sum(getattr(part, name) for part in parts) for name in LEDGER.names()[3:]]
        rows.append((source.name, one.name, one.sha256, *counts))
        filled = [part for part in parts if part.read]
        if filled and all(part.too_wide for part in filled):
            try:
                delimited.refuse_wide(one.name, filled[0].width, min(part.too_wide for part in filled))
            except SourceError as fault:
                faults.append(fault)
    raise_together(source, faults)
    return pl.DataFrame(rows, schema=LEDGER, orient="row")


def warnings(
    asked: Asked, scanned: Sequence[Scanned], told: Sequence[PieceTold], plan: Plan, repeated: int
) -> list[str]:
    """Say what qualifies a source's events; ``repeated`` rows say what another one says already."""
    said = [line for part in told for line in part.warnings]
    exports_told = by_export(scanned, told)
    said += [f"{one.name}: no events" for one, parts in exports_told if not sum(part.read for part in parts)]
    first: dict[tuple[str, str], str] = {}
    for one in scanned:
        if (other := first.setdefault((one.sha256, one.sheet), one.name)) != one.name:
            said.append(f"{one.name} has the same content as {other}; its rows are counted twice")
    clocks = _summed(part.clocks for part in told)
    said += times.clock_warnings(clocks, plan.forms, asked.source, asked.timezone)
    if backwards := sum(part.backwards for part in told):
        said.append(f"{backwards} rows end before they start; their end is taken to be their start")
    said += remarks(reduce(add, (part.odd for part in told), Oddities()), repeated)
    return [f"source '{asked.source.name}': {warning}" for warning in said]


def _summed(parts: Iterable[Mapping[str, Told]]) -> dict[str, Told]:
    whole: dict[str, Told] = {}
    for part in parts:
        for name, told in part.items():
            whole[name] = whole[name] + told if name in whole else told
    return whole
