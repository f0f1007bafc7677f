"""How right is cjmine on a project whose truth is known? Runs the tracks and scores each of them.

Exports are read and joined once; every track arranges, aligns and detects anew
with the stations that users run (docs/adr/0009). Nothing is published.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from cjmine import fidelity
from cjmine.analysis import Tell, analyse
from cjmine.domain.kernel import Partition
from cjmine.engine import passes
from cjmine.engine.local import local
from cjmine.engine.store import Store
from cjmine.errors import SettingsError, SourceError
from cjmine.intake import take_in
from cjmine.journeys.settings import SegmentBy
from cjmine.project.load import Loaded, load
from cjmine.score import baselines, gates, tracks
from cjmine.score.answers import is_run, is_table, read_findings, read_run, whole
from cjmine.score.card import Card, card, findings_card
from cjmine.score.located import rows_of
from cjmine.score.tracks import Track
from cjmine.score.truth import Scope, Truth, read_truth

Given = Callable[[pl.DataFrame], pl.DataFrame]

ALL = "all"

_SCOPES = {
    Track.ORACLE: Scope.OBSERVABLE,
    Track.END_TO_END: Scope.LINKABLE,
    Track.NOISE: Scope.LINKABLE,
}


def score(
    what: Path, folder: Path, *, track: str = Track.END_TO_END.value, progress: Tell | None = None
) -> dict[str, Any]:
    """Score a project file, a finished run's folder or a table of findings; ``track`` may be ``all``.

    Raises ``SettingsError`` for a track that does not fit, ``SourceError`` for a
    truth folder, a run or a table that cannot be used.
    """
    if is_table(what):
        if track not in {Track.ORACLE, Track.END_TO_END}:
            msg = f"--track {track}: a table of findings is scored as 'oracle' or 'end-to-end'"
            raise SettingsError(msg)
        return score_table(what, folder, Track(track))
    if what.is_dir():
        if not is_run(what):
            msg = f"{what}: is no finished run: it holds no run.json"
            raise SettingsError(msg, "name a project file, a run's folder or a table of findings")
        if track != Track.END_TO_END:
            msg = (
                f"--track {track}: a finished run is scored 'end-to-end'; other tracks need the project file"
            )
            raise SettingsError(msg)
        return score_run(what, folder)
    wanted = tuple(Track) if track == ALL else (Track(track),)
    return score_project(load(what), folder, wanted, progress=progress)


def score_project(
    loaded: Loaded, folder: Path, wanted: Sequence[Track], *, progress: Tell | None = None
) -> dict[str, Any]:
    """Run a project on each wanted track and score it; raises ``SourceError`` for a faulty truth folder."""
    tell = progress or (lambda _stage, _done, _of: None)
    truth = read_truth(folder)
    events, true = _read(loaded, truth, tell, anonymous=Track.ORACLE in wanted)
    report = _about(truth)
    plain: Card | None = None
    if Track.ORACLE in wanted:
        report["tracks"][Track.ORACLE.value] = _oracle(loaded, true, truth, tell)
    if {Track.END_TO_END, Track.NOISE} & set(wanted):
        plain = _end_to_end(loaded, events, truth, tell)
    if Track.END_TO_END in wanted:
        report["tracks"][Track.END_TO_END.value] = plain
    if Track.NOISE in wanted and plain is not None:
        report["tracks"][Track.NOISE.value] = {
            "levels": {"0 %": plain, **_noise(loaded, events, truth, tell)}
        }
    return report


def _read(loaded: Loaded, truth: Truth, tell: Tell, *, anonymous: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all events, and those that truly happened: with ``anonymous`` rows without an id among them."""
    with TemporaryDirectory(prefix="cjmine-score-") as folder, local(1) as engine:
        taken = take_in(loaded, Path(folder), engine, tell, anonymous=anonymous)
        _refuse_other_exports(taken.ledger, truth)
        events = taken.all_events()
        parts = (events, taken.anonymous()) if anonymous else (events,)
        return events, pl.concat([tracks.of_true_events(part, truth) for part in parts])


def score_run(run: Path, folder: Path) -> dict[str, Any]:
    """Score a finished run end to end."""
    truth = read_truth(folder)
    scored = card(read_run(run), truth, Scope.LINKABLE)
    missing = "not measured: needs the project file, to read the exports again"
    scored |= {"gates": gates.end_to_end(scored), "baselines": missing, "model": missing}
    return {**_about(truth), "tracks": {Track.END_TO_END.value: scored}}


def score_table(table: Path, folder: Path, track: Track) -> dict[str, Any]:
    """Score a table of findings from anywhere, by event ids; ``track`` says what they are held to."""
    truth = read_truth(folder)
    findings = read_findings(table)
    _refuse_strange_ids(findings, truth, table)
    rows = pl.DataFrame(schema={"event_id": pl.String, "ref": pl.String})
    scored = findings_card(findings, rows, truth, _SCOPES[track])
    return {**_about(truth), "tracks": {track.value: scored}}


def _refuse_strange_ids(findings: pl.DataFrame, truth: Truth, table: Path) -> None:
    """Refuse a table none of whose events is a row of the sample: its ids are written in another way."""
    named = findings["event_ids"].explode().drop_nulls()
    if named.len() and not named.is_in(truth.rows["ref"].implode()).any():
        fault = f"{table}: none of its {named.len():,} event ids is a row of the sample, such as {named[0]!r}"
        example = truth.rows["ref"].sort()[0]
        raise SourceError(fault, f"write them as source:file name:row, between blanks, such as {example}")


def _refuse_other_exports(ledger: pl.DataFrame, truth: Truth) -> None:
    """Refuse a truth whose manifest has none of the files that were read: it is another sample's."""
    made = set(truth.manifest.get("sha256", {}).values())
    if made and made.isdisjoint(ledger["sha256"]):
        fault = "the truth is of other exports: none of the files that were read is in its MANIFEST.json"
        raise SourceError(fault, "name the folder `truth` that was written together with these exports")


def _about(truth: Truth) -> dict[str, Any]:
    kept = ("name", "size", "seed", "customers", "journeys")
    return {"truth": {name: truth.manifest[name] for name in kept if name in truth.manifest}, "tracks": {}}


def _oracle(loaded: Loaded, events: pl.DataFrame, truth: Truth, tell: Tell) -> Card:
    """Give the engine true customers and one key for each true journey."""
    by_key = loaded.project.journeys.model_copy(update={"by": SegmentBy.CASE})
    told = dataclasses.replace(loaded, project=loaded.project.model_copy(update={"journeys": by_key}))
    given = tracks.with_true_keys(events, truth)
    answers, tallies = _answers(told, given, partial(_told, tell, Track.ORACLE))
    scored = card(answers, truth, Scope.OBSERVABLE, told_who=True)
    raw = baselines.with_true_journeys(given)
    return {
        **scored,
        "gates": gates.oracle(scored),
        "baselines": _baselines(raw, truth, Scope.OBSERVABLE),
        "model": fidelity.fidelity(loaded, truth, answers, tallies),
    }


def _end_to_end(loaded: Loaded, events: pl.DataFrame, truth: Truth, tell: Tell) -> Card:
    answers, tallies = _answers(loaded, events, partial(_told, tell, Track.END_TO_END))
    scored = card(answers, truth, Scope.LINKABLE)
    return {
        **scored,
        "gates": gates.end_to_end(scored),
        "baselines": _baselines(events, truth, Scope.LINKABLE),
        "model": fidelity.fidelity(loaded, truth, answers, tallies),
    }


def _noise(loaded: Loaded, events: pl.DataFrame, truth: Truth, tell: Tell) -> dict[str, Card]:
    """Score what is left to find when rows, or the staff's own coding, are missing.

    Customers stay joined as all rows joined them: identity is scored end to end.
    """
    drawn = tracks.draws(events)
    levels: dict[str, pl.DataFrame] = {
        f"{percent} %": tracks.with_holes(events, drawn, percent) for percent in tracks.DROPPED
    }
    levels["reason codes removed"] = tracks.without_reasons(events)
    cards = {}
    for name, given in levels.items():
        answers, _ = _answers(loaded, given, partial(_told, tell, f"noise, {name}"))
        cards[name] = card(answers, truth, Scope.LINKABLE)
    return cards


def _answers(loaded: Loaded, events: pl.DataFrame, tell: Tell) -> tuple[Partition, dict[str, pl.DataFrame]]:
    """Run both passes in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="cjmine-score-") as folder, local(1) as engine:
        given = Store.create(Path(folder, "given"), events)
        read = passes.from_store(given)
        runs = Path(folder, "runs")
        analysed = analyse(loaded, read, runs, engine, tell, parts=given.parts, key="scored")
        return whole(analysed.published(Path(folder, "store"), engine)), dict(analysed.tallies)


def _baselines(events: pl.DataFrame, truth: Truth, scope: Scope) -> dict[str, Card]:
    """Score the simple ways on the same rows, with the same matching."""
    rows = rows_of(events)
    found = baselines.findings_of(events)
    kept = ("codes", "families", "decoys", "foreign")
    cards = {name: findings_card(findings, rows, truth, scope) for name, findings in found.items()}
    return {name: {key: scored[key] for key in kept} for name, scored in cards.items()}


def _told(tell: Tell, track: str, stage: str, done: int, of: int) -> None:
    tell(f"{track}: {stage}", done, of)
