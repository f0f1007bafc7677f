"""Where does a sample go? Written beside its place and moved there whole; nobody else's files are touched."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cjmine.errors import EngineError

PROJECT_FILE, TRUTH, MANIFEST = "northmoor.yaml", "truth", "MANIFEST.json"
_TRUTH_MARK = "truth_events.csv"
_HINT = "name a new or an empty folder, or one that holds an earlier sample"


@contextmanager
def written_beside(folder: Path, truth: Path | None) -> Iterator[Path]:
    """Hand out a folder to write a sample into, its truth in ``truth`` below; then move both into place.

    An earlier sample is replaced, other files beside it (a README) stay. Where
    the truth goes elsewhere, an earlier truth below ``folder`` goes.

    Raises ``EngineError`` for places that hold something else.
    """
    _refuse(folder, PROJECT_FILE)
    if truth is not None:
        _refuse(truth, _TRUTH_MARK)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.with_name(f".{folder.name}.writing-{os.getpid()}-{secrets.token_hex(4)}")
    staging.mkdir()
    try:
        yield staging
        if truth is not None:
            _move(staging / TRUTH, truth)
            shutil.rmtree(staging / TRUTH)
            shutil.rmtree(folder / TRUTH, ignore_errors=True)
        _move(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def manifest(staging: Path, facts: Mapping[str, object]) -> None:
    """Write what the sample is made of, and the digest of each of its files."""
    digests = {
        path.relative_to(staging).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(staging.rglob("*"))
        if path.is_file()
    }
    text = json.dumps({**facts, "sha256": digests}, indent=2) + "\n"
    (staging / TRUTH / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _refuse(folder: Path, mark: str) -> None:
    """Refuse a place that is no folder, or a folder of something else."""
    parents = (folder, *folder.parents)
    if (found := next((one for one in parents if one.exists()), None)) and not found.is_dir():
        msg = f"{folder}: {found} is not a folder"
        raise EngineError(msg, _HINT)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        msg = f"{folder}: holds something else than a sample of Northmoor"
        raise EngineError(msg, _HINT)


def _move(source: Path, target: Path) -> None:
    """Move every entry of a folder to another, in the place of entries of the same name."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        old = target / entry.name
        if old.is_dir():
            shutil.rmtree(old)
        elif old.exists():
            old.unlink()
        shutil.move(entry, old)
