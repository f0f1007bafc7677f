"""How does the truth get into files? Filled life by life, joined to the rows that survived, sorted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import polars as pl

from cjmine.northmoor.person import SEGMENTS
from cjmine.northmoor.truth.called import contact_name, event_name, event_names, journey_name, moment
from cjmine.northmoor.truth.effects import effects
from cjmine.northmoor.truth.lives import JourneyFigures, LifeTruth
from cjmine.northmoor.truth.plan import PLAN_FILE
from cjmine.northmoor.truth.visible import with_visibility

JOURNEYS = (
    *("journey_id", "person_id", "type", "motive", "start", "end", "status", "period"),
    *SEGMENTS,
)
EVENTS = (
    *("true_event_id", "journey_id", "person_id", "contact_id", "label", "start", "end", "precision"),
    *("raw_refs", "linked_refs"),
)
CONTACTS = (
    *("contact_id", "journey_id", "person_id", "channel", "direction", "service", "need", "start", "end"),
    "true_event_ids",
)
FINDINGS = (
    *("code", "journey_id", "person_id", "step", "true_event_ids", "primary_event", "planted", "intended"),
    *("pattern", "observable", "linkable", "detail"),
)
DECOYS = ("code", "journey_id", "person_id", "true_event_ids", "reason", "observable", "linkable")
IDENTITY = ("system", "source_id", "person_id", "linkable", "row")
_FROM_ROWS = frozenset({"raw_refs", "linked_refs", "observable", "linkable"})
_HEADERS = {
    "journeys": JOURNEYS,
    "events": EVENTS,
    "contacts": CONTACTS,
    "findings": FINDINGS,
    "decoys": DECOYS,
}
_KEPT_AS_TUPLES = 50_000  # lines of a table before they become a frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was written, and every contradiction between what was planted and what is true."""

    rows: dict[str, int]
    unmatched: tuple[str, ...]
    fooled: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(slots=True)
class Column:
    """One table while it grows; lines become frames early, which take a tenth of the memory."""

    header: tuple[str, ...]
    lines: list[tuple[object, ...]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a line."""
        self.lines.append(cells)
        if len(self.lines) >= _KEPT_AS_TUPLES:
            self._pack()

    def frame(self) -> pl.DataFrame:
        """Return all lines."""
        self._pack()
        return pl.concat(self.frames)

    def _pack(self) -> None:
        schema = {name: pl.String for name in self.header if name not in _FROM_ROWS}
        if self.header is EVENTS:
            schema |= {"person": pl.Int64, "act": pl.Int64}  # type: ignore[dict-item]
        self.frames.append(pl.DataFrame(self.lines, schema=schema, orient="row"))
        self.lines = []


class Ledger:
    """The truth files while they are being filled, life by life."""

    def __init__(self) -> None:
        self._tables = {name: Column(header) for name, header in _HEADERS.items()}
        self._figures: list[JourneyFigures] = []
        self._unmatched: list[str] = []
        self._fooled: list[str] = []
        self._faults: list[str] = []

    def add(self, truth: LifeTruth) -> None:
        """Add the truth about one life."""
        self._figures += truth.figures
        self._unmatched += truth.held.unmatched
        self._fooled += truth.held.fooled
        self._faults += truth.faults
        self._journeys(truth)
        self._events(truth)
        self._contacts(truth)
        self._findings(truth)

    def write(self, folder: Path, refs: pl.DataFrame, identity: pl.DataFrame) -> Summary:
        """Write every truth file to ``folder``.

        Parameters
        ----------
        folder
            Where they go.
        refs
            Surviving rows: ``person`` (index), ``act`` (position), ``ref``, ``linked``.
        identity
            ``system``, ``source_id``, ``person`` (index or name), ``linkable``, ``row``.

        """
        folder.mkdir(parents=True, exist_ok=True)
        tables = {name: table.frame() for name, table in self._tables.items()}
        events = _with_refs(tables["events"], refs)
        tables["events"] = events
        for name in ("findings", "decoys"):
            tables[name] = with_visibility(tables[name], events)
        for name, table in tables.items():
            _write(folder / f"truth_{name}.csv", table, _HEADERS[name])
        known = _write(folder / "truth_identity.csv", _identity(identity, events), IDENTITY)
        text = json.dumps(_rounded(effects(self._figures)), indent=2, sort_keys=True) + "\n"
        (folder / "truth_effects.json").write_text(text, encoding="utf-8", newline="\n")
        plan = files("cjmine.northmoor").joinpath(PLAN_FILE).read_bytes()
        (folder / "truth_model.journey.yaml").write_bytes(plan)
        return Summary(
            rows={**{name: table.height for name, table in tables.items()}, "identity": known},
            unmatched=tuple(self._unmatched),
            fooled=tuple(self._fooled),
            faults=tuple(self._faults),
        )

    def _journeys(self, truth: LifeTruth) -> None:
        life = truth.life
        segments = [life.person.segments[name] for name in SEGMENTS]
        for number, one in enumerate(life.journeys):
            self._tables["journeys"].add(
                *(journey_name(life, number), life.person.name, str(one.need), one.motive),
                *(moment(one.start), moment(one.end), str(one.status), one.period, *segments),
            )

    def _events(self, truth: LifeTruth) -> None:
        life = truth.life
        for at, act in enumerate(life.acts):
            self._tables["events"].add(
                *(event_name(life, at), journey_name(life, act.journey), life.person.name),
                *(contact_name(life, act.contact), act.label, moment(act.at), moment(act.ends)),
                *(str(act.precision), life.person.index, at),
            )

    def _contacts(self, truth: LifeTruth) -> None:
        life = truth.life
        for one in truth.view.contacts:
            first, last = one.first.act, max(one.acts, key=lambda seen: seen.end).act
            journey = next((s.act.journey for s in one.acts if s.act.journey is not None), None)
            service = next((s.act.service for s in one.acts if s.act.service is not None), "")
            self._tables["contacts"].add(
                *(contact_name(life, one.number), journey_name(life, journey), life.person.name),
                *(str(first.channel), str(first.direction), service, str(one.need or "")),
                *(moment(first.at), moment(last.ends)),
                event_names(life, tuple(sorted(seen.pos for seen in one.acts))),
            )

    def _findings(self, truth: LifeTruth) -> None:
        life = truth.life
        for one, pattern in zip(truth.found, truth.held.patterns, strict=True):
            self._tables["findings"].add(
                *(one.code, journey_name(life, one.journey), life.person.name, one.step),
                *(event_names(life, one.acts), event_name(life, one.primary)),
                *(str(int(bool(pattern))), str(int(one.intended)), pattern, one.detail),
            )
        for mark in life.decoys:
            self._tables["decoys"].add(
                *(mark.code, journey_name(life, life.acts[mark.primary].journey), life.person.name),
                *(event_names(life, tuple(sorted(mark.acts))), mark.pattern),
            )


def write_truth(
    folder: Path, parts: Iterable[LifeTruth], refs: pl.DataFrame, identity: pl.DataFrame
) -> Summary:
    """Write the truth files of many lives; see ``Ledger`` for what ``refs`` and ``identity`` hold."""
    ledger = Ledger()
    for part in parts:
        ledger.add(part)
    return ledger.write(folder, refs, identity)


def _with_refs(events: pl.DataFrame, refs: pl.DataFrame) -> pl.DataFrame:
    """Add to each true event the rows that survived of it, and those that lead to the person."""
    keys = [pl.col("person").cast(pl.Int64), pl.col("act").cast(pl.Int64)]
    linked = pl.col("ref").filter(pl.col("linked").cast(pl.Boolean))
    found = (
        refs.sort("person", "act", "ref")
        .group_by(keys)
        .agg(raw_refs=pl.col("ref").str.join(" "), linked_refs=linked.str.join(" "))
    )
    return events.join(found, on=["person", "act"], how="left").with_columns(
        pl.col("raw_refs", "linked_refs").fill_null("")
    )


def _identity(identity: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return whose each id is; persons given by index get their names."""
    if identity.schema["person"].is_integer():
        names = events.select("person", "person_id").unique()
        identity = identity.with_columns(pl.col("person").cast(pl.Int64)).join(names, on="person", how="left")
    else:
        identity = identity.with_columns(person_id=pl.col("person"))
    return identity.with_columns(pl.col("linkable").cast(pl.Int8))


def _write(path: Path, table: pl.DataFrame, header: tuple[str, ...]) -> int:
    """Write a table's lines, each once, in the order of its columns from left to right."""
    lines = table.select(pl.col(name).cast(pl.String).fill_null("") for name in header).sort(header)
    lines.write_csv(path, line_terminator="\r\n")
    return lines.height


def _rounded(value: object) -> object:
    """Return figures to six places, so that the last bits of a sum cannot change the file."""
    if isinstance(value, dict):
        return {str(key): _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value
