"""Is an intended journey sound, and does it fit a log? Returns plain values."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cjmine.cases import Columns
from cjmine.errors import SettingsError
from cjmine.intended.lint import Linted
from cjmine.intended.lint import lint as lint_model
from cjmine.quick import discover


def lint(
    models: Iterable[Path | str], log: Path | str | None = None, columns: Columns | None = None
) -> dict[str, Any]:
    """Say what is wrong with some models, and how they fit a log.

    Returns models (each with model, journey and findings: code, severity, line,
    column, message, hint; line 0 for none), errors, warnings (counts of findings)
    and notes about the log.
    """
    paths = [Path(model) for model in models]
    if not paths:
        msg = "no model is named"
        raise SettingsError(msg, "name one or more .journey.yaml, .bpmn, .pnml, .cjml, .decl or .json files")
    found = discover(log, columns) if log is not None else None
    counted = dict(found.variants) if found is not None else None
    told = [_told(lint_model(path, counted)) for path in paths]
    severities = [row["severity"] for one in told for row in one["findings"]]
    return {
        "models": told,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "notes": list(found.warnings) if found is not None else [],
    }


def _told(linted: Linted) -> dict[str, Any]:
    return {
        "model": str(linted.path),
        "journey": linted.journey.name if linted.journey is not None else None,
        "findings": [
            {
                "code": fault.code,
                "severity": "error" if fault.code.startswith("E") else "warning",
                "line": fault.line,
                "column": fault.column,
                "message": fault.what,
                "hint": fault.hint,
            }
            for fault in linted.faults
        ],
    }
