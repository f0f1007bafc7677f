"""What is wrong with an intended journey, before anything is compared with it?

Faults of the file itself come first; of a file that can be read also what its
flow, rules and standards mean together, and how they fit a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError
from cjmine.intended.contradictions import contradictions
from cjmine.intended.flow import flow_of
from cjmine.intended.load import load_model
from cjmine.intended.notation import read_journey
from cjmine.intended.reachable import impossible_limits, lost_success
from cjmine.intended.seen import Variants, against_log
from cjmine.intended.ways import MOST, TooManyStatesError
from cjmine.intended.yaml_nodes import Fault, YamlFile

_PLACED = re.compile(r"(?::(\d+):(\d+))?: (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """One file's faults in the order of their places, and its journey if it can be read."""

    path: Path
    journey: IntendedJourney | None
    faults: tuple[Fault, ...]


def lint(path: Path, counted: Variants | None = None) -> Linted:
    """Return what is wrong with a model; ``counted`` are a log's variants to hold it against."""
    try:
        journey = _read(path)
    except _FileFaults as found:
        return Linted(path=path, journey=None, faults=tuple(sorted(found.faults)))
    faults = [*_meant(journey), *(against_log(journey, counted) if counted is not None else ())]
    return Linted(path=path, journey=journey, faults=tuple(sorted(faults, key=_by_place)))


def _by_place(fault: Fault) -> tuple[bool, int, int, str]:
    """Order faults by place; those without one come last, as they were found."""
    return fault.line == 0, fault.line, fault.column, fault.code


class _FileFaults(Exception):  # noqa: N818 (carries faults; it is no error of its own)
    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__()


def _read(path: Path) -> IntendedJourney:
    """Return the journey of a file; raises ``_FileFaults`` with all that is wrong in the file itself."""
    file = None
    try:
        if path.suffix.lower() not in {".yaml", ".yml"}:
            return load_model(path)
        file = YamlFile(path)
        return read_journey(file)
    except ModelError as error:
        faults = file.faults if file is not None else []
        raise _FileFaults(faults or [_fault(path, text) for text in error.faults]) from None


def _fault(path: Path, text: str) -> Fault:
    """Take a message apart into its place, what is wrong, and the advice."""
    found = _PLACED.fullmatch(text.removeprefix(str(path)))
    line, column = (int(found[1] or 0), int(found[2] or 0)) if found else (0, 0)
    what, _, hint = (found[3] if found else text).partition("; ")
    return Fault(line, column, what, hint=hint)


def _meant(journey: IntendedJourney) -> Iterator[Fault]:
    """Yield E04, E05 and E06; where they cannot be decided, say so."""
    try:
        flow = flow_of(journey)
        yield from impossible_limits(flow)
        yield from lost_success(flow)
        yield from contradictions(flow)
    except TooManyStatesError:
        what = f"whether rules and flow contradict each other is not decided: more than {MOST:,} states"
        yield Fault(0, 0, what, "W00", "check fewer rules at once")
    except ModelError as error:
        yield from (Fault(0, 0, f"not all is decided: {text}", "W00", error.hint) for text in error.faults)
