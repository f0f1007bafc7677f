"""The values of a drawing: boxes, lines and labels with their coordinates (CSS pixels, y downwards)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box to place, with its size."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A line to draw, at most one per ordered pair; the heavier, the straighter."""

    source: str
    target: str
    weight: int
    label_width: float = 0.0
    label_height: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share area."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A line as cubic Bézier points (first point, then threes), and its label's box.

    ``backward`` lines lead upwards, to an earlier rank.
    """

    curve: tuple[Point, ...]
    label: Box
    backward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Every coordinate of a map; ``routes`` by (source, target)."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    routes: Mapping[tuple[str, str], Route]
