"""How is a block-structured model written as BPMN that a viewer can draw?

Sizes are found bottom-up, positions top-down: a sequence is a row, branches are
stacked between their gateways, the way back of a loop runs below its body from
right to left. Ids count up in drawing order, so equal trees give equal bytes.
Services are lanes of the process; blocks go across services, so the picture has
no bands for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from cjmine.domain.models import SILENT, Operator, Tree

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_NAMES = {None: _MODEL, "bpmndi": _DI, "dc": _DC, "di": _DD}
_TASK, _GATE, _EVENT, _LANE = (120.0, 80.0), (50.0, 50.0), (36.0, 36.0), (0.0, 40.0)
_GAP, _SPACE = 60.0, 30.0
_MARGIN = 40.0


@dataclass(frozen=True, slots=True)
class _Shape:
    """A drawn node: its id, and the box it fills."""

    id: str
    x: float
    y: float
    width: float
    height: float
    gateway: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def write_bpmn(tree: Tree, name: str, by: Mapping[str, str] | None = None) -> str:
    """Return the tree as a BPMN 2.0 document with its picture (diagram interchange).

    ``by`` leads from a step to the service that takes it, whose lane it is in.
    """
    width, height = _size(tree)
    drawing = _Drawing(name, by or {})
    middle = _MARGIN + max(height, _EVENT[1]) / 2
    start = drawing.node("startEvent", _EVENT, _MARGIN, middle, 1)
    last = drawing.draw(tree, _MARGIN + _EVENT[0] + _GAP, middle, start, 1)
    end = drawing.node("endEvent", _EVENT, _MARGIN + _EVENT[0] + 2 * _GAP + width, middle, 1)
    drawing.connect(last, end, middle)
    drawing.lanes()
    etree.indent(drawing.root)
    return str(etree.tostring(drawing.root, xml_declaration=True, encoding="UTF-8").decode()) + "\n"


def _size(tree: Tree) -> tuple[float, float]:
    if tree == SILENT:
        return _LANE
    if tree.operator is None:
        return _TASK
    sizes = [_size(child) for child in tree.children]
    if tree.operator is Operator.SEQUENCE:
        return sum(w for w, _ in sizes) + _GAP * (len(sizes) - 1), max(h for _, h in sizes)
    inner = max(w for w, _ in sizes)
    return inner + 2 * (_GATE[0] + _GAP), sum(h for _, h in sizes) + _SPACE * (len(sizes) - 1)


class _Drawing:
    """A document being drawn: every node and flow gets its element and its shape."""

    def __init__(self, name: str, by: Mapping[str, str]) -> None:
        self.by, self.tasks = by, dict[str, list[str]]()
        self.root = etree.Element(
            _tag(_MODEL, "definitions"), nsmap=_NAMES, id="Definitions_1", targetNamespace="urn:cjmine"
        )
        self.process = etree.SubElement(
            self.root, _tag(_MODEL, "process"), id="Process_1", name=name, isExecutable="false"
        )
        diagram = etree.SubElement(self.root, _tag(_DI, "BPMNDiagram"), id="Diagram_1")
        self.plane = etree.SubElement(diagram, _tag(_DI, "BPMNPlane"), id="Plane_1", bpmnElement="Process_1")
        self.counts: dict[str, int] = {}

    def draw(self, tree: Tree, x: float, y: float, before: _Shape, way: int) -> _Shape:
        """Draw a block from ``x`` on along the middle ``y``, rightwards (``way`` 1) or back (-1)."""
        if tree == SILENT:
            return before
        if tree.operator is None:
            task = self.node("task", _TASK, x, y, way, name=tree.label or "")
            if tree.label is not None and tree.label in self.by:
                self.tasks.setdefault(self.by[tree.label], []).append(task.id)
            self.connect(before, task, y)
            return task
        if tree.operator is Operator.SEQUENCE:
            for child in tree.children:
                before = self.draw(child, x, y, before, way)
                x += way * (_size(child)[0] + _GAP)
            return before
        width, height = _size(tree)
        kind = "parallelGateway" if tree.operator is Operator.PARALLEL else "exclusiveGateway"
        first = self.node(kind, _GATE, x, y, way)
        last = self.node(kind, _GATE, x + way * (width - _GATE[0]), y, way)
        self.connect(before, first, y)
        inside, outside = x + way * (_GATE[0] + _GAP), x + way * (width - _GATE[0] - _GAP)
        top = y - height / 2
        for i, child in enumerate(tree.children):
            lane = top + _size(child)[1] / 2
            back = tree.operator is Operator.LOOP and i == 1
            a, b = (last, first) if back else (first, last)
            self.connect(
                self.draw(child, outside if back else inside, lane, a, -way if back else way), b, lane
            )
            top += _size(child)[1] + _SPACE
        return last

    def node(
        self, kind: str, size: tuple[float, float], x: float, y: float, way: int, *, name: str = ""
    ) -> _Shape:
        shape = _Shape(
            self.new(kind), x if way > 0 else x - size[0], y - size[1] / 2, *size, kind.endswith("Gateway")
        )
        element = etree.SubElement(self.process, _tag(_MODEL, kind), id=shape.id)
        if name:
            element.set("name", name)
        drawn = etree.SubElement(
            self.plane, _tag(_DI, "BPMNShape"), id=f"{shape.id}_di", bpmnElement=shape.id
        )
        if kind == "exclusiveGateway":
            drawn.set("isMarkerVisible", "true")
        bounds = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
        etree.SubElement(drawn, _tag(_DC, "Bounds"), {key: f"{value:g}" for key, value in bounds.items()})
        return shape

    def connect(self, source: _Shape, target: _Shape, lane: float) -> None:
        name = self.new("sequenceFlow")
        etree.SubElement(
            self.process, _tag(_MODEL, "sequenceFlow"), id=name, sourceRef=source.id, targetRef=target.id
        )
        edge = etree.SubElement(self.plane, _tag(_DI, "BPMNEdge"), id=f"{name}_di", bpmnElement=name)
        for x, y in _route(source, target, lane):
            etree.SubElement(edge, _tag(_DD, "waypoint"), x=f"{x:g}", y=f"{y:g}")

    def lanes(self) -> None:
        """Put a lane for each service before everything else in the process, where its schema has it."""
        if not self.tasks:
            return
        lanes = etree.Element(_tag(_MODEL, "laneSet"), id="LaneSet_1")
        self.process.insert(0, lanes)
        for service, tasks in sorted(self.tasks.items()):
            lane = etree.SubElement(lanes, _tag(_MODEL, "lane"), id=self.new("lane"), name=service)
            for task in tasks:
                etree.SubElement(lane, _tag(_MODEL, "flowNodeRef")).text = task

    def new(self, kind: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind[0].upper()}{kind[1:]}_{self.counts[kind]}"


def _route(source: _Shape, target: _Shape, lane: float) -> list[tuple[float, float]]:
    """Leave and enter a gateway towards the lane, anything else at its side."""
    way = 1 if target.middle[0] > source.middle[0] else -1
    points = [*_port(source, lane, way), *reversed(_port(target, lane, -way))]
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def _port(shape: _Shape, lane: float, way: int) -> list[tuple[float, float]]:
    x, y = shape.middle
    if shape.gateway and lane != y:
        edge = y + (shape.height / 2 if lane > y else -shape.height / 2)
        return [(x, edge), (x, lane)]
    side = (x + way * shape.width / 2, y)
    if lane == y:
        return [side]
    elbow = x + way * (shape.width / 2 + _GAP / 2)
    return [side, (elbow, y), (elbow, lane)]


def _tag(space: str, name: str) -> str:
    return f"{{{space}}}{name}"
