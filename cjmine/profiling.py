"""How good are a project's exports? Reads and joins them, and looks at what they hold; finds nothing yet."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from cjmine.analysis import Tell
from cjmine.domain.kernel import Context
from cjmine.engine.local import enrich, local
from cjmine.engine.passes import Read
from cjmine.intake import take_in
from cjmine.pipeline import workers_for
from cjmine.project.load import Loaded
from cjmine.quality.remarks import QualitySettings, remarks
from cjmine.quality.tallies import QUALITY


def profile(loaded: Loaded, *, progress: Tell | None = None) -> dict[str, Any]:
    """Return what the exports of a project hold, as plain values.

    ``sources``: system, rows read, accepted, quarantined, filtered, customers, first and last day,
    filled (share of rows, by column). ``weeks``: rows by system and week. ``pairs``: shared customers.
    ``remarks``: name, about, seen, do. ``warnings``: what reading and joining had to say.
    """
    tell = progress or (lambda _stage, _done, _of: None)
    workers = workers_for(loaded, loaded.project.engine)
    with TemporaryDirectory(prefix="cjmine-profile-") as folder, local(workers) as engine:
        taken = take_in(loaded, Path(folder), engine, tell)
        parts = engine.each(
            partial(_tallied, read=taken.read), range(taken.parts), progress=partial(tell, "looking at rows")
        )
        tables = {one.name: one.output.merge([part[one.name] for part, _ in parts]) for one in QUALITY}
        warnings = taken.warnings([told for _, told in parts])
        ledger, pairs = taken.ledger, taken.linkage.pairs
    found = remarks(tables, QualitySettings())
    return {
        "project": loaded.project.project,
        "sources": _sources(ledger, tables),
        "weeks": [
            {**row, "week": row["week"].isoformat()} for row in tables["volumes"].iter_rows(named=True)
        ],
        "pairs": pairs.to_dicts(),
        "remarks": [{"name": r.name, "about": r.about, "seen": r.seen, "do": r.do} for r in found],
        "warnings": list(warnings),
    }


def _tallied(number: int, read: Read) -> tuple[dict[str, pl.DataFrame], Any]:
    partition, told = read(number)
    return enrich(partition, QUALITY, Context())[1], told


def _sources(ledger: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> list[dict[str, Any]]:
    counts = ("read", "accepted", "quarantined", "filtered")
    files = ledger.group_by("source", maintain_order=True).agg(pl.len().alias("files"), pl.col(counts).sum())
    people = {row["source_system"]: row for row in tables["people"].iter_rows(named=True)}
    found = []
    for row in files.iter_rows(named=True):
        mine = people.get(row["source"])
        full = tables["filled"].filter(pl.col("source_system") == row["source"])
        day = pl.Series([mine["first_us"], mine["last_us"]] if mine else [None, None], dtype=pl.Int64)
        first, last = (str(one) if one else None for one in pl.from_epoch(day, "us").dt.date())
        shares = {
            column: done / rows for column, rows, done in full.select("column", "rows", "filled").iter_rows()
        }
        found.append(
            {
                **row,
                "customers": mine["customers"] if mine else 0,
                "first": first,
                "last": last,
                "filled": shares,
            }
        )
    return found
