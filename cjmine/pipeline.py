"""The one line, top to bottom: exports in, a published run out. It calls, it never computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from cjmine.analysis import Analysed, Earlier, analyse, intact, settings_of, still_open
from cjmine.audit.record import record
from cjmine.discovery import versions
from cjmine.discovery.flows import flow_table, node_table
from cjmine.discovery.miner import mine_types
from cjmine.discovery.variants import distinct_variants
from cjmine.domain.kernel import NOTES
from cjmine.domain.results import Run
from cjmine.engine import memory
from cjmine.engine.choice import choose
from cjmine.engine.settings import EngineSettings
from cjmine.ingest.files import resolve
from cjmine.ingest.settings import Format
from cjmine.intake import Last, Taken, Work, take_in
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.load import not_compared, unclocked
from cjmine.intended.machine import stuck
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of
from cjmine.project.load import Loaded
from cjmine.report import standards, summary, totals
from cjmine.report.bounded import bounded
from cjmine.report.counts import medians
from cjmine.report.publish import publish
from cjmine.report.write import write_run

Progress = Callable[[str, int, int], None]


def run(
    loaded: Loaded, folder: Path, *, engine: EngineSettings | None = None, progress: Progress | None = None
) -> Run:
    """Read, join, arrange, discover, check, detect and publish one project; return the run.

    ``engine`` says where the work is done, if not as the project file says; results are the same.
    What is done on the way is kept in a work folder beside ``folder``: a run that was killed goes on
    where it stopped, and a run over exports that have grown reads only what is new.
    """
    started = datetime.now(UTC)
    tell = progress or (lambda _stage, _done, _of: None)
    with ExitStack() as stack:
        where = engine or loaded.project.engine
        # first of all: an engine that cannot be had leaves nothing behind
        does = stack.enter_context(choose(where, work_folder(folder), workers=workers_for(loaded, where)))
        staging = stack.enter_context(publish(folder))
        work = Work.at(work_folder(folder))
        last = work.last()
        if last is not None and not intact(work.runs, last.first, last.second, last.parts, does):
            last = None  # never believed: done anew
        waiting = None if last is None else still_open(work.runs, last.second, last.parts)
        taken = take_in(
            loaded, work.folder, does, tell, settings=settings_of(loaded), last=last, waiting=waiting
        )
        analysed = analyse(
            loaded,
            taken.read,
            work.runs,
            does,
            tell,
            parts=taken.parts,
            key=taken.key,
            earlier=_earlier(taken),
        )
        tell("discovering models", 0, 1)
        finished = gather(loaded, taken, analysed, started)
        tell("writing the tables", 0, 1)
        store = analysed.published(staging / "store", does)
        finished = dataclasses.replace(finished, rows=store)
        tell("writing the report", 0, 1)
        write_run(finished, staging, models=_models(finished))
    since = (*taken.since(), *_map_since(work, last, finished))
    now = dataclasses.replace(
        taken.now,
        first=analysed.first.key,
        second=analysed.second.key,
        map=finished.summary["map"]["version"],
    )
    work.keep(now, taken.names(), finished.flows)
    # the store moved with the run
    there = dataclasses.replace(store, folder=folder.absolute() / "store")
    return dataclasses.replace(finished, rows=there, since=since)


def _map_since(work: Work, last: Last | None, finished: Run) -> tuple[str, ...]:
    """Say how the map differs from the last run's, if there was one."""
    before = work.map() if last is not None else None
    if last is None or before is None:
        return ()
    return (versions.said(before, finished.flows, old=last.map, new=finished.summary["map"]["version"]),)


def _earlier(taken: Taken) -> Earlier | None:
    if taken.last is None or taken.changed is None:
        return None
    return Earlier(
        first=taken.last.first, second=taken.last.second, changed=taken.changed, groups=taken.groups
    )


def work_folder(folder: Path) -> Path:
    """Return the folder in which a run keeps what it has done: hidden beside its own."""
    place = folder.absolute()
    return place.with_name(f".{place.name}.work")


SMALL = 48 << 20
"""Bytes of exports below which one process is faster than several."""


def workers_for(loaded: Loaded, engine: EngineSettings) -> int:
    """Return how many processes a project is worth: one for little, else as many as memory and cores allow.

    Raises ``EngineError`` where memory does not suffice for one.
    """
    allowed = memory.workers(memory.size(engine.memory))
    sources = loaded.project.sources
    paths = [path for one in sources for path in resolve(one.files, loaded.roots)]
    little = sum(path.stat().st_size for path in paths) < SMALL
    known = all(one.format is not Format.SQL for one in sources)  # how much a database holds is not
    return 1 if little and known else allowed


def gather(loaded: Loaded, taken: Taken, analysed: Analysed, started: datetime) -> Run:
    """Mine each journey type's model, and put together what the report shows."""
    project, tallies, joined = loaded.project, analysed.tallies, taken.linkage
    mined = mine_types(tallies["variants"], project.discovery)
    kinds, counted = tallies["kinds"], summary.counts(analysed.rows, taken.ledger)
    variants = distinct_variants(tallies["variants"])
    costs = summary.checked(tallies["variants"], analysed.context.aligned)
    notes = NOTES.merge([table for name, table in tallies.items() if name.endswith("_notes")])
    remarks = summary.remarks(mined, kinds, notes, analysed.context.abandon_after)
    warnings = [
        *(line for model in loaded.models.values() for line in (*stuck(model), *not_compared(model))),
        *_unclocked(loaded, analysed),
        *bounded(tallies["variants"], analysed.context.aligned),
        *taken.warnings(analysed.told),
        *summary.unseen(loaded.models, kinds, tallies["nodes"]),
    ]
    kept = standards.table(tallies["standards"], tallies["standard_times"], loaded.models)
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
        summary={
            **digest,
            "map": {
                "version": versions.version(settings_of(loaded), analysed.context.extracted_at),
                "novelty": versions.novelty(variants),
            },
            "standards": standards.as_summary(kept),
            "warnings": warnings,
            "notes": notes.to_dicts(),
        },
        record=record(
            project=project.project,
            settings=project.model_dump(mode="json", by_alias=True, exclude={"engine"}),
            text=loaded.text,
            models={name: pnml_of(model.net, name) for name, model in loaded.models.items()},
            model_files=loaded.model_digests(),
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
        rows=analysed.rows,
        variants=summary.variants(variants, costs),
        kinds=kinds,
        medians=medians(tallies["lengths"], analysed.rows),
        deviation_kinds=tallies["deviation_kinds"],
        totals=totals.table(tallies["totals"], counted["journeys"]),
        worst=tallies["worst"],
        clauses=tallies["clauses"],
        standards=kept,
        standard_times=tallies["standard_times"],
        urgent=tallies["urgent"],
        models=loaded.models,
        discovered={name: found.tree for name, found in mined.items()},
    )


def _unclocked(loaded: Loaded, analysed: Analysed) -> list[str]:
    clocks = analysed.context.deadlines
    return [
        line for name, model in loaded.models.items() for line in unclocked(model, told=clocks[name].told)
    ]


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
