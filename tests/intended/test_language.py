from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.intended.automaton import automaton_of
from cjmine.intended.blocks import plus, repeated, star, step
from cjmine.intended.bpmn import read_bpmn, write_bpmn
from cjmine.intended.net import net_of
from cjmine.intended.pnml import pnml_of, read_pnml
from tests.intended.trees import TREES, Word, words

if TYPE_CHECKING:
    from cjmine.domain.models import Automaton, PetriNet, Tree

LONGEST = 5


def language(automaton: Automaton) -> set[Word]:
    """Return all words up to LONGEST that the automaton accepts, by plain search."""
    silent = automaton.silent.tolist()
    arcs = automaton.arcs.tolist()

    def settled(states: frozenset[int]) -> frozenset[int]:
        more = states | {t for s, t in silent if s in states}
        return states if more == states else settled(frozenset(more))

    found: set[Word] = set()
    todo: list[tuple[Word, frozenset[int]]] = [((), settled(frozenset({0})))]
    while todo:
        word, states = todo.pop()
        if states & set(automaton.finals):
            found.add(word)
        if len(word) < LONGEST:
            for label in {arc[1] for arc in arcs if arc[0] in states}:
                after = frozenset(t for s, name, t in arcs if name == label and s in states)
                todo.append(((*word, automaton.labels[label]), settled(after)))
    return found


def of_net(net: PetriNet) -> set[Word]:
    return language(automaton_of(net))


@settings(max_examples=120, deadline=None)
@given(TREES)
def test_net_and_automaton_have_the_language_of_the_tree(tree: Tree) -> None:
    assert of_net(net_of(tree)) == words(tree, LONGEST)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_bpmn_round_trip_keeps_the_language(tree: Tree) -> None:
    if not any(words(tree, LONGEST)):
        return  # a process without a task is refused when it is read
    text = write_bpmn(tree, "any")
    assert text == write_bpmn(tree, "any")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.bpmn"
        path.write_text(text, encoding="utf-8")
        assert of_net(read_bpmn(path).net) == words(tree, LONGEST)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_pnml_round_trip_keeps_the_net(tree: Tree) -> None:
    net = net_of(tree)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.pnml"
        path.write_text(pnml_of(net), encoding="utf-8")
        read = read_pnml(path).net
    assert [(t.label, sorted(t.inputs), sorted(t.outputs)) for t in read.transitions] == [
        (t.label, sorted(t.inputs), sorted(t.outputs)) for t in net.transitions
    ]
    assert (read.initial, read.final) == (net.initial, net.final)


@settings(max_examples=120, deadline=None)
@given(TREES)
def test_the_net_is_a_workflow_net(tree: Tree) -> None:
    net = net_of(tree)
    given_, taken = ({p for t in net.transitions for p in getattr(t, s)} for s in ("outputs", "inputs"))
    places = set(range(len(net.places)))
    assert (places - given_, places - taken) == ({0}, {1})
    assert (net.initial, net.final) == ({0: 1}, {1: 1})


@given(st.integers(0, 3), st.integers(1, 3))
def test_a_repeat_runs_from_its_least_to_its_most(low: int, more: int) -> None:
    assert of_net(net_of(repeated(step("a"), low, low + more))) == {
        ("a",) * n for n in range(low, min(low + more, LONGEST) + 1)
    }


def test_a_large_repeat_is_a_loop_after_its_least() -> None:
    assert of_net(net_of(repeated(step("a"), 2, 11))) == {("a",) * n for n in range(2, LONGEST + 1)}
    assert of_net(net_of(star(step("a")))) == {("a",) * n for n in range(LONGEST + 1)}
    assert of_net(net_of(plus(step("a")))) == {("a",) * n for n in range(1, LONGEST + 1)}
