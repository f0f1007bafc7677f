"""The ways that keep rules, held against all words of random flows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.domain.plan import Place, Rule, Template
from cjmine.intended.flow import flow_of
from cjmine.intended.net import net_of
from cjmine.intended.ways import broken_at, keeps, ways
from tests.intended.keeping import keeps as kept_by_definition
from tests.intended.test_language import LONGEST
from tests.intended.trees import TREES, words

PLACE = Place(1, 1)
RULES = st.builds(
    lambda template, pair, number: Rule(
        template=template, text="", place=PLACE, activation=pair[0], target=pair[1], number=number
    ),
    st.sampled_from([one for one in Template if one is not Template.ITEM_ABSENCE]),
    st.permutations("abcde"),
    st.integers(0, 2),
)


def journey_of(tree: Tree, rules: list[Rule]) -> IntendedJourney:
    # steps that the flow lacks are declared beside it, so that rules may name them
    return IntendedJourney(
        name="j", title="j", net=net_of(tree), tree=tree, unwanted=tuple("abcde"), rules=tuple(rules)
    )


@settings(max_examples=200, deadline=None)
@given(tree=TREES, rules=st.lists(RULES, max_size=3))
def test_the_shortest_way_and_the_steps_left_are_those_of_all_words(tree: Tree, rules: list[Rule]) -> None:
    flow = flow_of(journey_of(tree, rules))
    found = ways(flow.machine, [flow.rule(rule) for rule in rules])
    every = words(tree, LONGEST)
    kept = [word for word in every if all(kept_by_definition(rule, word) for rule in rules)]
    if kept:
        assert found.shortest == min(kept, key=lambda word: (len(word), word))
    else:
        assert found.shortest is None or len(found.shortest) > LONGEST
    assert {step for word in kept for step in word} <= found.steps <= set(flow.steps)
    if found.free:
        assert len(kept) == len(every)


@settings(max_examples=100, deadline=None)
@given(tree=TREES, rule=RULES)
def test_where_a_way_breaks_a_rule_is_where_no_going_on_mends_it(tree: Tree, rule: Rule) -> None:
    flow = flow_of(journey_of(tree, [rule]))
    machine = flow.rule(rule)
    for word in sorted(words(tree, 4)):
        assert keeps(machine, word) == kept_by_definition(rule, word)
        step = broken_at(machine, word)
        if step is not None:
            assert step in word
            assert not keeps(machine, word)
