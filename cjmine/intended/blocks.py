"""Which small trees do the words of the notation stand for?

Every block is made of the four operators of ``domain.models.Tree``; a loop's
first child is its body, its second leads back to it (Leemans, Fahland, van der
Aalst 2013).
"""

from __future__ import annotations

import sys

from cjmine.domain.models import SILENT, Operator, Tree

UNLIMITED = sys.maxsize  # the maximum of a repeat without one: nothing is ever beyond it
UNROLLED = 10  # a repeat with a larger maximum becomes a loop


def step(label: str) -> Tree:
    """Return the leaf of one visible step."""
    return Tree(label=label)


def block(operator: Operator, children: tuple[Tree, ...]) -> Tree:
    """Return the children under one operator; a single child stands for itself."""
    return children[0] if len(children) == 1 else Tree(operator=operator, children=children)


def sequence(*children: Tree) -> Tree:
    """Return the children one after another, silent ones left out."""
    visible = tuple(child for child in children if child != SILENT)
    return block(Operator.SEQUENCE, visible) if visible else SILENT


def optional(body: Tree) -> Tree:
    """Return a choice between the body and nothing."""
    return Tree(operator=Operator.CHOICE, children=(body, SILENT))


def star(body: Tree) -> Tree:
    """Return any number of rounds of the body."""
    return Tree(operator=Operator.LOOP, children=(SILENT, body))


def plus(body: Tree) -> Tree:
    """Return one or more rounds of the body."""
    return Tree(operator=Operator.LOOP, children=(body, SILENT))


def any_of(children: tuple[Tree, ...]) -> Tree:
    """Return one or more of the children, in any interleaving.

    One alternative for the first child that takes part: each set of children is
    written once, so k children need k (k + 1) / 2 leaves and not k 2^(k - 1).
    """
    ways = [
        block(Operator.PARALLEL, (child, *map(optional, children[place + 1 :])))
        for place, child in enumerate(children)
    ]
    return block(Operator.CHOICE, tuple(ways))


def repeated(body: Tree, minimum: int, maximum: int) -> Tree:
    """Return ``minimum`` to ``maximum`` rounds: unrolled up to 10 rounds, else a loop after the minimum."""
    if maximum > UNROLLED:
        first = min(minimum, UNROLLED)
        return sequence(*[body] * (first - 1), plus(body)) if first else star(body)
    tail = SILENT
    for _ in range(maximum - minimum):
        tail = optional(sequence(body, tail))
    return sequence(*[body] * minimum, tail)


def leaves(tree: Tree) -> tuple[str, ...]:
    """Return the labels of the visible steps, first to last as written, each once."""
    found = [tree.label] if tree.label is not None else []
    found += [label for child in tree.children for label in leaves(child)]
    return tuple(dict.fromkeys(found))


def size(tree: Tree) -> int:
    """Return the number of leaves."""
    return sum(map(size, tree.children)) if tree.children else 1
