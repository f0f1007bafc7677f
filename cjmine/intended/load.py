"""Which intended journey does a file hold, whatever its notation?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError
from cjmine.intended.bpmn import read_bpmn
from cjmine.intended.notation import load_journey
from cjmine.intended.pnml import read_pnml

_READERS: dict[str, Callable[[Path], IntendedJourney]] = {
    ".yaml": load_journey,
    ".yml": load_journey,
    ".bpmn": read_bpmn,
    ".pnml": read_pnml,
}


def load_model(path: Path) -> IntendedJourney:
    """Return the intended journey in a file, read by its ending.

    Raises ``ModelError`` for an unknown ending and for every fault of the file.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        msg = f"{path}: the ending {path.suffix!r} is not known; known are .journey.yaml, .bpmn and .pnml"
        raise ModelError(msg)
    try:
        return reader(path)
    except ModelError as error:
        faults = [f if f.startswith(str(path)) else f"{path}: {f}" for f in error.faults]
        raise type(error)(faults, error.hint) from None
