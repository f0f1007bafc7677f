"""Stage three: rows go to the partitions of their customers, and a partition's events are put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pydantic import TypeAdapter

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import EVENT
from cjmine.engine.kept import Kept, key_of
from cjmine.engine.tasks import Engine, Progress, written
from cjmine.intake import frames
from cjmine.intake.people import People
from cjmine.intake.reading import Ids, ReadSource, columns_of, leaf_of

ROWS_PER_GROUP = 1_200_000
"""Rows that are sorted by partition at a time."""
_ROWS = TypeAdapter(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pieces of one source whose rows are sorted by partition together: names of their results."""

    system: str
    pieces: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What the rows of a partition told, by customer and system: repeated rows, and cases if too many."""

    repeated: list[tuple[str, str, int]]
    cases: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Rows of all sources, sorted by partition, group by group."""

    folder: Path
    people: People
    names: tuple[str, ...]
    max_cases: int

    def rows(self, number: int) -> pl.DataFrame:
        """Return the rows of one partition, with all columns of ``frames.SCHEMA``."""
        parts, height = [], 0
        for name in self.names:
            ends = np.load(self.folder / f"{name}.npy")
            start, end = int(ends[number]), int(ends[number + 1])
            if end > start:
                parts.append(frames.stored(self.folder / f"{name}.rows.arrow", start, end - start))
                height += end - start
        return frames.whole(frames.together(parts) if parts else pl.DataFrame(), height)

    def events(self, number: int) -> tuple[Partition, Arrived]:
        """Return a partition's events in their total order, and what they told."""
        rows = self.rows(number)
        # a customer's name is looked up and put in its place once, not in every row
        whose = rows.select(pl.col("customer").unique().sort()).to_series()
        known = pl.DataFrame([whose, self.people.names(whose).alias("customer_id")])
        known = known.with_columns(pl.col("customer_id").rank("dense").alias("place"))
        events = rows.join(known, on="customer", how="left", maintain_order="left").with_columns(
            pl.format("{}:{}:{}", "source_system", "source_file", "source_row").alias("event_id")
        )
        events = events.sort("place", *EVENT.order[1:], maintain_order=True)
        told = Arrived(repeated=_repeated(events), cases=_cases(events, self.max_cases))
        return Partition(events=EVENT.conform(events)), told

    def read(self, number: int) -> tuple[Partition, dict[str, Any]]:
        """Return the same as a pass takes it."""
        partition, told = self.events(number)
        return partition, asdict(told)


def _repeated(events: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Count the rows that say what another row of their system says."""
    said = events.filter(pl.struct("source_system", "content").is_duplicated())
    again = said.group_by("customer_id", "source_system", maintain_order=True)
    return again.agg(pl.len() - pl.col("content").n_unique()).rows()


def _cases(events: pl.DataFrame, most: int) -> list[tuple[str, str, int]]:
    """Return customers with more cases in one system than a person has."""
    rows = events.drop_nulls("native_case_id")
    cases = rows.group_by("customer_id", "source_system", maintain_order=True)
    counted = cases.agg(pl.col("native_case_id").n_unique().alias("cases"))
    return counted.filter(pl.col("cases") > most).rows()


def parted(
    sources: Sequence[ReadSource],
    people: People,
    work: Path,
    ids: Ids,
    engine: Engine,
    *,
    key: str,
    max_cases: int,
    only: Path | None = None,
    progress: Progress | None = None,
) -> Parted:
    """Sort the rows of all sources by the partition of their customer; ``key`` names who is who.

    With ``only``, a file of flags (``.npy``, one for each customer), other customers' rows are left out.
    """
    groups = [group for one in sources for group in _groups(one, key)]
    sort = partial(sort_group, people=people, work=work, ids=ids, only=only)
    engine.each(sort, groups, progress=progress)
    return Parted(
        folder=work / "parted",
        people=people,
        names=tuple(group.name for group in groups),
        max_cases=max_cases,
    )


def _groups(source: ReadSource, key: str) -> list[Group]:
    groups: list[list[str]] = [[]]
    rows = 0
    for name, told in zip(source.names, source.told, strict=True):
        if groups[-1] and rows + told.accepted > ROWS_PER_GROUP:
            groups.append([])
            rows = 0
        groups[-1].append(name)
        rows += told.accepted
    system = source.asked.source.name
    return [Group(system=system, pieces=tuple(group), name=key_of(key, group)) for group in groups if group]


def sort_group(group: Group, people: People, work: Path, ids: Ids, only: Path | None) -> int:
    """Sort the rows of some pieces by partition; where each begins lies beside them."""
    folder = work / "parted"
    rows_file, ends_file = folder / f"{group.name}.rows.arrow", folder / f"{group.name}.npy"

    def sort() -> int:
        parts, wanted = [], None if only is None else np.load(only, mmap_mode="r")
        for name in group.pieces:
            leaf = leaf_of(work, name, group.system, columns_of(ids))
            frame, same = frames.stored(work / "pieces" / f"{name}.events.arrow")
            whose = pl.Series("customer", people.of(leaf)).gather(_nodes(frame, same))
            rows = frame.drop("node", strict=False).with_columns(whose)
            if wanted is not None:
                rows = rows.filter(pl.Series(wanted[whose.to_numpy()]))
            parts.append((rows, {**same, "": rows.height}))
        rows = frames.together(parts)
        part = people.array("part")[rows["customer"].to_numpy()]
        order = np.argsort(part, kind="stable")
        frames.save(rows[order], rows_file)
        ends = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=people.parts))])
        with written(ends_file) as draft, draft.open("wb") as file:
            np.save(file, ends)
        return rows.height

    return Kept(folder, _ROWS).once(group.name, [*frames.files_of(rows_file), ends_file], sort)


def _nodes(frame: pl.DataFrame, same: dict[str, Any]) -> pl.Series:
    if "node" in frame.columns:
        return frame["node"]
    return pl.repeat(same.pop("node", None), same[""], dtype=pl.UInt32, eager=True)
