"""Stage one: every export is seen, cut into pieces, and each piece becomes events and a book of ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import TypeAdapter

from cjmine.engine.kept import Kept, key_of
from cjmine.engine.tasks import Answer, Engine, Progress, Task, written
from cjmine.errors import SourceError
from cjmine.identity import books, nodes
from cjmine.identity.books import Leaf
from cjmine.identity.settings import IdentitySettings
from cjmine.ingest import steps
from cjmine.ingest.columns import check
from cjmine.ingest.files import resolve
from cjmine.ingest.pieces import Piece
from cjmine.ingest.raw import FAULT, POSITION, Raw
from cjmine.ingest.remarks import content
from cjmine.ingest.scanning import Scanned, scan
from cjmine.ingest.settings import Source
from cjmine.ingest.steps import Asked, PieceTold, Plan, Survey
from cjmine.intake import frames

Tell = Callable[[str, int, int], None]
SCANNED = TypeAdapter(tuple[Scanned, ...])
SURVEY = TypeAdapter(Survey)
TOLD = TypeAdapter(PieceTold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """How ids are written in books: every namespace of the project in order, the keys, the digests' seed."""

    schemes: tuple[str, ...]
    settings: IdentitySettings
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSource:
    """One source, read: its exports, how it was decided to read them, what each piece told, and its files.

    ``names`` are the names of its pieces' results in the work folder.
    """

    asked: Asked
    scanned: tuple[Scanned, ...]
    plan: Plan
    told: tuple[PieceTold, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceTask:
    """One piece to read: where it is, how its source is read, and the name of its result."""

    asked: Asked
    piece: Piece
    name: str
    plan: Plan | None = None
    raw: str | None = None


def see(task: tuple[Source, Path], work: Path) -> tuple[Scanned, ...] | SourceError:
    """Scan one file; its fault is an answer, so that all files' faults can be told together."""
    source, path = task
    # another delimiter or encoding makes other pieces of the same bytes
    written_as = (source.format, source.encoding, source.delimiter)
    place = key_of(str(path.absolute()), source.name, written_as)
    known = Kept(work / "scans", SCANNED)
    before = known.known(place) or ()
    pieces = [piece for one in before for piece in one.pieces]
    try:
        found = scan(path, source, work / "text" / place, pieces)
    except SourceError as fault:
        return fault
    return known.keep(place, found, [])


def surveyed(task: PieceTask, work: Path) -> Survey:
    """Read one piece as text, keep it, and look at it."""
    files = [work / "raw" / f"{task.name}.{part}.arrow" for part in ("rows", "places", "faults")]

    def look() -> Survey:
        raw = steps.raw_of(task.piece, task.asked.source)
        for path, frame in zip(files, (raw.frame, raw.position, raw.faults), strict=True):
            with written(path) as draft:
                frame.write_ipc(draft, compression="lz4")
        return steps.survey(raw, task.asked.source)

    return Kept(work / "raw", SURVEY).once(task.name, files, look)


def _raw(task: PieceTask, work: Path) -> Raw:
    if task.raw is None:
        return steps.raw_of(task.piece, task.asked.source)
    rows, places, faults = (
        pl.read_ipc(work / "raw" / f"{task.raw}.{part}.arrow") for part in ("rows", "places", "faults")
    )
    survey = Kept(work / "raw", SURVEY).known(task.raw)
    if survey is None:
        msg = f"{task.piece.name}: what was read of it is gone from the work folder"
        raise SourceError(msg, "run again")
    return Raw(
        frame=rows,
        position=places.cast(POSITION),
        names=survey.names,
        faults=faults.cast(FAULT),
        too_wide=survey.too_wide,
        warnings=survey.warnings,
    )


def leaf_of(work: Path, name: str, system: str | None, columns: Sequence[str], table: str = "") -> Leaf:
    """Return where the book of a piece lies."""
    return Leaf(
        system=system,
        book=work / "pieces" / f"{name}.book.arrow",
        rows=work / "pieces" / f"{name}.ids.arrow",
        columns=tuple(columns),
        table=table,
    )


def columns_of(ids: Ids) -> tuple[str, ...]:
    """Return the kinds of id that an export's rows hold."""
    return (nodes.CUSTOMER, *(nodes.node_column(key.name) for key in ids.settings.keys))


def mapped(task: PieceTask, work: Path, ids: Ids) -> PieceTold:
    """Turn one piece into events, a book of ids, and the rows set aside, all of them in the work folder."""
    folder, source = work / "pieces", task.asked.source
    leaf = leaf_of(work, task.name, source.name, columns_of(ids))
    events, aside, lost, nobody = (
        folder / f"{task.name}.{part}.arrow" for part in ("events", "aside", "lost", "nobody")
    )
    files = [*frames.files_of(events), aside, lost, leaf.book]
    files += [leaf.rows] if len(leaf.columns) > 1 else []
    files += [nobody] if task.asked.anonymous else []

    def read() -> PieceTold:
        if task.plan is None:
            msg = "a piece cannot be mapped before it is decided how"
            raise AssertionError(msg)
        done = steps.mapped(_raw(task, work), task.piece.name, task.asked, task.plan)
        owned = nodes.nodes_of(done.events, source.id_scheme, ids.settings)
        leading = books.kept(owned, leaf, source.id_scheme, ids.schemes, ids.seed)
        rows = done.events.with_columns(leading["node"], content(done.events).alias("content"))
        frames.save(rows.select(name for name in frames.SCHEMA if name in rows.columns), events)
        told = [(aside, done.quarantine), (lost, done.without_id)]
        for path, frame in [*told, *([(nobody, done.anonymous)] if task.asked.anonymous else [])]:
            with written(path) as draft:
                frame.write_ipc(draft, compression="lz4")
        return done.told

    return Kept(folder, TOLD).once(task.name, files, read)


def read_sources(
    asked: Sequence[Asked], roots: Sequence[Path], work: Path, ids: Ids, engine: Engine, *, tell: Tell
) -> list[ReadSource]:
    """Read all files of all sources into the work folder, in three rounds of tasks: seen, surveyed, mapped.

    Raises ``SettingsError`` for a wrong mapping and ``SourceError`` for files that are not as declared.
    """
    for one in asked:
        check(one.source, one.keys)
    scanned = _seen(asked, roots, work, engine, tell)
    whole = [
        [_task(one, piece) for part in parts for piece in part.pieces]
        for one, parts in zip(asked, scanned, strict=True)
    ]
    unclear = [
        tasks if steps.needs_survey(one.source) else [] for one, tasks in zip(asked, whole, strict=True)
    ]
    surveys = _each(engine, partial(surveyed, work=work), unclear, partial(tell, "surveying exports"))
    plans = [
        steps.planned(one.source, parts, looked)
        for one, parts, looked in zip(asked, scanned, surveys, strict=True)
    ]
    ready = [
        [_planned(task, plan, ids, surveyed=bool(looked)) for task in tasks]
        for tasks, plan, looked in zip(whole, plans, surveys, strict=True)
    ]
    told = _each(engine, partial(mapped, work=work, ids=ids), ready, partial(tell, "reading exports"))
    return [
        ReadSource(
            asked=one, scanned=parts, plan=plan, told=tuple(said), names=tuple(task.name for task in tasks)
        )
        for one, parts, plan, said, tasks in zip(asked, scanned, plans, told, ready, strict=True)
    ]


def _seen(
    asked: Sequence[Asked], roots: Sequence[Path], work: Path, engine: Engine, tell: Tell
) -> list[tuple[Scanned, ...]]:
    """Scan every file of every source; the faults of a source's files are raised together."""
    files = [[(one.source, path.absolute()) for path in resolve(one.source.files, roots)] for one in asked]
    found = []
    seen = _each(engine, partial(see, work=work), files, partial(tell, "scanning exports"))
    for one, parts in zip(asked, seen, strict=True):
        steps.raise_together(one.source, [part for part in parts if isinstance(part, SourceError)])
        found.append(tuple(one for part in parts if not isinstance(part, SourceError) for one in part))
    return found


def _each(
    engine: Engine, work: Callable[[Task], Answer], groups: Sequence[Sequence[Task]], progress: Progress
) -> list[list[Answer]]:
    """Do the tasks of all groups at once: a round costs an engine time, however little there is to do."""
    answers = iter(engine.each(work, [task for group in groups for task in group], progress=progress))
    return [[next(answers) for _ in group] for group in groups]


def _task(asked: Asked, piece: Piece) -> PieceTask:
    return PieceTask(asked=asked, piece=piece, name=key_of(_told(piece), _told(asked.source)))


def _planned(task: PieceTask, plan: Plan, ids: Ids, *, surveyed: bool) -> PieceTask:
    """Return a task that knows how to read its piece; the plan is part of its name."""
    part = _part(plan, task.piece.name)
    name = key_of(task.name, repr(part), _about(task.asked), repr(ids))
    return replace(task, name=name, plan=part, raw=task.name if surveyed else None)


def _part(plan: Plan, export: str) -> Plan:
    """Return what one export needs of a source's plan, so that another's change does not touch it."""
    return Plan(chosen={export: plan.chosen[export]} if export in plan.chosen else {}, forms=plan.forms)


def _about(asked: Asked) -> tuple[object, ...]:
    return asked.rank, asked.timezone, asked.keys, asked.anonymous


def _told(value: Piece | Source) -> str:
    if isinstance(value, Source):
        return value.model_dump_json(exclude={"files"})
    return repr(replace(value, path=Path(value.path.name) if value.size < 0 else Path(value.name)))
