"""What must an auditor know to run this again and get the same figures?"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import polars as pl

_PACKAGES = ("cjmine", "numpy", "polars", "pyarrow", "scipy")


def record(
    *,
    project: str,
    settings: Mapping[str, Any],
    text: str,
    models: Mapping[str, str],
    model_files: Mapping[str, str],
    ledger: pl.DataFrame,
    crosswalks: Mapping[str, str],
    counts: Mapping[str, int],
    timezone: str,
    started: datetime,
    finished: datetime,
) -> dict[str, Any]:
    """Return the content of ``run.json``; only ``times`` differs between equal runs.

    ``models`` maps each intended journey to its flow as PNML, ``model_files`` to the SHA-256 of
    its file; ``crosswalks`` maps each file to its SHA-256, as the ledger does for exports;
    ``counts`` are the rows in, every drop, and the rows out.
    """
    return {
        "project": project,
        "settings": settings,
        "settings_sha256": _digest(settings),
        "project_file_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "models_sha256": {
            name: hashlib.sha256(body.encode()).hexdigest() for name, body in sorted(models.items())
        },
        "model_files_sha256": dict(sorted(model_files.items())),
        "inputs": ledger.to_dicts(),
        "crosswalks_sha256": dict(crosswalks),
        "counts": dict(counts),
        "timezone": timezone,
        "seeds": "none: no step draws at random",
        "versions": {name: _version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "platform": sys.platform,
        "times": {"started": started.isoformat(), "finished": finished.isoformat()},
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
