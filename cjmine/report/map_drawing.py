"""Where and how is each step and move of a process map drawn?"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from cjmine.report import palette
from cjmine.report.geometry import Box, Edge, Layout, Node, Point, Route
from cjmine.report.layout import lay_out
from cjmine.report.map_values import END, START, Flow, Place, ProcessMap
from cjmine.report.scene import Curve, Group, Rect, Scene, Shape, Text
from cjmine.report.wording import hours, number, text_width, wrapped

WIDTH, PAD, LINE_HEIGHT = 148.0, 8.0, 16.0
EDGE, SIZE, SMALL, HEAD, NARROWEST, WIDEST, LEGEND = 16.0, 13.0, 12.0, 8.0, 1.0, 7.0, 30.0


def scene_of(chosen: ProcessMap) -> Scene:
    """Lay a map out and return its shapes."""
    lines = {place.name: _lines(place) for place in chosen.places}
    nodes = [
        Node(id=name, width=WIDTH, height=len(rows) * LINE_HEIGHT + 2 * PAD) for name, rows in lines.items()
    ]
    marks = {key for flow in chosen.flows for key in flow.key} & {START, END}
    nodes += [Node(id=mark, width=64, height=28) for mark in (START, END) if mark in marks]
    edges = [
        Edge(
            source=flow.source,
            target=flow.target,
            weight=flow.count,
            label_width=text_width(_label(flow), SMALL) + 6,
            label_height=LINE_HEIGHT,
        )
        for flow in chosen.flows
    ]
    layout = lay_out(nodes, edges)
    return _assembled(chosen, lines, layout)


def _assembled(chosen: ProcessMap, lines: Mapping[str, list[tuple[str, bool]]], layout: Layout) -> Scene:
    colours = palette.by_service((place.service, place.events) for place in _busiest(chosen))
    most = max((flow.count for flow in chosen.flows), default=1)
    legend, width, depth = _legend(colours, max(layout.width, 480.0))
    groups = [legend]
    groups += [_line(flow, layout.routes[flow.key], most, depth) for flow in reversed(chosen.flows)]
    groups += [_label_group(flow, layout.routes[flow.key].label, depth) for flow in reversed(chosen.flows)]
    groups += [_box(p, layout.boxes[p.name], lines[p.name], colours[p.service], depth) for p in chosen.places]
    groups += [_mark(mark, layout.boxes[mark], depth) for mark in (START, END) if mark in layout.boxes]
    return Scene(
        name="process-map",
        title="Process map: the ways customers really took",
        description=f"{chosen.caption} The same numbers stand in the table below the picture.",
        width=width,
        height=layout.height + depth,
        groups=groups,
    )


def _busiest(chosen: ProcessMap) -> list[Place]:
    totals: dict[str, Place] = {}
    for place in chosen.places:
        seen = totals.get(place.service)
        events = place.events + (seen.events if seen else 0)
        totals[place.service] = Place(
            name="", title="", service=place.service, events=events, journeys=0, starts=0, ends=0
        )
    return list(totals.values())


def _lines(place: Place) -> list[tuple[str, bool]]:
    inner = WIDTH - 2 * PAD
    rows = [(row, True) for row in wrapped(place.title, inner, SIZE * 1.08)]
    rows += [(row, False) for row in wrapped(place.service or "no service", inner, SMALL, lines=1)]
    return [*rows, (f"{number(place.events)} \u00d7", False)]


def _label(flow: Flow) -> str:
    return number(flow.count) + ("" if flow.wait_h is None else f" · {hours(flow.wait_h)}")


def _named(name: str) -> str:
    return {START: "the start", END: "the end"}.get(name, name)


def _kpi(flow: Flow) -> dict[str, object]:
    wait = "" if flow.wait_h is None else f" median_wait_h={flow.wait_h!r}"
    return {"source": flow.source, "target": flow.target, "kpi": f"count={flow.count}{wait}"}


def _line(flow: Flow, route: Route, most: int, down: float) -> Group:
    wide = NARROWEST + (WIDEST - NARROWEST) * sqrt(flow.count / most)
    colour, role = (palette.BACK, "back") if route.backward else (palette.LINE, "line")
    points = [(x, y + down) for x, y in route.curve]
    tip = points[-1]
    before = next((p for p in reversed(points) if p != tip), tip)
    sideways = flow.source == flow.target
    step = (-1.0, 0.0) if sideways else (0.0, 1.0 if before[1] < tip[1] else -1.0)
    size = HEAD + wide / 2
    base = (tip[0] - step[0] * size, tip[1] - step[1] * size)
    half = size * 0.5
    head: tuple[Point, ...] = (
        tip,
        (base[0] + step[1] * half, base[1] + step[0] * half),
        (base[0] - step[1] * half, base[1] - step[0] * half),
    )
    # the line ends inside the arrow's head, or it would blunt the tip
    shaft = tuple(base if point == tip else point for point in points)
    return Group(
        shapes=(
            Curve(points=shaft, stroke=colour, width=wide, dashed=route.backward, role=f"{role}-stroke"),
            Curve(points=head, fill=colour, role=f"{role}-fill"),
        ),
        title=f"{_named(flow.source)} → {_named(flow.target)}: {number(flow.count)} times"
        + ("" if flow.wait_h is None else f", median wait {hours(flow.wait_h)}"),
    )


def _label_group(flow: Flow, box: Box, down: float) -> Group:
    y = box.y + down
    return Group(
        shapes=(
            Rect(
                x=box.x, y=y, width=box.width, height=box.height, fill=palette.PAPER, radius=3, role="paper"
            ),
            Text(x=box.x + box.width / 2, y=y + 12.5, words=_label(flow), size=SMALL, role="ink"),
        ),
        data=_kpi(flow),
    )


def _box(place: Place, box: Box, lines: list[tuple[str, bool]], colour: str, down: float) -> Group:
    ink = palette.text_on(colour)
    y = box.y + down
    shapes: list[Shape] = [
        Rect(x=box.x, y=y, width=box.width, height=box.height, fill=colour, stroke=palette.LINE, radius=7)
    ]
    for i, (words, bold) in enumerate(lines):
        size = SIZE if bold else SMALL
        base = y + PAD + LINE_HEIGHT * (i + 1) - 4
        shapes.append(Text(x=box.x + box.width / 2, y=base, words=words, size=size, bold=bold, fill=ink))
    return Group(
        shapes=tuple(shapes),
        title=f"{place.title} ({place.service or 'no service'}): {number(place.events)} times "
        f"in {number(place.journeys)} journeys",
        data={"node": place.name, "kpi": f"events={place.events} journeys={place.journeys}"},
    )


def _mark(mark: str, box: Box, down: float) -> Group:
    words = "Start" if mark == START else "End"
    middle, y = box.x + box.width / 2, box.y + down
    return Group(
        shapes=(
            Rect(
                x=box.x, y=y, width=box.width, height=box.height, fill=palette.INK, radius=14, role="ink-box"
            ),
            Text(x=middle, y=y + 18.5, words=words, size=SIZE, bold=True, fill=palette.PAPER, role="on-ink"),
        ),
        title="Where journeys begin" if mark == START else "Where journeys end",
    )


def _legend(colours: Mapping[str, str], width: float) -> tuple[Group, float, float]:
    """Return the key to colours and lines, and how much room it takes above the map."""
    shapes: list[Shape] = []
    x, y = EDGE, 12.0
    for service, colour in colours.items():
        words = wrapped(service or "no service", 220, SMALL, lines=1)[0]
        room = 14 + 6 + text_width(words, SMALL) + 18
        if x > EDGE and x + room > width:
            x, y = EDGE, y + 22
        shapes.append(Rect(x=x, y=y, width=14, height=14, fill=colour, stroke=palette.LINE, radius=3))
        shapes.append(Text(x=x + 20, y=y + 11.5, words=words, size=SMALL, anchor="start", role="ink"))
        x += room
    y += 22
    note = "Lines: how often · median wait. Dashed: back to an earlier step."
    shapes.append(Text(x=EDGE, y=y + 11.5, words=note, size=SMALL, anchor="start", role="ink"))
    return Group(shapes=tuple(shapes)), width, y + LEGEND - 8
