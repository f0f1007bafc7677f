"""Declare models, read and written: each template that a sentence states, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.converting import convert
from cjmine.domain.models import IntendedJourney
from cjmine.errors import ModelError
from cjmine.intended.flow import flow_of
from cjmine.intended.load import load_model
from cjmine.intended.rule_automata import automaton_of_rule
from cjmine.intended.same_language import flow_automaton, same_language

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

DECL = """activity Apply
activity Send card, by post
activity Ask
bind Apply: amount
amount: integer between 0 and 10
{}
"""
# what Declare calls it, and the sentences of the notation that state it
STATED = [
    ("Precedence[Apply, Ask] | | |", ["Ask only after Apply"]),
    ("Response[Apply, Ask] | | |", ["after Apply must Ask"]),
    ("Response[Apply, Ask] | | |0,10,d", ["after Apply must Ask within 10 d"]),
    ("Succession[Apply, Ask]", ["after Apply must Ask", "Ask only after Apply"]),
    ("Responded Existence[Apply, Ask]", ["if Apply then also Ask"]),
    ("Co-Existence[Apply, Ask]", ["if Apply then also Ask", "if Ask then also Apply"]),
    ("Not Co-Existence[Apply, Ask]", ["Apply and Ask never both"]),
    ("Not Succession[Apply, Ask]", ["after Apply never Ask"]),
    ("Not Response[Apply, Ask] | | |0,90,m", ["Ask not within 90 min of Apply"]),
    ("Not Precedence[Apply, Ask]", ["after Apply never Ask"]),
    ("Chain Precedence[Apply, Send card, by post]", ["send_card_by_post directly after Apply"]),
    ("Existence[Ask]", ["at least 1 Ask"]),
    ("Existence2[Ask] | |", ["at least 2 Ask"]),
    ("Absence[Ask]", ["at most 0 Ask"]),
    ("Absence3[Send card, by post]", ["at most 2 send_card_by_post"]),
    ("Exactly2[Ask]", ["exactly 2 Ask"]),
    ("Init[Apply]", ["start with Apply"]),
    ("End[Ask]", ["end with Ask"]),
]


def rules(journey: IntendedJourney) -> list[str]:
    return [rule.text for rule in journey.rules]


@pytest.mark.parametrize(("line", "expected"), STATED)
def test_a_template_is_the_sentence_that_states_it(written: Written, line: str, expected: list[str]) -> None:
    journey = load_model(written(DECL.format(line), "m.decl"))
    assert rules(journey) == expected
    assert journey.steps == ("Apply", "Ask", "send_card_by_post")
    assert journey.mapping == {"Send card, by post": "send_card_by_post"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Choice[Apply, Ask] | | |", "m.decl:6: .*states the template 'Choice'"),
        ("Chain Response[Apply, Ask]", "m.decl:6: .*states the template 'Chain Response'"),
        ("Response2[Apply, Ask]", "m.decl:6: .*states the template 'Response2'"),
        ("Response[Apply, Aks]", "m.decl:6: .*no activity 'Aks'; did you mean 'Ask'"),
        ("Response[Apply]", "m.decl:6: .*2 activities are expected"),
        ("Response[Ask, Ask]", "m.decl:6: .*names one twice"),
        ("Response[Apply, Ask] |A.amount > 5 | |", "m.decl:6: .*conditions on data"),
        ("Response[Apply, Ask] | | |1,10,d", "m.decl:6: .*do not run from 0"),
        ("Precedence[Apply, Ask] | | |0,10,d", "m.decl:6: .*are not supported"),
        ("Response Apply, Ask", "m.decl:6: .*is neither an activity nor a rule"),
    ],
)
def test_what_no_sentence_states_is_refused_by_name_and_line(
    written: Written, line: str, expected: str
) -> None:
    with pytest.raises(ModelError, match=expected):
        load_model(written(DECL.format(line), "m.decl"))


@pytest.mark.parametrize("ending", ["decl", "json"])
def test_rules_come_back_with_their_language(written: Written, tmp_path: Path, ending: str) -> None:
    timed = ending == "decl"
    lines = "\n".join(line for line, _ in STATED if timed or "|0," not in line)
    first = load_model(written(DECL.format(lines), "m.decl"))
    convert(tmp_path / "m.decl", tmp_path / "one.journey.yaml")
    told = convert(tmp_path / "one.journey.yaml", tmp_path / f"two.{ending}")
    convert(tmp_path / f"two.{ending}", tmp_path / "three.journey.yaml")
    assert not [what for what in told["lost"] if what.startswith(("rules", "the flow"))]
    for name in ("one.journey.yaml", f"two.{ending}", "three.journey.yaml"):
        back = load_model(tmp_path / name)
        assert rules(back) == rules(first)
        assert same_language(flow_automaton(back), flow_automaton(first))
        ours, theirs = ([automaton_of_rule(r, one.steps) for r in one.rules] for one in (back, first))
        assert all(map(same_language, ours, theirs))


def test_what_a_list_of_rules_has_no_place_for_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.journey.yaml").write_text(
        "journey: a\nsteps: [x: {info: [i]}, y]\nrules:\n- x only by desk\n- after x must y within 3 wd\n"
        "- provide i at most 1 time\n- y only after x\n- after x must y within 3 d\n",
        encoding="utf-8",
    )
    lost = convert(tmp_path / "a.journey.yaml", tmp_path / "a.decl")["lost"]
    assert "the flow: a list of rules has none" in lost
    assert "rules: x only by desk, after x must y within 3 wd, provide i at most 1 times" in lost
    assert (tmp_path / "a.decl").read_text(encoding="utf-8") == (
        "activity x\nactivity y\nPrecedence[x, y] | | |\nResponse[x, y] | | |0,3,d\n"
    )
    lost = convert(tmp_path / "a.journey.yaml", tmp_path / "a.json")["lost"]
    assert "after x must y within 3 d" in next(what for what in lost if what.startswith("rules: "))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "m.json: not well-formed JSON"),
        ("[]", "has the lists 'tasks' and 'constraints'"),
        ({"tasks": [], "constraints": []}, "no activity is declared"),
        ({"constraints": [{"template": "Choice", "parameters": [["a"], ["b"]]}]}, "constraint 1, Choice"),
        (
            {"constraints": [{"template": "Init", "parameters": [["a", "b"]]}]},
            "constraint 1 is .* one activity",
        ),
        ({"constraints": [{"template": "Init", "parameters": [["a"]], "if": "x"}]}, "constraint 1 is "),
        ({"constraints": ["Init"]}, "constraint 1 is "),
    ],
)
def test_faulty_json_is_refused_by_place(written: Written, content: object, expected: str) -> None:
    text = content if isinstance(content, str) else json.dumps({"tasks": ["a", "b"]} | dict(content))  # type: ignore[call-overload]
    with pytest.raises(ModelError, match=expected):
        load_model(written(text, "m.json"))


def test_measures_in_json_are_passed_over_and_the_name_is_the_title(written: Written) -> None:
    rule = {"template": "ChainPrecedence", "parameters": [["b"], ["a"]], "support": 0.5}
    content = {"name": "Cards", "tasks": ["a", "b"], "constraints": [rule]}
    journey = load_model(written(json.dumps(content), "m.json"))
    assert (journey.title, rules(journey)) == ("Cards", ["a directly after b"])
    assert flow_of(journey).steps == ("a", "b")
