"""Which flow do the steps of a notation file make: a step, a list, or one of the blocks?

The blocks are ``together``, ``choose``, ``choose_any`` and ``repeat``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cjmine.domain.models import SILENT, Operator, Repeat, Tree
from cjmine.errors import nearest
from cjmine.intended.attributes import ATTRIBUTES, AttributeReader
from cjmine.intended.blocks import (
    UNLIMITED,
    UNROLLED,
    any_of,
    leaves,
    optional,
    plus,
    repeated,
    sequence,
    size,
    star,
    step,
)
from cjmine.intended.blocks import block as joined
from cjmine.intended.yaml_nodes import YamlFile

_BLOCKS = ("together", "choose", "choose_any", "repeat")
RESERVED = (*_BLOCKS, "anytime", "unwanted", "rules", "starts", "ends")
_MOST_ANY = 5  # branches of one choose_any: its ways grow with every subset of them
_NAME = re.compile(r"([^\W\d_][\w-]*)([?*+]?)")
_TIMES = re.compile(r"(\d{1,4})(?:\s*\.\.\s*(\d{1,4}|\*))?")
_LARGEST = 2_000  # steps of one repeat, all its rounds together
_MARKS: dict[str, Callable[[Tree], Tree]] = {"?": optional, "*": star, "+": plus}


def titled(name: str) -> str:
    """Return a step's title in plain words.

    >>> titled("update_tenancy")
    'Update tenancy'
    """
    words = re.sub(r"[_-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def is_name(word: str) -> bool:
    """Say whether a step may be called so."""
    found = _NAME.fullmatch(word)
    return found is not None and not found[2] and word not in RESERVED


class StepReader:
    """Reads steps into a tree, and keeps what they say about themselves."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.repeats: list[Repeat] = []
        self.branches: list[tuple[tuple[str, ...], ...]] = []
        self.said = AttributeReader(file)
        self.declared: dict[str, Node] = {}
        self._looped: set[str] = set()
        self._rounds = 1

    def sequence(self, node: Node, what: str) -> Tree:
        """Read a list of steps in this order."""
        return sequence(*(self._step(item) for item in self.file.items(node, what)))

    def names(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Read a flat list of names that lie outside the flow, each with its attributes."""
        items = self.file.items(node, what) if node is not None else []
        return tuple(name for item in items for name, _ in [self._named(item, marks=False)] if name)

    def stopped(self, node: Node | None, flow: tuple[str, ...]) -> tuple[str, ...]:
        """Read ``ends.stopped``: its names are declared by being there, unless the flow has them."""
        items = self.file.items(node, "ends.stopped") if node is not None else []
        inside = [i for i in items if isinstance(i, ScalarNode) and i.value in flow]
        return tuple(
            str(item.value) if item in inside else self._named(item, marks=False)[0] for item in items
        )

    def _step(self, node: Node) -> Tree:
        if isinstance(node, SequenceNode):
            return self.sequence(node, "a nested list")
        word = _only_key(node)
        if word in _BLOCKS:
            body = node.value[0][1]
            return self._repeat(body) if word == "repeat" else self._split(word, body)
        name, mark = self._named(node, marks=True)
        if mark in {"*", "+"}:
            self._looped.add(name)
        if not name:
            return SILENT
        return _MARKS[mark](step(name)) if mark else step(name)

    def _split(self, word: str, node: Node) -> Tree:
        items = self.file.items(node, word)
        if len(items) == 1:
            self.file.fault(node, f"{word} needs at least two branches")
        children = tuple(self._step(item) for item in items)
        if word == "choose_any":
            if len(items) > _MOST_ANY:
                what = f"choose_any has {len(items)} branches, at most {_MOST_ANY} are possible"
                self.file.fault(node, what, hint="group some of them, or use together with optional steps")
                return SILENT
            self.branches.append(tuple(leaves(child) for child in children))
            return any_of(children) if children else SILENT
        if word == "together":
            self.branches.append(tuple(leaves(child) for child in children))
        operator = Operator.PARALLEL if word == "together" else Operator.CHOICE
        return joined(operator, children) if children else SILENT

    def _repeat(self, node: Node) -> Tree:
        keys = self.file.mapping(node, "repeat", ("do", "times", "until", "because"))
        missing = [key for key in ("do", "times") if key not in keys]
        if missing:
            self.file.fault(node, f"repeat needs the key {' and '.join(map(repr, missing))}")
            return self.sequence(keys["do"], "do") if "do" in keys else SILENT
        minimum, maximum = self._times(keys["times"])
        because = self.file.text(keys["because"], "because") if "because" in keys else ""
        until = self.file.text(keys["until"], "until") if "until" in keys else ""
        if until:
            self.said.name(keys["until"], "until", until)
        outer, self._rounds = self._rounds, min(self._rounds * maximum, UNLIMITED)
        place, inner = len(self.repeats), set(self._looped)
        body = self.sequence(keys["do"], "do")
        counted = {s for r in self.repeats[place:] for s in r.steps} | (self._looped - inner)
        own = tuple(name for name in leaves(body) if name not in counted)
        # a repeat inside a repeat may run that much more often; a step with a limit of its own keeps it
        rounds = Repeat(steps=own, minimum=minimum, maximum=self._rounds, because=because, until=until)
        self.repeats.insert(place, rounds)
        self._rounds = outer
        unrolled = min(maximum, UNROLLED)
        if size(body) * unrolled > _LARGEST:
            self.file.fault(node, f"repeat has more than {_LARGEST:,} steps in its {unrolled} rounds")
            return body
        return repeated(body, minimum, maximum)

    def _times(self, node: Node) -> tuple[int, int]:
        text = self.file.text(node, "times")
        found = _TIMES.fullmatch(text)
        if found is None:
            if text:
                self.file.fault(node, f"times is {text!r}", hint="write '2', '0..2' or '1..*'")
            return 1, 1
        low = int(found[1])
        high = UNLIMITED if found[2] == "*" else int(found[2] or low)
        if not 0 < high >= low:
            least = "the most must be at least 1 and at least the least"
            self.file.fault(node, f"times is {text!r}", hint=least)
            return 1, 1
        return low, high

    def _named(self, node: Node, *, marks: bool) -> tuple[str, str]:
        """Read ``name`` or ``name: {attributes}``; declare it; return the name and its mark."""
        key, attributes = node.value[0] if _only_key(node) is not None else (node, None)
        if isinstance(node, MappingNode) and attributes is None:
            self.file.fault(node, "one step per list item: begin each step with '- '")
            return "", ""
        text = self.file.text(key, "a step")
        found = _NAME.fullmatch(text)
        if found is None or (found[2] and not marks):
            if text:
                self.file.fault(key, f"{text!r} is not a step's name", hint="write it like 'update_tenancy'")
            return "", ""
        name = found[1]
        if name in RESERVED:
            where = (
                f"write '{name}: ...' with its branches" if name in _BLOCKS else "it stands outside the steps"
            )
            self.file.fault(key, f"{name!r} is a reserved word and cannot name a step here", "E01", where)
            return "", ""
        if name in self.declared:
            first = self.file.at(self.declared[name])
            self.file.fault(key, f"the step {name!r} is named twice (first at {first})", "E02")
        self.declared.setdefault(name, key)
        self._attributes(name, key, attributes)
        return name, found[2]

    def _attributes(self, name: str, key: Node, node: Node | None) -> None:
        self.said.titles.setdefault(name, titled(name))
        empty = node is None or (isinstance(node, ScalarNode) and not node.value)
        if not empty and not isinstance(node, MappingNode):
            takes = f"a step takes {', '.join(ATTRIBUTES)}"
            near = nearest(name, _BLOCKS).removeprefix("; ")
            self.file.fault(key, f"{name!r} is no block", "E01", f"{near}; {takes}" if near else takes)
        self.said.read(name, key, node)


def _only_key(node: Node) -> str | None:
    """Return the key of a mapping with just one, else ``None``."""
    if isinstance(node, MappingNode) and len(node.value) == 1 and isinstance(node.value[0][0], ScalarNode):
        return str(node.value[0][0].value)
    return None
