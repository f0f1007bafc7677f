"""With which steps may a journey begin and end, as its blocks say? An automaton may be too large for it."""

from __future__ import annotations

from cjmine.domain.models import Operator, Tree

_Ends = tuple[frozenset[str], frozenset[str], bool]


def tree_ends(tree: Tree) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the steps a journey may begin with, and those it may end with, both sorted.

    They are those of ``automaton.ends_of``, read from the blocks.
    """
    first, last, _ = _ends(tree)
    return tuple(sorted(first)), tuple(sorted(last))


def _ends(tree: Tree) -> _Ends:
    """Return first and last steps, and whether there may be no step at all."""
    if tree.operator is None:
        alone = frozenset({tree.label} if tree.label is not None else ())
        return alone, alone, tree.label is None
    parts = [_ends(child) for child in tree.children]
    if tree.operator is Operator.LOOP:
        return _up_to(parts), _up_to([(last, first, empty) for first, last, empty in parts]), parts[0][2]
    if tree.operator is Operator.SEQUENCE:
        backwards = [(last, first, empty) for first, last, empty in reversed(parts)]
        return _up_to(parts), _up_to(backwards), all(empty for _, _, empty in parts)
    some = any if tree.operator is Operator.CHOICE else all
    first = frozenset[str]().union(*(part[0] for part in parts))
    last = frozenset[str]().union(*(part[1] for part in parts))
    return first, last, some(empty for _, _, empty in parts)


def _up_to(parts: list[_Ends]) -> frozenset[str]:
    """Return the first steps of parts one after another: up to one that cannot be without a step."""
    found: frozenset[str] = frozenset()
    for first, _, empty in parts:
        found |= first
        if not empty:
            break
    return found
