"""All exports of a project, read, joined and partitioned: what the journeys are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.tables import EVENT
from cjmine.engine.kept import key_of
from cjmine.engine.passes import Read
from cjmine.engine.patch import Changed
from cjmine.engine.store import parts_for
from cjmine.engine.tasks import Engine, written
from cjmine.identity import linkage, nodes
from cjmine.identity.books import DigestCollisionError
from cjmine.identity.grown import Linked
from cjmine.identity.settings import IdentitySettings
from cjmine.ingest import accounts, steps
from cjmine.ingest.database import Copied, copied
from cjmine.ingest.limits import refuse_quarantine, twins
from cjmine.ingest.steps import Asked
from cjmine.intake.changes import Changes, Last, changes, known
from cjmine.intake.joining import Walked, coverage, joined, read_crosswalks, report
from cjmine.intake.parting import Parted, parted
from cjmine.intake.people import People, digest_of_people
from cjmine.intake.reading import Ids, ReadSource, Tell, read_sources
from cjmine.project.load import Loaded

FEWEST = 4
"""Changed customers are done in at least so many groups, if there are as many partitions."""

_MANY = {"customer_id": pl.String, "source_system": pl.String, "cases": pl.Int64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Everything the exports gave, and how it joined.

    ``parted`` gives the events of each partition of customers; ``key`` names what they are, so that
    equal keys are equal events. Where ``changed`` says whose rows are not as they were in the ``last``
    run, ``parted`` has those only; ``anew`` is how many customers of now they are, and ``groups`` into how
    many groups of partitions they, and those who only waited, are best taken. ``unordered`` warns of
    databases whose rows have no order.
    """

    parted: Parted
    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    linkage: linkage.Linkage
    crosswalk: pl.DataFrame
    crosswalks: Mapping[str, str]
    settings: IdentitySettings
    sources: tuple[ReadSource, ...]
    work: Path
    key: str
    now: Last
    walked: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    last: Last | None = None
    changed: Changed | None = None
    anew: int | None = None
    groups: int = 1

    @property
    def parts(self) -> int:
        """Return the number of partitions."""
        return self.parted.people.parts

    @property
    def read(self) -> Read:
        """Return a way to read a partition's events, and what its rows told: all that a task must know."""
        return self.parted.read

    def since(self) -> tuple[str, ...]:
        """Say what was taken over from the last run, if anything."""
        if self.anew is None:
            return ()
        if not self.anew:
            return ("nothing has changed since the last run: its journeys and findings were taken over",)
        others = self.parted.people.array("part").shape[0] - self.anew
        changed = f"{self.anew:,} customers have new, corrected or missing rows since the last run"
        return (f"{changed} and were done anew; {others:,} were taken over",)

    def names(self) -> list[str]:
        """Return the names of all pieces' results that this was made from."""
        return [*(name for one in self.sources for name in one.names), *self.walked]

    def all_events(self) -> pl.DataFrame:
        """Return the events of all partitions in one table, in file and row order."""
        rows = pl.concat([self.parted.events(number)[0].events for number in range(self.parts)])
        return rows.sort("system_rank", "source_file", "source_row")

    def anonymous(self) -> pl.DataFrame:
        """Return rows that only lack an id, as events of nobody; only where they were asked for."""
        parts = [
            pl.read_ipc(self.work / "pieces" / f"{name}.nobody.arrow")
            for one in self.sources
            for name in one.names
        ]
        return pl.concat([EVENT.empty(), *parts])

    def warnings(self, told: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return what qualifies the events; ``told`` is what the rows of each partition told."""
        repeated: dict[str, int] = {}
        cases: list[tuple[str, str, int]] = []
        for one in told:
            for _, name, count in one["repeated"]:
                repeated[name] = repeated.get(name, 0) + count
            cases += [(customer, system, count) for customer, system, count in one["cases"]]
        many = pl.DataFrame(cases, schema=_MANY, orient="row")
        lines = [
            line
            for one in self.sources
            for line in accounts.warnings(
                one.asked, one.scanned, one.told, one.plan, repeated.get(one.asked.source.name, 0)
            )
        ]
        joins = (*self.linkage.warnings, *linkage.dummies(many, self.settings))
        return (*joins, *twins(self.ledger), *self.unordered, *lines)


def take_in(
    loaded: Loaded,
    work: Path,
    engine: Engine,
    tell: Tell,
    *,
    settings: str = "",
    last: Last | None = None,
    waiting: pl.Series | None = None,
    anonymous: bool = False,
) -> Taken:
    """Read every source, refuse what is too broken, and give every row its customer and its partition.

    ``settings`` names what decides about results beside the exports: where it is as it was in the ``last``
    run, only customers whose rows have changed since are given; ``waiting`` are others who may not be
    as they were, because time has passed.
    """
    project = loaded.project
    names = {one.name: one.id_scheme for one in project.sources}
    copies = copied(project.sources, work / "databases")
    asked = _asked(loaded, copies, anonymous=anonymous)
    seed = 0
    while True:
        ids = Ids(schemes=nodes.schemes_of(names, project.identity), settings=project.identity, seed=seed)
        sources = tuple(read_sources(asked, loaded.roots, work, ids, engine, tell=tell))
        ledger, quarantine = _account(loaded, sources, work)
        tell("joining customers", 0, 1)
        tables = read_crosswalks(project.identity.crosswalks, loaded.roots, work, ids, engine)
        about = key_of(settings, repr(ids))
        before = known(last, about, work)
        linked = None if before is None else Linked(before.folder)
        try:
            customers = joined(sources, tables, work, ids, engine, personal=project.personal, before=linked)
            break
        except DigestCollisionError:
            seed += 1
    joins, walks = report(sources, customers, work, project.identity), coverage(tables, customers)
    who = digest_of_people(customers)
    parts = parts_for(int(ledger["accepted"].sum()))
    people = People.save(work / "people" / who, customers, parts, work / "edges" / "linked", before)
    del customers  # large, and on disk now
    now = Last(
        settings=about,
        who=who,
        parts=people.parts,
        pieces={one.asked.source.name: one.names for one in sources},
    )
    found = None
    if last is not None and before is not None:
        found = changes(last, now, work, ids, before=before, people=people)
    waiting = pl.Series(dtype=pl.String) if waiting is None else waiting
    key = key_of(who, people.parts)
    only = changed = None
    if found is not None and last is not None:
        key = key_of(key, last.who, last.pieces, now.pieces, last.second)
        only = _flags(work / "changed" / f"{key}-now.npy", found.now)
        changed = Changed.save(work / "changed" / f"{key}.arrow", found.names, waiting, people.parts)
    tell("arranging customers", 0, 1)
    rows = parted(
        sources,
        people,
        work,
        ids,
        engine,
        key=key,
        max_cases=project.identity.max_cases,
        only=only,
        progress=lambda done, of: tell("arranging customers", done, of),
    )
    return Taken(
        parted=rows,
        ledger=ledger,
        quarantine=quarantine,
        linkage=joins,
        crosswalk=walks,
        crosswalks=_digests(tables),
        settings=project.identity,
        sources=sources,
        work=work,
        key=key_of(who, people.parts, now.pieces),
        now=now,
        walked=tuple(name for one in tables for name in one.names),
        unordered=tuple(line for one in copies for line in one.warnings),
        last=last,
        changed=changed,
        anew=None if found is None else int(found.now.sum()),
        groups=1 if found is None else _groups(ledger, found, waiting, people.parts),
    )


def _groups(ledger: pl.DataFrame, found: Changes, waiting: pl.Series, parts: int) -> int:
    """Return in how many groups customers are done anew: enough for all cores, and none too large."""
    share = (int(found.now.sum()) + waiting.len()) / max(len(found.now), 1)
    return min(parts, max(FEWEST, parts_for(int(int(ledger["accepted"].sum()) * share))))


def _flags(path: Path, flags: npt.NDArray[np.bool_]) -> Path:
    with written(path) as draft, draft.open("wb") as file:
        np.save(file, flags)
    return path


def _asked(loaded: Loaded, copies: Sequence[Copied], *, anonymous: bool) -> list[Asked]:
    project = loaded.project
    return [
        Asked(
            source=one.source,
            rank=rank,
            timezone=project.clock.timezone,
            keys=tuple(key.name for key in project.identity.keys),
            anonymous=anonymous,
        )
        for rank, one in enumerate(copies)
    ]


def _account(loaded: Loaded, sources: Sequence[ReadSource], work: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ledger and the rows set aside; raises ``SourceError`` where they are too many."""
    ledgers = [accounts.ledger(one.asked.source, one.scanned, one.told) for one in sources]
    aside = [pl.read_ipc(work / "pieces" / f"{name}.aside.arrow") for one in sources for name in one.names]
    ledger, quarantine = pl.concat(ledgers), pl.concat([steps.QUARANTINE.to_frame(), *aside])
    refuse_quarantine(ledger, quarantine, loaded.project.output.max_quarantine)
    return ledger, quarantine


def _digests(tables: Sequence[Walked]) -> dict[str, str]:
    return {one.table.file: one.scanned.sha256 for one in tables}
