"""With which words of the notation is a tree written: the steps of a file, as lists and keys?

The opposite of ``steps``: what ``together``, ``choose``, ``choose_any`` and
``repeat`` stand for is found again. Rounds that were unrolled are copies of one
list; which of them the plan calls a ``repeat``, and why, it says beside the tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from cjmine.domain.models import SILENT, Operator, Repeat, Tree
from cjmine.errors import ModelError
from cjmine.intended.blocks import UNLIMITED, UNROLLED, any_of, leaves, optional, plus, star

Text = str | list["Text"] | dict[str, "Text"]
"""A word, a list, or 'key: value' lines."""

Attributes = Callable[[str, str], Text]
"""Leads from a step's name and its mark to what is written for the step."""

_MARKS = ((optional, "?"), (star, "*"), (plus, "+"))
_MOST_ANY = 5
Rounds = tuple[Tree, int, int]


class Outline:
    """Steps being written; ``step`` says what stands for one of them."""

    def __init__(self, repeats: Sequence[Repeat], step: Attributes) -> None:
        self.step = step
        self.named: Counter[str] = Counter()
        self._repeats = list(repeats)
        self._rounds = 1

    def items(self, tree: Tree) -> list[Text]:
        """Return the items of a list of steps.

        Raises ``ModelError`` naming the steps of a block that the notation has no words for.
        """
        found = self._repeat(tree)
        if found is None and tree.operator is Operator.SEQUENCE and not _copied(tree):
            return [self._item(child) for child in tree.children]
        return [self._item(tree) if found is None else found]

    def twice(self) -> list[str]:
        """Return the steps that had to be named more than once, sorted."""
        return sorted(name for name, times in self.named.items() if times > 1)

    def _item(self, tree: Tree) -> Text:
        found = self._repeat(tree) or self._marked(tree) or self._split(tree)
        if found is not None:
            return found
        rounds = next((one for one in _readings(tree) if one[1:] != (1, 1)), None)
        if rounds is not None:
            return self._do(*rounds, Repeat(steps=(), minimum=rounds[1], maximum=rounds[2]))
        if tree.operator is Operator.SEQUENCE:
            return [self._item(child) for child in tree.children]
        raise _wordless(tree)

    def _marked(self, tree: Tree) -> Text | None:
        """Return a step alone, with its mark."""
        if tree.label is not None:
            return self._name(tree.label, "")
        inner = next((child for child in tree.children if child.label is not None), None)
        mark = next((mark for block, mark in _MARKS if inner is not None and tree == block(inner)), None)
        return self._name(inner.label, mark) if inner is not None and inner.label and mark else None

    def _name(self, label: str, mark: str) -> Text:
        self.named[label] += 1
        return self.step(label, mark)

    def _split(self, tree: Tree) -> Text | None:
        children = tree.children
        if tree.operator is Operator.PARALLEL:
            return {"together": [self._item(child) for child in children]}
        if tree.operator is not Operator.CHOICE:
            return None
        firsts = tuple(way.children[0] if way.children else way for way in children[:-1]) + children[-1:]
        if len(firsts) <= _MOST_ANY and any_of(firsts) == tree:
            return {"choose_any": [self._item(child) for child in firsts]}
        if SILENT in children:
            return None
        return {"choose": [self._item(child) for child in children]}

    def _repeat(self, tree: Tree) -> Text | None:
        """Return the block that the plan's next ``repeat`` is, if this is the one."""
        if not self._repeats:
            return None
        said = self._repeats[0]
        # what a repeat inside others counts is its own rounds times theirs
        own = UNLIMITED if said.maximum == UNLIMITED else said.maximum // self._rounds
        for body, low, high in _readings(tree):
            if high == UNLIMITED:
                most, fits = own, own > UNROLLED and low == min(said.minimum, UNROLLED)
            else:
                most, fits = high, low == said.minimum and (high == own or self._rounds == UNLIMITED)
            if fits and self._owns(said, body):
                del self._repeats[0]
                return self._do(body, said.minimum, most, said)
        return None

    def _owns(self, said: Repeat, body: Tree) -> bool:
        """Say whether the steps of a body are those of a repeat, or counted by something inside it."""
        inside = leaves(body)
        others = {name for later in self._repeats[1:] for name in later.steps} | _looped(body)
        return set(said.steps) <= set(inside) and set(inside) - set(said.steps) <= others

    def _do(self, body: Tree, low: int, high: int, said: Repeat) -> Text:
        outer, self._rounds = self._rounds, min(self._rounds * high, UNLIMITED)
        block: dict[str, Text] = {"do": self.items(body), "times": _times(low, high)}
        self._rounds = outer
        if said.until:
            block["until"] = said.until
        if said.because:
            block["because"] = said.because
        return {"repeat": block}


def _times(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return f"{low}..{'*' if high == UNLIMITED else high}"


def _readings(tree: Tree) -> Iterator[Rounds]:
    """Yield each body with the least and most rounds of it that a tree may be; once itself comes last."""
    if tree.operator is Operator.CHOICE and (chained := _chain(tree)):
        yield chained[0], 0, chained[1]
    for loop, low in ((star, 0), (plus, 1)):
        body = _body(tree, loop)
        if body is not None:
            yield body, low, UNLIMITED
    if tree.operator is Operator.SEQUENCE:
        copies, body = 1, tree.children[0]
        while copies < len(tree.children) and tree.children[copies] == body:
            copies += 1
        left = tree.children[copies:]
        if not left and copies <= UNROLLED:
            yield body, copies, copies
        elif len(left) == 1 and left[0] == plus(body):
            yield body, copies + 1, UNLIMITED
        elif len(left) == 1 and (chained := _chain(left[0])) and chained[0] == body:
            yield body, copies, copies + chained[1]
    yield tree, 1, 1


def _chain(tree: Tree) -> tuple[Tree, int] | None:
    """Return the body of rounds that may each be the last, and how many there are at most."""
    if tree.operator is not Operator.CHOICE or tree.children[1:] != (SILENT,):
        return None
    first = tree.children[0]
    if first.operator is Operator.SEQUENCE and len(first.children) == len(("round", "more")):
        body, more = first.children
        further = _chain(more)
        if further is not None and further[0] == body:
            return body, 1 + further[1]
    return first, 1


def _body(tree: Tree, loop: Callable[[Tree], Tree]) -> Tree | None:
    return next((child for child in tree.children if child != SILENT and tree == loop(child)), None)


def _copied(tree: Tree) -> bool:
    """Say whether a sequence is several rounds of one body."""
    return next(_readings(tree))[1:] != (1, 1)


def _looped(tree: Tree) -> set[str]:
    """Return the steps with a mark for any number of times."""
    found = {child.label for child in tree.children if child.label and tree in (star(child), plus(child))}
    return found.union(*map(_looped, tree.children))


def _wordless(tree: Tree) -> ModelError:
    if tree.operator is Operator.LOOP:
        body, back = (", ".join(map(repr, leaves(child))) for child in tree.children)
        what = f"after {body} the model leads back by {back}: 'repeat' has no steps on its way back"
        return ModelError(what, "let the way back be without steps, or repeat all of these steps as one list")
    what = f"the block of {', '.join(map(repr, leaves(tree))) or 'no steps'} has no words in the notation"
    return ModelError(what)
