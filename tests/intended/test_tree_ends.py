"""First and last steps as the blocks say, held against the automaton of the net."""

from __future__ import annotations

from hypothesis import given

from cjmine.domain.models import Operator, Tree
from cjmine.intended.automaton import automaton_of, ends_of
from cjmine.intended.net import net_of
from cjmine.intended.tree_ends import tree_ends
from tests.intended.trees import TREES


@given(TREES)
def test_ends_are_those_of_the_automaton(tree: Tree) -> None:
    assert tree_ends(tree) == ends_of(automaton_of(net_of(tree)))


def test_a_model_of_any_width_has_ends_at_once() -> None:
    steps = tuple(Tree(label=f"s{number:03}") for number in range(300))
    wide = Tree(operator=Operator.PARALLEL, children=steps)
    assert tree_ends(wide) == (tuple(step.label for step in steps),) * 2
