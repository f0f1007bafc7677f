"""OCEL in JSON: events and objects by id (1.0), or as lists (2.0)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cjmine.errors import SourceError
from cjmine.ingest.files import Export
from cjmine.ingest.ocel import Happened, ObjectLog, text


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands in the file: a key may occur twice."""


def read(export: Export) -> ObjectLog:
    """Read a log; raises ``SourceError`` for other JSON, and for text that is cut off."""
    try:
        found = json.loads(export.whole(), object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        msg = f"{export.name}: is not JSON, or cut off ({str(error).splitlines()[0]})"
        raise SourceError(msg) from None
    sections = dict(found) if isinstance(found, _Pairs) else {}
    log = ObjectLog()
    if "ocel:events" in sections:
        _first(export.name, sections, log)
    else:
        _second(export.name, sections, log)
    return log


def _first(name: str, sections: Mapping[str, Any], log: ObjectLog) -> None:
    events, objects = (_section(name, sections, key, _Pairs) for key in ("ocel:events", "ocel:objects"))
    for one, about in objects:
        log.types[one] = str(dict(about).get("ocel:type"))
    told = ((one, dict(about)) for one, about in events)
    _events(
        (
            (
                one,
                about.get("ocel:activity"),
                about.get("ocel:timestamp"),
                about.get("ocel:omap") or (),
                values,
            )
            for one, about in told
            for values in [dict(about.get("ocel:vmap") or ())]
        ),
        log,
    )


def _second(name: str, sections: Mapping[str, Any], log: ObjectLog) -> None:
    events, objects = (_section(name, sections, key, list) for key in ("events", "objects"))
    declared = {dict(one).get("name") for one in sections.get("objectTypes") or ()}
    for one in map(dict, objects):
        log.types[str(one.get("id"))] = str(one.get("type"))
    strange = sorted(set(log.types.values()) - declared)
    if strange:
        log.warnings.append(f"objects have types that are not declared: {', '.join(strange)}")
    _events(
        (
            (
                str(one.get("id")),
                one.get("type"),
                one.get("time"),
                [dict(link).get("objectId") for link in one.get("relationships") or ()],
                {str(cell.get("name")): cell.get("value") for cell in map(dict, one.get("attributes") or ())},
            )
            for one in map(dict, events)
        ),
        log,
    )


def _section(name: str, sections: Mapping[str, Any], key: str, kind: type) -> Any:  # noqa: ANN401 (JSON)
    found = sections.get(key)
    if not isinstance(found, kind):
        msg = f"{name}: is no object-centric log: it has no section {key!r}"
        raise SourceError(msg)
    return found


def _events(events: Iterable[tuple[str, Any, Any, Any, Mapping[str, Any]]], log: ObjectLog) -> None:
    for row, (one, activity, time, objects, values) in enumerate(events, 1):
        log.take(
            Happened(
                row=row,
                id=one,
                activity=text(activity),
                time=text(time),
                objects=tuple(str(named) for named in objects),
                attributes={str(key): text(value) for key, value in values.items()},
            )
        )
