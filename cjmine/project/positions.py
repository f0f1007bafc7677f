"""Where in a YAML file does a value stand? Every message names line and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cjmine.errors import SettingsError

Location = Sequence[str | int]


def read_yaml(path: Path) -> Any:  # noqa: ANN401 (a YAML file may hold anything)
    """Return the file's content with positions; raises ``SettingsError`` with line and column.

    Duplicate keys, tags that build objects, and aliases are errors.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 (not needed by quick commands)
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        msg = f"{path}: there is no such project file"
        raise SettingsError(msg, "name a project file such as configs/northmoor.yaml") from None
    except (OSError, UnicodeDecodeError) as fault:
        msg = f"{path}: cannot be read: {fault}"
        raise SettingsError(msg) from None
    try:
        loader = YAML(typ="rt")
        content = loader.load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark is not None else str(path)
        raise SettingsError(f"{place}: {_problem(str(fault.problem))}") from None
    except YAMLError as fault:
        raise SettingsError(f"{path}: not YAML: {str(fault).splitlines()[0]}") from None
    if content is None:
        raise SettingsError(f"{path}:1:1: the file is empty", "a project file names its sources")
    if not hasattr(content, "lc") or not hasattr(content, "keys"):
        raise SettingsError(f"{path}:1:1: a project file is a list of 'key: value' lines")
    return content


def _problem(text: str) -> str:
    """Return the parser's complaint without its advice to programmers."""
    return text.split("\n", 1)[0].replace("found duplicate key", "the key stands twice:")


def place(path: Path, content: Any, location: Location) -> str:  # noqa: ANN401
    """Return ``file:line:column`` of the deepest part of ``location`` that the file holds."""
    line, column, node = 0, 0, content
    for step in location:
        position = _position(node, step)
        if position is None:
            break
        line, column = position
        node = node[step]
    return f"{path}:{line + 1}:{column + 1}"


def _position(node: Any, step: str | int) -> tuple[int, int] | None:  # noqa: ANN401
    marks = getattr(node, "lc", None)
    try:
        if isinstance(step, int):
            return marks.item(step) if marks is not None else None
        return marks.key(step) if marks is not None and step in node else None
    except (KeyError, TypeError, IndexError, AttributeError):
        return None


def plain(node: Any) -> Any:  # noqa: ANN401
    """Return the content as plain dictionaries, lists and scalars."""
    if hasattr(node, "items"):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, bool) or node is None:
        return node
    return float(node) if isinstance(node, float) else int(node) if isinstance(node, int) else str(node)
