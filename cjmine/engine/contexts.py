"""What was true of all customers in an earlier run? A frozen context, kept beside what was found in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from pydantic import TypeAdapter

from cjmine.domain.deadlines import Deadlines
from cjmine.domain.kernel import Context
from cjmine.domain.working_time import WorkingCalendar
from cjmine.engine.kept import Kept
from cjmine.engine.tasks import written


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What pass 1 finds out, without settings and models, which are the project's, and alignments."""

    extracted_at: Mapping[str, datetime]
    abandon_after: timedelta
    calendar: WorkingCalendar | None
    deadlines: Mapping[str, Deadlines]
    aligned: tuple[str, ...]


_FROZEN = TypeAdapter(Frozen)


def _frozen(context: Context) -> Frozen:
    return Frozen(
        extracted_at=dict(sorted(context.extracted_at.items())),
        abandon_after=context.abandon_after,
        calendar=context.calendar,
        deadlines=dict(sorted(context.deadlines.items())),
        aligned=tuple(sorted(context.aligned)),
    )


def told(context: Context) -> str:
    """Return the context as text; alignments follow from variants and models."""
    return _FROZEN.dump_json(_frozen(context)).decode()


def save(folder: Path, context: Context) -> None:
    """Write a context into a folder."""
    for name, table in context.aligned.items():
        with written(folder / "aligned" / f"{name}.parquet") as draft:
            table.write_parquet(draft)
    files = [folder / "aligned" / f"{name}.parquet" for name in context.aligned]
    Kept(folder, _FROZEN).keep("context", _frozen(context), files)


def load(folder: Path, base: Context) -> Context | None:
    """Return the context kept in a folder, with settings and models of ``base``.

    ``None`` if it is gone, or not as it was written.
    """
    frozen = Kept(folder, _FROZEN).known("context")
    if frozen is None:
        return None
    aligned = {name: pl.read_parquet(folder / "aligned" / f"{name}.parquet") for name in frozen.aligned}
    return dataclasses.replace(
        base,
        extracted_at=frozen.extracted_at,
        abandon_after=frozen.abandon_after,
        calendar=frozen.calendar,
        deadlines=frozen.deadlines,
        aligned=aligned,
    )


def only_later(old: Context, new: Context) -> bool:
    """Tell whether only time has passed for customers who have not changed."""
    later = all(new.extracted_at.get(name, at) >= at for name, at in old.extracted_at.items())
    calendars = [(old.calendar, new.calendar)]
    for name in sorted({*old.deadlines, *new.deadlines}):
        clocks = (old.deadlines.get(name), new.deadlines.get(name))
        before, now = (None if clock is None else clock.calendar for clock in clocks)
        calendars.append((before, now))
    return later and old.abandon_after == new.abandon_after and all(_agree(*both) for both in calendars)


def _agree(old: WorkingCalendar | None, new: WorkingCalendar | None) -> bool:
    """Tell whether two calendars agree in the years that the older one knows."""
    if old is None or new is None:
        return old is new
    years = {day[:4] for day in old.holidays}
    known = tuple(day for day in new.holidays if day[:4] in years)
    return dataclasses.replace(new, holidays=known) == old
