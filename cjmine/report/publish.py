"""How does a run reach its folder whole, or not at all?

It is written beside its final name, synced to disk, and moved into place in one
step; the old run is renamed aside first and removed last, so a run that dies
at any point leaves the last good one (or the next run brings it back).
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from cjmine.errors import EngineError
from cjmine.report.lock import locked

_ADVICE = {
    errno.ENOSPC: "free some disk space, or choose another output folder",
    errno.EDQUOT: "your disk quota is used up: free some space, or choose another output folder",
    errno.EROFS: "the disk is read-only: choose another output folder",
    errno.EACCES: "you may not write there: change the permissions, or choose another output folder",
    errno.EPERM: "you may not write there: change the permissions, or choose another output folder",
    errno.ENOTDIR: "part of the path is a file: choose another output folder",
    errno.ENAMETOOLONG: "the path is too long: choose a shorter output folder",
}
SEAL = "run.json"
"""The file that makes a folder a run; it is written last, and lists the others."""
_SHOWN = 3
_CLUTTER = {"Thumbs.db", "desktop.ini", ".DS_Store"}
"""What file managers leave behind on their own."""
_OS_ERROR = re.compile(r"os error (\d+)")


@contextmanager
def publish(target: Path, *, seal: str = SEAL) -> Iterator[Path]:
    """Yield an empty folder to write a run into; it becomes ``target`` when the block ends well.

    ``seal`` names the file whose ``files`` lists the others; a folder with it is one of ours.

    Raises ``EngineError`` when another process writes the same run, when
    ``target`` is a link, a file, or a folder that holds something other than a
    run of ours, and when the disk is full or read-only. Whatever is raised, the
    old run stays and nothing half-written is left.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow a link
    if not target.name:
        fault = f"{target}: is the whole disk, not a folder for a run"
        raise EngineError(fault, "name an empty or a new folder for the output")
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.with_name(f".{target.name}.lock"), target):
            aside = target.with_name(f".{target.name}.last-good")
            _recover(target, aside, seal)
            _refuse_foreign(target, seal)
            staging = target.with_name(f".{target.name}.writing-{os.getpid()}-{secrets.token_hex(4)}")
            staging.mkdir(mode=0o700)
            try:
                yield staging
                _seal(staging)
                _refuse_foreign(target, seal)
                _swap(staging, target, aside)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn what the operating system says into what the user can do."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        # polars raises either, without a number, but names it in the text
        named = _OS_ERROR.search(str(error))
        code = getattr(error, "errno", None) or (int(named[1]) if named else 0)
        if code not in _ADVICE:
            raise
        place = getattr(error, "filename", None) or target
        fault = f"{place}: cannot write the run: {os.strerror(code)}"
        raise EngineError(fault, _ADVICE[code]) from error


def _recover(target: Path, aside: Path, seal: str) -> None:
    """Undo what a run that died left behind; only called under the lock."""
    if aside.is_dir() and not aside.is_symlink():
        if (target / seal).is_file():
            shutil.rmtree(aside)
        elif not os.path.lexists(target):
            aside.rename(target)
    for leftover in target.parent.iterdir():
        stale = leftover.name.startswith(f".{target.name}.writing-")
        if stale and leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)


def _refuse_foreign(target: Path, seal: str) -> None:
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_dir():
        kind = "a link" if target.is_symlink() else "not a folder"
        fault = f"{target}: the output folder is {kind}"
        raise EngineError(fault, "name a folder, or one that does not exist yet")
    if not any(target.iterdir()):
        return
    listed = _files_of(target, seal)
    if listed is None:
        made = "run" if seal == SEAL else "check"
        fault = (
            f"{target}: is not empty and holds no {seal} of ours, so it is not a {made}; nothing was changed"
        )
        raise EngineError(fault, "name an empty or a new folder for the output")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    if added := sorted(found - listed - {seal} - _CLUTTER):
        names = ", ".join(added[:_SHOWN]) + (" …" if len(added) > _SHOWN else "")
        fault = f"{target}: holds {len(added):,} file(s) that are not the run's: {names}; nothing was changed"
        raise EngineError(fault, "move them elsewhere, or name another folder for the output")


def _files_of(target: Path, seal: str) -> set[str] | None:
    """Return the files that the run in ``target`` says it consists of; ``None`` if it is no run of ours."""
    try:
        record = json.loads((target / seal).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    files = record.get("files") if isinstance(record, dict) else None
    return set(files) if isinstance(files, dict) else None


def _seal(staging: Path) -> None:
    """Make everything private and force it to the disk."""
    for folder, _, files in os.walk(staging, topdown=False):
        for name in files:
            path = Path(folder, name)
            path.chmod(0o600)
            _sync(path)
        Path(folder).chmod(0o700)
        _sync(Path(folder))


def _sync(path: Path) -> None:
    folder = path.is_dir()
    if folder and os.name == "nt":
        return  # Windows cannot open a folder
    handle = os.open(path, (os.O_RDONLY if folder else os.O_RDWR) | getattr(os, "O_NOFOLLOW", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(staging: Path, target: Path, aside: Path) -> None:
    # a folder cannot be replaced by a folder in one step: the old one steps aside
    if target.exists():
        target.rename(aside)
    try:
        staging.rename(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise
    _sync(target.parent)
    with suppress(OSError):
        # the new run is in place; what cannot be removed now, the next run removes
        shutil.rmtree(aside)
