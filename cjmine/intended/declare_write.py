"""How are the rules of a journey written as a Declare model?

Only rules: Declare has no flow. A rule that no template states (who takes a
step, by which channel, what the customer gives, working days) is left out.
"""

from __future__ import annotations

import json

from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Rule, Template, Unit

_UNITS = {Unit.MINUTE: "m", Unit.HOUR: "h", Unit.DAY: "d"}
# A template of two activities, and whether the one that asks is written first
_TWO = {
    Template.PRECEDENCE: ("Precedence", False),
    Template.RESPONSE: ("Response", True),
    Template.NOT_SUCCESSION: ("Not Succession", True),
    Template.NOT_COEXISTENCE: ("Not Co-Existence", True),
    Template.RESPONDED_EXISTENCE: ("Responded Existence", True),
    Template.CHAIN_PRECEDENCE: ("Chain Precedence", False),
    Template.NEGATIVE_RESPONSE: ("Not Response", True),
}
_ONE = {
    Template.ABSENCE: "Absence",
    Template.EXISTENCE: "Existence",
    Template.EXACTLY: "Exactly",
    Template.INIT: "Init",
    Template.END: "End",
}


def write_decl(journey: IntendedJourney) -> str:
    """Return the declared steps and the rules as ``.decl`` text."""
    lines = [f"activity {name}" for name in journey.declared]
    for rule in journey.rules:
        stated = _stated(rule)
        timed = rule.length is not None and rule.length.unit in _UNITS
        if stated is None or (rule.length is not None and not timed):
            continue
        template, of = stated
        time = f"0,{rule.length.amount},{_UNITS[rule.length.unit]}" if rule.length is not None else ""
        lines.append(f"{template}[{', '.join(of)}] {'| ' * len(of)}|{time}".rstrip())
    return "\n".join(lines) + "\n"


def write_declare_json(journey: IntendedJourney) -> str:
    """Return the declared steps and the rules without times as JSON."""
    stated = [_stated(rule) for rule in journey.rules if rule.length is None]
    content = {
        "name": journey.title,
        "tasks": list(journey.declared),
        "constraints": [
            {"template": one[0].replace(" ", "").replace("-", ""), "parameters": [[name] for name in one[1]]}
            for one in stated
            if one is not None
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _stated(rule: Rule) -> tuple[str, tuple[str, ...]] | None:
    """Return the template that states a rule and its activities, times aside; nothing where there is none."""
    if rule.template in _TWO:
        name, asks_first = _TWO[rule.template]
        of = (rule.activation, rule.target)
        return name, of if asks_first else of[::-1]
    if rule.template not in _ONE:
        return None
    # 'absence 3' in Declare is 'at most 2'; at least 0 says nothing, and no template says exactly 0
    number = rule.number + (rule.template is Template.ABSENCE)
    if rule.template in {Template.INIT, Template.END}:
        return _ONE[rule.template], (rule.activation,)
    return (f"{_ONE[rule.template]}{number}", (rule.activation,)) if number else None
