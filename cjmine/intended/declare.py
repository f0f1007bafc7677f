"""Which rules does a Declare model state, as ``.decl`` text or as JSON?

Declare (Pesic, van der Aalst 2006) has rules and no flow: its journey may take
any of its activities at any time, and the rules stand beside that. Templates
that no sentence of the notation states, and conditions on data, are refused by
name and line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from cjmine.domain.models import IntendedJourney, Operator
from cjmine.domain.plan import Length, Place, Rule, Template, Unit
from cjmine.errors import ModelError, nearest
from cjmine.intended.blocks import block, star, step
from cjmine.intended.names import named
from cjmine.intended.net import net_of
from cjmine.intended.sentences import with_sentence

_LINE = re.compile(r"(?P<name>[A-Za-z][A-Za-z _-]*?)\s*(?P<n>\d{0,3})\s*\[(?P<of>.*)\]\s*(?P<rest>(?:\|.*)?)")
_TIME = re.compile(r"0\s*,\s*(\d{1,5})\s*,\s*([mhd])")
_UNITS = {"m": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY}
_TIMED = {"response": Template.RESPONSE, "notresponse": Template.NEGATIVE_RESPONSE}

# A template of two activities to our rules: which of the two asks, and which is asked for
_TWO: dict[str, tuple[tuple[Template, int, int], ...]] = {
    "precedence": ((Template.PRECEDENCE, 1, 0),),
    "response": ((Template.RESPONSE, 0, 1),),
    "succession": ((Template.RESPONSE, 0, 1), (Template.PRECEDENCE, 1, 0)),
    "respondedexistence": ((Template.RESPONDED_EXISTENCE, 0, 1),),
    "coexistence": ((Template.RESPONDED_EXISTENCE, 0, 1), (Template.RESPONDED_EXISTENCE, 1, 0)),
    "notcoexistence": ((Template.NOT_COEXISTENCE, 0, 1),),
    "notsuccession": ((Template.NOT_SUCCESSION, 0, 1),),
    "notresponse": ((Template.NOT_SUCCESSION, 0, 1),),
    "notprecedence": ((Template.NOT_SUCCESSION, 0, 1),),
    "chainprecedence": ((Template.CHAIN_PRECEDENCE, 1, 0),),
}
# A template of one activity to our rule, and its number where none is written
_ONE = {
    "existence": (Template.EXISTENCE, 1),
    "participation": (Template.EXISTENCE, 1),
    "absence": (Template.ABSENCE, 1),
    "atmostone": (Template.ABSENCE, 2),
    "exactly": (Template.EXACTLY, 1),
    "init": (Template.INIT, 0),
    "end": (Template.END, 0),
}
_COUNTED = {"existence", "absence", "exactly"}


def read_decl(path: Path) -> IntendedJourney:
    """Return the journey of a ``.decl`` file; raises ``ModelError`` with every fault and its line."""
    reader = _Reader(path)
    told = list(enumerate(_text(path).splitlines(), start=1))
    for _, line in told:
        if line.strip().casefold().startswith("activity "):
            reader.activities.append(" ".join(line.split()[1:]))
    for number, line in told:
        text = line.strip()
        found = _LINE.fullmatch(text)
        if found is not None:
            of = reader.split(found["of"])
            reader.rule(number, text, name=found["name"], number=found["n"], of=of, rest=found["rest"])
        elif text and not text.startswith("#") and not _about_data(text):
            reader.fault(number, f"{text!r} is neither an activity nor a rule")
    return reader.journey(path.name.removesuffix(".decl"))


def read_declare_json(path: Path) -> IntendedJourney:
    """Return the journey of a JSON file with ``name``, ``tasks`` and ``constraints``.

    Raises ``ModelError`` with every fault; a rule is known by its place in the list.
    """
    reader = _Reader(path)
    try:
        content = json.loads(_text(path))
    except ValueError as error:
        msg = f"{path}: not well-formed JSON: {error}"
        raise ModelError(msg) from None
    tasks, rules = (
        content.get(key) if isinstance(content, dict) else None for key in ("tasks", "constraints")
    )
    if not isinstance(tasks, list) or not isinstance(rules, list):
        msg = f"{path}: a Declare model has the lists 'tasks' and 'constraints'"
        raise ModelError(msg)
    reader.activities += [" ".join(task.split()) for task in tasks if isinstance(task, str)]
    for number, one in enumerate(rules, start=1):
        given = dict(one) if isinstance(one, dict) else {}
        name, sets = given.pop("template", None), given.pop("parameters", None)
        measured = all(isinstance(value, int | float) for value in given.values())
        single = isinstance(sets, list) and all(
            isinstance(of, list) and len(of) == 1 and isinstance(of[0], str) for of in sets
        )
        found = re.fullmatch(r"([A-Za-z][A-Za-z _-]*?)(\d{0,3})", name) if isinstance(name, str) else None
        if found is None or not single or not measured:
            text = f"constraint {number} is {json.dumps(one, ensure_ascii=False)[:80]}"
            reader.fault(0, text + ": a template and 'parameters' with one activity each are expected")
            continue
        of = [" ".join(one[0].split()) for one in sets]
        reader.rule(0, f"constraint {number}, {name}", name=found[1], number=found[2], of=of, rest="")
    title = content.get("name")
    return reader.journey(path.name.removesuffix(".json"), title if isinstance(title, str) else "")


class _Reader:
    """Rules being read, about activities that are known before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.activities: list[str] = []
        self.faults: list[str] = []
        self.rules: list[Rule] = []

    def split(self, text: str) -> list[str]:
        """Return the activities in a rule's brackets; their names may have commas themselves."""
        parts = [" ".join(part.split()) for part in text.split(",")]
        ways = [[", ".join(parts[:i]), ", ".join(parts[i:])] for i in range(1, len(parts))]
        known = set(self.activities)
        whole = ", ".join(parts)
        return [whole] if whole in known else next((way for way in ways if known.issuperset(way)), parts)

    def rule(self, line: int, text: str, *, name: str, number: str, of: list[str], rest: str) -> None:
        """Take in one rule, or note what is wrong with it."""
        key = re.sub(r"[ _-]", "", name).casefold()
        conditions = [part.strip() for part in rest.split("|") if part.strip()]
        time = _TIME.fullmatch(conditions[-1]) if conditions else None
        needed = 2 if key in _TWO else 1
        unknown = [activity for activity in of if activity not in self.activities]
        if (key not in _TWO and key not in _ONE) or (number and key not in _COUNTED):
            near = nearest(key, (*_TWO, *_ONE)) if key + number not in _TWO else ""
            self.fault(line, f"{text!r}: no rule of the notation states the template {name + number!r}{near}")
        elif len(of) != needed or unknown:
            told = f"no activity {unknown[0]!r}" if unknown else f"{needed} activities are expected"
            self.fault(line, f"{text!r}: {told}{nearest(unknown[0], self.activities) if unknown else ''}")
        elif len(set(of)) < needed:
            self.fault(line, f"{text!r}: a rule about two activities names one twice")
        elif conditions and (time is None or len(conditions) > 1 or key not in _TIMED):
            what = (
                "conditions on data, and times that do not run from 0 or not in m, h or d, are not supported"
            )
            self.fault(line, f"{text!r}: {what}")
        else:
            self.rules += self._made(Place(line, 1), key, number, of, time)

    def _made(
        self, place: Place, key: str, number: str, of: list[str], time: re.Match[str] | None
    ) -> Iterator[Rule]:
        if key in _ONE:
            template, n = _ONE[key]
            n = int(number or n) - (template is Template.ABSENCE)
            yield Rule(template=template, text="", place=place, activation=of[0], number=max(n, 0))
        elif time is not None:
            length = Length(int(time[1]), _UNITS[time[2]])
            yield Rule(
                template=_TIMED[key], text="", place=place, activation=of[0], target=of[1], length=length
            )
        else:
            for template, asks, asked in _TWO[key]:
                yield Rule(template=template, text="", place=place, activation=of[asks], target=of[asked])

    def journey(self, name: str, title: str = "") -> IntendedJourney:
        """Return the journey in which anything may happen that the rules allow."""
        activities = tuple(dict.fromkeys(filter(None, self.activities)))
        if not activities:
            self.faults.append(f"{self.path}: no activity is declared")
        if self.faults:
            raise ModelError(self.faults)
        names = named(activities)
        tree = star(block(Operator.CHOICE, tuple(step(names[activity]) for activity in activities)))
        steps = tuple(sorted(names.values()))
        return IntendedJourney(
            name=name,
            title=title or name,
            net=net_of(tree),
            tree=tree,
            source=str(self.path),
            starts=steps,
            success=steps,
            mapping={activity: called for activity, called in sorted(names.items()) if activity != called},
            rules=tuple(with_sentence(rule, names) for rule in self.rules),
        )

    def fault(self, line: int, what: str) -> None:
        self.faults.append(f"{self.path}:{line}: {what}" if line else f"{self.path}: {what}")


def _about_data(text: str) -> bool:
    """Say whether a line declares an activity, or attributes: no rule that is read needs those."""
    return (
        text.casefold().startswith(("activity ", "bind ")) or re.fullmatch(r"[^\[\]|]+: .+", text) is not None
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        msg = f"{path}: the file cannot be read as UTF-8 text"
        raise ModelError(msg) from None
