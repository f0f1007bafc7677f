"""How is an intended journey written, whatever the notation?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError, nearest
from cjmine.intended.blocktree import tree_of
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.cjml_write import write_cjml
from cjmine.intended.declare_write import write_decl, write_declare_json
from cjmine.intended.folding import folded
from cjmine.intended.notation_write import write_notation
from cjmine.intended.pnml import pnml_of

Writer = Callable[[IntendedJourney], str]


def _bpmn(journey: IntendedJourney) -> str:
    return write_bpmn(journey.tree or folded(tree_of(journey.net)), journey.title, journey.by)


def _pnml(journey: IntendedJourney) -> str:
    return pnml_of(journey.net)


def _in_xml(write: Writer) -> Writer:
    """Refuse characters that XML has no way to write, as a fault of the model."""

    def written(journey: IntendedJourney) -> str:
        try:
            return write(journey)
        except ValueError:
            msg = "a step, a service or the title holds a control character, which XML cannot hold"
            raise ModelError(msg, "write it without") from None

    return written


WRITERS: Mapping[str, Writer] = {
    ".yaml": write_notation,
    ".yml": write_notation,
    ".bpmn": _in_xml(_bpmn),
    ".pnml": _in_xml(_pnml),
    ".cjml": _in_xml(write_cjml),
    ".decl": write_decl,
    ".json": write_declare_json,
}

RULES_ONLY = (".decl", ".json")
"""Forms that have no flow."""


def writer_of(path: Path) -> Writer:
    """Return what writes the form that a file's ending names.

    Raises ``ModelError`` for an unknown ending.
    """
    ending = path.suffix.lower()
    if ending not in WRITERS:
        near = nearest(ending, WRITERS).removeprefix("; ")
        msg = f"{path}: no model is written with the ending {path.suffix!r}"
        raise ModelError(msg, near or "name it .journey.yaml, .bpmn, .pnml, .cjml, .decl or .json")
    return WRITERS[ending]
