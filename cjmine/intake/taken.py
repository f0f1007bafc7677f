"""All exports of a project, read, joined and partitioned: what the journeys are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import EVENT
from cjmine.engine.kept import key_of
from cjmine.engine.store import parts_for
from cjmine.engine.tasks import Engine
from cjmine.identity import linkage, nodes
from cjmine.identity.books import DigestCollisionError
from cjmine.identity.settings import IdentitySettings
from cjmine.ingest import source as reader
from cjmine.ingest.limits import refuse_quarantine, twins
from cjmine.ingest.source import Asked
from cjmine.intake.joining import Walked, coverage, joined, read_crosswalk, report
from cjmine.intake.parting import Parted, People, digest_of_people, parted
from cjmine.intake.reading import Ids, ReadSource, read_source
from cjmine.project.load import Loaded

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Everything the exports gave, and how it joined.

    ``parted`` gives the events of each partition of customers; ``key`` names what they are, so that
    equal keys are equal events.
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

    @property
    def parts(self) -> int:
        """Return the number of partitions."""
        return self.parted.people.parts

    def read(self, number: int) -> tuple[Partition, dict[str, object]]:
        """Return one partition's events, and what its rows told."""
        partition, told = self.parted.events(number)
        return partition, dataclasses.asdict(told)

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

    def warnings(self, told: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
        """Return what qualifies the events; ``told`` is what the rows of each partition told."""
        repeated: dict[str, int] = {}
        cases: list[tuple[str, str, int]] = []
        for one in told:
            for name, count in dict(one["repeated"]).items():  # type: ignore[call-overload]
                repeated[name] = repeated.get(name, 0) + count
            cases += [tuple(row) for row in one["cases"]]  # type: ignore[attr-defined]
        schema = {"customer_id": pl.String, "source_system": pl.String, "cases": pl.Int64}
        many = pl.DataFrame(cases, schema=schema, orient="row")
        lines = [
            line
            for one in self.sources
            for line in reader.warnings(
                one.asked, one.scanned, one.told, one.plan, repeated.get(one.asked.source.name, 0)
            )
        ]
        return (*self.linkage.warnings, *linkage.dummies(many, self.settings), *twins(self.ledger), *lines)


def take_in(loaded: Loaded, work: Path, engine: Engine, tell: Tell, *, anonymous: bool = False) -> Taken:
    """Read every source, refuse what is too broken, and give every row its customer and its partition."""
    project = loaded.project
    names = {one.name: one.id_scheme for one in project.sources}
    seed = 0
    while True:
        ids = Ids(schemes=nodes.schemes_of(names, project.identity), settings=project.identity, seed=seed)
        sources = tuple(_sources(loaded, work, ids, engine, tell, anonymous=anonymous))
        ledger, quarantine = _account(loaded, sources, work)
        tell("joining customers", 0, 1)
        tables = [
            read_crosswalk(table, loaded.roots, work, ids, engine) for table in project.identity.crosswalks
        ]
        try:
            customers = joined(sources, tables, work, ids, engine, personal=project.personal)
            break
        except DigestCollisionError:
            seed += 1
    who = digest_of_people(customers)
    rows = int(ledger["accepted"].sum())
    people = People.save(work / "people" / who, customers, parts_for(rows))
    tell("arranging customers", 0, 1)
    found = parted(
        sources,
        people,
        work,
        ids,
        engine,
        key=key_of(who, people.parts),
        max_cases=project.identity.max_cases,
        progress=lambda done, of: tell("arranging customers", done, of),
    )
    return Taken(
        parted=found,
        ledger=ledger,
        quarantine=quarantine,
        linkage=report(sources, customers, work, project.identity),
        crosswalk=coverage(tables, customers),
        crosswalks=_digests(tables),
        settings=project.identity,
        sources=sources,
        work=work,
        key=key_of(who, people.parts, found.names),
    )


def _sources(
    loaded: Loaded, work: Path, ids: Ids, engine: Engine, tell: Tell, *, anonymous: bool
) -> list[ReadSource]:
    project = loaded.project
    found = []
    for rank, one in enumerate(project.sources):
        tell(f"reading {one.name}", rank, len(project.sources))
        asked = Asked(
            source=one,
            rank=rank,
            timezone=project.clock.timezone,
            keys=tuple(key.name for key in project.identity.keys),
            anonymous=anonymous,
        )
        found.append(read_source(asked, loaded.roots, work, ids, engine))
    return found


def _account(loaded: Loaded, sources: Sequence[ReadSource], work: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ledger and the rows set aside; raises ``SourceError`` where they are too many."""
    ledgers = [reader.ledger(one.asked.source, one.scanned, one.told) for one in sources]
    aside = [pl.read_ipc(work / "pieces" / f"{name}.aside.arrow") for one in sources for name in one.names]
    ledger, quarantine = pl.concat(ledgers), pl.concat([reader.QUARANTINE.to_frame(), *aside])
    refuse_quarantine(ledger, quarantine, loaded.project.output.max_quarantine)
    return ledger, quarantine


def _digests(tables: Sequence[Walked]) -> dict[str, str]:
    return {one.table.file: one.scanned.sha256 for one in tables}
