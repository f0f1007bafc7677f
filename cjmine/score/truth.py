"""What is true? Reads a truth folder, and refuses one that is incomplete or contradicts itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.errors import SourceError

TEXT, LIST, FLAG = "text", "list", "flag"
FILES: Mapping[str, Mapping[str, str]] = {
    "journeys": {"journey_id": TEXT, "person_id": TEXT, "type": TEXT, "status": TEXT},
    "events": {
        "true_event_id": TEXT,
        "journey_id": TEXT,
        "person_id": TEXT,
        "contact_id": TEXT,
        "label": TEXT,
        "raw_refs": LIST,
        "linked_refs": LIST,
    },
    "contacts": {
        "contact_id": TEXT,
        "person_id": TEXT,
        "channel": TEXT,
        "need": TEXT,
        "true_event_ids": LIST,
    },
    "findings": {
        "code": TEXT,
        "journey_id": TEXT,
        "person_id": TEXT,
        "step": TEXT,
        "true_event_ids": LIST,
        "primary_event": TEXT,
        "planted": FLAG,
        "intended": FLAG,
        "observable": FLAG,
        "linkable": FLAG,
    },
    "decoys": {
        "code": TEXT,
        "journey_id": TEXT,
        "person_id": TEXT,
        "true_event_ids": LIST,
        "observable": FLAG,
        "linkable": FLAG,
    },
    "identity": {"system": TEXT, "source_id": TEXT, "person_id": TEXT, "linkable": FLAG, "row": TEXT},
}
"""The columns that scoring reads of each ``truth_NAME.csv``; more may stand there."""

_HINT = "name the folder `truth` of a sample, as `cjmine sample northmoor` writes it"
_SHOWN = 3


class Scope(StrEnum):
    """Which true instances a track can be held to: all that left a row, or all whose rows can be joined."""

    OBSERVABLE = "observable"
    LINKABLE = "linkable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The tables of a truth folder, lists parsed and blanks null, in an order of their own.

    ``rows`` has one line for each raw row of each true event: ref,
    true_event_id, person_id, journey_id, contact_id, linked. ``findings`` and
    ``decoys`` carry their number (``instance``) and ``units``: what they speak of,
    each event's contact, or the event where it belongs to none; ``findings`` also
    the unit to look at first (``primary``). ``events`` lists each person's events
    in order of time, which their ids follow.
    """

    folder: Path
    journeys: pl.DataFrame
    events: pl.DataFrame
    contacts: pl.DataFrame
    findings: pl.DataFrame
    decoys: pl.DataFrame
    identity: pl.DataFrame
    rows: pl.DataFrame
    manifest: Mapping[str, Any]

    @property
    def people(self) -> pl.Series:
        """Everybody the truth speaks of, sorted."""
        return pl.concat([self.journeys["person_id"], self.events["person_id"]]).unique().sort()

    @property
    def model(self) -> Path | None:
        """The journey as the world meant it, if the folder has it."""
        path = self.folder / "truth_model.journey.yaml"
        return path if path.is_file() else None

    def within(self, scope: Scope) -> pl.DataFrame:
        """Return the instances with ``in_scope``: those that this kind of run can be held to."""
        return self.findings.with_columns(pl.col(scope.value).alias("in_scope"))


def read_truth(folder: Path) -> Truth:
    """Read a truth folder; raises ``SourceError`` with every file, column and value that is wrong."""
    tables, faults = dict[str, pl.DataFrame](), list[str]()
    for name, columns in FILES.items():
        path = folder / f"truth_{name}.csv"
        try:
            tables[name] = _table(path, columns)
        except SourceError as error:
            faults += error.faults
    if not faults:
        faults = _dangling(tables)
    if faults:
        raise SourceError(faults, _HINT)
    events = tables["events"].sort("person_id", pl.col("true_event_id").str.len_bytes(), "true_event_id")
    order = ["code", "person_id", "journey_id", "primary_event", "step", "events", "planted"]
    return Truth(
        folder=folder,
        journeys=tables["journeys"].sort("journey_id"),
        events=events,
        contacts=tables["contacts"].sort("contact_id"),
        findings=_in_units(_numbered(tables["findings"], order), events),
        decoys=_in_units(_numbered(tables["decoys"], ["code", "person_id", "journey_id", "events"]), events),
        identity=tables["identity"].sort("system", "source_id", "person_id"),
        rows=_rows(events),
        manifest=_manifest(folder / "MANIFEST.json"),
    )


def _table(path: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    if not path.is_file():
        msg = f"{path}: there is no such file"
        raise SourceError(msg)
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        msg = f"{path}: cannot be read as CSV: {str(error).splitlines()[0]}"
        raise SourceError(msg) from None
    if missing := [name for name in columns if name not in frame.columns]:
        msg = f"{path}: has no column {', '.join(missing)}"
        raise SourceError(msg)
    faults = []
    for name in (name for name, kind in columns.items() if kind == FLAG):
        wrong = frame[name].filter(~frame[name].is_in(["0", "1"]) | frame[name].is_null())
        if wrong.len():
            faults.append(f"{path}: column {name}: {wrong[0]!r} is neither 0 nor 1 ({wrong.len():,} rows)")
    if faults:
        raise SourceError(faults)
    return frame.select(_parsed(name, kind) for name, kind in columns.items())


def _parsed(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == FLAG:
        return column == "1"
    if kind == LIST:
        words = column.fill_null("").str.strip_chars().str.split(" ")
        return words.list.eval(pl.element().filter(pl.element() != "")).alias(name)
    return pl.when(column != "").then(column).alias(name)


def _dangling(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Name the true events that findings, decoys or contacts have and the list of events has not."""
    known = tables["events"]["true_event_id"].implode()
    faults = []
    for name in ("contacts", "findings", "decoys"):
        ids = tables[name]["true_event_ids"].explode().drop_nulls().unique().sort()
        lost = ids.filter(~ids.is_in(known))
        if lost.len():
            names = ", ".join(lost.head(_SHOWN)) + (" …" if lost.len() > _SHOWN else "")
            faults.append(f"truth_{name}.csv: {lost.len():,} events are not in truth_events.csv: {names}")
    return faults


def _numbered(table: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """Sort by content, so that the order of lines in a file never matters, and number the rows."""
    sets = table.with_columns(pl.col("true_event_ids").list.unique().list.sort())
    keyed = sets.with_columns(pl.col("true_event_ids").list.join(" ").alias("events"))
    return keyed.sort(order, nulls_last=True).drop("events").with_row_index("instance")


def _in_units(table: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Add ``units``, and ``primary`` if there is a first event: contacts, or events outside any contact."""
    unit = events.select("true_event_id", pl.coalesce("contact_id", "true_event_id").alias("unit"))
    long = table.select("instance", pl.col("true_event_ids").alias("true_event_id")).explode("true_event_id")
    named = long.drop_nulls().join(unit, on="true_event_id")
    sets = named.group_by("instance").agg(pl.col("unit").unique().sort().alias("units"))
    whole = table.join(sets, on="instance", how="left").sort("instance")
    whole = whole.with_columns(pl.col("units").fill_null(pl.lit([], dtype=pl.List(pl.String))))
    if "primary_event" not in table.columns:
        return whole
    first = unit.rename({"true_event_id": "primary_event", "unit": "primary"})
    return whole.join(first, on="primary_event", how="left", maintain_order="left")


def _rows(events: pl.DataFrame) -> pl.DataFrame:
    ids = ["true_event_id", "person_id", "journey_id", "contact_id"]
    long = events.select(*ids, "raw_refs").explode("raw_refs").drop_nulls("raw_refs")
    linked = events.select("true_event_id", pl.col("linked_refs").alias("raw_refs")).explode("raw_refs")
    linked = linked.drop_nulls("raw_refs").unique().with_columns(pl.lit(value=True).alias("linked"))
    joined = long.join(linked, on=["true_event_id", "raw_refs"], how="left", maintain_order="left")
    return joined.rename({"raw_refs": "ref"}).with_columns(pl.col("linked").fill_null(value=False))


def _manifest(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path}: is no JSON: {error}"
        raise SourceError(msg, _HINT) from None
    return content if isinstance(content, dict) else {}
