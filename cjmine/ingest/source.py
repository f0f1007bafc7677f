"""Reads one source whole, into memory: its files, through its format's reader and mapping, into events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest import accounts, columns, steps
from cjmine.ingest.files import resolve
from cjmine.ingest.raw import Raw
from cjmine.ingest.remarks import content
from cjmine.ingest.scanning import Scanned, scan
from cjmine.ingest.settings import Source
from cjmine.ingest.steps import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One source, read.

    ``events`` has the columns of ``columns.schema`` (EVENT's without what later
    stations decide, plus ``customer`` and the identity keys), in file and row
    order. ``ledger`` accounts for every row of every file, ``quarantine`` lists
    the rows set aside and why, ``without_id`` (source, native_case_id) those
    of them that only lack an id. ``anonymous`` has these as EVENT rows of
    nobody, for who asks for them.
    """

    events: pl.DataFrame
    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    without_id: pl.DataFrame
    anonymous: pl.DataFrame
    warnings: tuple[str, ...]


def read(
    source: Source,
    *,
    rank: int,
    roots: Sequence[Path],
    timezone: str,
    keys: Sequence[str],
    anonymous: bool = False,
) -> Reading:
    """Read all files of one source into memory.

    ``roots`` are the folders that relative paths are looked up in; the rest as in ``Asked``. Raises
    ``SettingsError`` for a wrong mapping and ``SourceError`` for a file that cannot be read as declared.
    """
    columns.check(source, keys)
    asked = Asked(source=source, rank=rank, timezone=timezone, keys=tuple(keys), anonymous=anonymous)
    with TemporaryDirectory(prefix="cjmine-") as folder:
        scanned, raws, faults = list[Scanned](), list[Raw](), list[SourceError]()
        for number, path in enumerate(resolve(source.files, roots)):
            try:
                seen = scan(path, source, Path(folder, str(number)))
                raws += [steps.raw_of(piece, source) for one in seen for piece in one.pieces]
                scanned += seen
            except SourceError as fault:
                faults.append(fault)
    steps.raise_together(source, faults)
    surveys = [steps.survey(raw, source) for raw in raws]
    plan = steps.planned(source, scanned, surveys)
    names = [piece.name for one in scanned for piece in one.pieces]
    parts = [steps.mapped(raw, name, asked, plan) for raw, name in zip(raws, names, strict=True)]
    done = pl.concat([part.events for part in parts])
    repeated = done.height - content(done).n_unique()
    told = [part.told for part in parts]
    return Reading(
        events=done,
        ledger=accounts.ledger(source, scanned, told),
        quarantine=pl.concat([part.quarantine for part in parts]),
        without_id=pl.concat([part.without_id for part in parts]),
        anonymous=pl.concat([part.anonymous for part in parts]),
        warnings=tuple(accounts.warnings(asked, scanned, told, plan, repeated)),
    )
