"""Which intended journey could be drafted from how journeys ran? Returns plain values."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.cases import Columns
from cjmine.conformance.alignment import align, walks_of
from cjmine.conformance.bounds import bounds_of
from cjmine.conformance.precision import precision
from cjmine.discovery.chosen import between, most_frequent, variants_of
from cjmine.discovery.miner import mine
from cjmine.discovery.settings import DiscoverySettings
from cjmine.discovery.step_counts import step_counts, times_of
from cjmine.domain.models import SILENT, IntendedJourney, Tree
from cjmine.errors import ModelError, SettingsError, StatesError
from cjmine.intended.blocks import leaves
from cjmine.intended.draft import Draft, draft
from cjmine.intended.draft_notes import DraftNotes, Taken
from cjmine.intended.load import load_model
from cjmine.intended.same_language import flow_automaton, same_language
from cjmine.ran import Ran, ran_of

Counted = Mapping[tuple[str, ...], int]

MOST_SHARE = 0.8
"""So many journeys, by their most frequent variants, are drafted from unless told otherwise."""


def propose(
    source: Path | str,
    target: Path | str | None = None,
    columns: Columns | None = None,
    *,
    noise: float = 0.0,
    share: float | None = None,
    starting: Sequence[str] = (),
    ending: Sequence[str] = (),
    anytime: Sequence[str] = (),
    journey_type: str | None = None,
    good: bool = False,
    force: bool = False,
) -> dict[str, Any]:
    """Draft an intended journey from a log, or from the complete journeys of one type in a run's folder.

    Mined are the most frequent variants up to a ``share`` of the journeys (80 %; all of them with
    ``good``: a run's complete journeys without any finding) that begin with a step of ``starting`` and
    end with one of ``ending``. Steps of ``anytime`` are left out of the flow; a run knows them.
    At ``noise`` 0 the draft allows all these journeys. It is written to ``target`` where one is named.

    Returns text, journey, target, steps (in the flow), journeys, variants (all there are), chosen
    (journeys, variants), fitting (journeys of the chosen, of all), precision (for the chosen ones; null
    where the model is too large for it), widened (steps, and in
    message how they are allowed more than was mined), warnings.

    Raises ``SettingsError`` for an unknown step or type, an empty choice or a target that is there
    already, ``SourceError`` for a log that cannot be read, ``ModelError`` where nothing can be drafted.
    """
    source, target = Path(source), None if target is None else Path(target)
    if target is not None:
        _check_free(target, force=force)
    ran = ran_of(source, columns, journey_type=journey_type, anytime=anytime)
    starts, ends = ran.known(starting, "starting"), ran.known(ending, "ending")
    every = variants_of(ran.steps)
    chosen = most_frequent(
        variants_of(between(_good(source, ran) if good else ran.steps, starts, ends)),
        share if share is not None else 1.0 if good else MOST_SHARE,
    )
    if not chosen.height:
        msg = f"{source}: none of {ran.journeys:,} journeys is as asked for"
        raise SettingsError(msg, "ask for less")
    counted = _counted(chosen)
    tree = mine(counted, noise=noise, max_variants=DiscoverySettings().max_variants).tree
    steps = ran.steps.join(chosen.select(number=pl.col("numbers").explode()), on="number", how="semi")
    made = _draft(tree, ran, steps)
    conditions = {"beginning with": starts, "ending with": ends}
    asked = [f"{word} {' or '.join(sorted(names))}" for word, names in conditions.items() if names]
    only = " ".join(["without any finding"] * good + asked)
    text = made.text(_notes(made, steps), _told(ran, chosen, every.height, noise=noise, only=only))
    back = _read_back(text, made)
    if target is not None:
        target.write_text(text, encoding="utf-8", newline="\n")
    return {
        "text": text,
        "journey": back.name,
        "target": None if target is None else str(target),
        "steps": len(back.steps),
        "journeys": ran.journeys,
        "variants": every.height,
        "chosen": {"journeys": sum(counted.values()), "variants": len(counted)},
        **_quality(back, counted, _counted(every)),
        "widened": [{"steps": list(steps), "message": what} for steps, what in made.widened],
        "warnings": list(ran.warnings),
    }


def _check_free(target: Path, *, force: bool) -> None:
    if not target.name.casefold().endswith((".yaml", ".yml")):
        msg = f"{target}: a draft is written in the notation"
        raise SettingsError(msg, "name it .journey.yaml; cjmine convert writes it in other forms")
    if not target.parent.is_dir():
        msg = f"{target}: the folder {str(target.parent)!r} is not there"
        raise SettingsError(msg, "make it first")
    if target.exists() and not force:
        msg = f"{target}: the file is there already"
        raise SettingsError(msg, "name another file, or add --force to replace it")


def _good(source: Path, ran: Ran) -> pl.DataFrame:
    if ran.good is None:
        msg = f"{source}: which journeys of a log are good is not known"
        raise SettingsError(msg, "say how they end with --ending, or name the folder of a finished run")
    return ran.steps.filter(pl.col("number").is_in(ran.good.implode()))


def _counted(variants: pl.DataFrame) -> dict[tuple[str, ...], int]:
    return {tuple(row["steps"]): row["count"] for row in variants.iter_rows(named=True)}


def _draft(tree: Tree, ran: Ran, steps: pl.DataFrame) -> Draft:
    seen = step_counts(steps)
    known = {*leaves(tree), *ran.anytime}
    by = seen.drop_nulls("service").select("step", "service").iter_rows()
    channels = seen.drop_nulls("channels").select("step", "channels").iter_rows()
    return draft(
        tree,
        ran.name,
        need=ran.need,
        anytime=ran.anytime,
        mapping={activity: step for activity, step in ran.mapping.items() if step in known},
        by=dict(by),
        channels=dict(channels),
        place=dict(seen.select("step", "place").iter_rows()),
        often=dict(seen.select("step", "journeys").iter_rows()),
    )


def _notes(made: Draft, steps: pl.DataFrame) -> DraftNotes:
    names = made.journey.steps
    times = times_of(steps, names)
    columns = ("step", "journeys", "most", "before", "wait_us")
    rows = step_counts(steps).select(columns).iter_rows()
    return DraftNotes(
        steps={
            step: Taken(journeys=journeys, most=most, before=before, wait_us=wait)
            for step, journeys, most, before, wait in rows
        },
        times={name: times[name].to_numpy() for name in names},
        journeys=times.height,
    )


def _told(ran: Ran, chosen: pl.DataFrame, variants: int, *, noise: float, only: str) -> list[str]:
    """Say above the draft what it is and what it was made from."""
    lasts: Counter[str] = Counter()
    for steps, count in _counted(chosen).items():
        lasts[steps[-1]] += count
    journeys = lasts.total()
    ends = ", ".join(f"{step} ({count / journeys:.0%})" for step, count in lasts.most_common(4))
    some = f"{journeys:,} of {ran.journeys:,} journeys{only and f' {only}'}"
    ways = f"{chosen.height:,} of {variants:,} variants"
    return [
        "A draft to be discussed: it says how journeys ran, not how they are meant to run.",
        f"Made from {ran.told}: {some}, {ways}, noise {noise:g}. Comments count these {journeys:,}.",
        f"They end with {ends}.",
    ]


def _read_back(text: str, made: Draft) -> IntendedJourney:
    """Return the journey in a text; raises ``ModelError`` if it is not the one that was to be written."""
    with tempfile.TemporaryDirectory(prefix="cjmine-") as folder:
        beside = Path(folder) / "draft.journey.yaml"
        beside.write_text(text, encoding="utf-8", newline="\n")
        back = load_model(beside)
    try:
        same = same_language(flow_automaton(made.journey), flow_automaton(back))
    except StatesError:
        same = made.journey.tree == back.tree
    if not same:
        msg = "the draft, read back, allows other journeys than it was made to"
        raise ModelError(msg)
    return back


def _quality(journey: IntendedJourney, chosen: Counted, every: Counted) -> dict[str, Any]:
    """Return how many journeys a draft allows, and its precision for the chosen ones."""
    order = sorted(every)
    try:
        automaton = flow_automaton(journey)
        found = dict(zip(order, align(order, automaton), strict=True))
        fitting = {steps for steps, alignment in found.items() if alignment.cost == 0}
        precise = precision([found[steps] for steps in chosen], list(chosen.values()), automaton)
    except StatesError:
        bounds = bounds_of(walks_of(order), journey.tree or SILENT)
        fitting = {steps for steps, most in zip(order, bounds.high.tolist(), strict=True) if most == 0}
        precise = None
    counts = {
        name: sum(count for steps, count in some.items() if steps in fitting)
        for name, some in (("chosen", chosen), ("all", every))
    }
    return {"fitting": counts, "precision": None if precise is None else round(precise, 4)}
