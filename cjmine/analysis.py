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
from cjmine.conformance.kernels import BEYOND, COSTS, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.conformance.promises import PROMISES
from cjmine.detectors.kernels import DETECT
from cjmine.discovery.flows import COUNT_FLOWS, COUNT_NODES
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.discovery.work import COUNT_HANDOVERS, COUNT_REWORK
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.rows import Rows
from cjmine.domain.tables import JOURNEY, WATCH
from cjmine.domain.vocabulary import Status
from cjmine.engine import contexts, passes, update
from cjmine.engine.both import Both
from cjmine.engine.kept import key_of
from cjmine.engine.passes import Pass, Read, Told
from cjmine.engine.patch import Changed, Patch, owned, together
from cjmine.engine.store import Store
from cjmine.engine.tasks import Engine
from cjmine.engine.update import Update
from cjmine.intended.machine import machines_of
from cjmine.journeys.kernels import ARRANGE, GLOBALS, STATUS, abandon_after
from cjmine.project.load import Loaded
from cjmine.report import summary
from cjmine.report.counts import REPORTED
from cjmine.report.urgent import FIND_URGENT
from cjmine.report.worst import FIND_WORST

Tell = Callable[[str, int, int], None]

ARRANGED = ("events", "contacts", "journeys")
"""The tables that pass 1 fills."""
FOUND = ("journeys", "moves", "findings", "watch")
"""The tables that pass 2 fills."""
PASS_ONE = (*ARRANGE, *GLOBALS, COUNT_VARIANTS)
PASS_TWO = (
    STATUS,
    COSTS,
    MOVES,
    DEVIATIONS,
    DEVIATION_NOTES,
    *BEYOND,
    *PROMISES,
    COUNT_VARIANTS,
    COUNT_FLOWS,
    COUNT_NODES,
    COUNT_HANDOVERS,
    COUNT_REWORK,
    *DETECT,
    *REPORTED,
    FIND_WORST,
    FIND_URGENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A finished run to go on from: the keys of its passes, and who may not be as they were then.

    These are all whose rows have changed, and all who were ``still_open``; they are done in ``groups``.
    """

    first: str
    second: str
    changed: Changed
    groups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """Where each pass wrote, the context that pass 1 froze, the merged tallies of both.

    ``told`` is what the rows of each partition told when they arrived. ``patches`` are what an update
    has of the changed customers, ``None`` for a pass that has done all of them.
    """

    first: Pass
    second: Pass
    tallies: Mapping[str, pl.DataFrame]
    told: Sequence[Told]
    patches: tuple[Patch | None, Patch | None] = (None, None)

    @property
    def context(self) -> Context:
        """Return what is true of all customers."""
        return self.second.context

    @property
    def rows(self) -> Rows:
        """Return the tables of both passes, wherever they lie."""
        one, two = self.patches
        return Both(first=one or self.first.out, second=two or self.second.out, found=FOUND)

    def published(self, folder: Path, engine: Engine) -> Store:
        """Put the tables of both passes together as one store below ``folder``."""
        for patch, told in zip(self.patches, (self.told, [Told()] * len(self.told)), strict=True):
            if patch is not None:
                patch.settle(engine, told)
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
    update_one = None if earlier is None else _first_update(runs, earlier, first, read)
    if update_one is None:
        one, told = passes.run(first, read, engine, progress=progress)
    else:
        one, told = update.run(update_one, engine, progress=progress)
    tell("aligning variants", 0, 1)
    context = _frozen(loaded, context, one)
    second = _pass_two(runs, key_of(about, contexts.told(context)), parts, context)
    contexts.save(second.out.folder, context)
    progress = partial(tell, "searching for patterns")
    update_two = None
    if earlier is not None and update_one is not None:
        update_two = _second_update(runs, earlier, update_one.patch, second)
    if update_two is None:
        arranged = partial(_first_read, first, None if update_one is None else update_one.patch)
        two, _ = passes.run(second, arranged, engine, progress=progress)
    else:
        two, _ = update.run(update_two, engine, progress=progress)
    return Analysed(
        first=first,
        second=second,
        tallies={**one, **two},
        told=told,
        patches=(
            None if update_one is None else update_one.patch,
            None if update_two is None else update_two.patch,
        ),
    )


def _pass_one(runs: Path, key: str, parts: int, context: Context) -> Pass:
    store = Store(runs / key, parts)
    return Pass(kernels=PASS_ONE, context=context, out=store, tables=ARRANGED, key=key)


def _pass_two(runs: Path, key: str, parts: int, context: Context) -> Pass:
    return Pass(kernels=PASS_TWO, context=context, out=Store(runs / key, parts), tables=FOUND, key=key)


def _frozen(loaded: Loaded, context: Context, tallies: Mapping[str, pl.DataFrame]) -> Context:
    """Return what pass 1 has shown to be true of all customers."""
    project, models = loaded.project, loaded.models
    automata, blocks = machines_of(models)
    spans = tallies["spans"].with_columns(pl.from_epoch("first_us", "us"), pl.from_epoch("last_us", "us"))
    days = summary.days(spans)
    return dataclasses.replace(
        context,
        extracted_at={**summary.instants(spans), **project.extracted_at()},
        abandon_after=abandon_after(tallies["gaps"], project.journeys),
        aligned=align_all(distinct_variants(tallies["variants"]), blocks, automata) if models else {},
        calendar=project.clock.calendar(*days),
        deadlines={name: project.clock.deadlines(model.clock, *days) for name, model in models.items()},
    )


def _first_read(first: Pass, patch: Patch | None, number: int) -> tuple[Partition, Told]:
    """Return a partition as pass 1 left it."""
    return (patch or first.out).read(number, ARRANGED), {}


def still_open(runs: Path, second: str, parts: int) -> pl.Series:
    """Return the customers whose journeys a finished run left open: time alone may close them.

    Those of whom something is still due are among them: time alone makes it overdue.
    """
    store = Store(runs / second, parts)
    opened = ((JOURNEY, pl.col("status") == Status.OPEN), (WATCH, pl.lit(value=True)))
    asked = [
        store.scan(table, number).filter(rule).select("customer_id")
        for table, rule in opened
        for number in range(parts)
    ]
    return pl.concat(pl.collect_all(asked))["customer_id"].unique()


def _first_update(runs: Path, earlier: Earlier, first: Pass, read: Read) -> Update | None:
    """Return pass 1 over the changed customers; ``None`` where nothing has changed at all."""
    if earlier.first == first.key:
        return None
    before = _pass_one(runs, earlier.first, first.out.parts, first.context)
    patch = _patch(runs, earlier, first, before, waiting=False)
    return Update(patch=patch, given=partial(_arrived, patch, read))


def _arrived(patch: Patch, read: Read, group: int) -> tuple[Partition, list[Told]]:
    """Return the changed customers' events of a group as they came, and what each partition's told."""
    given = [(number, read(number)) for number in patch.members(group)]
    rows = [owned(partition, patch.changed.of(number)) for number, (partition, _) in given]
    return together(rows), [told for _, (_, told) in given]


def _second_update(runs: Path, earlier: Earlier, one: Patch, second: Pass) -> Update | None:
    """Return pass 2 over whom it can touch; ``None`` where what is true of all has changed for everybody."""
    context = contexts.load(runs / earlier.second, second.context)
    if context is None or not contexts.only_later(context, second.context) or earlier.second == second.key:
        return None
    before = _pass_two(runs, earlier.second, second.out.parts, context)
    patch = _patch(runs, earlier, second, before, waiting=True)
    return Update(patch=patch, given=partial(_arranged, one), beside=one)


def _arranged(patch: Patch, group: int) -> tuple[Partition, list[Told]]:
    """Return a group's customers as pass 1 left them: the changed ones, and those who only waited."""
    both = together([patch.are.read(group, ARRANGED), patch.wait.read(group, ARRANGED)])
    return both, [{} for _ in patch.members(group)]


def _patch(runs: Path, earlier: Earlier, now: Pass, before: Pass, *, waiting: bool) -> Patch:
    name = f"{now.key}-{key_of(before.key, earlier.changed.path.name, earlier.groups)}"
    changed = dataclasses.replace(earlier.changed, waiting=waiting)
    return Patch(folder=runs / name, now=now, before=before, changed=changed, groups=earlier.groups)


def intact(runs: Path, first: str, second: str, parts: int, engine: Engine) -> bool:
    """Tell whether all that a finished run wrote is still as it was."""
    both = (_pass_one(runs, first, parts, Context()), _pass_two(runs, second, parts, Context()))
    return all(passes.finished(one, engine) for one in both)
