"""Which rule does a short sentence state?

The grammar is closed: a sentence has one of the forms below, and anything else
is an error that shows the nearest form. In a form A and B are steps, N is a
number, D a length of time, and ITEM, SERVICE and CHANNEL are what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from ruamel.yaml.nodes import Node, ScalarNode

from cjmine.domain.plan import Length, Place, Rule, Template
from cjmine.errors import nearest
from cjmine.intended.attributes import AttributeReader
from cjmine.intended.terms import LENGTH, BadLengthError, length_of
from cjmine.intended.yaml_nodes import YamlFile, nearest_or_all

FORMS: tuple[tuple[str, Template], ...] = (
    ("A only after B", Template.PRECEDENCE),
    ("after A must B", Template.RESPONSE),
    ("after A must B within D", Template.RESPONSE),
    ("after A never B", Template.NOT_SUCCESSION),
    ("A and B never both", Template.NOT_COEXISTENCE),
    ("if A then also B", Template.RESPONDED_EXISTENCE),
    ("at most N A", Template.ABSENCE),
    ("at least N A", Template.EXISTENCE),
    ("exactly N A", Template.EXACTLY),
    ("A directly after B", Template.CHAIN_PRECEDENCE),
    ("A not within D of B", Template.NEGATIVE_RESPONSE),
    ("A only by SERVICE", Template.ONLY_BY),
    ("A only via CHANNEL", Template.ONLY_VIA),
    ("provide ITEM at most N times", Template.ITEM_ABSENCE),
    ("start with A", Template.INIT),
    ("end with A", Template.END),
)
_NAME = r"[^\W\d_][\w-]*"
_PARTS = {
    "A": rf"(?P<A>{_NAME})",
    "B": rf"(?P<B>{_NAME})",
    "N": r"(?P<N>\d{1,4})",
    "D": rf"(?P<D>{LENGTH})",
    "ITEM": rf"(?P<ITEM>{_NAME})",
    "SERVICE": rf"(?P<SERVICE>{_NAME})",
    "CHANNEL": rf"(?P<CHANNEL>{_NAME})",
    "times": "times?",
}
_PATTERNS = tuple(
    (re.compile(" ".join(_PARTS.get(word, f"(?i:{word})") for word in form.split())), form, template)
    for form, template in FORMS
)
_WORDS = {word for form, _ in FORMS for word in form.split()} - _PARTS.keys() | {"times"}
_APART = {
    *(Template.PRECEDENCE, Template.RESPONSE, Template.NOT_COEXISTENCE),
    *(Template.RESPONDED_EXISTENCE, Template.CHAIN_PRECEDENCE),
}
_MOST = 1_000  # a rule that counts has a state for each number
_LIKE = 0.5  # how much of a form a sentence must share for it to be shown as the nearest
_ALIKE = {"not": "never", "immediately": "directly", "should": "must", "shall": "must", "has": "must"}
_TOKENS = re.compile(rf"{LENGTH}(?=\s|$)|\S+")


class RuleReader:
    """Reads sentences about the steps, items, services and channels that a file has."""

    def __init__(self, file: YamlFile, said: AttributeReader, services: Mapping[str, object] | None) -> None:
        self.file, self.said = file, said
        self.steps = tuple(said.planned)
        self.items = tuple(dict.fromkeys(item for step in said.planned.values() for item in step.info))
        self.services = services

    def read(self, node: Node) -> tuple[Rule, ...]:
        """Read the list of ``rules``; every fault is noted at its word."""
        found = [self._rule(item) for item in self.file.items(node, "rules")]
        return tuple(rule for rule in found if rule is not None)

    def _rule(self, node: Node) -> Rule | None:
        text = self.file.text(node, "a rule").removesuffix(".")
        if not text:
            return None
        for pattern, form, template in _PATTERNS:
            found = pattern.fullmatch(text)
            if found is not None:
                return self._checked(node, text, form, template, found)
        self.file.fault(node, f"the rule {text!r} has no form that is known", "E01", self._nearest(text))
        return None

    def _checked(
        self, node: Node, text: str, form: str, template: Template, found: re.Match[str]
    ) -> Rule | None:
        words = found.groupdict()
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        good = [self._known(node, found, word) for word in words]
        number, length = int(words.get("N") or 0), None
        if "D" in words:
            length = self._length(node, found)
        if number > _MOST:
            self.file.fault(node, f"the rule {text!r} counts to {number:,}", hint=f"at most {_MOST:,}")
        elif words.get("A") and words.get("A") == words.get("B") and template in _APART:
            what = f"the rule {text!r} names one step twice"
            self.file.fault(node, what, hint=f"{form!r} is about two steps")
        elif all(good) and (length is not None or "D" not in words):
            # 'A not within D of B' is asked by each B, as in Declare's negative response
            turned = template is Template.NEGATIVE_RESPONSE
            first, second = ("B", "A") if turned else ("A", "B")
            target = next((words[w] for w in (second, "SERVICE", "CHANNEL") if words.get(w)), "")
            return Rule(
                template=template,
                text=text,
                place=place,
                activation=words.get(first) or words.get("ITEM") or "",
                target=target,
                number=number,
                length=length,
            )
        return None

    def _known(self, node: Node, found: re.Match[str], word: str) -> bool:
        """Note a step, item, service or channel that the file does not have."""
        name, offset = found[word], _offset(node, found.start(word))
        before = len(self.file.faults)
        if word in {"A", "B"} and name not in self.steps:
            what = f"the rule names {name!r}, which is no step"
            self.file.fault(node, what, "E03", nearest_or_all(name, self.steps), offset)
        elif word == "ITEM" and name not in self.items:
            what = f"the rule names {name!r}, which no step's 'info' has"
            self.file.fault(node, what, "E03", nearest_or_all(name, self.items), offset)
        elif word == "CHANNEL":
            self.said.channel(node, name, offset)
        elif word == "SERVICE" and self.services is not None and name not in self.services:
            near = nearest(name, self.services) or "add it under 'services'"
            self.file.fault(node, f"the service {name!r} is not declared", "E08", near, offset)
        return len(self.file.faults) == before

    def _length(self, node: Node, found: re.Match[str]) -> Length | None:
        try:
            return length_of(found["D"])
        except BadLengthError as error:
            self.file.fault(node, error.what, "E07", error.hint, _offset(node, found.start("D")))
            return None

    def _nearest(self, text: str) -> str:
        """Return the form that shares most words with a sentence, in their order."""
        letters = iter(("A", "B"))
        said = [self._kind(token, letters) for token in _TOKENS.findall(text)]
        readings = (said, [_ALIKE.get(word, word) for word in said])

        def likeness(form: str) -> float:
            return max(SequenceMatcher(None, one, form.split(), autojunk=False).ratio() for one in readings)

        best = max((form for form, _ in FORMS), key=likeness)
        if likeness(best) < _LIKE:
            return f"forms are {', '.join(repr(form) for form, _ in FORMS)}"
        return f"did you mean the form {best!r}?"

    def _kind(self, token: str, letters: Iterator[str]) -> str:
        """Return what a word of a sentence stands for in the forms."""
        if token in self.steps or (token not in self.items and "_" in token):
            return next(letters, token)
        kinds = (
            ("ITEM", token in self.items),
            ("N", token.isdecimal()),
            ("D", re.fullmatch(LENGTH, token) is not None),
            ("SERVICE", token in (self.services or ())),
            (token, token in _ALIKE),
        )
        close = nearest(token, _WORDS).partition("'")[2].partition("'")[0]
        return next((kind for kind, fits in kinds if fits), close or token)


def _offset(node: Node, start: int) -> int:
    """Return how far behind its node's place a word of a one-line text stands."""
    plain = isinstance(node, ScalarNode) and node.start_mark.line == node.end_mark.line
    if not plain:
        return 0
    quote = 1 if node.style in {"'", '"'} else 0
    return start + quote if " ".join(str(node.value).split()) == str(node.value) else 0
