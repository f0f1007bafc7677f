"""How did journeys run, in a log or in a finished run, told in names of the notation?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cjmine.cases import Columns, arranged_cases
from cjmine.domain.kernel import Partition
from cjmine.domain.sequences import appearance, sequences
from cjmine.domain.vocabulary import MoveKind, Status
from cjmine.errors import SettingsError, SourceError
from cjmine.intended.names import named
from cjmine.intended.yaml_nodes import nearest_or_all
from cjmine.score.answers import is_run, read_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Journeys of one kind.

    ``steps`` has number (of the journey), step (its name), activity, start, service and
    channel, each journey's together and in order, without those of ``anytime``. ``names`` leads from
    what the source calls a step to its name, ``mapping`` from an activity to the name of its step
    where that is another word. ``good`` has the numbers of complete journeys without any finding.
    """

    name: str
    told: str
    steps: pl.DataFrame
    journeys: int
    names: Mapping[str, str]
    mapping: Mapping[str, str]
    anytime: tuple[str, ...] = ()
    need: str | None = None
    good: pl.Series | None = None
    warnings: tuple[str, ...] = ()

    def known(self, given: Iterable[str], option: str) -> frozenset[str]:
        """Return the names of steps a user gave; raises ``SettingsError`` for what is no step here."""
        return frozenset(_known(self.names, given, option))


def ran_of(
    source: Path,
    columns: Columns | None,
    *,
    journey_type: str | None,
    anytime: Collection[str],
) -> Ran:
    """Return how the cases of a log, or the complete journeys of one type of a run's folder, ran.

    Raises ``SettingsError`` for a step or type that is not there, and for a type asked of a log.
    """
    if is_run(source):
        return _in_run(source, journey_type, anytime)
    if journey_type is not None:
        msg = f"{source}: a log has no types of journeys"
        raise SettingsError(msg, "leave out --type, or name the folder of a finished run")
    reading, partition, _ = arranged_cases(source, columns, ())
    stem = source.name.split(".")[0]
    title = next(iter(named([stem], plain=True).values())).replace("_", "-")
    whole = _steps(partition, partition.journeys["journey_id"])
    journeys = partition.journeys.height
    return _ran(whole, anytime, name=title, told=source.name, journeys=journeys, warnings=reading.warnings)


def _in_run(folder: Path, journey_type: str | None, anytime: Collection[str]) -> Ran:
    partition = read_run(folder)
    kind = _type(folder, partition.journeys, journey_type)
    complete = partition.journeys.filter(
        pl.col("journey_type") == kind, pl.col("status") == Status.COMPLETE.value
    )
    if not complete.height:
        msg = f"{folder}: no journey of type {kind!r} is complete"
        raise SourceError(msg)
    ids = complete["journey_id"]
    tolerated = partition.moves.filter(
        pl.col("expected"), pl.col("kind") == MoveKind.LOG.value, pl.col("journey_id").is_in(ids.implode())
    )
    at_any_time = partition.events.filter(pl.col("event_id").is_in(tolerated["event_id"].implode()))
    found = partition.findings.filter(~pl.col("intended"))["journey_id"].drop_nulls()
    fine = ~pl.col("journey_id").is_in(found.implode()) & (pl.col("cost").fill_null(0) == 0)
    needs = complete["need"].drop_nulls().unique().to_list()
    return _ran(
        _steps(partition, ids),
        [*anytime, *sorted(at_any_time["touchpoint"].drop_nulls().unique())],
        name=kind,
        told=f"the finished run {folder.name!r}, complete journeys of type {kind}",
        journeys=complete.height,
        need=needs[0] if len(needs) == 1 else None,
        good=complete.filter(fine)["journey_id"],
    )


def _type(folder: Path, journeys: pl.DataFrame, asked: str | None) -> str:
    """Return the type of journeys that is asked for, or the only one there is."""
    kinds = (
        journeys["journey_type"]
        .value_counts(sort=True)
        .sort("count", "journey_type", descending=[True, False])
    )
    known = kinds["journey_type"].to_list()
    if asked in known or (asked is None and len(known) == 1):
        return asked or str(known[0])
    what = "has several types of journeys" if asked is None else f"has no journeys of type {asked!r}"
    advice = nearest_or_all(asked or "", known)
    msg = f"{folder}: {what}"
    raise SettingsError(msg, f"name one with --type; {advice}")


def _steps(partition: Partition, ids: pl.Series) -> pl.DataFrame:
    """Return the counted steps of some journeys with all that is drafted from."""
    steps, _ = sequences(partition)
    rows = partition.events.select("activity", "channel")[steps["at"]]
    return steps.hstack(rows).filter(pl.col("journey_id").is_in(ids.implode()))


def _ran(
    whole: pl.DataFrame,
    anytime: Collection[str],
    *,
    name: str,
    told: str,
    journeys: int,
    need: str | None = None,
    good: pl.Series | None = None,
    warnings: tuple[str, ...] = (),
) -> Ran:
    names = named(sorted(whole["touchpoint"].unique()), plain=True)
    free = _known(names, anytime, "anytime")
    steps = whole.select(
        appearance(whole["journey_id"]).alias("number"),
        pl.col("touchpoint").replace_strict(names, return_dtype=pl.String).alias("step"),
        *("activity", "start", "service", "channel", "journey_id"),
    )
    flow = steps.filter(~pl.col("step").is_in(free))
    return Ran(
        name=name,
        told=told,
        steps=flow,
        journeys=journeys,
        names=names,
        mapping=_mapping(steps),
        anytime=tuple(free),
        need=need,
        good=None
        if good is None
        else flow.filter(pl.col("journey_id").is_in(good.implode()))["number"].unique(),
        warnings=warnings,
    )


def _known(names: Mapping[str, str], given: Iterable[str], option: str) -> list[str]:
    steps = {**{name: name for name in names.values()}, **names}
    found = []
    for word in dict.fromkeys(given):
        if word not in steps:
            msg = f"--{option}: {word!r} is no step of these journeys"
            raise SettingsError(msg, nearest_or_all(word, sorted(steps)))
        found.append(steps[word])
    return sorted(set(found))


def _mapping(steps: pl.DataFrame) -> dict[str, str]:
    """Return the step that each activity means, where it is another word: the one it means most often."""
    seen = steps.group_by("activity", "step").len("rows")
    first = seen.sort("rows", "activity", "step", descending=[True, False, False]).unique(
        "activity", keep="first", maintain_order=True
    )
    taken = set(steps["step"])
    pairs = first.select("activity", "step").sort("activity").iter_rows()
    return {activity: step for activity, step in pairs if activity not in taken}
