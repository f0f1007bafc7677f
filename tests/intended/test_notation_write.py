"""What the writer of the notation makes reads back as the same journey."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cjmine.domain.models import SILENT, IntendedJourney, Operator, Tree
from cjmine.domain.plan import Place
from cjmine.errors import ModelError
from cjmine.intended.blocktree import tree_of
from cjmine.intended.bpmn import read_bpmn, write_bpmn
from cjmine.intended.folding import folded
from cjmine.intended.load import load_model
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.net import net_of
from cjmine.intended.notation_write import write_notation
from cjmine.intended.same_language import flow_automaton, same_language
from tests.intended.trees import TREES, words
from tests.models import CONFIGS

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

HERE = Path(__file__).parent
SHIPPED = sorted(
    [
        *CONFIGS.glob("*.journey.yaml"),
        *HERE.glob("*.journey.yaml"),
        *(CONFIGS.parent / "sample_logs").rglob("*.journey.yaml"),
    ]
)
NOWHERE = Place(0, 0)


def known(journey: IntendedJourney) -> dict[str, Any]:
    """Return all that a journey says, without where in which file it stands."""
    found = {one.name: getattr(journey, one.name) for one in fields(journey)}
    found["planned"] = {name: replace(step, place=NOWHERE) for name, step in journey.planned.items()}
    for word in ("rules", "standards"):
        found[word] = [replace(one, place=NOWHERE) for one in found[word]]
    return found | {"source": ""}


def again(journey: IntendedJourney) -> IntendedJourney:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "again.journey.yaml"
        path.write_text(write_notation(journey), encoding="utf-8")
        return load_model(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_shipped_model_reads_back_as_it_was_and_is_written_the_same_twice(path: Path) -> None:
    journey = load_model(path)
    back = again(journey)
    assert known(back) == known(journey)
    assert write_notation(back) == write_notation(journey)


@pytest.mark.parametrize(
    "steps",
    [
        "[a?, b*, c+]",
        "[{repeat: {do: [a], times: 0..1}}, {repeat: {do: [b], times: 1}}, c]",
        "[{repeat: {do: [a, b], times: 2..4, because: x, until: b}}]",
        "[{repeat: {do: [a, b*], times: 1..*}}, {repeat: {do: [c], times: 12..20}}]",
        "[{repeat: {do: [a, {repeat: {do: [b], times: 0..2, because: y}}], times: 2}}]",
        "[{repeat: {do: [{repeat: {do: [a], times: 3}}], times: 1..2}}]",
        "[{repeat: {do: [{repeat: {do: [a], times: 0..3}}, b], times: 0..*}}]",
        "[{choose_any: [a, [b, c], {repeat: {do: [d], times: 0..2}}]}]",
        "[{together: [a, {together: [b, c]}]}, {choose: [d, [e, f?]]}]",
        "[a, [b, c], d]",
        "[{together: [{choose: [a, b]}, {choose_any: [c, d, e]}]}]",
        "[{repeat: {do: [{choose: [a, b]}], times: 0..*}}]",
    ],
)
def test_every_block_reads_back_as_it_was(written: Written, steps: str) -> None:
    journey = load_model(written(f"journey: x\nsteps: {steps}\n"))
    assert known(again(journey)) == known(journey)


def test_every_attribute_rule_and_standard_reads_back_as_it_was(written: Written) -> None:
    journey = load_model(
        written(
            """
journey: no
title: "yes: #1, [or] so"
clock: {timezone: Europe/London, working: Sun-Thu 08:30-16:00}
services: {desk: {}, post-room: {system: [a b, "c:d"]}}
starts: [a]
ends: {success: [c], stopped: [b, w]}
stages:
  - stage: "Only: one"
    steps:
      - a: {by: desk, channel: [web, phone], prefer: web, info: [move_date, x], map: ["- a", "a, b", "'q'"]}
      - b?: {backstage: true, within: 2 weeks of move_date, not_before: 3 wh after start, fails_to: c}
      - c: {on_stage_note: "a note: with # and ä", title: "[See] C"}
unwanted: [u: {map: ["\\u200bzero"]}]
rules:
  - after a must c within 4 days
  - at least 2 c
  - a only via web
  - c only by desk
  - provide x at most 3 times
standards:
  - {id: s, title: T, start: start, stop: c, limit: 30 min, count: inclusive}
  - {id: p, start: a, stop: c, limit: 1 wd, pause_when: a..b, received_after: "09:05"}
  - {id: t, measure: u, max: 4}
"""
        )
    )
    assert known(again(journey)) == known(journey)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TREES)
def test_a_net_of_blocks_is_found_to_be_a_tree_of_the_same_language(tree: Tree) -> None:
    assert same_language(automaton_of_tree(tree), automaton_of_tree(folded(tree)))
    found = tree_of(net_of(tree))
    assert same_language(automaton_of_tree(tree), automaton_of_tree(found))


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (
            Tree(Operator.LOOP, None, (Tree(label="a"), Tree(label="b"))),
            "after 'a' the model leads back by 'b'",
        ),
        (Tree(Operator.PARALLEL, None, (Tree(label="a"), Tree(label="a"))), "'a' would have to be named in"),
        (Tree(Operator.SEQUENCE, None, (Tree(label="a"),) * 11), "'a' would have to be named in"),
        (SILENT, "the model has no visible step"),
    ],
)
def test_a_tree_without_words_is_refused_naming_its_steps(tree: Tree, expected: str) -> None:
    with pytest.raises(ModelError, match=expected):
        write_notation(IntendedJourney(name="x", title="X", net=net_of(tree)))


def test_copies_are_written_as_rounds_and_names_as_the_notation_has_them() -> None:
    ask, give = Tree(label="Ask: proof"), Tree(label="ask proof")
    more = Tree(Operator.CHOICE, None, (Tree(Operator.SEQUENCE, None, (ask, give)), SILENT))
    tree = Tree(Operator.SEQUENCE, None, (ask, give, more, Tree(label="rules"), Tree(label="2nd")))
    journey = IntendedJourney(name="x", title="X", net=net_of(tree))
    assert write_notation(journey).endswith(
        """
steps:
  - repeat:
      do:
        - ask_proof: {map: ["Ask: proof"]}
        - ask_proof_2: {map: [ask proof]}
      times: 1..2
  - step_rules: {map: [rules]}
  - step_2nd: {map: [2nd]}
"""
    )


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TREES)
def test_a_random_tree_is_written_with_its_language_or_refused_by_name(tree: Tree) -> None:
    if not any(words(tree, 3)):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.bpmn"
        path.write_text(write_bpmn(tree, "any"), encoding="utf-8")
        journey = read_bpmn(path)
        try:
            back = again(journey)
        except ModelError as error:
            refused = str(error)
        else:
            refused = ""
    event("refused" if refused else "written")
    if refused:
        assert "would have to be named in several places" in refused or "leads back by" in refused
        return
    assert same_language(flow_automaton(back), automaton_of_tree(tree))


@st.composite
def once(draw: st.DrawFn) -> Tree:
    """Draw a tree that names each step once, with loops that the notation has."""
    labels = iter([f"s{i}" for i in range(40)])

    def block(depth: int) -> Tree:
        kind = draw(st.sampled_from(["step", "step", *Operator])) if depth else "step"
        if kind == "step":
            return Tree(label=next(labels))
        if kind is Operator.LOOP:
            pair = (block(depth - 1), SILENT)
            return Tree(operator=kind, children=pair if draw(st.booleans()) else pair[::-1])
        parts = tuple(block(depth - 1) for _ in range(draw(st.integers(2, 3))))
        may_skip = kind is Operator.CHOICE and draw(st.booleans())
        return Tree(operator=Operator(kind), children=(*parts, SILENT) if may_skip else parts)

    return block(3)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(once())
def test_a_tree_that_names_each_step_once_always_has_words(tree: Tree) -> None:
    journey = IntendedJourney(name="x", title="X", net=net_of(tree))
    back = again(journey)
    assert same_language(flow_automaton(back), automaton_of_tree(tree))
