"""The one line, top to bottom: exports in, a published run out. It calls, it never computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl

from cjmine.audit.record import record
from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import COSTS, DEVIATION_NOTES, DEVIATIONS, MOVES
from cjmine.detectors.kernels import DETECT
from cjmine.discovery.flows import COUNT_FLOWS, COUNT_NODES, flow_table, node_table
from cjmine.discovery.miner import mine_types
from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
from cjmine.domain.kernel import NOTES, Context, Partition
from cjmine.domain.results import Run
from cjmine.engine import passes
from cjmine.engine.kept import key_of
from cjmine.engine.local import local
from cjmine.engine.store import Store
from cjmine.engine.tasks import Engine
from cjmine.ingest.files import resolve
from cjmine.intake import Taken, take_in
from cjmine.intended.automaton import automaton_of, defects
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of
from cjmine.journeys.kernels import ARRANGE, GLOBALS, STATUS, abandon_after
from cjmine.project.load import Loaded
from cjmine.report import summary, totals
from cjmine.report.counts import REPORTED, medians
from cjmine.report.publish import publish
from cjmine.report.worst import FIND_WORST
from cjmine.report.write import write_run

Progress = Callable[[str, int, int], None]

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
    *DETECT,
    *REPORTED,
    FIND_WORST,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """The store both passes filled, the context that pass 1 froze, the merged tallies of both passes.

    ``told`` is what the rows of each partition told when they arrived.
    """

    store: Store
    context: Context
    tallies: Mapping[str, pl.DataFrame]
    told: Sequence[passes.Told]

    @property
    def final(self) -> Store:
        """Return where the tables of pass 2 lie."""
        return Store(self.store.folder / "final", self.store.parts)

    def published(self, folder: Path) -> Store:
        """Put the tables of both passes together as one store below ``folder``."""
        kept = tuple(name for name in ARRANGED if name not in FOUND)
        self.store.share(folder, kept)
        return self.final.share(folder, FOUND)


def run(
    loaded: Loaded, folder: Path, *, engine: Engine | None = None, progress: Progress | None = None
) -> Run:
    """Read, join, arrange, discover, check, detect and publish one project; return the run.

    What is done on the way is kept in a work folder beside ``folder``: a run that was killed goes on
    where it stopped, and a run over exports that have grown reads only what is new.
    """
    started = datetime.now(UTC)
    tell = progress or (lambda _stage, _done, _of: None)
    with ExitStack() as stack:
        staging = stack.enter_context(publish(folder))
        does = engine or stack.enter_context(local(workers_for(loaded)))
        work = work_folder(folder)
        taken = take_in(loaded, work, does, tell)
        analysed = analyse(loaded, taken.read, Store(work / "store", taken.parts), does, tell, key=taken.key)
        store = analysed.published(staging / "store")
        tell("discovering models", 0, 1)
        finished = gather(loaded, taken, dataclasses.replace(analysed, store=store), started)
        tell("writing the report", 0, 1)
        write_run(finished, staging, models=_models(finished))
    # the store moved with the run
    return dataclasses.replace(finished, rows=dataclasses.replace(store, folder=folder.absolute() / "store"))


def work_folder(folder: Path) -> Path:
    """Return the folder in which a run keeps what it has done: hidden beside its own."""
    place = folder.absolute()
    return place.with_name(f".{place.name}.work")


def analyse(
    loaded: Loaded, read: passes.Read, store: Store, engine: Engine, tell: Progress, *, key: str
) -> Analysed:
    """Run both passes over all partitions; nothing is published, so others may ask what was found."""
    project, models = loaded.project, loaded.models
    context = Context(settings=project.parts(), models=models)
    about = key_of(
        key, {name: one.model_dump(mode="json") for name, one in project.parts().items()}, repr(models)
    )
    first = passes.Pass(kernels=PASS_ONE, context=context, out=store, tables=ARRANGED, key=about)
    one, told = passes.run(first, read, engine, progress=partial(tell, "arranging journeys"))
    tell("aligning variants", 0, 1)
    automata = {name: automaton_of(model.net) for name, model in models.items()}
    spans = one["spans"].with_columns(pl.from_epoch("first_us", "us"), pl.from_epoch("last_us", "us"))
    context = dataclasses.replace(
        context,
        extracted_at={**summary.instants(spans), **project.extracted_at()},
        abandon_after=abandon_after(one["gaps"], project.journeys),
        aligned=align_all(distinct_variants(one["variants"]), models, automata) if models else {},
        calendar=project.clock.calendar(*summary.days(spans)),
    )
    second = passes.Pass(
        kernels=PASS_TWO,
        context=context,
        out=Store(store.folder / "final", store.parts),
        tables=FOUND,
        key=key_of(about, context.extracted_at, context.abandon_after, repr(context.calendar)),
    )
    two, _ = passes.run(
        second, partial(arranged, store), engine, progress=partial(tell, "searching for patterns")
    )
    return Analysed(store=store, context=context, tallies={**one, **two}, told=told)


SMALL = 48 << 20
"""Bytes of exports below which one process is faster than several."""


def workers_for(loaded: Loaded) -> int | None:
    """Return how many processes a project is worth: one for little, else one for each core."""
    paths = [path for one in loaded.project.sources for path in resolve(one.files, loaded.roots)]
    return 1 if sum(path.stat().st_size for path in paths) < SMALL else None


def arranged(store: Store, number: int) -> tuple[Partition, passes.Told]:
    """Return a partition as pass 1 left it."""
    return store.read(number, ARRANGED), {}


def gather(loaded: Loaded, taken: Taken, analysed: Analysed, started: datetime) -> Run:
    """Mine each journey type's model, and put together what the report shows."""
    project, tallies, joined = loaded.project, analysed.tallies, taken.linkage
    store = analysed.store
    mined = mine_types(tallies["variants"], project.discovery)
    kinds, counted = tallies["kinds"], summary.counts(store, taken.ledger)
    costs = summary.checked(tallies["variants"], analysed.context.aligned)
    notes = NOTES.merge([table for name, table in tallies.items() if name.endswith("_notes")])
    remarks = summary.remarks(mined, kinds, notes, analysed.context.abandon_after)
    warnings = [
        *(line for model in loaded.models.values() for line in defects(model.net)),
        *taken.warnings(analysed.told),
        *summary.unseen(loaded.models, kinds, tallies["nodes"]),
    ]
    digest = summary.summary(
        counted,
        ledger=taken.ledger,
        systems=joined.systems,
        pairs=joined.pairs,
        tallies=tallies,
        costs=costs,
    )
    return Run(
        name=project.project,
        title=project.title or project.project,
        summary={**digest, "warnings": warnings, "notes": notes.to_dicts()},
        record=record(
            project=project.project,
            settings=project.model_dump(mode="json", by_alias=True),
            text=loaded.text,
            models={name: pnml_of(model.net, name) for name, model in loaded.models.items()},
            ledger=taken.ledger,
            crosswalks=taken.crosswalks,
            counts=counted,
            timezone=project.clock.timezone,
            started=started,
            finished=datetime.now(UTC),
        ),
        warnings=(*warnings, *remarks),
        parameters={name: block.model_dump(mode="json") for name, block in project.parts().items()},
        ledger=taken.ledger,
        quarantine=taken.quarantine,
        systems=joined.systems,
        pairs=joined.pairs,
        crosswalk=taken.crosswalk,
        echoes=tallies["echoes"],
        flows=flow_table(tallies["flows"]),
        nodes=node_table(tallies["nodes"]),
        rows=store,
        variants=summary.variants(distinct_variants(tallies["variants"]), costs),
        kinds=kinds,
        medians=medians(tallies["lengths"], store),
        deviation_kinds=tallies["deviation_kinds"],
        totals=totals.table(tallies["totals"], counted["journeys"]),
        worst=tallies["worst"],
        models=loaded.models,
        discovered={name: found.tree for name, found in mined.items()},
    )


def _models(finished: Run) -> dict[str, str]:
    """Return the model files of a run: each discovered and each intended model."""
    texts = {f"intended-{name}.pnml": pnml_of(model.net, name) for name, model in finished.models.items()}
    for name, model in finished.models.items():
        if model.tree is not None:
            texts[f"intended-{name}.bpmn"] = write_bpmn(model.tree, name)
    for name, tree in finished.discovered.items():
        texts[f"discovered-{name}.bpmn"] = write_bpmn(tree, name)
        texts[f"discovered-{name}.pnml"] = pnml_of(net_of(tree), name)
    return texts
