"""A plan that is no block structure: its steps as a net lays them out, each with its figures."""

from __future__ import annotations

from collections.abc import Iterator

from cjmine.domain.models import PetriNet
from cjmine.report import palette
from cjmine.report.geometry import Edge, Layout, Node
from cjmine.report.layout import lay_out
from cjmine.report.plan_blocks import Step
from cjmine.report.plan_shapes import head_of
from cjmine.report.plan_steps import Steps
from cjmine.report.scene import Curve, Group

_CARD = 230.0


def net_groups(net: PetriNet, steps: Steps, y: float) -> tuple[list[Group], float, float]:
    """Draw the steps of a net from ``y`` on; returns the groups, the width and where they end."""
    names = sorted({one.label for one in net.transitions if one.label is not None})
    heights = {name: steps.step(Step(name), 0, 0, _CARD)[1] for name in names}
    nodes = [Node(id=name, width=_CARD, height=heights[name]) for name in names]
    edges = [Edge(source=one, target=other, weight=1) for one, other in sorted(set(_next(net)))]
    layout = lay_out(nodes, edges)
    groups = [_line(layout, edge, y) for edge in edges]
    for name in names:
        box = layout.boxes[name]
        groups += steps.step(Step(name), box.x, box.y + y, _CARD)[0]
    return groups, layout.width, y + layout.height


def _line(layout: Layout, edge: Edge, down: float) -> Group:
    route = layout.routes[edge.source, edge.target]
    points = [(x, y + down) for x, y in route.curve]
    before = next((point for point in reversed(points) if point != points[-1]), points[0])
    head, base = head_of(before, points[-1])
    shaft = tuple(base if point == points[-1] else point for point in points)
    colour = palette.BACK if route.backward else palette.LINE
    return Group(
        shapes=(
            Curve(points=shaft, stroke=colour, width=1.5, dashed=route.backward),
            Curve(points=head, fill=colour),
        ),
        title=f"{edge.source} \u2192 {edge.target}",
    )


def _next(net: PetriNet) -> Iterator[tuple[str, str]]:
    """Yield the steps that hand on to each other, silent transitions left out."""
    taking: dict[int, list[int]] = {}
    for number, one in enumerate(net.transitions):
        for place in one.inputs:
            taking.setdefault(place, []).append(number)
    for one in net.transitions:
        if one.label is None:
            continue
        todo, seen = list(one.outputs), set(one.outputs)
        while todo:
            for number in taking.get(todo.pop(), ()):
                other = net.transitions[number]
                if other.label is not None:
                    yield one.label, other.label
                    continue
                fresh = [place for place in other.outputs if place not in seen]
                seen.update(fresh)
                todo += fresh
