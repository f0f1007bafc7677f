"""Which tree, of those the notation has words for, comes nearest to a mined one?

A mined tree names each step once, so two things only have no words. Of a loop that does
other steps on its way back than on its way, ``repeat`` with the way back as steps that may
be left out allows all that the loop allows, and more. And what lies deeper than a person
can read becomes any number of its steps in any order.
"""

from __future__ import annotations

from collections.abc import Mapping

from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.intended.blocks import block, leaves, optional, plus, sequence, star
from cjmine.intended.folding import folded
from cjmine.intended.outline import Outline, Text

DEEPEST = 24
"""Lists and keys inside each other in a file that is to be read; 40 can be read back."""

_NAMED = 6  # steps that a message lists

Widened = tuple[tuple[str, ...], str]
"""Steps of which more is allowed than was mined, and in words what."""


def sayable(tree: Tree) -> tuple[Tree, tuple[Widened, ...]]:
    """Return a tree with words in the notation, its language no smaller, and what was widened for it.

    The tree has a visible step.
    """
    widened: list[Widened] = []
    found = folded(_sayable(folded(tree), widened))
    levels, shallow, cut = _depth(found), found, list[Widened]()
    while levels > 1 and _nested(Outline((), lambda label, mark: label + mark).items(shallow)) > DEEPEST:
        levels, cut = levels - 1, []
        shallow = folded(_shallow(found, levels, cut))
    return shallow, (*widened, *cut)


def arranged(tree: Tree, place: Mapping[str, float], often: Mapping[str, int]) -> Tree:
    """Return the tree with parallel branches in the order in which they mostly begin, frequent ways first."""

    def begins(child: Tree) -> tuple[float, str]:
        return min(((place[label], label) for label in leaves(child)), default=(0.0, ""))

    def frequent(child: Tree) -> tuple[bool, int, str]:
        each = [(-often[label], label) for label in leaves(child)]
        return child == SILENT, *min(each, default=(0, ""))

    children = [arranged(child, place, often) for child in tree.children]
    if tree.operator is Operator.PARALLEL:
        children.sort(key=begins)
    elif tree.operator is Operator.CHOICE:
        children.sort(key=frequent)
    return Tree(operator=tree.operator, label=tree.label, children=tuple(children))


def _sayable(tree: Tree, widened: list[Widened]) -> Tree:
    children = tuple(_sayable(child, widened) for child in tree.children)
    if tree.operator is Operator.LOOP and SILENT not in children:
        body, back = children
        what = f"{_listed(leaves(body))} may be repeated with or without {_listed(leaves(back))}"
        widened.append(((*leaves(body), *leaves(back)), f"{what}, which always led back"))
        return plus(sequence(body, optional(back)))
    return Tree(operator=tree.operator, label=tree.label, children=children)


def _shallow(tree: Tree, levels: int, cut: list[Widened]) -> Tree:
    """Return the tree with what lies deeper than some levels as any number of its steps in any order."""
    if not tree.children:
        return tree
    if levels > 1 or _depth(tree) == 1:
        children = tuple(_shallow(child, levels - 1, cut) for child in tree.children)
        return Tree(operator=tree.operator, children=children)
    steps = leaves(tree)
    why = "may come any number of times in any order: their blocks lie too deep to be read"
    cut.append((steps, f"{_listed(steps)} {why}"))
    return star(block(Operator.CHOICE, tuple(Tree(label=step) for step in steps)))


def _listed(steps: tuple[str, ...]) -> str:
    more = f" and {len(steps) - _NAMED:,} more" if len(steps) > _NAMED else ""
    return ", ".join(steps[:_NAMED]) + more


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree.children)) if tree.children else 0


def _nested(text: Text) -> int:
    """Return how many lists and keys stand inside each other."""
    if isinstance(text, str):
        return 0
    inner = text if isinstance(text, list) else text.values()
    return 1 + max(map(_nested, inner), default=0)
