"""The steps of reading a piece of an export: as text, looked at, mapped; each can be done anywhere.

A piece is looked at where all of its source together decides how any of it is read (forms of times, names
that not every line has); mapping turns it into events. What the steps tell adds up (``accounts``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import (
    columns,
    delimited,
    excel,
    fixed_width,
    jsonlines,
    mapping,
    ocel,
    parquet,
    times,
    xes,
)
from cjmine.ingest.clock import Told
from cjmine.ingest.files import Export
from cjmine.ingest.pieces import Piece
from cjmine.ingest.raw import Raw
from cjmine.ingest.remarks import Oddities, oddities
from cjmine.ingest.scanning import Scanned
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
    Format.OCEL: ocel.read,
}
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


def raise_together(source: Source, faults: Sequence[SourceError]) -> None:
    """Raise the faults of several of a source's files as one."""
    if faults:
        lines = [f"source '{source.name}': {line}" for fault in faults for line in fault.faults]
        raise SourceError(lines, next((fault.hint for fault in faults if fault.hint), ""))


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
