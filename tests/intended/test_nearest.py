"""The nearest tree with words in the notation allows all that the mined one does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from cjmine.domain.models import Operator, Tree
from cjmine.intended import nearest
from cjmine.intended.blocks import leaves
from cjmine.intended.nearest import arranged, sayable
from cjmine.intended.outline import Outline
from tests.intended.trees import TREES, words


def once_each(tree: Tree) -> Tree:
    """Rename the leaves so that each step stands once, as in a mined tree."""
    labels = iter("abcdefgh")

    def renamed(part: Tree) -> Tree:
        if part.operator is None:
            return part if part.label is None else Tree(label=next(labels))
        return Tree(operator=part.operator, children=tuple(map(renamed, part.children)))

    return renamed(tree)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_nothing_mined_is_lost(tree: Tree) -> None:
    mined = once_each(tree)
    assume(leaves(mined))
    found, widened = sayable(mined)
    Outline((), lambda label, mark: label + mark).items(found)
    assert sorted(leaves(found)) == sorted(leaves(mined))
    wider = words(found, 4)
    assert words(mined, 4) <= wider
    if not widened:
        assert words(mined, 4) == wider


@settings(max_examples=30, deadline=None)
@given(TREES)
def test_nothing_is_lost_where_it_is_cut(tree: Tree) -> None:
    mined = once_each(tree)
    assume(leaves(mined))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "DEEPEST", 6)
        found, _ = sayable(mined)
    assert words(mined, 4) <= words(found, 4)


def test_branches_stand_in_the_order_of_journeys() -> None:
    a, b, c = (Tree(label=label) for label in "abc")
    both = Tree(operator=Operator.PARALLEL, children=(a, Tree(operator=Operator.CHOICE, children=(b, c))))
    found = arranged(both, {"a": 2.0, "b": 1.0, "c": 3.0}, {"a": 5, "b": 1, "c": 4})
    ways = Tree(operator=Operator.CHOICE, children=(c, b))
    assert found == Tree(operator=Operator.PARALLEL, children=(ways, a))
