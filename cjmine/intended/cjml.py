"""Which journey does a CJML 2.0 file plan?

A planned journey is one sequence of touchpoints: communication points, from an initiator
to a receiver by a channel, and actions. A step is called by the initiator's label; the
service provider among initiator and receiver is the service that takes it. Phases are stages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from lxml import etree

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.domain.plan import Place, PlannedStep
from cjmine.errors import ModelError
from cjmine.intended.blocks import sequence, step
from cjmine.intended.cjml_words import PARTS, UNREAD, channel_named
from cjmine.intended.net import net_of
from cjmine.intended.safe_xml import children, local, read_xml

_VERSION = "2.0"


def read_cjml(path: Path) -> IntendedJourney:
    """Return the one planned journey of a CJML file.

    Raises ``ModelError`` with all faults at once: unreadable XML, another version,
    elements that are not known, no or several planned journeys, no touchpoints, or
    actors that are not there.
    """
    return _Reader(path).journey()


class _Reader:
    """One pass over a file's elements, collecting faults."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []
        root = read_xml(path)
        if local(root) != "CJML" or root.get("version") != _VERSION:
            msg = f'{path}: <CJML version="{_VERSION}"> is expected, <{local(root)}> found'
            raise ModelError(msg, "export the journey as CJML 2.0")
        plans = children(root, "plannedJourney")
        if len(plans) != 1:
            msg = f"{path}: one <plannedJourney> is expected in <CJML>, {len(plans)} found"
            raise ModelError(
                msg, "an actual journey is no plan; keep each planned journey in a file of its own"
            )
        self._check(root)
        self.plan = plans[0]
        self.phases = {
            phase.get("phaseID", ""): _text(phase, "phaseName") or phase.get("phaseID", "")
            for one in children(self.plan, "journeyPhases")
            for phase in children(one, "journeyPhase")
        }
        self.actors = {
            _actor(actor): actor for one in children(self.plan, "actors") for actor in one if _actor(actor)
        }

    def _check(self, element: etree._Element) -> None:
        """Note every element that is not known where it stands, but for what an actual journey holds."""
        if local(element) == "actualJourney":
            return
        for child in element:
            if local(child) in PARTS.get(local(element), ()):
                self._check(child)
            else:
                self.fault(child, f"<{local(child)}> is not supported in <{local(element)}>")

    def fault(self, element: etree._Element, what: str) -> None:
        self.faults.append(f"{self.path}:{element.sourceline}: {what}")

    def journey(self) -> IntendedJourney:
        points = [
            point for one in children(self.plan, "touchpoints") for point in one if self._is_point(point)
        ]
        if not points:
            self.fault(self.plan, "the planned journey has no touchpoints")
        labels = [_label(point) for point in points]
        services = [self._service(point) for point in points]
        if self.faults:
            raise ModelError(self.faults)
        phases = [self._phase(point) for point in points]
        tree, stages = _flow(labels, phases)
        name = _text(self.plan, "journeyID") or self.path.name.removesuffix(self.path.suffix)
        taken = {
            label: {s for one, s in zip(labels, services, strict=True) if one == label} for label in labels
        }
        return IntendedJourney(
            name=name,
            title=_text(self.plan, "journeyTitle") or name,
            net=net_of(tree),
            tree=tree,
            source=str(self.path),
            stages=stages,
            starts=(labels[0],),
            success=(labels[-1],),
            by={
                label: min(found)
                for label, found in sorted(taken.items())
                if len(found) == 1 and "" not in found
            },
            planned={
                label: PlannedStep(
                    place=Place(point.sourceline or 0, 1), channels=_channels(points, labels, label)
                )
                for label, point in zip(reversed(labels), reversed(points), strict=True)
            },
        )

    def _is_point(self, element: etree._Element) -> bool:
        if local(element) not in PARTS["touchpoints"]:
            return False
        if not _label(element):
            self.fault(element, f"<{local(element)}> has neither an initiatorLabel nor a touchpointID")
        return True

    def _service(self, point: etree._Element) -> str:
        """Return the service provider of a touchpoint, the initiator first; an empty text for none."""
        found = ""
        for role in ("initiator", "receiver"):
            for one in children(point, role):
                for reference in children(one, "refersTo"):
                    actor = self.actors.get(_actor(reference))
                    if actor is None:
                        self.fault(reference, f"the {role} {_actor(reference)!r} is not among the actors")
                    elif local(actor) == "serviceProvider":
                        found = found or _name(actor)
        return found

    def _phase(self, point: etree._Element) -> str:
        for belongs in children(point, "belongsTo"):
            reference = belongs.get("phaseIDref", "")
            return str(self.phases.get(reference, reference))
        return ""


def left_out(path: Path) -> Iterator[str]:
    """Say what a CJML file holds that a journey has no place for."""
    root = read_xml(path)
    if actual := len(children(root, "actualJourney")):
        yield f"actual journeys: {actual:,}"
    plan = children(root, "plannedJourney")[0]
    counts = Counter(local(one) for one in plan.iter() if local(one) in UNREAD and (one.text or "").strip())
    yield from (f"{name}: {count:,}" for name, count in sorted(counts.items()))
    named = {" ".join((one.text or "").split()) for one in plan.iter() if local(one) == "channelName"}
    if unknown := sorted(name for name in named if name and channel_named(name) is None):
        yield f"channels with no name of ours: {', '.join(unknown)}"


def _flow(labels: list[str], phases: list[str]) -> tuple[Tree, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the sequence, in stages where each phase is one stretch of it and no touchpoint is without."""
    stretches = [
        (phase, tuple(label for label, _ in group))
        for phase, group in groupby(zip(labels, phases, strict=True), key=lambda one: one[1])
    ]
    titles = [phase for phase, _ in stretches]
    if "" in titles or len(set(titles)) < len(titles):
        return sequence(*map(step, labels)), ()
    return sequence(*(sequence(*map(step, steps)) for _, steps in stretches)), tuple(stretches)


def _channels(points: list[etree._Element], labels: list[str], label: str) -> tuple[str, ...]:
    names = [
        _text(channel, "channelName")
        for point, one in zip(points, labels, strict=True)
        if one == label
        for channel in children(point, "channel")
    ]
    found = [channel.value for name in names if (channel := channel_named(name)) is not None]
    return tuple(dict.fromkeys(found))


def _label(point: etree._Element) -> str:
    told = next((_text(one, "initiatorLabel") for one in children(point, "initiator")), "")
    return told or _text(point, "touchpointID")


def _actor(element: etree._Element) -> str:
    return str(element.get("actorID") or element.get("actorIDref") or "")


def _name(actor: etree._Element) -> str:
    return _text(actor, "companyName") or _text(actor, "actorName") or _actor(actor)


def _text(element: etree._Element, name: str) -> str:
    return next((" ".join((child.text or "").split()) for child in children(element, name)), "")
