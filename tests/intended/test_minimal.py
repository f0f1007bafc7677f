from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings

from cjmine.domain.minimal import minimal
from cjmine.domain.models import SILENT, Automaton, Operator, Tree
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.minimal import automaton_of_tree, states_at_least
from cjmine.intended.net import net_of
from tests.intended.test_language import LONGEST, language
from tests.intended.trees import TREES, words


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


def test_optional_steps_side_by_side_need_one_set_of_markings_for_each_choice_made() -> None:
    """Silent steps lead from few markings to thousands: each set is kept as what leads to the rest."""
    lanes = tuple(Tree(Operator.CHOICE, None, (Tree(label=label), SILENT)) for label in "abcdefghijkl")
    automaton = automaton_of(net_of(Tree(Operator.PARALLEL, None, lanes)))
    began = time.perf_counter()
    found = minimal(automaton)
    assert time.perf_counter() - began < 5
    assert (automaton.n_states, found.n_states, len(found.finals)) == (4098, 4096, 4096)
    assert len(found.arcs) == 12 * 2**11


def test_silent_circles_are_one_state() -> None:
    circle = np.array([[0, 1], [1, 2], [2, 0]], np.int32)
    arcs = np.array([[1, 0, 0], [2, 1, 3]], np.int32)
    found = minimal(Automaton(labels=("a", "b"), n_states=4, finals=(3,), arcs=arcs, silent=circle))
    assert (found.n_states, found.finals, found.arcs.tolist()) == (2, (1,), [[0, 0, 0], [0, 1, 1]])


@given(TREES)
def test_no_automaton_has_fewer_states_than_told(tree: Tree) -> None:
    assert states_at_least(tree) <= automaton_of_tree(tree).n_states


def test_branches_side_by_side_multiply_unless_a_loop_levels_them() -> None:
    steps = tuple(Tree(label=f"s{number}") for number in range(24))
    wide = Tree(Operator.PARALLEL, None, steps)
    assert states_at_least(Tree(Operator.SEQUENCE, None, (Tree(label="begin"), wide))) == 2**24
    assert states_at_least(Tree(Operator.LOOP, None, (wide, SILENT))) == 1
    assert states_at_least(Tree(Operator.SEQUENCE, None, (wide, steps[0]))) == 2**23
