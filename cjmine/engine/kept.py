"""What has been done already? The work folder beside a run: results of tasks, by what went into them.

A result is believed only if the inputs of its task are the same (they make its name) and its files are
still the bytes that were written. So a run that was killed goes on where it stopped, and a run over
exports that have grown reads only what is new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from cjmine.engine.tasks import written

Answer = TypeVar("Answer")
_VERSIONED = ("cjmine", "polars", "numpy")
_UNBELIEVED = (OSError, ValueError, KeyError, TypeError, AttributeError)


def key_of(*parts: object) -> str:
    """Return a name for whatever decides about a result: equal parts and versions, equal name."""
    said = json.dumps([*_versions(), *parts], sort_keys=True, default=_plain)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version(name) for name in _VERSIONED)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept(Generic[Answer]):
    """The answers of one kind of task, kept in a folder beside the files that the tasks wrote."""

    folder: Path
    kind: TypeAdapter[Answer]

    def known(self, key: str) -> Answer | None:
        """Return the answer of a task that was done before; ``None`` if it was not, or its files changed."""
        try:
            said = self._said(key)
            files: Mapping[str, str] = said["files"]
            if all(digest_of(self.folder / name) == digest for name, digest in files.items()):
                return self.kind.validate_python(said["answer"])
        except _UNBELIEVED:
            pass  # never believed: done again
        return None

    def said(self, key: str) -> Answer | None:
        """Return the answer of a task that was done before, whatever became of its files."""
        try:
            return self.kind.validate_python(self._said(key)["answer"])
        except _UNBELIEVED:
            return None

    def keep(self, key: str, answer: Answer, files: Sequence[Path]) -> Answer:
        """Keep an answer; the files it stands for are complete."""
        told: dict[str, Any] = {
            "answer": self.kind.dump_python(answer, mode="json"),
            "files": {path.relative_to(self.folder).as_posix(): digest_of(path) for path in files},
        }
        with written(self._path(key)) as draft:
            draft.write_text(json.dumps({**told, "digest": _digest(told)}, sort_keys=True), encoding="utf-8")
        return answer

    def _said(self, key: str) -> dict[str, Any]:
        """Return what was kept, if it still is what was written; raises ``ValueError`` where it is not."""
        said: dict[str, Any] = json.loads(self._path(key).read_text(encoding="utf-8"))
        if said.pop("digest") != _digest(said):
            msg = f"{key}: not what was written"
            raise ValueError(msg)
        return said

    def once(self, key: str, files: Sequence[Path], work: Callable[[], Answer]) -> Answer:
        """Return a known answer, or do the work that writes ``files`` and keep its answer."""
        found = self.known(key)
        return found if found is not None else self.keep(key, work(), files)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
