"""Sentences become rules, and rules become automata with the meaning of Declare."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.domain.plan import Length, Rule, Template, Unit
from cjmine.errors import ModelError
from cjmine.intended.notation import load_journey
from cjmine.intended.rule_automata import automaton_of_rule
from cjmine.intended.rules import FORMS
from tests.intended.keeping import keeps
from tests.intended.test_language import language

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

HEAD = "journey: x\nservices: {housing: , benefits: }\nsteps: [ask: {info: address}, answer, pay?]\n"
TEN = Length(10, Unit.WORKING_DAY)
LABELS = ("a", "b", "c", "v")
LONGEST = 5


def rules(written: Written, *sentences: str) -> tuple[Rule, ...]:
    listed = "".join(f"- {sentence}\n" for sentence in sentences)
    return load_journey(written(f"{HEAD}rules:\n{listed}")).rules


def faults(written: Written, sentence: str) -> list[str]:
    path = written(f"{HEAD}rules:\n- {sentence}\n")
    with pytest.raises(ModelError) as caught:
        load_journey(path)
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("answer only after ask", (Template.PRECEDENCE, "answer", "ask", 0, None)),
        ("after ask must answer", (Template.RESPONSE, "ask", "answer", 0, None)),
        ("after ask must answer within 10 wd", (Template.RESPONSE, "ask", "answer", 0, TEN)),
        ("after ask never pay", (Template.NOT_SUCCESSION, "ask", "pay", 0, None)),
        ("ask and pay never both", (Template.NOT_COEXISTENCE, "ask", "pay", 0, None)),
        ("if ask then also pay", (Template.RESPONDED_EXISTENCE, "ask", "pay", 0, None)),
        ("at most 1 ask", (Template.ABSENCE, "ask", "", 1, None)),
        ("at least 2 ask", (Template.EXISTENCE, "ask", "", 2, None)),
        ("exactly 3 ask", (Template.EXACTLY, "ask", "", 3, None)),
        ("answer directly after ask", (Template.CHAIN_PRECEDENCE, "answer", "ask", 0, None)),
        ("answer not within 10 wd of ask", (Template.NEGATIVE_RESPONSE, "ask", "answer", 0, TEN)),
        ("ask only by housing", (Template.ONLY_BY, "ask", "housing", 0, None)),
        ("ask only via face-to-face", (Template.ONLY_VIA, "ask", "face-to-face", 0, None)),
        ("provide address at most 1 time", (Template.ITEM_ABSENCE, "address", "", 1, None)),
        ("provide address at most 2 times", (Template.ITEM_ABSENCE, "address", "", 2, None)),
        ("start with ask", (Template.INIT, "ask", "", 0, None)),
        ("End with answer.", (Template.END, "answer", "", 0, None)),
    ],
)
def test_every_form_is_read(
    written: Written, sentence: str, expected: tuple[Template, str, str, int, Length | None]
) -> None:
    (rule,) = rules(written, sentence)
    assert (rule.template, rule.activation, rule.target, rule.number, rule.length) == expected
    assert (rule.text, rule.place.line, rule.place.column) == (sentence.removesuffix("."), 5, 3)


def test_every_template_has_a_form() -> None:
    assert {template for _, template in FORMS} == set(Template)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("anser only after ask", "5:3: the rule names 'anser', which is no step; did you mean 'answer'?"),
        ("answer only after aks", "5:21: the rule names 'aks', which is no step; did you mean 'ask'?"),
        ("'answer only after aks'", "5:22: the rule names 'aks', which is no step; did you mean 'ask'?"),
        (
            "provide adress at most 1 time",
            "5:11: the rule names 'adress', which no step's 'info' has; did you",
        ),
        ("ask only by houzing", "5:15: the service 'houzing' is not declared; did you mean 'housing'?"),
        ("ask only via phon", "5:16: the channel 'phon' is not known; did you mean 'phone'?"),
        (
            "answer not within 10 wdd of ask",
            "5:21: '10 wdd' is no length of time: the unit 'wdd' is not known",
        ),
        (
            "ask only after ask",
            "5:3: the rule 'ask only after ask' names one step twice; 'A only after B' is abo",
        ),
        ("at most 5000 ask", "5:3: the rule 'at most 5000 ask' counts to 5,000; at most 1,000"),
    ],
)
def test_a_wrong_word_is_told_at_its_place(written: Written, sentence: str, expected: str) -> None:
    (fault,) = faults(written, sentence)
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    ("sentence", "form"),
    [
        ("answer after ask only", "A only after B"),
        ("answer must only come after ask", "A only after B"),
        ("after ask should answer", "after A must B"),
        ("after ask must answer in 10 wd", "after A must B within D"),
        ("after ask not pay", "after A never B"),
        ("ask and pay not both", "A and B never both"),
        ("if ask then pay", "if A then also B"),
        ("at moist 1 ask", "at most N A"),
        ("at least 2 times ask", "at least N A"),
        ("exactly ask", "exactly N A"),
        ("answer immediately after ask", "A directly after B"),
        ("answer not in 10 wd of ask", "A not within D of B"),
        ("ask by housing", "A only by SERVICE"),
        ("address provided at most 1 time", "provide ITEM at most N times"),
        ("starts with ask", "start with A"),
        ("ends with answer", "end with A"),
    ],
)
def test_an_unknown_sentence_is_shown_the_nearest_form(written: Written, sentence: str, form: str) -> None:
    assert faults(written, sentence) == [
        f"5:3: the rule {sentence!r} has no form that is known; did you mean the form {form!r}?"
    ]


def test_a_sentence_like_none_is_shown_all_forms(written: Written) -> None:
    (fault,) = faults(written, "be nice to everybody please")
    assert all(repr(form) in fault for form, _ in FORMS)


def rule(template: Template, activation: str = "a", target: str = "b", number: int = 2) -> Rule:
    from cjmine.domain.plan import Place  # noqa: PLC0415

    return Rule(
        template=template,
        text="",
        place=Place(1, 1),
        activation=activation,
        target=target,
        number=number,
        length=Length(1, Unit.DAY) if template is Template.NEGATIVE_RESPONSE else None,
    )


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_automaton_of_a_rule_has_the_words_that_keep_it(template: Template, number: int) -> None:
    stated = rule(template, number=number)
    info = {"a": ("a", "c")}  # the item called a is given with two steps
    found = language(automaton_of_rule(stated, LABELS, anytime=("v",), info=info))
    words = {word for n in range(LONGEST + 1) for word in product(LABELS, repeat=n)}
    assert found == {word for word in words if keeps(stated, word, anytime=("v",), giving=("a", "c"))}


@pytest.mark.parametrize(
    ("template", "kept", "broken"),
    [
        (Template.PRECEDENCE, "ba c bcaa", "a ab ca"),
        (Template.RESPONSE, "ab c aab abcab", "a ba abca"),
        (Template.NOT_SUCCESSION, "ba a b bbaa", "ab acb bab"),
        (Template.NOT_COEXISTENCE, "aa bb c", "ab ba acb"),
        (Template.RESPONDED_EXISTENCE, "ab ba b c", "a ca aa"),
        (Template.ABSENCE, "aa a b", "aaa abaca"),
        (Template.EXISTENCE, "aa aaa baca", "a b ba"),
        (Template.EXACTLY, "aa abca", "a aaa b"),
        (Template.CHAIN_PRECEDENCE, "ba bba bva baba", "a bca baa ca"),
        (Template.NEGATIVE_RESPONSE, "ab ba c", ""),
        (Template.INIT, "a ab va vab", "b ba vba"),
        (Template.END, "a ba av bav", "b ab avb"),
        (Template.ITEM_ABSENCE, "ac aa b", "aca ccc"),
        (Template.ONLY_BY, "ab ba c", ""),
        (Template.ONLY_VIA, "ab ba c", ""),
    ],
)
def test_what_keeps_and_what_breaks_each_rule(template: Template, kept: str, broken: str) -> None:
    info = {"a": ("a", "c")}
    found = language(automaton_of_rule(rule(template), LABELS, anytime=("v",), info=info))
    assert {tuple(word) for word in kept.split()} <= found
    assert found.isdisjoint({tuple(word) for word in broken.split()})
