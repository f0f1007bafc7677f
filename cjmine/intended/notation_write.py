"""How is an intended journey written as a ``.journey.yaml`` file?

As a person would write it, and so that it reads back as the same journey. A
step of an imported model takes a name of the notation; what the model called it
becomes its ``map``.
"""

from __future__ import annotations

from collections.abc import Iterable

from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.domain.plan import Count, PlanClock, PlannedStep, Standard
from cjmine.errors import ModelError
from cjmine.intended.blocks import leaves
from cjmine.intended.blocktree import tree_of
from cjmine.intended.commented import Notes, commented
from cjmine.intended.folding import folded
from cjmine.intended.names import named
from cjmine.intended.outline import Outline, Text
from cjmine.intended.steps import titled
from cjmine.intended.yaml_text import lines

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def write_notation(journey: IntendedJourney, notes: Notes | None = None) -> str:
    """Return a journey as the text of a ``.journey.yaml`` file, with ``notes`` behind its steps as comments.

    Comments are not part of a journey; only one without stages can be given some.

    Raises ``ModelError`` naming the steps when its flow has no words in the
    notation: it is no block structure, or a step stands in several places.
    """
    words = _Words(journey)
    flow = words.flow()
    steps = flow.get("steps")
    if notes is not None and isinstance(steps, list):
        told = ["steps:", *commented(steps, notes, 2)]
    else:
        told = lines(flow)
    rest: list[dict[str, Text]] = [words.beside(), words.stated()]
    parts = [lines(words.head()), told, *(lines(part) for part in rest)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


class _Words:
    """One journey being written."""

    def __init__(self, journey: IntendedJourney) -> None:
        self.journey = journey
        self.names = named(journey.declared)
        self.raw: dict[str, list[str]] = {}
        for activity, step in journey.mapping.items():
            self.raw.setdefault(step, []).append(activity)
        for label, name in self.names.items():
            if name != label and label not in journey.mapping:
                self.raw.setdefault(label, []).append(label)

    def head(self) -> dict[str, Text]:
        """Say what the journey is, by which clock and services, and between which steps."""
        one = self.journey
        found: dict[str, Text] = {"journey": one.name}
        texts = {"version": one.version, "customer": one.customer, "need": one.need or ""}
        texts = {"title": one.title if one.title != titled(one.name) else "", **texts}
        found |= {key: text for key, text in texts.items() if text}
        if one.clock is not None:
            found["clock"] = _clock(one.clock)
        found |= {key: names for key, names in (("starts", self.plain(one.starts)),) if names}
        inside = set(one.steps)
        ends: dict[str, Text] = {"success": self.plain(one.success)} if one.success else {}
        if one.stopped:
            ends["stopped"] = [
                self.names[name] if name in inside else self.step(name, "") for name in one.stopped
            ]
        if ends:
            found["ends"] = ends
        if one.services:
            found["services"] = {
                service: {"system": _one_or_all(systems)} if systems else {}
                for service, systems in one.services.items()
            }
        return found

    def flow(self) -> dict[str, Text]:
        """Write the steps, in stages where the journey has them."""
        one = self.journey
        plain = one.tree if one.tree is not None and one.planned else folded(one.tree or tree_of(one.net))
        outline = Outline(one.repeats, self.step)
        found: dict[str, Text]
        if one.stages:
            whole = plain.operator is Operator.SEQUENCE and len(one.stages) > 1
            trees = plain.children if whole else (plain,)
            found = {
                "stages": [
                    {"stage": title, "steps": outline.items(tree)}
                    for (title, _), tree in zip(one.stages, trees, strict=True)
                ]
            }
        else:
            found = {"steps": outline.items(_with_steps(plain))}
        if twice := outline.twice():
            what = f"{', '.join(map(repr, twice))} would have to be named in several places of the flow"
            raise ModelError(what, "the notation names each step once; a 'repeat' may bring it back")
        return found

    def beside(self) -> dict[str, Text]:
        """Write the steps outside the flow."""
        lists = {"anytime": self.journey.anytime, "unwanted": self.journey.unwanted}
        return {word: [self.step(name, "") for name in names] for word, names in lists.items() if names}

    def stated(self) -> dict[str, Text]:
        """Write rules and standards."""
        rules: list[Text] = [rule.text for rule in self.journey.rules]
        standards: list[Text] = [_standard(standard) for standard in self.journey.standards]
        return {word: items for word, items in (("rules", rules), ("standards", standards)) if items}

    def plain(self, names: Iterable[str]) -> Text:
        return [self.names[name] for name in names]

    def step(self, label: str, mark: str) -> Text:
        """Write a step's name, and what it says about itself where it says anything."""
        said = self.attributes(label)
        name = self.names[label] + mark
        return {name: said} if said else name

    def attributes(self, label: str) -> dict[str, Text]:
        one, name = self.journey, self.names[label]
        step = one.planned.get(label)
        found: dict[str, Text] = {}
        if label in one.by:
            found["by"] = one.by[label]
        if step is not None:
            found |= _said(step)
        if raw := self.raw.get(label):
            found["map"] = [*raw]
        title = one.titles.get(label, titled(label if name == label else name))
        if title != titled(name):
            found["title"] = title
        return found


def _with_steps(tree: Tree) -> Tree:
    if not leaves(tree):
        msg = "the model has no visible step"
        raise ModelError(msg)
    return tree


def _said(step: PlannedStep) -> dict[str, Text]:
    """Return what the plan says of a step, in the order of the notation's reference."""
    told: list[tuple[str, Text]] = [
        ("channel", _one_or_all(step.channels)),
        ("prefer", step.prefer or ""),
        ("backstage", "true" if step.backstage else ""),
        ("within", str(step.within or "")),
        ("not_before", str(step.not_before or "").replace(" of ", " after ", 1)),
        ("info", [*step.info]),
        ("fails_to", step.fails_to or ""),
        ("on_stage_note", step.note),
    ]
    return {key: value for key, value in told if value}


def _standard(standard: Standard) -> Text:
    found: dict[str, Text] = {"id": standard.name}
    if standard.title != standard.name:
        found["title"] = standard.title
    if standard.limit is None:
        measure = f"provide {standard.item}" if standard.item else standard.step
        return found | {"measure": measure, "max": str(standard.most)}
    found |= {"start": standard.start, "stop": standard.stop, "limit": str(standard.limit)}
    if standard.pause is not None:
        found["pause_when"] = "..".join(standard.pause)
    if standard.count is not Count.EXCLUSIVE:
        found["count"] = standard.count.value
    if standard.received_after is not None:
        found["received_after"] = f"{standard.received_after:%H:%M}"
    return found


def _clock(clock: PlanClock) -> Text:
    found: dict[str, Text] = {"timezone": clock.timezone}
    if clock.working is not None:
        week, times = clock.working.week, (clock.working.opens, clock.working.closes)
        # the open days are one run, which may go over Sunday
        first = next((day for day in range(7) if week[day] == "1" and week[day - 1] == "0"), 0)
        last = (first + week.count("1") - 1) % 7
        hours = "-".join(f"{time:%H:%M}" for time in times)
        found["working"] = f"{_DAYS[first]}-{_DAYS[last]} {hours}"
    return found | ({"holidays": clock.holidays} if clock.holidays else {})


def _one_or_all(names: tuple[str, ...]) -> Text:
    return names[0] if len(names) == 1 else [*names]
