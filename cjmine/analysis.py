"""Both passes over all partitions: journeys first, then what is true of all, then what is found.

Where most customers are as they were in the last run, only the changed ones are done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import COSTS, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.detectors.kernels import DETECT
from cjmine.discovery.flows import COUNT_FLOWS, COUNT_NODES
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.discovery.work import COUNT_HANDOVERS, COUNT_REWORK
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.vocabulary import Status
from cjmine.domain.working_time import WorkingCalendar
from cjmine.engine import contexts, passes, update
from cjmine.engine.kept import key_of
from cjmine.engine.passes import Pass, Read, Told
from cjmine.engine.store import Store
from cjmine.engine.tasks import Engine
from cjmine.engine.update import Changed, Update
from cjmine.intended.automaton import automaton_of
from cjmine.journeys.kernels import ARRANGE, GLOBALS, STATUS, abandon_after
from cjmine.project.load import Loaded
from cjmine.report import summary
from cjmine.report.counts import REPORTED
from cjmine.report.worst import FIND_WORST

Tell = Callable[[str, int, int], None]

ARRANGED = ("events", "contacts", "journeys")
"""The tables that pass 1 fills."""
FOUND = ("journeys", "moves", "findings")
"""The tables that pass 2 fills."""
PASS_ONE = (*ARRANGE, *GLOBALS, COUNT_VARIANTS)
PASS_TWO = (
    STATUS,
    COSTS,
    MOVES,
    DEVIATIONS,
    DEVIATION_NOTES,
    COUNT_VARIANTS,
    COUNT_FLOWS,
    COUNT_NODES,
    COUNT_HANDOVERS,
    COUNT_REWORK,
    *DETECT,
    *REPORTED,
    FIND_WORST,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A finished run to go on from: the keys of its passes, and whose rows have changed since."""

    first: str
    second: str
    changed: Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """Where each pass wrote, the context that pass 1 froze, the merged tallies of both.

    ``told`` is what the rows of each partition told when they arrived.
    """

    first: Pass
    second: Pass
    tallies: Mapping[str, pl.DataFrame]
    told: Sequence[Told]

    @property
    def context(self) -> Context:
        """Return what is true of all customers."""
        return self.second.context

    def published(self, folder: Path) -> Store:
        """Put the tables of both passes together as one store below ``folder``."""
        self.first.out.share(folder, tuple(name for name in ARRANGED if name not in FOUND))
        return self.second.out.share(folder, FOUND)


def settings_of(loaded: Loaded) -> str:
    """Return a name for everything that decides about results but the exports."""
    told = loaded.project.model_dump(mode="json", exclude={"title", "output", "engine", "sources"})
    return key_of(told, [one.name for one in loaded.project.sources], repr(loaded.models))


def analyse(
    loaded: Loaded,
    read: Read,
    runs: Path,
    engine: Engine,
    tell: Tell,
    *,
    parts: int,
    key: str,
    earlier: Earlier | None = None,
) -> Analysed:
    """Run both passes over all partitions; nothing is published, so others may ask what was found.

    ``read`` gives a partition's events: all of them, or those of the customers that have changed since
    the ``earlier`` run. Results are kept below ``runs``, by what they were made from (``key``).
    """
    context = Context(settings=loaded.project.parts(), models=loaded.models)
    about = key_of(key, settings_of(loaded))
    first = _pass_one(runs, about, parts, context)
    progress = partial(tell, "arranging journeys")
    if earlier is None:
        one, told = passes.run(first, read, engine, progress=progress)
    else:
        before = _pass_one(runs, earlier.first, parts, context)
        renewed = Update(
            now=first,
            before=before,
            whole=partial(_first_read, before),
            given=read,
            names=partial(_changed, earlier.changed),
        )
        one, told = update.run(renewed, engine, progress=progress)
    tell("aligning variants", 0, 1)
    context = _frozen(loaded, context, one)
    second = _pass_two(runs, key_of(about, contexts.told(context)), parts, context)
    contexts.save(second.out.folder, context)
    arranged = partial(_first_read, first)
    progress = partial(tell, "searching for patterns")
    renewed_two = _second_update(runs, earlier, first, second) if earlier is not None else None
    if renewed_two is None:
        two, _ = passes.run(second, arranged, engine, progress=progress)
    else:
        two, _ = update.run(renewed_two, engine, progress=progress)
    return Analysed(first=first, second=second, tallies={**one, **two}, told=told)


def _pass_one(runs: Path, key: str, parts: int, context: Context) -> Pass:
    store = Store(runs / key, parts)
    return Pass(kernels=PASS_ONE, context=context, out=store, tables=ARRANGED, key=key)


def _pass_two(runs: Path, key: str, parts: int, context: Context) -> Pass:
    return Pass(kernels=PASS_TWO, context=context, out=Store(runs / key, parts), tables=FOUND, key=key)


def _frozen(loaded: Loaded, context: Context, tallies: Mapping[str, pl.DataFrame]) -> Context:
    """Return what pass 1 has shown to be true of all customers."""
    project, models = loaded.project, loaded.models
    automata = {name: automaton_of(model.net) for name, model in models.items()}
    spans = tallies["spans"].with_columns(pl.from_epoch("first_us", "us"), pl.from_epoch("last_us", "us"))
    return dataclasses.replace(
        context,
        extracted_at={**summary.instants(spans), **project.extracted_at()},
        abandon_after=abandon_after(tallies["gaps"], project.journeys),
        aligned=align_all(distinct_variants(tallies["variants"]), models, automata) if models else {},
        calendar=project.clock.calendar(*summary.days(spans)),
    )


def _first_read(first: Pass, number: int) -> tuple[Partition, Told]:
    """Return a partition as pass 1 left it, and what its rows told."""
    return first.out.read(number, ARRANGED), passes.told_of(first, number)


def _both_read(first: Pass, second: Pass, number: int) -> tuple[Partition, Told]:
    """Return a partition as both passes left it."""
    found = second.out.read(number, FOUND)
    kept = first.out.read(number, ("events", "contacts"))
    return dataclasses.replace(found, events=kept.events, contacts=kept.contacts), {}


def _changed(changed: Changed, number: int, _old: Partition) -> pl.Series:
    return changed.of(number)


def _changed_or_open(changed: Changed, number: int, old: Partition) -> pl.Series:
    """Return the changed customers, and those whose journeys were open: time may have closed them."""
    still_open = old.journeys.filter(pl.col("status") == Status.OPEN)["customer_id"]
    return pl.concat([changed.of(number), still_open]).unique().sort()


def _second_update(runs: Path, earlier: Earlier, first: Pass, second: Pass) -> Update | None:
    """Return pass 2 over whom it can touch; ``None`` where what is true of all has changed for everybody."""
    parts = second.out.parts
    context = contexts.load(runs / earlier.second, second.context)
    if context is None or not _only_later(context, second.context):
        return None
    before_one = _pass_one(runs, earlier.first, parts, context)
    before = _pass_two(runs, earlier.second, parts, context)
    return Update(
        now=second,
        before=before,
        whole=partial(_both_read, before_one, before),
        given=partial(_first_read, first),
        names=partial(_changed_or_open, earlier.changed),
    )


def _only_later(old: Context, new: Context) -> bool:
    """Tell whether only time has passed for customers who have not changed."""
    later = all(new.extracted_at.get(name, at) >= at for name, at in old.extracted_at.items())
    return later and old.abandon_after == new.abandon_after and _agree(old.calendar, new.calendar)


def _agree(old: WorkingCalendar | None, new: WorkingCalendar | None) -> bool:
    """Tell whether two calendars agree in the years that the older one knows."""
    if old is None or new is None:
        return old is new
    years = {day[:4] for day in old.holidays}
    known = tuple(day for day in new.holidays if day[:4] in years)
    return dataclasses.replace(new, holidays=known) == old


def intact(runs: Path, first: str, second: str, parts: int, engine: Engine) -> bool:
    """Tell whether all that a finished run wrote is still as it was."""
    context = Context()
    both = (_pass_one(runs, first, parts, context), _pass_two(runs, second, parts, context))
    return all(engine.each(_is_kept, [(one, number) for one in both for number in range(parts)]))


def _is_kept(task: tuple[Pass, int]) -> bool:
    return passes.is_kept(*task)
