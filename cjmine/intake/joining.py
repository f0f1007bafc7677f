"""Stage two: the ids of all exports and crosswalks become customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import TypeAdapter

from cjmine.engine.kept import Kept, key_of
from cjmine.engine.tasks import Engine
from cjmine.errors import SourceError
from cjmine.identity import books, crosswalk, linkage
from cjmine.identity.books import Leaf
from cjmine.identity.customers import Customers, link
from cjmine.identity.grown import Linked
from cjmine.identity.settings import Crosswalk, IdentitySettings
from cjmine.ingest import steps
from cjmine.ingest.files import resolve
from cjmine.ingest.pieces import Piece
from cjmine.ingest.scanning import Scanned
from cjmine.ingest.settings import Format, Source
from cjmine.intake.reading import Ids, ReadSource, columns_of, leaf_of, see

ROWS = TypeAdapter(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A crosswalk, read: its digest and the names of its pieces' books."""

    table: Crosswalk
    scanned: Scanned
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTask:
    """One piece of a crosswalk to read."""

    table: Crosswalk
    piece: Piece
    name: str


def read_crosswalks(
    tables: Sequence[Crosswalk], roots: Sequence[Path], work: Path, ids: Ids, engine: Engine
) -> list[Walked]:
    """Read crosswalks into books; raises ``SourceError`` for columns they lack and rows that do not fit."""
    scanned = [_seen(table, roots, work) for table in tables]
    tasks = [
        [WalkTask(table=table, piece=piece, name=_name(table, piece, ids)) for piece in one.pieces]
        for table, one in zip(tables, scanned, strict=True)
    ]
    engine.each(partial(walked, work=work, ids=ids), [task for group in tasks for task in group])
    return [
        Walked(table=table, scanned=one, names=tuple(task.name for task in group))
        for table, one, group in zip(tables, scanned, tasks, strict=True)
    ]


def _seen(table: Crosswalk, roots: Sequence[Path], work: Path) -> Scanned:
    path = resolve((table.file,), roots)[0].absolute()
    seen = see((as_source(table), path), work)
    if isinstance(seen, SourceError):
        msg = [f"{path}: cannot be read as CSV: {fault}" for fault in seen.faults]
        raise SourceError(msg, "check its delimiter and encoding")
    (scanned,) = seen
    crosswalk.refuse_missing(table, scanned.names, str(path))
    return scanned


def _name(table: Crosswalk, piece: Piece, ids: Ids) -> str:
    return key_of(repr(replace(piece, path=Path(piece.name))), table.model_dump_json(), repr(ids))


def as_source(table: Crosswalk) -> Source:
    """Return how a crosswalk is read: as a text table of its columns."""
    named = [column for columns in table.columns.values() for column in columns]
    return Source(
        name="crosswalk",
        files=(table.file,),
        format=Format.CSV,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns={str(number): column for number, column in enumerate(named)},
    )


def walked(task: WalkTask, work: Path, ids: Ids) -> int:
    """Write the book of one piece of a crosswalk; return its rows."""
    leaf = leaf_of(work, task.name, None, crosswalk.columns_of(task.table))

    def read() -> int:
        raw = steps.raw_of(task.piece, as_source(task.table))
        if raw.faults.height:
            first = raw.faults.row(0, named=True)
            msg = f"{task.piece.name}: cannot be read as CSV: line {first['line']} has {first['reason']}"
            raise SourceError(msg, "check its delimiter and encoding")
        frame = raw.frame.rename(lambda name: name.removeprefix("\ufeff").strip())
        rows = crosswalk.nodes_of(frame, task.table, ids.settings)
        books.kept(rows, leaf, None, ids.schemes, ids.seed)
        return rows.height

    files = [leaf.book, leaf.rows]
    return Kept(work / "pieces", ROWS).once(task.name, files, read)


def leaves_of(sources: Sequence[ReadSource], tables: Sequence[Walked], work: Path, ids: Ids) -> list[Leaf]:
    """Return every book there is: of the sources' pieces, then of the crosswalks'."""
    found = [
        leaf_of(work, name, one.asked.source.name, columns_of(ids)) for one in sources for name in one.names
    ]
    return found + [
        leaf_of(work, name, None, crosswalk.columns_of(one.table), one.table.file)
        for one in tables
        for name in one.names
    ]


def joined(
    sources: Sequence[ReadSource],
    tables: Sequence[Walked],
    work: Path,
    ids: Ids,
    engine: Engine,
    *,
    personal: bool,
    before: Linked | None = None,
) -> Customers:
    """Join the ids of all books, going on from what was joined ``before`` where that can be.

    Raises ``DigestCollisionError`` where the books must be written anew.
    """
    return link(
        leaves_of(sources, tables, work, ids),
        ids.schemes,
        ids.settings,
        engine=engine,
        folder=work / "edges",
        personal=personal,
        before=before,
    )


def lost(sources: Sequence[ReadSource], work: Path) -> dict[str, tuple[int, int]]:
    """Return each system's rows that carry no id, and how many cases they are of."""
    found = {}
    for one in sources:
        parts = [pl.read_ipc(work / "pieces" / f"{name}.lost.arrow") for name in one.names]
        rows = pl.concat([part for part in parts if part.height] or parts[:1])
        if rows.height:
            found[one.asked.source.name] = (rows.height, rows["native_case_id"].drop_nulls().n_unique())
    return found


def report(
    sources: Sequence[ReadSource], customers: Customers, work: Path, settings: IdentitySettings
) -> linkage.Linkage:
    """Say how well the systems joined; raises ``LinkageError`` where too many rows carry no id."""
    rows = {one.asked.source.name: sum(told.accepted for told in one.told) for one in sources}
    return linkage.report(rows, lost(sources, work), customers, settings)


def coverage(tables: Sequence[Walked], customers: Customers) -> pl.DataFrame:
    """Count each crosswalk's rows, and how many name an id that an export holds.

    Returns file, rows, used (rows with an id seen), joining (rows with two or more).
    """
    counts = iter(customers.walked)
    rows: list[Mapping[str, object]] = []
    for one in tables:
        mine = [next(counts) for _ in one.names]
        whole = [sum(part[place] for part in mine) for place in range(3)]
        rows.append({"file": one.table.file, "rows": whole[0], "used": whole[1], "joining": whole[2]})
    return pl.DataFrame(rows, schema=crosswalk.COVERAGE)
