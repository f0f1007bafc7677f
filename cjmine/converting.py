"""Which file says the same as another, in another form? Returns plain values."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError, SettingsError
from cjmine.intended.bpmn import shared_lanes
from cjmine.intended.cjml import left_out
from cjmine.intended.kept import lost
from cjmine.intended.load import load_model
from cjmine.intended.same_language import flow_automaton, same_language
from cjmine.intended.write import RULES_ONLY, writer_of

_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)
_YAML = {".yaml", ".yml"}
_CJML = {".cjml", ".xml"}


def convert(source: Path | str, target: Path | str, *, force: bool = False) -> dict[str, Any]:
    """Write the model in one file into another, each in the form that its ending names.

    What is written is read back before it takes its place: it must allow
    exactly the journeys of the source, compared as automata.

    Returns source, target, journey (its id), steps (how many its flow has),
    renamed (a step's name in the source to the one in the target) and lost (what
    the target's form has no place for, in words).

    Raises ``ModelError`` when the source cannot be read or its flow cannot be
    written in that form, ``SettingsError`` when the target is there already and
    ``force`` is not given, is the source, or has no folder to stand in.
    """
    source, target = Path(source), Path(target)
    write = writer_of(target)
    journey = load_model(source)
    _check_free(source, target, force=force)
    cannot = f"{source}: cannot be written as {target.suffix}"
    try:
        text = write(journey)
    except ModelError as error:
        raise ModelError([f"{cannot}: {fault}" for fault in error.faults], error.hint) from None
    # written beside its place, so that what is there is whole or not there at all
    with tempfile.TemporaryDirectory(prefix=".cjmine-", dir=target.parent) as folder:
        beside = Path(folder) / target.name
        beside.write_text(text, encoding="utf-8", newline="\n")
        back = _read_back(beside, cannot)
        names = _names(journey, back)
        same = same_language(flow_automaton(journey, names), flow_automaton(back))
        if not same and target.suffix.lower() not in RULES_ONLY:
            msg = f"{cannot}: read back, it allows other journeys"
            raise ModelError(msg, "a step's name may have a meaning of its own there, such as 'tau' in PNML")
        beside.replace(target)
    return {
        "source": str(source),
        "target": str(target),
        "journey": back.name,
        "steps": len(back.steps),
        "renamed": {label: name for label, name in names.items() if label != name},
        "lost": [
            *([] if same else ["the flow: a list of rules has none"]),
            *lost(journey, back, names),
            *_unread(source, target),
        ],
    }


def _check_free(source: Path, target: Path, *, force: bool) -> None:
    if not target.parent.is_dir():
        msg = f"{target}: the folder {str(target.parent)!r} is not there"
        raise SettingsError(msg, "make it first")
    if target.exists() and (not force or target.samefile(source)):
        what = "is the file to convert" if target.samefile(source) else "is there already"
        msg = f"{target}: the file {what}"
        raise SettingsError(msg, "name another file" + ("" if force else ", or add --force to replace it"))


def _read_back(beside: Path, cannot: str) -> IntendedJourney:
    try:
        return load_model(beside)
    except ModelError as error:
        told = [fault.removeprefix(str(beside)).lstrip(":0123456789 ") for fault in error.faults]
        raise ModelError([f"{cannot}: read back, {fault}" for fault in told], error.hint) from None


def _names(before: IntendedJourney, after: IntendedJourney) -> dict[str, str]:
    """Return what each step is called after it was written: itself, or what the target maps it to."""
    there = set(after.declared)
    return {label: label if label in there else after.mapping.get(label, label) for label in before.declared}


def _unread(source: Path, target: Path) -> Iterator[str]:
    """Say what a journey has no place for, so that it is gone once the source is read."""
    ending = source.suffix.lower()
    if ending == ".bpmn":
        for step, lanes in shared_lanes(source).items():
            yield f"lanes of {step}, which is in several: {', '.join(lanes)}"
    if ending in _CJML:
        yield from left_out(source)
    if {ending, target.suffix.lower()} <= _YAML and _COMMENT.search(source.read_text(encoding="utf-8-sig")):
        yield "comments"
