"""The small parts of the plan's picture: headings, cards, arrows, marks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from cjmine.report import palette
from cjmine.report.geometry import Point
from cjmine.report.scene import Curve, Group, Rect, Shape, Text
from cjmine.report.wording import number, wrapped

CARD, GAP, LINE, SMALL = 10.0, 18.0, 16.0, 12.0
BLUE, RED = "#56b4e9", "#d55e00"
_HEAD, _SWATCH = 6.0, 10.0


def room(width: float) -> float:
    """Return how wide the content of a card may be."""
    return width - 2 * CARD


def card(
    x: float, y: float, width: float, height: float, *, fill: str = palette.PAPER, dashed: bool = False
) -> tuple[Shape, ...]:
    """Return the outline of a card; a dashed one stands beside the plan."""
    if not dashed:
        return (Rect(x=x, y=y, width=width, height=height, fill=fill, stroke=palette.INK, radius=6),)
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    around = [corners[0]]
    for start, end in pairwise(corners):
        around += [start, end, end]
    return (
        Rect(x=x, y=y, width=width, height=height, fill=fill),
        Curve(points=tuple(around), stroke=palette.LINE, dashed=True),
    )


def heading(words: str, x: float, y: float, width: float) -> tuple[list[Group], float]:
    """Return a stage's heading, and the height it takes; none for a stage without a name."""
    if not words:
        return [], 0.0
    line = wrapped(words, width - 2 * CARD, 14, lines=1)[0]
    box = Rect(x=x, y=y, width=width, height=28, fill=palette.INK, radius=4, role="ink-box")
    text = Text(
        x=x + width / 2, y=y + 18.5, words=line, size=13, bold=True, fill=palette.PAPER, role="on-ink"
    )
    return [Group(shapes=(box, text), title=words)], 28.0


def arrow(start: Point, end: Point) -> Group:
    """Return a straight arrow."""
    head, base = head_of(start, end)
    return Group(
        shapes=(
            Curve(points=(start, start, base, base), stroke=palette.LINE, width=1.5, role="line-stroke"),
            Curve(points=head, fill=palette.LINE, role="line-fill"),
        )
    )


def head_of(before: Point, tip: Point) -> tuple[tuple[Point, Point, Point], Point]:
    """Return the head of a line that comes from ``before``, and the middle of its base."""
    long = hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
    along = ((tip[0] - before[0]) / long, (tip[1] - before[1]) / long)
    base = (tip[0] - _HEAD * along[0], tip[1] - _HEAD * along[1])
    half = _HEAD * 0.6
    left = (base[0] + half * along[1], base[1] - half * along[0])
    right = (base[0] - half * along[1], base[1] + half * along[0])
    return (tip, left, right), base


def chip(
    marks: Sequence[tuple[str, str, int]], x: float, y: float, width: float
) -> tuple[list[Shape], float]:
    """Return marks (word, colour, journeys), each on a line of its own, and the height they take."""
    shapes: list[Shape] = []
    down = y
    for word, colour, count in marks:
        words = wrapped(f"{word} {number(count)}", width - _SWATCH - 6, SMALL, lines=1)[0]
        shapes.append(Rect(x=x, y=down + 2, width=_SWATCH, height=_SWATCH, fill=colour, stroke=palette.LINE))
        shapes.append(
            Text(x=x + _SWATCH + 6, y=down + 11.5, words=words, size=SMALL, bold=True, anchor="start")
        )
        down += LINE
    return shapes, down - y + (2 if marks else 0)
