"""What does a step say about itself: who, by which channel, until when, and under which names?

References to other steps are kept until the whole file is read, because a step
may name one that comes later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ruamel.yaml.nodes import MappingNode, Node

from cjmine.domain.plan import Anchor, Limit, Place, PlannedStep
from cjmine.domain.vocabulary import Channel
from cjmine.errors import nearest
from cjmine.intended.terms import BadLengthError, limit_of
from cjmine.intended.yaml_nodes import YamlFile, nearest_or_all

ATTRIBUTES = (
    *("map", "title", "by", "channel", "prefer", "backstage", "within", "not_before"),
    *("info", "fails_to", "on_stage_note"),
)
_CHANNELS = tuple(channel.value for channel in Channel)
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
START = "start"
"""What a limit calls the beginning of the journey."""


class AttributeReader:
    """Reads what steps say about themselves."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.mapping: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.by: dict[str, str] = {}
        self.planned: dict[str, PlannedStep] = {}
        self._mapped: dict[str, Node] = {}
        self._services: list[tuple[Node, str]] = []
        self._limits: list[tuple[Node, Limit]] = []
        self._named: list[tuple[Node, str, str]] = []

    def read(self, name: str, key: Node, node: Node | None) -> None:
        """Read the attributes of one step, named at ``key``; ``node`` holds them."""
        place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
        self.planned.setdefault(name, PlannedStep(place=place))
        if not isinstance(node, MappingNode):
            return
        known = self.file.mapping(node, f"the step {name!r}", ATTRIBUTES)
        if "title" in known:
            self.titles[name] = self.file.text(known["title"], "title")
        if "by" in known and (service := self.file.text(known["by"], "by")):
            self.by[name] = service
            self._services.append((known["by"], service))
        if "map" in known:
            self._map(name, known["map"])
        channels, prefer = self._channels(known)
        self.planned[name] = PlannedStep(
            place=place,
            channels=channels,
            prefer=prefer,
            backstage=self._truth(known.get("backstage"), "backstage"),
            within=self._limit(known.get("within"), "within"),
            not_before=self._limit(known.get("not_before"), "not_before"),
            info=tuple(dict.fromkeys(text for _, text in self.file.words(known["info"], "info")))
            if "info" in known
            else (),
            fails_to=self._name(known.get("fails_to"), "fails_to"),
            note=self.file.text(known["on_stage_note"], "on_stage_note") if "on_stage_note" in known else "",
        )

    def name(self, node: Node, what: str, name: str) -> None:
        """Keep a name that must turn out to be a step's."""
        self._named.append((node, what, name))

    def resolve(self, steps: Collection[str], services: Mapping[str, object] | None) -> None:
        """Note every reference to a step, date or service that the file does not have."""
        for node, what, name in self._named:
            if name not in steps:
                unknown = f"{what} names {name!r}, which is no step"
                self.file.fault(node, unknown, "E03", nearest_or_all(name, steps))
        anchors = (*steps, *sorted({item for step in self.planned.values() for item in step.info}), START)
        for node, limit in self._limits:
            if limit.name not in anchors:
                what = f"'{limit}' counts from {limit.name!r}, which is no step and no item of any 'info'"
                self.file.fault(node, what, "E03", nearest_or_all(limit.name, anchors))
        for node, service in self._services if services is not None else ():
            if service not in (services or {}):
                near = nearest(service, services or {}) or "add it under 'services'"
                self.file.fault(node, f"the service {service!r} is not declared", "E08", near)
        for name, step in self.planned.items():
            self.planned[name] = replace(
                step,
                within=_anchored(step.within, steps),
                not_before=_anchored(step.not_before, steps),
            )

    def _map(self, name: str, node: Node) -> None:
        for item in self.file.items(node, "map"):
            raw = self.file.text(item, "an activity of map")
            if raw in self.mapping:
                first = self.file.at(self._mapped[raw])
                both = f"{self.mapping[raw]!r} and {name!r}"
                self.file.fault(item, f"the activity {raw!r} leads to {both} (first at {first})")
            elif raw:
                self.mapping[raw], self._mapped[raw] = name, item

    def _channels(self, known: Mapping[str, Node]) -> tuple[tuple[str, ...], str | None]:
        found = self.file.words(known["channel"], "channel") if "channel" in known else []
        for node, channel in found:
            self.channel(node, channel)
        channels = tuple(dict.fromkeys(channel for _, channel in found))
        if "prefer" not in known:
            return channels, None
        prefer = self.file.text(known["prefer"], "prefer")
        if channels and prefer not in channels:
            what = f"prefer names {prefer!r}, which is not among the step's channels"
            near = nearest(prefer, channels) or f"one of {', '.join(channels)}"
            self.file.fault(known["prefer"], what, "E08", near)
        else:
            self.channel(known["prefer"], prefer)
        return channels, prefer

    def channel(self, node: Node, channel: str, offset: int = 0) -> None:
        """Note a channel that nobody knows."""
        if channel and channel not in _CHANNELS:
            near = nearest(channel, _CHANNELS) or f"channels are {', '.join(_CHANNELS)}"
            self.file.fault(node, f"the channel {channel!r} is not known", "E08", near, offset)

    def _truth(self, node: Node | None, what: str) -> bool:
        if node is None:
            return False
        text = self.file.text(node, what).casefold()
        if text and text not in _TRUTH:
            self.file.fault(node, f"{what} is {text!r}", hint="write 'true' or 'false'")
        return _TRUTH.get(text, False)

    def _limit(self, node: Node | None, what: str) -> Limit | None:
        text = self.file.text(node, what) if node is not None else ""
        if node is None or not text:
            return None
        try:
            length, name = limit_of(text)
        except BadLengthError as error:
            self.file.fault(node, f"{what}: {error.what}", "E07", error.hint)
            return None
        limit = Limit(length, Anchor.START if name == START else Anchor.DATE, name)
        self._limits.append((node, limit))
        return limit

    def _name(self, node: Node | None, what: str) -> str | None:
        name = self.file.text(node, what) if node is not None else ""
        if node is not None and name:
            self.name(node, what, name)
        return name or None


def _anchored(limit: Limit | None, steps: Collection[str]) -> Limit | None:
    """Return the limit with what its name turned out to be: a step, where one is called so."""
    is_step = limit is not None and limit.anchor is Anchor.DATE and limit.name in steps
    return replace(limit, anchor=Anchor.STEP) if is_step and limit is not None else limit
