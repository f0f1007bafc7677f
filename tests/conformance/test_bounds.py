"""Bounds of costs, held against optimal alignments on automata."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.conformance.alignment import align, walks_of
from cjmine.conformance.bounds import bounds_of
from cjmine.conformance.segments import shared
from cjmine.domain.models import Operator, Tree
from cjmine.intended.minimal import automaton_of_tree
from tests.conformance.test_large_models import erring, side_by_side, steps
from tests.intended.test_nearest import once_each
from tests.intended.trees import TREES

VARIANTS = st.lists(
    st.lists(st.sampled_from("abcdez"), max_size=7).map(tuple), min_size=1, max_size=4, unique=True
)


@settings(max_examples=150, deadline=None)
@given(tree=TREES, variants=VARIANTS, prefix=st.booleans())
def test_every_cost_lies_within_its_bounds(
    tree: Tree, variants: list[tuple[str, ...]], *, prefix: bool
) -> None:
    costs = [one.cost for one in align(variants, automaton_of_tree(tree), prefix=prefix)]
    found = bounds_of(walks_of(variants), tree, prefix=prefix)
    assert (found.low <= costs).all()
    assert (costs <= found.high).all()
    assert found.computed.all()
    if not shared(tree):
        assert found.exact.all()
    plain = bounds_of(walks_of(variants), tree, prefix=prefix, most_work=0)
    assert (plain.low <= costs).all()
    assert (costs <= plain.high).all()
    assert not plain.computed.any()


@settings(max_examples=100, deadline=None)
@given(tree=TREES, variants=VARIANTS, prefix=st.booleans())
def test_costs_are_exact_where_each_step_stands_once(
    tree: Tree, variants: list[tuple[str, ...]], *, prefix: bool
) -> None:
    once = once_each(tree)
    aligned = align(variants, automaton_of_tree(once), prefix=prefix)
    found = bounds_of(walks_of(variants), once, prefix=prefix)
    assert found.low.tolist() == found.high.tolist() == [one.cost for one in aligned]
    assert found.shortest == aligned[0].shortest


def test_branches_that_share_a_step_have_bounds_apart() -> None:
    """One event cannot be the step of both branches; of two, each may have one."""
    a, b = Tree(label="a"), Tree(label="b")
    either = Tree(Operator.CHOICE, None, (a, b))
    tree = Tree(Operator.PARALLEL, None, (a, either))
    found = bounds_of(walks_of([("a",), ("a", "a"), ("a", "b")]), tree)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 0, 0], [1, 2, 0])


def test_24_branches_are_exact_within_seconds() -> None:
    walks = erring(steps(24), 300)
    before, behind = Tree(label="begin"), Tree(label="end")
    tree = Tree(Operator.SEQUENCE, None, (before, side_by_side(24), behind))
    began = time.perf_counter()
    found = bounds_of(walks_of([("begin", *walk, "end") for walk in walks]), tree)
    assert time.perf_counter() - began < 30
    agreed = np.array([len(set(walk) & set(steps(24))) for walk in walks])
    costs = np.array([len(walk) for walk in walks]) + 24 - 2 * agreed
    assert found.low.tolist() == found.high.tolist() == costs.tolist()


def test_what_is_too_much_work_has_plain_bounds_and_shorter_variants_come_first() -> None:
    dice = Random(5)  # noqa: S311 - not for secrets
    tree = Tree(Operator.SEQUENCE, None, (Tree(label="first"), side_by_side(6)))
    walks = [tuple(dice.choices([*steps(6), "chase"], k=length)) for length in (30, 3, 3, 12, 200)]
    costs = np.array([one.cost for one in align(walks, automaton_of_tree(tree))])
    found = bounds_of(walks_of(walks), tree, most_work=40_000)
    assert found.computed.tolist() == [False, True, True, True, False]
    assert found.exact[found.computed].all()
    assert (found.low <= costs).all()
    assert (costs <= found.high).all()


@pytest.mark.parametrize("prefix", [False, True])
def test_no_walks_and_empty_walks_have_bounds(*, prefix: bool) -> None:
    tree = side_by_side(3)
    assert bounds_of(walks_of([]), tree, prefix=prefix).low.tolist() == []
    assert bounds_of(walks_of([()]), tree, prefix=prefix).high.tolist() == [0 if prefix else 3]
