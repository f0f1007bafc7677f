"""Reads one JSON object per line; numbers keep the text they were written in."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from cjmine.ingest.files import Export
from cjmine.ingest.raw import POSITION, Fault, Raw, faults_table, refuse_binary, utf8
from cjmine.ingest.settings import Source


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a key occurs twice"
        raise ValueError(msg)
    return found


def _no_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_constant
)


def _decode(line: str) -> dict[str, Any]:
    """Return one line's object; raises ``ValueError`` saying what is wrong with it."""
    try:
        found = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        msg = f"not JSON: {error.msg} at character {error.colno}"
        raise ValueError(msg) from error
    except RecursionError as error:
        msg = "nested too deeply"
        raise ValueError(msg) from error
    if not isinstance(found, dict):
        msg = "not a JSON object"
        raise ValueError(msg)  # noqa: TRY004 - one kind of fault for all that a line can be
    return found


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value).lower()


def _half(value: object) -> bool:
    """Tell whether a text holds half of a two-part character, which no file can hold."""
    return isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value)


def read(export: Export, source: Source, wanted: frozenset[str]) -> Raw:
    """Read the wanted keys as text; bad, cut and nested lines are set aside with their line."""
    content = export.whole()
    refuse_binary(export.name, content[:64], "JSON lines")
    data = utf8(export.name, content, source.encoding).decode()
    order = sorted(wanted)
    places: list[tuple[int, int]] = []
    rows: list[list[Any]] = []
    faults: list[Fault] = []
    names: dict[str, None] = {}
    numbered = (
        (number, line) for number, line in enumerate(data.split("\n"), 1 + export.lines) if line.strip()
    )
    for row, (number, line) in enumerate(numbered, 1 + export.rows):
        try:
            found = _decode(line)
        except ValueError as error:
            faults.append((row, number, None, line.strip(), str(error)))
            continue
        if not found.keys() <= names.keys():
            names.update(dict.fromkeys(found))
        values = [found.get(key) for key in order]
        if "\\ud" in line.lower() and any(_half(value) for value in values):
            faults.append((row, number, None, line.strip(), "half a character (lone surrogate)"))
            continue
        nested = next((i for i, value in enumerate(values) if isinstance(value, dict | list)), None)
        if nested is None:
            places.append((row, number))
            rows.append(values)
        else:
            shown = json.dumps(values[nested], ensure_ascii=False)
            faults.append((row, number, order[nested], shown, "an object or list where a value is expected"))
    columns = zip(order, zip(*rows, strict=True) if rows else [()] * len(order), strict=True)
    frame = pl.DataFrame(
        pl.Series(name, [_text(value) for value in values], pl.String)
        for name, values in columns
        if name in names
    )
    position = pl.DataFrame(places, schema=POSITION, orient="row")
    alien = f"no line is a JSON object (line {faults[0][1]}: {faults[0][4]})" if faults and not names else ""
    return Raw(frame=frame, position=position, names=tuple(names), faults=faults_table(faults), alien=alien)
