"""Which intended journey does a BPMN 2.0 file describe?

Tasks of every kind, start, end and intermediate events, exclusive, parallel,
event-based and (up to five branches) inclusive gateways, and plain
sub-processes. A lane is the service that takes the tasks in it; a step with
tasks in several lanes has no one service (``shared_lanes``). Whatever else could
change the flow is refused by id and name: nothing is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lxml import etree

from cjmine.domain.models import IntendedJourney, PetriNet
from cjmine.errors import ModelError
from cjmine.intended.automaton import state_space
from cjmine.intended.bpmn_net import BpmnNet, Node, Scope
from cjmine.intended.bpmn_write import write_bpmn
from cjmine.intended.machine import blocks_in, net_ends
from cjmine.intended.safe_xml import children, local, read_xml

__all__ = ["read_bpmn", "write_bpmn"]

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_TASKS = frozenset(
    f"{kind}ask"
    for kind in ("t", "userT", "manualT", "serviceT", "scriptT", "sendT", "receiveT", "businessRuleT")
)
_STEPS = _TASKS | {"callActivity"}
_SILENT = frozenset({"intermediateCatchEvent", "intermediateThrowEvent", "startEvent", "endEvent"})
_GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "eventBasedGateway", "inclusiveGateway"})
_NODES = _STEPS | _SILENT | _GATEWAYS | {"subProcess"}
_REFUSED = {
    "boundaryEvent": "boundary event",
    "complexGateway": "complex gateway",
    "adHocSubProcess": "ad-hoc sub-process",
    "transaction": "transaction",
    "subChoreography": "choreography",
    "terminateEventDefinition": "terminate event",
    "linkEventDefinition": "link event",
    "compensateEventDefinition": "compensation event",
    "standardLoopCharacteristics": "loop marker",
    "multiInstanceLoopCharacteristics": "multi-instance marker",
}


def read_bpmn(path: Path) -> IntendedJourney:
    """Return the one process with tasks of a BPMN file; a task without a name is known by its id.

    Raises ``ModelError`` with all faults at once: unsupported elements, flows to
    missing nodes, nodes without a way in or out, several processes with tasks.
    """
    reader = _Reader(path)
    root = read_xml(path)
    if local(root) != "definitions":
        msg = f"{path}: <definitions> is expected, <{local(root)}> found"
        raise ModelError(msg)
    found = [(element, reader.scope(element)) for element in children(root, "process")]
    working = [(element, scope) for element, scope in found if _has_tasks(scope)]
    if len(working) != 1:
        names = ", ".join(_called(element) for element, _ in working) or "none"
        reader.faults.append(f"{path}: one process with tasks is expected, {len(working)} found: {names}")
    if reader.faults:
        raise ModelError(reader.faults, "draw these parts with tasks, events and plain gateways")
    drawing = BpmnNet()
    net = drawing.net(working[0][1])
    if drawing.faults:
        raise ModelError([f"{path}: {fault}" for fault in drawing.faults])
    if _ended_twice(path, net):
        net = BpmnNet().net(working[0][1], parallel_ends=True)
    starts, ends = net_ends(net)
    name = path.name.removesuffix(".bpmn")
    title = _name(working[0][0]) or name
    by = {step: min(lanes) for step, lanes in sorted(reader.taken.items()) if len(lanes) == 1}
    return IntendedJourney(
        name=name, title=title, net=net, source=str(path), starts=starts, success=ends, by=by
    )


def shared_lanes(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the steps whose tasks stand in several lanes, and those."""
    reader = _Reader(path)
    for element in children(read_xml(path), "process"):
        reader.scope(element)
    return {step: tuple(sorted(lanes)) for step, lanes in sorted(reader.taken.items()) if len(lanes) > 1}


class _Reader:
    """One pass over the processes' elements, collecting faults."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []
        self.taken: dict[str, set[str]] = {}
        self._lanes: dict[str, str] = {}

    def scope(self, owner: etree._Element) -> Scope:
        scope = Scope()
        for lanes in children(owner, "laneSet"):
            self.lanes(lanes)
        for element in owner:
            kind = local(element)
            if etree.QName(element).namespace != _MODEL:
                continue
            if kind in _REFUSED:
                self.fault(element, f"{_REFUSED[kind]} {_called(element)} is not supported")
            elif kind in _NODES:
                self.node(element, scope)
        ids = Counter(e.get("id") for e in owner if local(e) in _NODES | {"sequenceFlow"})
        self.faults += [
            f"{self.path}: the id {name!r} is used by {n} elements"
            for name, n in sorted(ids.items())
            if n > 1
        ]
        for element in children(owner, "sequenceFlow"):
            self.flow(element, scope)
        for element in owner:
            if element.get("id") in scope.nodes and local(element) in _NODES:
                self.connected(element, scope)
        if scope.nodes and not any(node.kind == "startEvent" for node in scope.nodes.values()):
            self.fault(owner, f"{local(owner)} {_called(owner)} has no start event")
        return scope

    def node(self, element: etree._Element, scope: Scope) -> None:
        kind, name = local(element), element.get("id")
        for marker in element:
            if local(marker) in _REFUSED and kind != "subProcess":
                self.fault(element, f"{_REFUSED[local(marker)]} {_called(element)} is not supported")
        if element.get("triggeredByEvent") == "true":
            self.fault(element, f"event sub-process {_called(element)} is not supported")
        node = Node(name, kind, called=_called(element))
        inner = self.scope(element) if kind == "subProcess" else Scope()
        if inner.nodes:
            node.inner = inner
        elif kind in _STEPS or kind == "subProcess":
            node.label = _name(element) or name
        scope.nodes[name] = node
        if node.label is not None and name in self._lanes:
            self.taken.setdefault(node.label, set()).add(self._lanes[name])

    def lanes(self, owner: etree._Element) -> None:
        """Note the lane of each node; the innermost one with a name is the service that takes it."""
        for lane in children(owner, "lane"):
            if name := _name(lane):
                nodes = (" ".join((node.text or "").split()) for node in children(lane, "flowNodeRef"))
                self._lanes |= dict.fromkeys(nodes, name)
            for inner in children(lane, "childLaneSet"):
                self.lanes(inner)

    def flow(self, element: etree._Element, scope: Scope) -> None:
        name, source, target = (element.get(key) for key in ("id", "sourceRef", "targetRef"))
        missing = [repr(end) for end in (source, target) if end not in scope.nodes]
        if missing:
            self.fault(element, f"sequence flow {name!r} leads from or to missing {' and '.join(missing)}")
            return
        scope.flows[name] = (source, target)
        scope.nodes[source].outgoing.append(name)
        scope.nodes[target].incoming.append(name)

    def connected(self, element: etree._Element, scope: Scope) -> None:
        node = scope.nodes[element.get("id")]
        if not node.incoming and node.kind != "startEvent":
            self.fault(element, f"{node.kind} {node.called} has no way in: no sequence flow leads to it")
        if not node.outgoing and node.kind != "endEvent":
            self.fault(element, f"{node.kind} {node.called} has no way on: no sequence flow leaves it")

    def fault(self, element: etree._Element, what: str) -> None:
        self.faults.append(f"{self.path}:{element.sourceline}: {what}")


def _name(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def _called(element: etree._Element) -> str:
    owner = element if element.get("id") else element.getparent()
    return f"{owner.get('id')!r}" + (f" ({_name(owner)})" if _name(owner) else "")


def _has_tasks(scope: Scope) -> bool:
    return any(n.label is not None or (n.inner and _has_tasks(n.inner)) for n in scope.nodes.values())


def _ended_twice(path: Path, net: PetriNet) -> bool:
    """Say whether several tokens can end the process; refuse a sub-process that several tokens leave."""
    ends = {i: name for i, name in enumerate(net.places) if name == "sink" or name.endswith(" ends")}
    if blocks_in(net) is not None:
        return False  # every split of blocks is joined
    markings = state_space(net).markings
    twice = {ends[p] for p in ends if any(marking.count(p) > 1 for marking in markings)}
    inner = sorted(name.removesuffix(" ends") for name in twice - {"sink"})
    if inner:
        msg = [f"{path}: parallel branches end apart in sub-process {name!r}" for name in inner]
        raise ModelError(msg, "join them with a parallel gateway before one end event")
    return bool(twice)
