from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.conformance.alignment import align
from cjmine.discovery.counted import Log, log_of
from cjmine.discovery.cuts import choice, first_cut, loop, parallel, sequence
from cjmine.discovery.fall_throughs import in_the_way, once_each
from cjmine.discovery.graph import Graph, bits, circles, each_without, flows_of, frequent, graph_of
from cjmine.discovery.inductive import block, inductive
from cjmine.discovery.splits import split
from cjmine.domain.models import SILENT, Operator, Tree
from cjmine.domain.walks import paths
from cjmine.intended.automaton import automaton_of
from cjmine.intended.net import net_of
from tests.discovery.test_discovery import said

A, B, C = (Tree(label=label) for label in "ABC")


def made(**counts: int) -> Log:
    """Each name is a walk, letter by letter; `_` is the empty one."""
    return log_of({tuple(walk.replace("_", "")): count for walk, count in counts.items()})


def graph(*walks: str) -> Graph:
    return graph_of(flows_of(made(**dict.fromkeys(walks, 1))))


def named(groups: list[int], names: str = "ABCDEF") -> list[str]:
    return ["".join(names[label] for label in bits(group)) for group in groups]


def told(log: Log) -> dict[str, int]:
    """Return the walks of a log as text with their counts, the empty one as `_`."""
    walks = paths(log.walks, np.arange(len(log.counts))).to_list()
    found = {walk.replace("\x1f", ""): int(n) for walk, n in zip(walks, log.counts, strict=True)}
    return {**found, "_": log.empty} if log.empty else found


def halves(log: Log) -> list[dict[str, int]]:
    cut = first_cut(graph_of(flows_of(log)))
    assert cut is not None
    return [told(part) for part in split(log, cut)]


def test_flows_are_counted_with_their_sequences() -> None:
    flows = flows_of(made(AAB=3, BA=2, C=1))
    pairs = zip(flows.source.tolist(), flows.target.tolist(), flows.times.tolist(), strict=True)
    assert list(pairs) == [(0, 0, 3), (0, 1, 3), (1, 0, 2)]
    assert (flows.starts.tolist(), flows.ends.tolist()) == ([3, 2, 1], [2, 3, 1])


@pytest.mark.parametrize(
    ("walks", "groups"),
    [
        (("AB", "CD"), ["AB", "CD"]),
        (("AC", "BD", "E"), ["AC", "BD", "E"]),
        (("AB", "BC"), ["ABC"]),
    ],
)
def test_choice_stands_between_parts_that_never_meet(walks: tuple[str, ...], groups: list[str]) -> None:
    assert named(choice(graph(*walks))) == groups


@pytest.mark.parametrize(
    ("walks", "groups"),
    [
        (("ABC",), ["A", "B", "C"]),
        (("CBA",), ["C", "B", "A"]),
        (("ABD", "ACD"), ["A", "BC", "D"]),  # B and C exclude each other
        (("ABCD", "ACBD"), ["A", "BC", "D"]),  # B and C stand in either order
        (("ABC", "AC"), ["A", "B", "C"]),  # B alone can be skipped
        (("ABCD", "AD"), ["A", "BC", "D"]),  # B and C can only be skipped together: strict
        (("ABAB",), ["AB"]),
    ],
)
def test_sequence_joins_what_has_no_order(walks: tuple[str, ...], groups: list[str]) -> None:
    assert named(sequence(graph(*walks))) == groups


@pytest.mark.parametrize(
    ("walks", "groups"),
    [
        (("AB", "BA"), ["A", "B"]),
        (("ABC", "BCA", "BAC"), ["A", "BC"]),
        (("ABC", "CBA"), ["ABC"]),  # A and C never meet, so they stand together; B cannot start
        (("AAB", "BAB", "BAA", "ABB"), ["A", "B"]),
    ],
)
def test_parallel_groups_meet_both_ways_and_start_and_end(walks: tuple[str, ...], groups: list[str]) -> None:
    assert named(parallel(graph(*walks))) == groups


@pytest.mark.parametrize(
    ("walks", "groups"),
    [
        (("ABA",), ["A", "B"]),
        (("ABCAB",), ["AB", "C"]),
        (("ABCABDAB",), ["AB", "CD"]),  # both lead back: one part
        (("ABC",), ["ABC"]),  # B lies between the only start and the only end
        (("AB", "BA", "ACA"), ["ABC"]),  # C leads back to A, but never to B
        (("A",), []),
    ],
)
def test_loop_leads_from_every_end_to_every_start(walks: tuple[str, ...], groups: list[str]) -> None:
    assert named(loop(graph(*walks))) == groups


def test_circles_stand_before_what_they_lead_to() -> None:
    assert named(circles(graph("CABAD", "CE"))) == ["C", "E", "AB", "D"]


def test_rare_flows_and_starts_are_left_out_and_ends_stay() -> None:
    rare = frequent(flows_of(made(AB=8, AC=2, CA=1, A=1)), 0.25)
    assert named(list(rare.follows), "ABC") == ["B", "", "A"]
    assert (list(bits(rare.starts)), list(bits(rare.ends))) == ([0], [0, 1, 2])


def test_each_part_of_a_cut_gets_its_share() -> None:
    assert halves(made(AB=2, C=1)) == [{"AB": 2}, {"C": 1}]
    assert halves(made(AB=2, AC=3, A=1)) == [{"A": 6}, {"B": 2, "C": 3, "_": 1}]
    assert halves(made(AABB=2, ABAB=3, BABA=1, BBAA=1)) == [{"AA": 7}, {"BB": 7}]
    assert halves(made(ABA=2, A=3)) == [{"A": 7}, {"B": 2}]


def test_walks_that_do_not_fit_a_cut_keep_as_much_as_can_be() -> None:
    log = made(ABC=5, CAB=1, BBA=1)
    parts = split(log, (Operator.SEQUENCE, [0b001, 0b010, 0b100]))
    assert [told(part) for part in parts] == [
        {"A": 5, "_": 2},
        {"B": 5, "BB": 1, "_": 1},
        {"C": 6, "_": 1},
    ]
    chosen = split(made(ABC=4, CCA=1, BA=2), (Operator.CHOICE, [0b001, 0b110]))
    assert [told(part) for part in chosen] == [{}, {"BC": 4, "CC": 1, "B": 2}]
    # a label that the rare flows took with them belongs to no part, but stands between two rounds
    rounds = split(made(ABA=2, ACA=1, AB=1), (Operator.LOOP, [0b001, 0b010]))
    assert [told(part) for part in rounds] == [{"A": 7, "_": 1}, {"B": 3}]


def test_the_graph_without_a_label_joins_what_stood_around_it() -> None:
    log = made(ABBC=1, BAC=1, CB=1)
    without_b = list(each_without(log, graph_of(flows_of(log))))[1]
    assert without_b == Graph(
        follows=(0b100, 0, 0), precedes=(0, 0, 0b001), starts=0b101, ends=0b100, nodes=0b101
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text("ABCD", min_size=1, max_size=6), min_size=1, max_size=6))
def test_the_graph_without_a_label_is_that_of_the_walks_without_it(walks: list[str]) -> None:
    log = made(**dict.fromkeys(walks, 1))
    names = log.walks.names.to_list()
    for label, rest in zip(names, each_without(log, graph_of(flows_of(log))), strict=True):
        follows = {(a, b) for w in walks for a, b in pairwise(w.replace(label, ""))}
        assert {(names[a], names[b]) for a in range(len(names)) for b in bits(rest.follows[a])} == follows
        assert {(names[a], names[b]) for b in range(len(names)) for a in bits(rest.precedes[b])} == follows
        left = [w.replace(label, "") for w in walks if w.replace(label, "")]
        assert {names[a] for a in bits(rest.starts)} == {w[0] for w in left}
        assert {names[a] for a in bits(rest.ends)} == {w[-1] for w in left}
        assert {names[a] for a in bits(rest.nodes)} == set("".join(left))


@pytest.mark.parametrize(
    ("walks", "expect"),
    [
        (("ABC", "BCA", "CAB"), "parallel(A B C)"),  # everybody has A once
        (("ABAC", "CB"), "parallel(B sequence(choice(- loop(A -)) C))"),  # not A, but B
        (("ABCBACB",), "parallel(loop(A -) loop(B C))"),  # without A there is a cut
        (("CACAA",), "loop(sequence(C loop(A -)) -)"),  # C starts again where A could end
        (("BACCB", "CAACB"), "loop(sequence(choice(B C) choice(- loop(A -))) -)"),  # C starts again anywhere
        (("AC", "AD", "BD", "BF", "EF", "EC"), "loop(- choice(A B C D E F))"),  # anything may happen
    ],
)
def test_fall_throughs_in_their_order(walks: tuple[str, ...], expect: str) -> None:
    log = made(**dict.fromkeys(walks, 1))
    assert first_cut(graph_of(flows_of(log))) is None
    assert said(inductive(log, 0.0)) == expect


def test_the_first_label_that_everybody_has_once_is_set_apart() -> None:
    assert once_each(made(BAC=1, CBBA=1)) == 0
    assert once_each(made(AABC=1, BCA=1)) == 1
    assert once_each(made(AAB=1, C=1)) is None


def test_the_first_label_that_hides_a_cut_is_set_apart() -> None:
    hidden, none = made(ABCBACB=1), made(ABCBACB=1, CCB=1)
    assert in_the_way(hidden, graph_of(flows_of(hidden))) == 0
    assert in_the_way(none, graph_of(flows_of(none))) is None


def test_empty_walks_make_a_tree_skippable_unless_they_are_noise() -> None:
    assert inductive(made(AB=8, _=2), 0.1) == block(
        Operator.CHOICE, [SILENT, Tree(Operator.SEQUENCE, None, (A, B))]
    )
    assert said(inductive(made(AB=8, _=2), 0.2)) == "sequence(A B)"
    assert inductive(made(_=2), 0.0) == SILENT
    assert inductive(log_of({}), 0.5) == SILENT


def test_blocks_take_their_shortest_form() -> None:
    nested = block(Operator.CHOICE, [SILENT, block(Operator.CHOICE, [A, SILENT]), B])
    assert nested == Tree(Operator.CHOICE, None, (A, SILENT, B))
    assert block(Operator.SEQUENCE, [SILENT, A, SILENT]) == A
    assert block(Operator.PARALLEL, [block(Operator.PARALLEL, [A, B]), C]).children == (A, B, C)
    assert block(Operator.PARALLEL, [SILENT, SILENT]) == SILENT
    assert block(Operator.LOOP, [SILENT, SILENT]) == SILENT
    assert block(Operator.LOOP, [A, SILENT]) == Tree(Operator.LOOP, None, (A, SILENT))


def test_a_log_may_be_cut_up_more_often_than_pythons_stack_is_deep() -> None:
    """Everybody has each label once and there is no cut: one label after the other is set apart."""
    names = [f"{number:04}" for number in range(sys.getrecursionlimit() + 10)]
    log = {tuple(names): 2, tuple(reversed(names)): 1, tuple(names[::2] + names[1::2]): 1}
    tree = inductive(log_of(log), 0.0)
    assert tree.operator is Operator.PARALLEL
    assert len(tree.children) > sys.getrecursionlimit()


WALKS = st.lists(st.sampled_from("abcde"), max_size=7).map(tuple)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(WALKS, st.integers(1, 9), min_size=1, max_size=8))
def test_without_noise_every_walk_is_in_the_language_of_the_tree(log: dict[tuple[str, ...], int]) -> None:
    found = align(list(log), automaton_of(net_of(inductive(log_of(log), 0.0))))
    assert [one.cost for one in found] == [0] * len(log)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.dictionaries(WALKS, st.integers(1, 9), min_size=1, max_size=8), st.sampled_from((0.0, 0.2, 0.6)))
def test_the_order_of_the_variants_does_not_matter(log: dict[tuple[str, ...], int], noise: float) -> None:
    assert inductive(log_of(log), noise) == inductive(log_of(dict(reversed(log.items()))), noise)
