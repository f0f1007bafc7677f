"""OCEL 2.0 in SQLite: a table of events, one of objects, and one for each type's attributes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.ocel import Happened, ObjectLog, text

_NEEDED = ("event", "object", "event_object", "event_map_type")
_FIXED = ("ocel_id", "ocel_time")


def read(export: Export) -> ObjectLog:
    """Read a log; raises ``SourceError`` for a damaged database, naming a table that is missing."""
    try:
        with closing(sqlite3.connect(":memory:")) as there:
            there.deserialize(export.whole())
            return _read(export.name, there)
    except sqlite3.Error as error:
        msg = f"{export.name}: is no whole SQLite database ({error})"
        raise SourceError(msg) from None


def _read(name: str, there: sqlite3.Connection) -> ObjectLog:
    if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        msg = f"{name}: is a damaged SQLite database"
        raise SourceError(msg)
    tables = {row[0] for row in there.execute("SELECT name FROM sqlite_master")}
    if lacking := [table for table in _NEEDED if table not in tables]:
        msg = f"{name}: is no object-centric log: it has no table {', '.join(lacking)}"
        raise SourceError(msg)
    log = ObjectLog(
        types={str(one): str(kind) for one, kind in there.execute("SELECT ocel_id, ocel_type FROM object")}
    )
    objects: dict[str, list[str]] = {}
    for event, one in there.execute("SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY rowid"):
        objects.setdefault(str(event), []).append(str(one))
    times, values = dict[str, str | None](), dict[str, dict[str, str | None]]()
    for kind, mapped in there.execute("SELECT ocel_type, ocel_type_map FROM event_map_type ORDER BY 1"):
        table = f"event_{mapped}"
        if table not in tables:
            log.warnings.append(f"there is no table {table!r}: the events {kind!r} have no times")
            continue
        quoted = table.replace('"', '""')
        rows = there.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a quoted name
        columns = [column[0] for column in rows.description]
        for row in rows:
            cells = dict(zip(columns, map(text, row), strict=True))
            event = str(cells["ocel_id"])
            times[event] = cells.get("ocel_time")
            values[event] = {key: value for key, value in cells.items() if key not in _FIXED}
    for row, (one, kind) in enumerate(
        there.execute("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"), 1
    ):
        event = str(one)
        log.take(
            Happened(
                row=row,
                id=event,
                activity=text(kind),
                time=times.get(event),
                objects=tuple(objects.get(event, ())),
                attributes=values.get(event, {}),
            )
        )
    return log
