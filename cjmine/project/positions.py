"""What does a project file say, and where does each word of it stand?

All values stay text until a settings class reads them, so ``no``, ``010`` and
dates mean what they say; only an empty value, ``~`` and an unquoted ``null``
are nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cjmine.errors import CjmineError, SettingsError, nearest

Location = tuple[str | int, ...]
Mark = tuple[int, int]
NOTHING = {"", "~", "null", "Null", "NULL"}
"""Unquoted words that mean nothing."""


@dataclass(slots=True)
class Content:
    """A file's content as plain dictionaries, lists and text; its places; the faults found so far."""

    path: Path
    raw: dict[str, Any] = field(default_factory=dict)
    marks: dict[Location, Mark] = field(default_factory=lambda: {(): (1, 1)})
    faults: set[tuple[Mark, str]] = field(default_factory=set)

    def fault(self, location: Location, what: str) -> None:
        """Note a fault at the deepest part of ``location`` that the file holds."""
        known = next(location[:n] for n in range(len(location), -1, -1) if location[:n] in self.marks)
        self.faults.add((self.marks[known], what))

    def lines(self) -> list[str]:
        """Return every fault as ``file:line:column: what``, in the order of the file."""
        return [f"{self.path}:{line}:{column}: {what}" for (line, column), what in sorted(self.faults)]

    def block(self, *location: str) -> dict[str, Any]:
        """Return the 'key: value' lines at a place, or nothing where there are none."""
        node: Any = self.raw
        for step in location:
            node = node.get(step) if isinstance(node, dict) else None
        return node if isinstance(node, dict) else {}

    def items(self, *location: str) -> Iterable[tuple[Location, dict[str, Any]]]:
        """Yield the place and content of each item with 'key: value' lines in a list."""
        items = self.block(*location[:-1]).get(location[-1])
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield (*location, number), item


def read(path: Path) -> Content:
    """Read a project file.

    Raises ``SettingsError`` where it is absent, no YAML, or holds anchors,
    aliases or tags; keys given twice are noted in the content.
    """
    from cjmine.intended.yaml_nodes import YamlFile  # noqa: PLC0415 (not needed by quick commands)

    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such project file"
        near = nearest(path.name, (one.name for one in path.parent.glob("*.y*ml")))
        msg = f"{path}: {what}{near}"
        raise SettingsError(msg, "name a project file such as configs/northmoor.yaml")
    try:
        file = YamlFile(path)
    except CjmineError as error:
        raise SettingsError(error.faults, error.hint) from None
    content = Content(path)
    raw = None if file.root is None else _plain(file.root, (), content)
    if isinstance(raw, dict) and raw:
        content.raw = raw
        return content
    what = "the file is empty" if raw is None else "is not a list of 'key: value' lines"
    msg = f"{path}:1:1: {what}"
    raise SettingsError(msg, "a project file names its project and its sources")


def _plain(node: Any, location: Location, content: Content) -> Any:  # noqa: ANN401 (a YAML file may hold anything)
    """Return a node's content, noting places and keys given twice on the way."""
    kind = node.id
    if kind == "scalar":
        nothing = not node.style and node.value in NOTHING
        return None if nothing else str(node.value)
    if kind == "sequence":
        for number, item in enumerate(node.value):
            content.marks[*location, number] = _mark(item)
        return [_plain(item, (*location, number), content) for number, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.id != "scalar":
            content.faults.add((_mark(key), "a key must be a word"))
            continue
        name, here = str(key.value), (*location, str(key.value))
        if name in found:
            line = content.marks[here][0]
            content.faults.add((_mark(key), f"the key {name!r} is given twice, first in line {line}"))
            continue
        content.marks[here] = _mark(key)
        found[name] = _plain(value, here, content)
    return found


def _mark(node: Any) -> Mark:  # noqa: ANN401 (ruamel ships no types)
    return node.start_mark.line + 1, node.start_mark.column + 1
