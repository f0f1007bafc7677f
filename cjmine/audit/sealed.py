"""Is a finished run still what it was when it was sealed, and where are its tables?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cjmine.domain.tables import EVENT
from cjmine.engine.store import Store
from cjmine.errors import SourceError

SEAL = "run.json"
_AGAIN = "run the project again, or check the project file instead"
_SHOWN = 3


def is_run(path: Path) -> bool:
    """Tell whether a folder is a finished run."""
    return (path / SEAL).is_file()


def unsealed(folder: Path) -> tuple[dict[str, Any], Store]:
    """Return a run's record and its tables.

    Raises ``SourceError`` for a record that cannot be read, and naming every file that
    is missing or has other bytes than when the run was sealed.
    """
    try:
        record = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fault = f"{folder / SEAL}: cannot be read: {error}"
        raise SourceError(fault, _AGAIN) from None
    files = record.get("files") if isinstance(record, dict) else None
    if not isinstance(files, dict) or not isinstance(record.get("settings"), dict):
        fault = f"{folder / SEAL}: is not the record of a run"
        raise SourceError(fault, _AGAIN)
    changed = [name for name, digest in sorted(files.items()) if _digest(folder / name) != digest]
    if changed:
        named = ", ".join(changed[:_SHOWN]) + (" ..." if len(changed) > _SHOWN else "")
        what = f"{len(changed):,} files are missing or not as they were when the run was written"
        fault = f"{folder}: {what}: {named}"
        raise SourceError(fault, _AGAIN)
    parts = len([name for name in files if name.startswith(f"store/{EVENT.name}/")])
    if not parts:
        fault = f"{folder}: the run has no store"
        raise SourceError(fault, _AGAIN)
    return record, Store(folder / "store", parts)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
