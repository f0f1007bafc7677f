from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.minimal import automaton_of_tree, minimal
from cjmine.intended.net import net_of
from tests.intended.test_language import LONGEST, language
from tests.intended.trees import TREES, words

if TYPE_CHECKING:
    from cjmine.domain.models import Automaton


def told(automaton: Automaton) -> tuple[object, ...]:
    return (automaton.labels, automaton.n_states, automaton.finals, automaton.arcs.tolist())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TREES)
def test_the_automaton_of_a_tree_has_its_language_and_is_the_smallest(tree: Tree) -> None:
    found = automaton_of_tree(tree)
    assert language(found) == words(tree, LONGEST)
    assert not len(found.silent)
    pairs = [(source, label) for source, label, _ in found.arcs.tolist()]
    assert len(set(pairs)) == len(pairs)
    assert told(found) == told(minimal(automaton_of(net_of(tree))))  # minimal automata are unique
    assert told(minimal(found)) == told(found)


def star(label: str) -> Tree:
    return Tree(Operator.LOOP, None, (SILENT, Tree(label=label)))


def test_anything_any_number_of_times_needs_one_state_where_a_net_has_many_markings() -> None:
    lanes = tuple(star(label) for label in "abcdefghijkl")
    found = automaton_of_tree(Tree(Operator.PARALLEL, None, lanes))
    assert (found.n_states, found.finals, len(found.arcs)) == (1, (0,), 12)


def test_states_are_told_apart_where_a_journey_may_end_in_each_of_them() -> None:
    once = Tree(Operator.CHOICE, None, (Tree(label="a"), SILENT))
    found = automaton_of_tree(Tree(Operator.SEQUENCE, None, (once, once)))
    assert language(found) == {(), ("a",), ("a", "a")}
    assert (found.n_states, found.finals, found.arcs.tolist()) == (3, (0, 1, 2), [[0, 0, 1], [1, 0, 2]])


def test_too_many_states_are_refused_by_name() -> None:
    lanes = tuple(Tree(label=label) for label in "abcdefgh")
    with pytest.raises(ModelError, match="more than 100 states"):
        automaton_of_tree(Tree(Operator.PARALLEL, None, lanes), max_states=100)
