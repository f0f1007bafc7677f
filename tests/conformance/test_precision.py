from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.conformance.alignment import align
from cjmine.conformance.precision import precision, prefixes
from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.intended.minimal import automaton_of_tree
from tests.intended.trees import TREES, words


def block(operator: Operator, *children: Tree | str) -> Tree:
    leaves = (Tree(label=one) if isinstance(one, str) else one for one in children)
    return Tree(operator, None, tuple(leaves))


LOOK, LONGEST = 3, 6
SEQUENCE, CHOICE, LOOP = Operator.SEQUENCE, Operator.CHOICE, Operator.LOOP
ABC = block(SEQUENCE, "A", "B", "C")
FLOWER = block(LOOP, SILENT, block(CHOICE, "A", "B", "C", "D"))


def of(log: Mapping[str, int], tree: Tree) -> float:
    automaton = automaton_of_tree(tree)
    return precision(align([tuple(walk) for walk in log], automaton), list(log.values()), automaton)


@pytest.mark.parametrize(
    ("log", "tree", "expect"),
    [
        ({"ABC": 5}, ABC, 1.0),
        ({"ABC": 5}, FLOWER, 3 / 16),  # four steps allowed at each of four prefixes
        ({"AB": 3, "AC": 1}, block(SEQUENCE, "A", block(CHOICE, "B", "C", "D")), 12 / 16),
        # behind AB the model may end or go on: nobody goes on, and the three who end there count
        ({"AB": 3}, block(SEQUENCE, "A", "B", block(CHOICE, SILENT, "C")), 6 / 9),
        ({"": 2}, SILENT, 1.0),
        ({}, ABC, 1.0),
    ],
)
def test_precision_is_the_share_of_allowed_steps_that_are_taken(
    log: dict[str, int], tree: Tree, expect: float
) -> None:
    assert of(log, tree) == pytest.approx(expect)


def test_a_variant_counts_as_the_model_sees_it() -> None:
    """X is no step of the model, and B is missing from A C but not from what the model sees of it."""
    assert of({"XABC": 1, "AC": 1}, ABC) == 1.0
    assert of({"AXB": 1}, FLOWER) == pytest.approx(2 / 12)


def test_every_prefix_says_who_comes_by_and_who_goes_on() -> None:
    automaton = automaton_of_tree(FLOWER)
    table = prefixes(align([("A",), ("A", "B"), ("C",)], automaton), [2, 3, 4], automaton)
    assert table.rows() == [
        (0, 9, 9, 4, 2),
        (1, 5, 3, 4, 1),
        (1, 4, 0, 4, 0),
        (2, 3, 0, 4, 0),
    ]


def plainly(log: Mapping[tuple[str, ...], int], tree: Tree, longest: int) -> float:
    """By definition, over the words of the language: only for logs that fit."""
    language = words(tree, longest)
    allowed = taken = 0
    for walk, count in log.items():
        for stop in range(len(walk) + 1):
            head = walk[:stop]
            allowed += count * len({w[stop] for w in language if w[:stop] == head and len(w) > stop})
            taken += count * len({w[stop] for w in log if w[:stop] == head and len(w) > stop})
    return taken / allowed if allowed else 1.0


def heads(tree: Tree, longest: int) -> set[tuple[str, ...]]:
    """Return how the words up to a length begin, as far as the test looks."""
    return {word[:stop] for word in words(tree, longest) for stop in range(min(len(word), LOOK + 1) + 1)}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tree=TREES, data=st.data())
def test_equals_the_definition_over_the_language(tree: Tree, data: st.DataObject) -> None:
    short = sorted(word for word in words(tree, LOOK))
    if not short or heads(tree, LONGEST) != heads(tree, LONGEST + 2):
        return  # no word to draw, or a step that only words longer than LONGEST show
    log = data.draw(st.dictionaries(st.sampled_from(short), st.integers(1, 9), min_size=1, max_size=5))
    automaton = automaton_of_tree(tree)
    found = precision(align(list(log), automaton), list(log.values()), automaton)
    assert found == pytest.approx(plainly(log, tree, LONGEST))
