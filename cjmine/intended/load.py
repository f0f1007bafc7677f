"""Which intended journey does a file hold, whatever its notation?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import WORKING, Anchor
from cjmine.errors import ModelError
from cjmine.intended.bpmn import read_bpmn
from cjmine.intended.cjml import read_cjml
from cjmine.intended.declare import read_decl, read_declare_json
from cjmine.intended.notation import load_journey
from cjmine.intended.pnml import read_pnml

_READERS: dict[str, Callable[[Path], IntendedJourney]] = {
    ".yaml": load_journey,
    ".yml": load_journey,
    ".bpmn": read_bpmn,
    ".pnml": read_pnml,
    ".cjml": read_cjml,
    ".xml": read_cjml,
    ".decl": read_decl,
    ".json": read_declare_json,
}


def load_model(path: Path) -> IntendedJourney:
    """Return the intended journey in a file, read by its ending.

    Raises ``ModelError`` for an unknown ending and for every fault of the file.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = "known are .journey.yaml, .bpmn, .pnml, .cjml, .decl and .json"
        msg = f"{path}: the ending {path.suffix!r} is not known; {known}"
        raise ModelError(msg)
    try:
        return reader(path)
    except ModelError as error:
        faults = [f if f.startswith(str(path)) else f"{path}: {f}" for f in error.faults]
        raise type(error)(faults, error.hint) from None


def unclocked(journey: IntendedJourney, *, told: bool) -> tuple[str, ...]:
    """Warn of working time that is counted although nobody has ``told`` when the office works."""
    counted = sum(length.unit in WORKING for length in journey.lengths)
    if told or not counted:
        return ()
    what = "a time counts" if counted == 1 else f"{counted:,} times count"
    usual = "Monday to Friday, 09:00 to 17:00, without holidays"
    text = f"{what} working time, but no office hours are set: {usual}; set `clock: working`"
    return (f"{journey.name}: {text}",)


def not_compared(journey: IntendedJourney, *, one_log: bool = False) -> tuple[str, ...]:
    """Say which words of a model are not compared: silence would read as kept.

    ``one_log``: a log alone, whose cases are all over: standards are not compared with it.
    """
    limits = [limit for step in journey.planned.values() for limit in (step.within, step.not_before)]
    dated = [limit.name for limit in limits if limit is not None and limit.anchor is Anchor.DATE]
    told = []
    if dated:
        named = ", ".join(sorted(set(dated)))
        counts = "1 limit that counts" if len(dated) == 1 else f"{len(dated):,} limits that count"
        verb = "is" if len(dated) == 1 else "are"
        told.append(
            f"{counts} from a date ({named}) {verb} not compared: no event of the log carries the date"
        )
    if one_log and (count := len(journey.standards)):
        some = "1 standard" if count == 1 else f"{count:,} standards"
        told.append(f"{some} of the model not compared with a single log")
    return tuple(f"{journey.name}: {line}" for line in told)
