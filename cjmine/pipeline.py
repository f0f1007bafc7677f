"""The one line, top to bottom: exports in, a published run out. It calls, it never computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
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
from cjmine.domain.kernel import NOTES, Context
from cjmine.domain.results import Run
from cjmine.domain.tables import EVENT
from cjmine.engine import local
from cjmine.engine.store import Store
from cjmine.identity import crosswalk, customers, linkage
from cjmine.ingest import files, source
from cjmine.ingest.limits import refuse_quarantine, twins
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
class Ingested:
    """Everything the sources gave, and how it joined; ``anonymous`` has rows without an id, if asked for."""

    events: pl.DataFrame
    anonymous: pl.DataFrame
    ledger: pl.DataFrame
    quarantine: pl.DataFrame
    linkage: linkage.Linkage
    crosswalk: pl.DataFrame
    crosswalks: Mapping[str, str]
    warnings: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """The context that pass 1 froze, and the merged tallies of both passes."""

    context: Context
    tallies: Mapping[str, pl.DataFrame]


def run(loaded: Loaded, folder: Path, *, progress: Progress | None = None) -> Run:
    """Read, join, arrange, discover, check, detect and publish one project; return the run."""
    started = datetime.now(UTC)
    tell = progress or (lambda _stage, _done, _of: None)
    with publish(folder) as staging:
        ingested = ingest(loaded, tell)
        tell("arranging journeys", 0, 1)
        store = Store.create(staging / "store", ingested.events)
        analysed = analyse(loaded, store, tell)
        tell("discovering models", 0, 1)
        finished = gather(loaded, ingested, store, analysed, started)
        tell("writing the report", 0, 1)
        write_run(finished, staging, models=_models(finished))
    # the store moved with the run
    return dataclasses.replace(finished, rows=dataclasses.replace(store, folder=folder.absolute() / "store"))


def ingest(loaded: Loaded, tell: Progress, *, anonymous: bool = False) -> Ingested:
    """Read every source, refuse what is too broken, and give every row its customer."""
    project, keys = loaded.project, [key.name for key in loaded.project.identity.keys]
    readings = []
    for rank, one in enumerate(project.sources):
        tell(f"reading {one.name}", rank, len(project.sources))
        readings.append(
            source.read(
                one,
                rank=rank,
                roots=loaded.roots,
                timezone=project.clock.timezone,
                keys=keys,
                anonymous=anonymous,
            )
        )
    ledger = pl.concat([reading.ledger for reading in readings])
    quarantine = pl.concat([reading.quarantine for reading in readings])
    refuse_quarantine(ledger, quarantine, project.output.max_quarantine)
    tell("joining customers", 0, 1)
    read = pl.concat([reading.events for reading in readings])
    schemes = {one.name: one.id_scheme for one in project.sources}
    noded = customers.with_nodes(read, schemes, project.identity)
    tables, hashes = dict[str, pl.DataFrame](), dict[str, str]()
    for table in project.identity.crosswalks:
        export = files.load(files.resolve((table.file,), loaded.roots)[0])
        tables[table.file] = crosswalk.read(table, export.path, project.identity)
        hashes[table.file] = export.sha256
    people = customers.link(noded, list(tables.values()), project.identity, personal=project.personal)
    events = EVENT.conform(customers.assign(noded, people))
    without_id = pl.concat([reading.without_id for reading in readings])
    joined = linkage.report(events, without_id, people, list(schemes), project.identity)
    return Ingested(
        events=events,
        anonymous=pl.concat([reading.anonymous for reading in readings]),
        ledger=ledger,
        quarantine=quarantine,
        linkage=joined,
        crosswalk=crosswalk.coverage(tables, people.ids["node"]),
        crosswalks=hashes,
        warnings=(
            *joined.warnings,
            *twins(ledger),
            *(line for reading in readings for line in reading.warnings),
        ),
    )


def analyse(loaded: Loaded, store: Store, tell: Progress) -> Analysed:
    """Run both passes over the store; nothing is published, so others may ask the store what was found."""
    project, models = loaded.project, loaded.models
    context = Context(settings=project.parts(), models=models)
    one = local.run(store, PASS_ONE, context, progress=partial(tell, "arranging journeys"))
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
    two = local.run(store, PASS_TWO, context, progress=partial(tell, "searching for patterns"))
    return Analysed(context=context, tallies={**one, **two})


def gather(loaded: Loaded, ingested: Ingested, store: Store, analysed: Analysed, started: datetime) -> Run:
    """Mine each journey type's model, and put together what the report shows."""
    project, tallies, joined = loaded.project, analysed.tallies, ingested.linkage
    mined = mine_types(tallies["variants"], project.discovery)
    kinds, counted = tallies["kinds"], summary.counts(store, ingested.ledger)
    costs = summary.checked(tallies["variants"], analysed.context.aligned)
    notes = NOTES.merge([table for name, table in tallies.items() if name.endswith("_notes")])
    remarks = summary.remarks(mined, kinds, notes, analysed.context.abandon_after)
    warnings = [
        *(line for model in loaded.models.values() for line in defects(model.net)),
        *ingested.warnings,
        *summary.unseen(loaded.models, kinds, tallies["nodes"]),
    ]
    digest = summary.summary(
        counted,
        ledger=ingested.ledger,
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
            ledger=ingested.ledger,
            crosswalks=ingested.crosswalks,
            counts=counted,
            timezone=project.clock.timezone,
            started=started,
            finished=datetime.now(UTC),
        ),
        warnings=(*warnings, *remarks),
        parameters={name: block.model_dump(mode="json") for name, block in project.parts().items()},
        ledger=ingested.ledger,
        quarantine=ingested.quarantine,
        systems=joined.systems,
        pairs=joined.pairs,
        crosswalk=ingested.crosswalk,
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
