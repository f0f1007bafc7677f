"""The reference of the notation is tested: its examples are read and found right, and nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cjmine.domain.codes import LINT_CODES
from cjmine.domain.vocabulary import Channel
from cjmine.intended.attributes import ATTRIBUTES
from cjmine.intended.lint import lint
from cjmine.intended.notation import load_journey
from cjmine.intended.rules import FORMS
from cjmine.intended.steps import RESERVED

PAGE = (Path(__file__).parents[2] / "docs" / "notation.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
RULES = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", PAGE, flags=re.MULTILINE)
STEPS = [
    *("apply", "confirm", "decide", "issue_bill", "open_account"),
    *("withdraw", "ask_proof", "give_proof", "chase"),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_right(tmp_path: Path, example: str) -> None:
    text = f"journey: x\nsteps:\n{example}" if example.startswith("- ") else example
    path = tmp_path / "example.journey.yaml"
    path.write_text(text, encoding="utf-8")
    assert lint(path).faults == ()


def test_every_form_of_a_rule_has_an_example_of_its_template(tmp_path: Path) -> None:
    assert [form for form, _ in RULES] == [form for form, _ in FORMS]
    flow = ", ".join([f"{STEPS[0]}: {{info: [address]}}", *STEPS[1:]])
    sentences = "\n".join(f"- {sentence}" for _, sentence in RULES)
    path = tmp_path / "rules.journey.yaml"
    path.write_text(f"journey: x\nsteps: [{flow}]\nrules:\n{sentences}\n", encoding="utf-8")
    assert [rule.template for rule in load_journey(path).rules] == [template for _, template in FORMS]


def test_every_word_attribute_channel_and_code_is_on_the_page() -> None:
    words = [*RESERVED, *ATTRIBUTES, *(channel.value for channel in Channel)]
    assert not [word for word in words if f"`{word}`" not in PAGE]
    assert not [code for code in LINT_CODES if f"| {code} |" not in PAGE]
