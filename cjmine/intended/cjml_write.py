"""How is an intended journey written as a planned journey of CJML 2.0?

CJML has one sequence of touchpoints. A step that a service takes becomes a communication
point from that service to the customer; any other an action of the customer.
"""

from __future__ import annotations

from lxml import etree

from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.errors import ModelError
from cjmine.intended.blocks import leaves, optional
from cjmine.intended.blocktree import tree_of
from cjmine.intended.cjml_words import name_of_channel
from cjmine.intended.folding import folded

_CUSTOMER = "customer"
_WORDS = {Operator.CHOICE: "a choice", Operator.PARALLEL: "parallel", Operator.LOOP: "repeated"}


def write_cjml(journey: IntendedJourney) -> str:
    """Return a journey whose flow is one sequence as CJML 2.0.

    Raises ``ModelError`` naming each block that is none, with its line.
    """
    labels = _in_order(journey)
    root = etree.Element("CJML", version="2.0")
    plan = etree.SubElement(root, "plannedJourney")
    _add(plan, "journeyID", journey.name)
    _add(plan, "journeyTitle", journey.title)
    phases = [title for title, _ in journey.stages]
    if phases:
        listed = etree.SubElement(plan, "journeyPhases")
        for number, title in enumerate(phases, start=1):
            _add(etree.SubElement(listed, "journeyPhase", phaseID=f"P{number}"), "phaseName", title)
    actors = etree.SubElement(plan, "actors")
    services = sorted({journey.by[label] for label in labels if label in journey.by})
    etree.SubElement(actors, "endUser", actorID=_customer(services))
    for service in services:
        etree.SubElement(actors, "serviceProvider", actorID=service)
    points = etree.SubElement(plan, "touchpoints")
    for number, label in enumerate(labels, start=1):
        point = _point(points, journey, label, number, _customer(services))
        stage = next((at for at, (_, steps) in enumerate(journey.stages, start=1) if label in steps), None)
        if stage is not None:
            point.insert(1, etree.Element("belongsTo", phaseIDref=f"P{stage}"))
    etree.indent(root)
    return str(etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode()) + "\n"


def _point(
    points: etree._Element, journey: IntendedJourney, label: str, number: int, customer: str
) -> etree._Element:
    """Add the touchpoint of a step."""
    service = journey.by.get(label)
    kind = "plannedAction" if service is None else "plannedCommunicationPoint"
    point = etree.SubElement(points, kind)
    _add(point, "touchpointID", f"T{number}")
    initiator = etree.SubElement(point, "initiator")
    etree.SubElement(initiator, "refersTo", actorIDref=service or customer)
    _add(initiator, "initiatorLabel", label)
    if service is not None:
        receiver = etree.SubElement(point, "receiver")
        etree.SubElement(receiver, "refersTo", actorIDref=customer)
        planned = journey.planned.get(label)
        if planned is not None and planned.channels:
            channel = etree.SubElement(point, "channel")
            _add(channel, "channelName", name_of_channel(planned.prefer or planned.channels[0]))
    return point


def _in_order(journey: IntendedJourney) -> tuple[str, ...]:
    """Return the steps of a journey that is one sequence."""
    faults: list[str] = []
    found: list[str] = []

    def walk(tree: Tree) -> None:
        if tree.label is not None:
            found.append(tree.label)
        elif tree.operator is Operator.SEQUENCE:
            for child in tree.children:
                walk(child)
        else:
            faults.append(_refused(journey, tree))

    walk(folded(journey.tree or tree_of(journey.net)))
    if faults:
        raise ModelError(
            faults, "a planned journey of CJML is one sequence of touchpoints: keep one way of it"
        )
    return tuple(found)


def _refused(journey: IntendedJourney, tree: Tree) -> str:
    steps = leaves(tree)
    if tree.operator is None:
        return "the model has no visible step"
    may = any(tree == optional(child) for child in tree.children)
    what = "that may be left out" if may else f"that is {_WORDS[tree.operator]}"
    lines = [journey.planned[name].place.line for name in steps if name in journey.planned]
    at = f" in line {min(filter(None, lines))}" if any(lines) else ""
    return f"the block of {', '.join(map(repr, steps))}{at}, {what}, has no words in CJML"


def _customer(services: list[str]) -> str:
    """Return what the customer is called: no service is."""
    return _CUSTOMER if _CUSTOMER not in services else f"the {_CUSTOMER}"


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text
