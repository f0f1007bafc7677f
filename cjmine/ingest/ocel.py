"""Reads object-centric event logs (OCEL 1.0 and 2.0: JSON, XML, SQLite), flattened by one type of object.

An event of several such objects counts for each of them (convergence), which is told; so is an activity
that recurs in a case because it concerns several objects of another type (divergence; van der Aalst 2019).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.raw import POSITION, Fault, Raw, faults_table
from cjmine.ingest.settings import Source

ID, ACTIVITY, TIME, OBJECT = "ocel:id", "ocel:activity", "ocel:timestamp", "ocel:object"
_TYPE = "object:"
_LISTED = 8


@dataclass(slots=True, kw_only=True)
class Happened:
    """One event as its file has it; ``row`` counts events from 1, ``objects`` are the ids it names."""

    row: int
    id: str
    activity: str | None
    time: str | None
    objects: tuple[str, ...]
    attributes: Mapping[str, str | None]
    line: int | None = None


@dataclass(slots=True, kw_only=True)
class ObjectLog:
    """A whole log: its events in the order of the file, and the type of each object by its id."""

    events: list[Happened] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def take(self, event: Happened) -> None:
        """Add an event; of two with one id the later is set aside."""
        if event.id in self.known:
            fault = "an event of this id was read already"
            self.faults.append((event.row, event.line, ID, event.id, fault))
            return
        self.known.add(event.id)
        self.events.append(event)


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read a log as rows: one for each event and each object of ``object_type`` it names.

    Columns are ``ocel:id``, ``ocel:activity``, ``ocel:timestamp``, ``ocel:object`` (the object of the
    chosen type), ``object:TYPE`` (all ids of another type, between blanks) and the events' attributes.
    Raises ``SourceError`` for files that are no such log, are cut off, or lack the type.
    """
    from cjmine.ingest import ocel_json, ocel_sqlite, ocel_xml  # noqa: PLC0415 (they need ObjectLog)

    head = export.content[:64] if export.plain else next(export.chunks(), b"")[:64]
    if head.startswith(b"SQLite format 3"):
        log = ocel_sqlite.read(export)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        log = ocel_xml.read(export)
    else:
        log = ocel_json.read(export)
    return _flattened(export.name, log, _chosen(export.name, log, source.object_type), wanted)


def _chosen(name: str, log: ObjectLog, asked: str | None) -> str:
    counts = Counter(log.types.values())
    if asked is None and len(counts) == 1:
        return next(iter(counts))
    if asked is None or asked not in counts:
        listed = ", ".join(f"{kind} ({count:,})" for kind, count in sorted(counts.items())[:_LISTED])
        what = (
            "say whose journeys they are with `object_type`" if asked is None else f"no object is a {asked!r}"
        )
        msg = f"{name}: {what}; its types are {listed or 'none'}"
        raise SourceError(msg)
    return asked


def _flattened(name: str, log: ObjectLog, chosen: str, wanted: frozenset[str]) -> Raw:
    rows: dict[str, list[str | None]] = {column: [] for column in sorted(wanted)}
    names = {ID, ACTIVITY, TIME, OBJECT, *(_TYPE + kind for kind in set(log.types.values()))}
    places: list[tuple[int, int | None]] = []
    dangling, shared = 0, 0
    seen: dict[tuple[str, str | None], list[tuple[str, ...]]] = defaultdict(list)
    number = 0
    for event in log.events:
        by_type: dict[str, list[str]] = defaultdict(list)
        for one in dict.fromkeys(event.objects):
            if one in log.types:
                by_type[log.types[one]].append(one)
            else:
                dangling += 1
        mine = by_type.get(chosen, [])
        shared += len(mine) > 1
        names |= event.attributes.keys()
        others = {_TYPE + kind: " ".join(ids) for kind, ids in by_type.items()}
        values = {**event.attributes, **others, ID: event.id, ACTIVITY: event.activity, TIME: event.time}
        rest = tuple(one for kind, ids in sorted(by_type.items()) if kind != chosen for one in ids)
        owners: list[str | None] = [*mine] or [None]
        for owner in owners:
            number += 1
            places.append((number, event.line))
            for column, cells in rows.items():
                cells.append(owner if column == OBJECT else values.get(column))
            if owner is not None:
                seen[owner, event.activity].append(rest)
    kept = {column: cells for column, cells in rows.items() if column in names}
    warnings = [f"{name}: {line}" for line in (*log.warnings, *_told(chosen, dangling, shared, seen))]
    late = [(number + row, *rest) for row, (_, *rest) in enumerate(log.faults, 1)]
    return Raw(
        frame=pl.DataFrame(kept, schema=dict.fromkeys(kept, pl.String)),
        position=pl.DataFrame(places, schema=POSITION, orient="row"),
        names=tuple(sorted(names)),
        faults=faults_table(late),  # type: ignore[arg-type]
        warnings=tuple(warnings),
    )


def _told(
    chosen: str, dangling: int, shared: int, seen: Mapping[tuple[str, str | None], list[tuple[str, ...]]]
) -> list[str]:
    """Say what flattening left out or made more of."""
    said = []
    if dangling:
        said.append(f"{dangling:,} relations name an object that the log does not have; they are left out")
    if shared:
        said.append(f"{shared:,} events are of several {chosen!r} and count for each of them (convergence)")
    repeated = sum(len(others) > 1 and len(set(others)) > 1 for others in seen.values())
    if repeated:
        what = f"{repeated:,} times an activity recurs for one {chosen!r} with other objects beside it"
        said.append(f"{what} (divergence): these are no loops of the {chosen!r}")
    return said


def text(value: object) -> str | None:
    """Return an attribute's value as text; ``None`` for none."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
