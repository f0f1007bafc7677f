"""What did the pieces of a source tell together? Every row accounted for, and what qualifies its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import delimited, steps, times
from cjmine.ingest.clock import Told
from cjmine.ingest.remarks import Oddities, remarks
from cjmine.ingest.scanning import Scanned
from cjmine.ingest.settings import Source
from cjmine.ingest.steps import Asked, PieceTold, Plan

LEDGER = pl.Schema(
    {
        **dict.fromkeys(("source", "file", "sha256"), pl.String),
        **dict.fromkeys(("read", "accepted", "quarantined", "filtered"), pl.Int64),
    }
)


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
    steps.raise_together(source, faults)
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
