"""Knows our columns: checks what a source maps to them, and renames each file's columns to ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import polars as pl

from cjmine.domain.tables import EVENT
from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome
from cjmine.errors import SettingsError, SourceError, nearest
from cjmine.ingest.credentials import FORM, fault
from cjmine.ingest.raw import Raw
from cjmine.ingest.settings import Format, Source

CHOICES: dict[str, type[StrEnum]] = {
    "channel": Channel,
    "direction": Direction,
    "outcome": Outcome,
    "item_state": ItemState,
}
TIMES = ("start", "end")
FLAGS = ("automatic", "bulk", "relay")
_ONE_FORMAT = {
    "sheet": Format.XLSX,
    "header_row": Format.XLSX,
    "fields": Format.FIXED,
    "skip_lines": Format.FIXED,
    "object_type": Format.OCEL,
    "database": Format.SQL,
    "table": Format.SQL,
    "query": Format.SQL,
    "parameters": Format.SQL,
    "order_by": Format.SQL,
}
_DERIVED = {
    *("event_id", "customer_id", "source_system", "system_rank", "source_file", "source_row", "link_keys"),
    *("precision", "merged_ids", "touchpoint", "stage", "contact_id", "contact_start", "contact_precision"),
    *("journey_id", "assigned_by", "step_no"),
}
DECIDED_LATER = (
    *("customer_id", "touchpoint", "stage", "contact_id", "contact_start", "contact_precision"),
    *("journey_id", "assigned_by", "step_no"),
)
MAPPABLE = (*(name for name in EVENT.schema if name not in _DERIVED), "customer", "case_key")
TEXT_COLUMNS = tuple(name for name in MAPPABLE if name not in (*TIMES, *FLAGS))
BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
KEEP = "keep:"


class MissingColumnError(SourceError):
    """A mapped column is in none of a file's columns: a mistake in the settings, seen in the data."""

    exit_code = 2

    def __init__(self, faults: Sequence[str], targets: Sequence[str], found: Sequence[str]) -> None:
        self.targets, self.found = tuple(targets), tuple(found)
        super().__init__(faults)

    def __reduce__(self) -> tuple[type[MissingColumnError], tuple[object, ...]]:
        """Cross from one process to another as what it is."""
        return type(self), (self.faults, self.targets, self.found)


def schema(keys: Sequence[str]) -> pl.Schema:
    """Columns of the events of one source: EVENT's without what later stations decide, customer and keys."""
    kept: dict[str, pl.DataType] = {
        name: kind for name, kind in EVENT.schema.items() if name not in DECIDED_LATER
    }
    texts = dict.fromkeys(("customer", *keys), pl.String())
    return pl.Schema({**kept, **texts})


def check(source: Source, keys: Sequence[str]) -> None:
    """Raise ``SettingsError`` with every fault of a source's columns and constants."""
    if found := faults(source, keys):
        raise SettingsError([f"source '{source.name}': {what}" for _, what in found])


def faults(source: Source, keys: Sequence[str]) -> list[tuple[tuple[str, ...], str]]:
    """Return each fault of a source's columns and constants: the keys that lead to it, and what is wrong."""
    known = {*MAPPABLE, *keys}
    given = [("columns", name) for name in source.columns] + [
        ("constants", name) for name in source.constants
    ]
    names = [name for _, name in given]
    found: list[tuple[tuple[str, ...], str]] = [
        (place, f"'{place[1]}' is not a column of ours{nearest(place[1], known)}")
        for place in given
        if place[1] not in known
    ]
    found += [
        (("constants", name), f"'{name}' is given by a column and by a constant")
        for name in source.constants
        if name in source.columns
    ]
    found += [((), f"a key cannot be called '{key}'") for key in keys if key in {*EVENT.schema, *MAPPABLE}]
    found += [
        (("constants", name), f"'{name}' cannot be a constant") for name in TIMES if name in source.constants
    ]
    for name, choice in CHOICES.items():
        value = source.constants.get(name)
        if value is not None and value not in list(choice):
            near = nearest(str(value), list(choice)) or _listed(choice)
            found.append((("constants", name), f"'{value}' is not a {name}{near}"))
    found += [
        (("constants", name), f"'{source.constants[name]}' is not true or false ({name})")
        for name in FLAGS
        if name in source.constants and str(source.constants[name]).casefold() not in BOOLEANS
    ]
    found += [
        (("columns",), f"'{name}' is not mapped") for name in ("activity", "start") if name not in names
    ]
    if not {"customer", *keys} & set(names):
        what = "neither 'customer' nor a key is mapped, so no row could have a customer"
        found.append((("columns",), what))
    return found + _misplaced(source)


def _misplaced(source: Source) -> list[tuple[tuple[str, ...], str]]:
    """Note keys that another format has, and the fields that a fixed-width table lacks."""
    found: list[tuple[tuple[str, ...], str]] = [
        ((key,), f"'{key}' belongs to format {form}, not to {source.format}")
        for key, form in _ONE_FORMAT.items()
        if key in source.model_fields_set and source.format is not form
    ]
    if source.format is Format.FIXED and not source.fields:
        what = "a fixed-width table needs its fields, such as `fields: {account: 1-8, job: 9-16}`"
        found.append((("fields",), what))
    if source.format is Format.SQL:
        found += _of_database(source)
    elif not source.files:
        found.append(((), "'files' is missing: name its exports, such as `files: exports/crm/*.csv`"))
    return found


def _of_database(source: Source) -> list[tuple[tuple[str, ...], str]]:
    """Note what a database's source lacks or has too much of."""
    found: list[tuple[tuple[str, ...], str]] = []
    if source.files:
        found.append((("files",), "a database has no files; leave the key out"))
    if source.database is None:
        found.append(((), f"'database' is missing; {FORM}"))
    elif what := fault(source.database):
        found.append((("database",), what))
    if (source.table is None) == (source.query is None):
        found.append(((), "a database needs either a 'table' or a 'query'"))
    if source.query is not None and source.order_by:
        found.append((("order_by",), "a query says ORDER BY itself; 'order_by' belongs to a table"))
    if source.parameters and source.query is None:
        found.append((("parameters",), "parameters belong to a query; a table has none"))
    return found


def _listed(choice: type[StrEnum]) -> str:
    return f"; use one of {', '.join(choice)}"


def wanted(source: Source) -> frozenset[str]:
    """Return every name an export of this source may be asked for."""
    return frozenset([*source.keep, *(name for mapped in source.columns.values() for name in mapped.from_)])


def choose(exports: Mapping[str, Sequence[str]], source: Source) -> dict[str, dict[str, str]]:
    """Choose, for each export, which of its columns each of ours is: the first name it has.

    ``exports`` are the names each one has. Raises ``MissingColumnError`` with every
    mapped column that an export lacks.
    """
    asked = {
        **{ours: m.from_ for ours, m in source.columns.items()},
        **{KEEP + k: (k,) for k in source.keep},
    }
    chosen: dict[str, dict[str, str]] = {}
    faults, targets, found = list[str](), list[str](), list[str]()
    for name, names in exports.items():
        chosen[name] = {}
        for ours, theirs in asked.items():
            present = next((one for one in theirs if one in names), None)
            if present is not None:
                chosen[name][ours] = present
                continue
            listed = " or ".join(f"'{one}'" for one in theirs)
            near = next((text for one in theirs if (text := nearest(one, names))), "")
            faults.append(
                f"{name}: no column {listed} (for {ours}){near}; found {', '.join(names) or 'none'}"
            )
            targets.append(ours)
            found.extend(names)
    if faults:
        raise MissingColumnError(faults, targets, list(dict.fromkeys(found)))
    return chosen


def select(name: str, raw: Raw, chosen: Mapping[str, str]) -> pl.DataFrame:
    """Rename an export's columns to ours, beside where each row stood; a piece may lack what others have."""
    nothing = pl.repeat(None, raw.position.height, dtype=pl.String, eager=True)
    columns = [
        (raw.frame[theirs] if theirs in raw.frame.columns else nothing).alias(ours)
        for ours, theirs in chosen.items()
    ]
    position = raw.position.rename({"row": "source_row"})
    file = pl.repeat(name, raw.position.height, eager=True, dtype=pl.String).alias("source_file")
    return pl.DataFrame([file, *position, *columns])
