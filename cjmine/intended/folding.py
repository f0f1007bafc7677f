"""Which tree with the same language is easiest to write down?

Sequences, choices and parallel branches within their own kind are laid flat,
what is silent is left out, and copies of one list that follow each other are
folded into the rounds of ``repeat`` (``blocks.repeated``).
"""

from __future__ import annotations

from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.intended.blocks import UNLIMITED, UNROLLED, block, optional, plus, repeated, sequence, star


def folded(tree: Tree) -> Tree:
    """Return the tree written down most easily; its language is the same."""
    return _folded(_flat(tree))


def _flat(tree: Tree) -> Tree:
    if tree.operator is None:
        return tree
    children = tuple(map(_flat, tree.children))
    if tree.operator is Operator.LOOP:
        return _loop(*children)
    spread = [
        grandchild
        for child in children
        for grandchild in (child.children if child.operator is tree.operator else (child,))
    ]
    silent = SILENT in spread
    left = tuple(child for child in spread if child != SILENT)
    if tree.operator is Operator.CHOICE:
        left = tuple(dict.fromkeys(left))
    if not left:
        return SILENT
    if tree.operator is Operator.CHOICE and silent:
        return _optional(block(Operator.CHOICE, left))
    return block(tree.operator, left)


def _optional(body: Tree) -> Tree:
    """Return a choice between a body and nothing; with nothing in it already, it is that."""
    if body.operator is Operator.LOOP and body.children[1] == SILENT:
        return star(body.children[0])
    nothing = body.operator is Operator.LOOP and body.children[0] == SILENT
    return body if nothing else optional(body)


def _loop(body: Tree, back: Tree) -> Tree:
    """Return a loop with one silent child, where there is such a loop."""
    bare = _bare(body)
    if body == SILENT:
        inner = _bare(back)
        return back if back == SILENT else star(back if inner is None else inner)
    if back == SILENT:
        # one round or more of what may be left out is any number; of one or more, one or more
        return plus(body) if bare is None else body if body == plus(bare) else star(bare)
    if bare is not None and body == star(bare):
        # any number of the body, and of the way back between them: any number of either
        return _loop(SILENT, _flat(block(Operator.CHOICE, (bare, back))))
    return Tree(operator=Operator.LOOP, children=(body, back))


def _bare(tree: Tree) -> Tree | None:
    """Return what a tree has any number of, or may leave out; nothing where it is neither."""
    if tree.operator is Operator.CHOICE and tree.children[1:] == (SILENT,):
        return tree.children[0]
    if tree.operator is Operator.LOOP and tree.children[0] == SILENT:
        return tree.children[1]
    if tree.operator is Operator.LOOP and tree.children[1] == SILENT:
        return tree.children[0]
    return None


def _folded(tree: Tree) -> Tree:
    children = tuple(map(_folded, tree.children))
    if tree.operator is Operator.SEQUENCE:
        return _runs(children)
    return Tree(operator=tree.operator, label=tree.label, children=children)


def _runs(children: tuple[Tree, ...]) -> Tree:
    """Fold each run of copies in a sequence; the shortest list that is copied first."""
    found: list[Tree] = []
    place = 0
    while place < len(children):
        for width in range(1, len(children) - place + 1):
            body = sequence(*children[place : place + width])
            after, low = place + width, 1
            while children[after : after + width] == children[place : place + width]:
                after, low = after + width, low + 1
            more = _more(children[after], body) if after < len(children) else 0
            high = UNLIMITED if more == UNLIMITED else low + more
            if (more or low > 1) and (min(high, low + 1) if more == UNLIMITED else high) <= UNROLLED:
                # a loop behind them is one round at least
                found.append(repeated(body, low + (more == UNLIMITED), high))
                place = after + bool(more)
                break
        else:
            found.append(children[place])
            place += 1
    return sequence(*found)


def _more(tree: Tree, body: Tree) -> int:
    """Return how many more rounds of a body a tree allows: none where it is something else."""
    if tree == plus(body):
        return UNLIMITED
    more = 0
    for most in range(1, UNROLLED + 1):
        if tree == repeated(body, 0, most):
            more = most
    return more
