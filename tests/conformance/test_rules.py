"""Every activation of a rule is judged by itself, as brute force over all futures judges it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.conformance.rule_counts import rule_counts
from cjmine.conformance.rules import COUNTS, activations_of, answers_of
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import ONCE, Length, Place, PlannedStep, Rule, Template, Unit
from cjmine.domain.walks import Walks
from cjmine.intended.load import load_model
from tests.intended.keeping import keeps
from tests.models import sequence_model

Word = Sequence[str]
LABELS = "abcv"
BY_ORDER = [t for t in Template if t not in {Template.NEGATIVE_RESPONSE, Template.ONLY_BY, Template.ONLY_VIA}]


def walks_of(words: Sequence[Word]) -> Walks:
    lengths = [len(word) for word in words]
    labels = [LABELS.index(step) for word in words for step in word]
    begins = np.cumsum([0, *lengths])[:-1].astype(np.int64)
    return Walks(begins=begins, labels=np.array(labels, np.uint32), names=pl.Series(list(LABELS)))


def plan(*rules: Rule) -> IntendedJourney:
    given_with = {step: PlannedStep(place=Place(1, 1), info=("a",)) for step in "ac"}
    return dataclasses.replace(sequence_model("abc"), anytime=("v",), planned=given_with, rules=rules)


def rule(template: Template, target: str = "b", number: int = 1, length: Length | None = None) -> Rule:
    return Rule(
        template=template,
        text="",
        place=Place(1, 1),
        activation="a",
        target=target,
        number=number,
        length=length,
    )


def answers(stated: Rule, word: Word, *, running: bool) -> dict[str, int]:
    table = activations_of(plan(stated), walks_of([word]), np.array([running]))
    return {name: table[name].item() for name in COUNTS if table[name].item()}


def asked_at(stated: Rule, word: Word) -> list[int | None]:
    """Return the places that ask a rule; ``None`` for the journey as a whole."""
    if stated.template in ONCE:
        return [None]
    asking = "ac" if stated.template is Template.ITEM_ABSENCE else "a"
    return [i for i, step in enumerate(word) if step in asking]


def kept_at(stated: Rule, word: Word, at: int | None) -> bool:
    """Say whether a finished journey keeps what one event asks: as if nothing else asked."""
    if at is None:
        return keeps(stated, word, anytime="v")
    if stated.template in {Template.ABSENCE, Template.ITEM_ABSENCE}:
        return keeps(stated, word[: at + 1], anytime="v", giving="ac")
    alone = [
        step if i == at or step != "a" or stated.target == "a" else "other" for i, step in enumerate(word)
    ]
    if stated.target == "a":
        return "a" not in word[at + 1 :]
    return keeps(stated, alone, anytime="v")


def by_brute_force(stated: Rule, word: Word, *, running: bool) -> dict[str, int]:
    """Judge each activation by every way the journey may go on."""
    futures = [more for n in range(4) for more in product("abcv", repeat=n)] if running else [()]
    found: Counter[str] = Counter()
    for at in asked_at(stated, word):
        now = kept_at(stated, word, at)
        later = {kept_at(stated, [*word, *more], at) for more in futures}
        settled = len(later) == 1
        found[
            "satisfied" if settled and now else "violated" if settled else "holding" if now else "pending"
        ] += 1
    return dict(found)


@settings(max_examples=400, deadline=None)
@given(
    template=st.sampled_from(BY_ORDER),
    word=st.text("abcv", max_size=6),
    running=st.booleans(),
    number=st.integers(0, 2),
    target=st.sampled_from("ba"),
)
def test_activations_are_judged_as_by_brute_force(
    *, template: Template, word: str, running: bool, number: int, target: str
) -> None:
    target = target if template is Template.NOT_SUCCESSION else "b"
    stated, steps = rule(template, target=target, number=number), list(word)
    assert answers(stated, steps, running=running) == by_brute_force(stated, steps, running=running)


@pytest.mark.parametrize("template", BY_ORDER)
def test_a_finished_journey_keeps_a_rule_when_no_activation_breaks_it(template: Template) -> None:
    words = [list(word) for n in range(5) for word in product("abcv", repeat=n)]
    stated = rule(template)
    table = activations_of(plan(stated), walks_of(words), np.zeros(len(words), bool))
    assert table["holding"].sum() == table["pending"].sum() == table["elsewhere"].sum() == 0
    kept = [keeps(stated, word, anytime="v", giving="ac") for word in words]
    assert ((table["violated"] == 0) == pl.Series(kept)).all()


@pytest.mark.parametrize(
    ("template", "word", "finished", "running"),
    [
        # the classical example: of two activations one is kept and one is not
        (Template.RESPONSE, "aba", {"satisfied": 1, "violated": 1}, {"satisfied": 1, "pending": 1}),
        (Template.RESPONSE, "bc", {}, {}),
        (Template.PRECEDENCE, "aba", {"satisfied": 1, "violated": 1}, {"satisfied": 1, "violated": 1}),
        (Template.NOT_SUCCESSION, "aba", {"satisfied": 1, "violated": 1}, {"violated": 1, "holding": 1}),
        (Template.NOT_COEXISTENCE, "aac", {"satisfied": 2}, {"holding": 2}),
        (Template.RESPONDED_EXISTENCE, "ac", {"violated": 1}, {"pending": 1}),
        (Template.ABSENCE, "aaa", {"satisfied": 1, "violated": 2}, {"satisfied": 1, "violated": 2}),
        (Template.ITEM_ABSENCE, "ac", {"satisfied": 1, "violated": 1}, {"satisfied": 1, "violated": 1}),
        (Template.EXISTENCE, "", {"violated": 1}, {"pending": 1}),
        (Template.EXACTLY, "a", {"satisfied": 1}, {"holding": 1}),
        (Template.EXACTLY, "aa", {"violated": 1}, {"violated": 1}),
        (
            Template.CHAIN_PRECEDENCE,
            "bvaca",
            {"satisfied": 1, "violated": 1},
            {"satisfied": 1, "violated": 1},
        ),
        (Template.INIT, "va", {"satisfied": 1}, {"satisfied": 1}),
        (Template.INIT, "v", {"violated": 1}, {"pending": 1}),
        (Template.END, "av", {"satisfied": 1}, {"holding": 1}),
        (Template.END, "ab", {"violated": 1}, {"pending": 1}),
        # the order of steps does not tell who took them
        (Template.ONLY_BY, "aa", {"elsewhere": 2}, {"elsewhere": 2}),
        (Template.ONLY_VIA, "ab", {"elsewhere": 1}, {"elsewhere": 1}),
    ],
)
def test_what_each_template_says_of_a_finished_and_of_a_running_journey(
    template: Template, word: str, finished: dict[str, int], running: dict[str, int]
) -> None:
    assert answers(rule(template), list(word), running=False) == finished
    assert answers(rule(template), list(word), running=True) == running


def test_what_only_time_decides_is_left_to_it() -> None:
    day = Length(1, Unit.DAY)
    must = rule(Template.RESPONSE, length=day)
    assert answers(must, list("aba"), running=False) == {"elsewhere": 1, "violated": 1}
    assert answers(must, list("aba"), running=True) == {"elsewhere": 1, "pending": 1}
    never = rule(Template.NEGATIVE_RESPONSE, length=day)
    assert answers(never, list("aba"), running=False) == {"elsewhere": 1, "satisfied": 1}
    assert answers(never, list("aba"), running=True) == {"elsewhere": 1, "holding": 1}


def test_support_is_told_apart_from_vacuity_for_every_rule_and_walk() -> None:
    stated = (rule(Template.RESPONSE), rule(Template.EXISTENCE))
    words = [list("ab"), list("bc"), [], list("aa")]
    table = activations_of(plan(*stated), walks_of(words), np.array([False, False, True, True]))
    assert table.select("rule", "walk").rows() == [(r, w) for r in range(2) for w in range(4)]
    assert table["activations"].to_list() == [1, 0, 0, 2, 1, 1, 1, 1]
    assert table["vacuous"].to_list() == [False, True, True, False, False, False, False, False]
    assert (table.select(pl.sum_horizontal(COUNTS)).to_series() == table["activations"]).all()


def test_a_plan_without_rules_or_a_log_without_journeys_has_nothing_to_say() -> None:
    assert activations_of(plan(), walks_of([list("ab")]), np.array([False])).height == 0
    assert activations_of(plan(rule(Template.INIT)), walks_of([]), np.zeros(0, bool)).height == 0


def test_each_activation_is_named_by_its_place() -> None:
    stated = (rule(Template.RESPONSE), rule(Template.END))
    table = answers_of(
        plan(*stated), walks_of([list("caba"), list("b"), list("cca")]), np.array([False, False, True])
    )
    assert table.rows() == [
        (0, 0, 1, "satisfied"),
        (0, 0, 3, "violated"),
        (0, 2, 2, "pending"),
        (1, 0, None, "satisfied"),
        (1, 1, None, "violated"),
        (1, 2, None, "holding"),
    ]
    assert answers_of(plan(), walks_of([list("ab")]), np.array([False])).height == 0


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.text("abcv", max_size=5), max_size=4), running=st.booleans())
def test_the_counts_are_those_of_the_answers(words: list[str], running: bool) -> None:  # noqa: FBT001
    journey = plan(*(rule(template) for template in Template))
    walks, under_way = walks_of([list(word) for word in words]), np.full(len(words), running)
    counted = activations_of(journey, walks, under_way)
    each = answers_of(journey, walks, under_way).group_by("rule", "walk", "answer").len()
    for row in each.iter_rows(named=True):
        found = counted.filter(pl.col("rule") == row["rule"], pl.col("walk") == row["walk"])
        assert found[row["answer"]].item() == row["len"]
    assert counted["activations"].sum() == each["len"].sum()


def test_over_a_log_cases_are_counted_and_not_variants() -> None:
    journey = plan(rule(Template.RESPONSE), rule(Template.ABSENCE), rule(Template.EXISTENCE))
    counted = {tuple("aba"): 5, tuple("b"): 3, (): 2}
    keys = ("asked", "kept", "broken", "elsewhere", "cases", "broken_cases")
    assert [tuple(row[key] for key in keys) for row in rule_counts(journey, counted)] == [
        (10, 5, 5, 0, 5, 5),
        (10, 5, 5, 0, 5, 5),
        (10, 5, 5, 0, 10, 5),
    ]
    assert rule_counts(plan(), counted) == []
    assert [row["asked"] for row in rule_counts(journey, {})] == [0, 0, 0]


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("answer only after ask", "'Answer' without an earlier 'Ask us'."),
        ("after ask must answer", "'Answer' did not follow 'Ask us'."),
        ("after ask must answer within 10 wd", "'Answer' did not follow 'Ask us' within 10 wd."),
        ("after answer never ask", "'Ask us' happened after 'Answer'; it should not."),
        (
            "ask and answer never both",
            "Both 'Ask us' and 'Answer' happened; at most one of them is expected.",
        ),
        ("if ask then also answer", "'Ask us' happened, but 'Answer' did not."),
        ("at most 1 ask", "'Ask us' happened more than once."),
        ("at least 2 ask", "'Ask us' did not happen at least 2 times."),
        ("exactly 1 ask", "'Ask us' did not happen exactly once."),
        ("answer directly after ask", "'Answer' did not come directly after 'Ask us'."),
        (
            "answer not within 2 d of ask",
            "'Answer' happened within 2 d of 'Ask us'; it should not be needed so soon.",
        ),
        ("start with ask", "The journey did not start with 'Ask us'."),
        ("end with answer", "The journey did not end with 'Answer'."),
        ("provide address at most 1 time", "The customer gave 'address' more than once."),
        ("ask only by housing", "'Ask us' was not done by housing."),
        ("ask only via post", "'Ask us' did not come via post."),
    ],
)
def test_a_broken_rule_is_said_in_plain_words(tmp_path: Path, sentence: str, message: str) -> None:
    path = tmp_path / "x.journey.yaml"
    steps = "steps: [{ask: {title: Ask us, info: address}}, answer]"
    path.write_text(f"journey: x\n{steps}\nrules: [{sentence}]\n", encoding="utf-8")
    journey = load_model(path)
    (row,) = rule_counts(journey, {("ask", "answer"): 1})
    assert (row["message"], row["line"]) == (message, 3)
