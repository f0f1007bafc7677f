"""Where does every word of a YAML file stand?

The file is composed into nodes with positions, never constructed into objects:
all scalars stay text, so ``no``, ``1e3`` and dates mean what they say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, DocumentStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cjmine.errors import ModelError, nearest, shortened

_DEPTH = 40
_MOST = 20  # known words that a message lists
UNREADABLE = "E00"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a file, where (counted from 1; 0 where it has no place), and what would be right."""

    line: int
    column: int
    what: str
    code: str = UNREADABLE
    hint: str = ""

    @property
    def text(self) -> str:
        """What is wrong, and the advice behind it."""
        return f"{self.what}; {self.hint}" if self.hint else self.what


class YamlFile:
    """One YAML file's nodes, and the faults found in it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
            msg = f"{path}: the file {why}"
            raise ModelError(msg) from None
        try:
            self._check_events(text)
            self.raise_faults()
            self.root: Node | None = YAML(pure=True).compose(text)
        except YAMLError as error:
            raise ModelError(self._syntax(error)) from None

    def fault(self, node: Node, what: str, code: str = UNREADABLE, hint: str = "", offset: int = 0) -> None:
        """Note a fault at a node's place, or ``offset`` characters behind it."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1 + offset
        self.faults.append(Fault(line, column, what, code, hint.removeprefix("; ")))

    def at(self, node: Node) -> str:
        """Return ``file:line:column``, counted from 1."""
        return f"{self.path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def raise_faults(self) -> None:
        """Raise one ``ModelError`` with all faults noted so far, if any, in the order of the file."""
        if self.faults:
            told = [f"{self.path}:{f.line}:{f.column}: {f.text}" for f in sorted(self.faults)]
            raise ModelError(list(dict.fromkeys(told)))

    def mapping(self, node: Node, what: str, known: tuple[str, ...] | None = None) -> dict[str, Node]:
        """Return a mapping's values by key; notes wrong kinds, duplicate and unknown keys."""
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what} must be 'key: value' lines")
            return {}
        found: dict[str, Node] = {}
        first: dict[str, Node] = {}
        for key, value in node.value:
            name = self.text(key, f"a key of {what}")
            if name in found:
                self.fault(key, f"the key {name!r} is given twice (first at {self.at(first[name])})")
            elif known is not None and name not in known:
                self.fault(key, f"{what} has no key {name!r}", "E01", nearest_or_all(name, known))
            else:
                found[name], first[name] = value, key
        return found

    def items(self, node: Node, what: str) -> list[Node]:
        """Return a list's items; notes anything else, and an empty list."""
        if isinstance(node, SequenceNode) and node.value:
            return list(node.value)
        self.fault(node, f"{what} must be a list with at least one item")
        return []

    def text(self, node: Node, what: str) -> str:
        """Return a scalar's text; notes anything else, and an empty one."""
        if isinstance(node, ScalarNode) and node.value.strip():
            return " ".join(str(node.value).split())
        self.fault(node, f"{what} must be a word or a text")
        return ""

    def words(self, node: Node, what: str) -> list[tuple[Node, str]]:
        """Return a list's texts, or the one text that stands for a list, each with its node."""
        items = self.items(node, what) if isinstance(node, SequenceNode) else [node]
        found = [
            (item, self.text(item, f"an item of {what}" if item is not node else what)) for item in items
        ]
        return [(item, text) for item, text in found if text]

    def _check_events(self, text: str) -> None:
        """Note anchors, aliases, tags, a second document and deep nesting, before any node is built."""
        depth = documents = 0
        for event in YAML(pure=True).parse(text):
            documents += isinstance(event, DocumentStartEvent)
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
                self.fault(event, f"anchors and aliases (&, *) are not allowed: {shortened(event.anchor)}")
            elif getattr(event, "tag", None) is not None:
                self.fault(event, f"tags (!) are not allowed: {shortened(event.tag)}")
            elif depth > _DEPTH or documents > 1:
                self.fault(event, "a second document begins here" if documents > 1 else "nested too deeply")
                return

    def _syntax(self, error: YAMLError) -> str:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        place = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        if "'\\t'" in problem:
            problem = "a tab is used for indentation; use spaces"
        return f"{self.path}{place}: not well-formed YAML: {problem}"


def nearest_or_all(word: str, known: Iterable[str]) -> str:
    """Return advice for an unknown word: the nearest known one, else all as far as they are few."""
    names = list(dict.fromkeys(known))
    more = ", …" if len(names) > _MOST else ""
    listed = f"known are {', '.join(names[:_MOST])}{more}" if names else ""
    return nearest(word, names).removeprefix("; ") or listed
