"""Which intended journey does a file hold, whatever its notation?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cjmine.domain.models import IntendedJourney
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


def not_compared(journey: IntendedJourney, *, by_order: bool = False) -> tuple[str, ...]:
    """Say which words of a model no log is compared with yet: silence would read as kept.

    ``by_order``: rules that the order of steps decides are compared.
    """
    rules = [rule for rule in journey.rules if not (by_order and rule.by_order)]
    limits = [step for step in journey.planned.values() if step.within or step.not_before]
    counted = ((len(rules), "rule"), (len(journey.standards), "standard"), (len(limits), "limit"))
    told = [f"{number:,} {what}{'' if number == 1 else 's'}" for number, what in counted if number]
    listed = " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))
    return (f"{journey.name}: {listed} of the model not compared with the log yet",) if told else ()
