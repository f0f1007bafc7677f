"""By which sentence of the notation is a rule stated?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cjmine.domain.plan import Rule, Template
from cjmine.intended.rules import FORMS


def sentence(rule: Rule) -> str:
    """Return the sentence that states a rule, in the words of its form."""
    forms = [form for form, template in FORMS if template is rule.template]
    form = next(form for form in forms if (rule.length is not None) == ("D" in form.split()))
    turned = rule.template is Template.NEGATIVE_RESPONSE  # asked by its B
    first, second = (rule.target, rule.activation) if turned else (rule.activation, rule.target)
    said = {"A": first, "B": second, "ITEM": first, "SERVICE": second, "CHANNEL": second}
    said |= {"N": str(rule.number), "D": str(rule.length)}
    return " ".join(said.get(word, word) for word in form.split())


def with_sentence(rule: Rule, names: Mapping[str, str]) -> Rule:
    """Return a rule about steps as they are called here, with the sentence that states it."""
    called = replace(
        rule,
        activation=names.get(rule.activation, rule.activation),
        target=names.get(rule.target, rule.target),
    )
    return replace(called, text=sentence(called))
