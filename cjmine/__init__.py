"""cjmine: customer journeys across systems that do not know each other.

The whole public interface: ``load`` and ``run`` a project file; ``discover``,
``check`` and ``find`` on one log; ``propose`` a model from it; ``check_project``,
``check_run`` and ``check_log`` for auditors; ``lint`` and ``convert`` a model;
``explain`` a detector.
Everything is imported when first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cjmine.auditing import check_log, check_project, check_run
    from cjmine.cases import Columns
    from cjmine.checking import check
    from cjmine.converting import convert
    from cjmine.detectors.roster import explain
    from cjmine.domain.results import Run
    from cjmine.errors import CjmineError
    from cjmine.linting import lint
    from cjmine.pipeline import run
    from cjmine.project.load import Loaded, load
    from cjmine.project.schema import Project
    from cjmine.proposing import propose
    from cjmine.quick import Discovered, discover, find

__all__ = [
    "CjmineError",
    "Columns",
    "Discovered",
    "Loaded",
    "Project",
    "Run",
    "check",
    "check_log",
    "check_project",
    "check_run",
    "convert",
    "discover",
    "explain",
    "find",
    "lint",
    "load",
    "propose",
    "run",
]
__version__ = "0.1.0"

_HOMES = {
    "CjmineError": "cjmine.errors",
    "Columns": "cjmine.cases",
    "Discovered": "cjmine.quick",
    "Loaded": "cjmine.project.load",
    "Project": "cjmine.project.schema",
    "Run": "cjmine.domain.results",
    "check": "cjmine.checking",
    "check_log": "cjmine.auditing",
    "check_project": "cjmine.auditing",
    "check_run": "cjmine.auditing",
    "convert": "cjmine.converting",
    "discover": "cjmine.quick",
    "explain": "cjmine.detectors.roster",
    "find": "cjmine.quick",
    "lint": "cjmine.linting",
    "load": "cjmine.project.load",
    "propose": "cjmine.proposing",
    "run": "cjmine.pipeline",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any public name)
    if name not in _HOMES:
        msg = f"module 'cjmine' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
