"""Which promises does a plan make, by which clock, and by which services?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time

from ruamel.yaml.nodes import Node, ScalarNode

from cjmine.domain.office_hours import OfficeHours, holiday_fault, office_hours, zone_fault
from cjmine.domain.plan import Count, Length, Place, PlanClock, Standard
from cjmine.errors import nearest
from cjmine.intended.attributes import START, AttributeReader
from cjmine.intended.terms import BadLengthError, length_of
from cjmine.intended.yaml_nodes import YamlFile, nearest_or_all

_KEYS = (
    *("id", "title", "start", "stop", "limit", "pause_when", "count", "received_after"),
    *("measure", "max"),
)
_PAUSE = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")
_AT = re.compile(r"(\d\d):(\d\d)")
_PROVIDE = re.compile(r"provide (\S+)")


class StandardReader:
    """Reads ``standards`` about the steps and items that a file has."""

    def __init__(self, file: YamlFile, said: AttributeReader) -> None:
        self.file = file
        self.steps = tuple(said.planned)
        self.items = tuple(dict.fromkeys(item for step in said.planned.values() for item in step.info))
        self._names: dict[str, Node] = {}

    def read(self, node: Node) -> tuple[Standard, ...]:
        """Read the list of ``standards``; every fault is noted at its place."""
        found = [self._standard(item) for item in self.file.items(node, "standards")]
        return tuple(standard for standard in found if standard is not None)

    def _standard(self, node: Node) -> Standard | None:
        keys = self.file.mapping(node, "a standard", _KEYS)
        before = len(self.file.faults)
        name = self.file.text(keys["id"], "id") if "id" in keys else ""
        if "id" not in keys:
            self.file.fault(node, "a standard needs the key 'id'")
        elif self._names.setdefault(name, node) is not node:
            first = self.file.at(self._names[name])
            self.file.fault(keys["id"], f"the standard {name!r} is given twice (first at {first})")
        timed = {"start", "stop", "limit", "pause_when", "count", "received_after"} & keys.keys()
        counted = {"measure", "max"} & keys.keys()
        if bool(timed) == bool(counted):
            form = "either 'start', 'stop' and 'limit', or 'measure' and 'max'"
            self.file.fault(node, f"a standard has {form}")
            return None
        needed = ("start", "stop", "limit") if timed else ("measure", "max")
        missing = [key for key in needed if key not in keys]
        if missing:
            self.file.fault(node, f"a standard needs the key {' and '.join(map(repr, missing))}")
        title = self.file.text(keys["title"], "title") if "title" in keys else name
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        made = self._timed(name, title, place, keys) if timed else self._counted(name, title, place, keys)
        return made if len(self.file.faults) == before else None

    def _timed(self, name: str, title: str, place: Place, keys: Mapping[str, Node]) -> Standard:
        return Standard(
            name=name,
            title=title,
            place=place,
            start=self._step(keys.get("start"), "start", also=(START,)),
            stop=self._step(keys.get("stop"), "stop"),
            limit=self._length(keys.get("limit")),
            pause=self._pause(keys.get("pause_when")),
            count=self._count(keys.get("count")),
            received_after=self._at(keys.get("received_after")),
        )

    def _counted(self, name: str, title: str, place: Place, keys: Mapping[str, Node]) -> Standard:
        measure = self.file.text(keys["measure"], "measure") if "measure" in keys else ""
        found = _PROVIDE.fullmatch(measure)
        item, step = (found[1], "") if found else ("", measure)
        if item and item not in self.items:
            what = f"measure names {item!r}, which no step's 'info' has"
            self.file.fault(keys["measure"], what, "E03", nearest_or_all(item, self.items))
        elif step:
            self._step(keys["measure"], "measure")
        most = self.file.text(keys["max"], "max") if "max" in keys else "0"
        if most and not most.isdecimal():
            self.file.fault(keys["max"], f"max is {most!r}", hint="write a whole number")
        number = int(most) if most.isdecimal() else 0
        return Standard(name=name, title=title, place=place, item=item, step=step, most=number)

    def _step(self, node: Node | None, what: str, also: tuple[str, ...] = ()) -> str:
        name = self.file.text(node, what) if node is not None else ""
        if node is not None and name and name not in {*self.steps, *also}:
            near = nearest_or_all(name, (*self.steps, *also))
            self.file.fault(node, f"{what} names {name!r}, which is no step", "E03", near)
        return name

    def _length(self, node: Node | None) -> Length | None:
        text = self.file.text(node, "limit") if node is not None else ""
        if node is None or not text:
            return None
        try:
            return length_of(text)
        except BadLengthError as error:
            self.file.fault(node, f"limit: {error.what}", "E07", error.hint)
            return None

    def _pause(self, node: Node | None) -> tuple[str, str] | None:
        text = self.file.text(node, "pause_when") if node is not None else ""
        if node is None or not text:
            return None
        found = _PAUSE.fullmatch(text)
        if found is None:
            hint = "write it like 'request_evidence..provide_evidence'"
            self.file.fault(node, f"pause_when is {text!r}", hint=hint)
            return None
        for name in (found[1], found[2]):
            if name not in self.steps:
                what = f"pause_when names {name!r}, which is no step"
                self.file.fault(node, what, "E03", nearest_or_all(name, self.steps))
        return found[1], found[2]

    def _count(self, node: Node | None) -> Count:
        text = self.file.text(node, "count") if node is not None else Count.EXCLUSIVE.value
        if node is not None and text and text not in set(Count):
            hint = nearest(text, set(Count)) or f"write {' or '.join(map(repr, map(str, Count)))}"
            self.file.fault(node, f"count is {text!r}", hint=hint)
        return Count(text) if text in set(Count) else Count.EXCLUSIVE

    def _at(self, node: Node | None) -> time | None:
        text = self.file.text(node, "received_after") if node is not None else ""
        found = _AT.fullmatch(text)
        if node is None or not text:
            return None
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 (a clock's own numbers)
            self.file.fault(node, f"received_after is {text!r}", hint="write a time such as '17:00'")
            return None
        return time(int(found[1]), int(found[2]))


def services_of(file: YamlFile, node: Node | None) -> dict[str, tuple[str, ...]] | None:
    """Return each service's systems; nothing where the plan declares no services."""
    if node is None:
        return None
    found = {}
    for name, body in file.mapping(node, "services").items():
        empty = isinstance(body, ScalarNode) and not body.value
        keys = {} if empty else file.mapping(body, f"the service {name!r}", ("system", "title"))
        systems = file.words(keys["system"], "system") if "system" in keys else []
        found[name] = tuple(dict.fromkeys(system for _, system in systems))
    return found


def clock_of(file: YamlFile, node: Node | None) -> PlanClock | None:
    """Return the plan's own clock; nothing where it leaves time to the project."""
    if node is None:
        return None
    keys = file.mapping(node, "clock", ("timezone", "working", "holidays"))
    texts = {key: file.text(value, key) for key, value in keys.items()}
    zone, holidays = texts.get("timezone") or "UTC", texts.get("holidays") or None
    if what := zone_fault(zone):
        file.fault(keys["timezone"], f"timezone: {what}")
    if holidays is not None and (what := holiday_fault(holidays)):
        file.fault(keys["holidays"], f"holidays: {what}")
    return PlanClock(timezone=zone, working=_hours(file, keys.get("working")), holidays=holidays)


def _hours(file: YamlFile, node: Node | None) -> OfficeHours | None:
    text = file.text(node, "working") if node is not None else ""
    if node is None or not text:
        return None
    try:
        return office_hours(text)
    except ValueError as error:
        file.fault(node, f"working: {error}")
        return None
