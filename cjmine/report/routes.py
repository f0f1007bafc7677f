"""Which way does a line run, once boxes, lanes and labels stand?

Lines are vertical inside a rank's band and bend only in the gap between two
bands, where no box and no label can be.
"""

from __future__ import annotations

from collections.abc import Sequence

from cjmine.report.geometry import Box, Edge, Point, Route


def ports(ends: Sequence[tuple[int, float]], places: Sequence[Box]) -> list[float]:
    """Return where each line meets its box: spread evenly, in the order of where the lines lead.

    ``ends`` gives, per line, the box's number and the x the line leads to.
    """
    lines: dict[int, list[tuple[float, int]]] = {}
    for k, (box, towards) in enumerate(ends):
        lines.setdefault(box, []).append((towards, k))
    at = [0.0] * len(ends)
    for box, leading in lines.items():
        place = places[box]
        for i, (_, k) in enumerate(sorted(leading)):
            at[k] = round(place.x + place.width * (i + 1) / (len(leading) + 1), 1)
    return at


def route(
    edge: Edge,
    ends: tuple[tuple[float, float, float], tuple[float, float, float]],
    lanes: Sequence[tuple[float, float, float]],
    *,
    upwards: bool,
) -> Route:
    """Return the line through its lanes; ``upwards`` turns it round.

    ``ends`` gives for the upper and the lower box (x, the box's border, the
    band's border); a lane is (x, top, bottom); one of them carries the label.
    """
    (x, y, border), (last_x, last_y, last_border) = ends
    curve: list[Point] = [(x, y)]
    _straight(curve, border)
    for lane_x, top, bottom in lanes:
        _bend(curve, lane_x, top)
        _straight(curve, bottom)
    _bend(curve, last_x, last_border)
    _straight(curve, last_y)
    lane_x, top, bottom = lanes[-1 if upwards else 0]
    label = Box(
        x=lane_x - edge.label_width / 2,
        y=(top + bottom - edge.label_height) / 2,
        width=edge.label_width,
        height=edge.label_height,
    )
    return Route(curve=tuple(reversed(curve) if upwards else curve), label=label, backward=upwards)


def loop(box: Box, edge: Edge, reach: float) -> Route:
    """Return a line from a box's right side back to it, its label beside it."""
    right, middle, half = box.x + box.width, box.y + box.height / 2, min(12.0, box.height / 4)
    label = Box(
        x=right + reach,
        y=middle - edge.label_height / 2,
        width=edge.label_width,
        height=edge.label_height,
    )
    curve = (
        (right, middle - half),
        (right + reach, middle - 2 * half),
        (right + reach, middle + 2 * half),
        (right, middle + half),
    )
    return Route(curve=curve, label=label, backward=False)


def _straight(curve: list[Point], y: float) -> None:
    x, start = curve[-1]
    if y != start:
        curve += [(x, start), (x, y), (x, y)]


def _bend(curve: list[Point], x: float, y: float) -> None:
    before, start = curve[-1]
    middle = (start + y) / 2
    curve += [(before, middle), (x, middle), (x, y)]
