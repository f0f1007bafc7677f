"""How does the share that is done grow with the wait, beside the promised limit?."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from cjmine.domain.incidence import Completion
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Length, Standard, Unit
from cjmine.report import palette
from cjmine.report.geometry import Point
from cjmine.report.scene import Curve, Group, Rect, Scene, Shape, Text, to_png, to_svg
from cjmine.report.standards import curve, every, within
from cjmine.report.wording import number, percent

WIDTH, PANEL, LEFT, RIGHT, TOP, PLOT = 900.0, 250.0, 70.0, 40.0, 44.0, 150.0
_LINE, _LIMIT, _STEPS, _MOST = "#0072b2", palette.BACK, 240, 12
_TIMES = 3
"""The axis is so many limits long."""
_UNITS = {
    Unit.MINUTE: "minutes",
    Unit.HOUR: "hours",
    Unit.WORKING_HOUR: "working hours",
    Unit.DAY: "days",
    Unit.WORKING_DAY: "working days",
}


def draw_svg(times: pl.DataFrame, models: Mapping[str, IntendedJourney]) -> str:
    """Return the curves of completion of all standards that promise a time, as SVG."""
    return to_svg(_scene(times, models))


def draw_png(times: pl.DataFrame, models: Mapping[str, IntendedJourney], path: Path) -> None:
    """Draw the same curves as PNG."""
    to_png(_scene(times, models), path)


def drawn(
    times: pl.DataFrame, models: Mapping[str, IntendedJourney]
) -> list[tuple[Standard, Length, Completion]]:
    """Return the first standards of which a wait began, with their limits and curves."""
    found = [(one, one.limit, curve(times, name, one)) for name, one in every(models)]
    return [(one, limit, line) for one, limit, line in found if limit is not None and line is not None][
        :_MOST
    ]


def _scene(times: pl.DataFrame, models: Mapping[str, IntendedJourney]) -> Scene:
    panels = drawn(times, models)
    return Scene(
        name="standards",
        title="Completion beside the limit",
        description="The share done by each time, pauses taken off, beside the limit of each standard. "
        "Journeys that gave up are never done; journeys that still wait count for as long as they were seen.",
        width=WIDTH,
        height=max(len(panels), 1) * PANEL,
        groups=[_panel(i * PANEL, *panel) for i, panel in enumerate(panels)],
    )


def _panel(top: float, standard: Standard, limit: Length, line: Completion) -> Group:
    allowed = within(limit)
    last = max(_TIMES * allowed, 1)
    y = top + TOP

    def place(time: float, share: float) -> Point:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(time, last) / last, y + PLOT * (1 - share)

    done = line.by(allowed)
    words = f"{percent(done, 1)} done within {limit.amount:,} {_UNITS[limit.unit]}"
    shapes: list[Shape] = [
        Text(x=16, y=top + 24, words=standard.title, size=15, bold=True, anchor="start", role="ink"),
        *_axes(y, limit),
    ]
    corners = [place(*corner) for corner in _corners(line, last)]
    path = [corners[0], *(point for first, then in pairwise(corners) for point in (first, then, then))]
    shapes.append(Curve(points=tuple(path), stroke=_LINE, width=2.5))
    x, _ = place(allowed, 0)
    shapes += [
        Curve(
            points=_straight((x, y - 8), (x, y + PLOT)),
            stroke=_LIMIT,
            width=2,
            dashed=True,
            role="back-stroke",
        ),
        Rect(x=x - 4, y=place(0, done)[1] - 4, width=8, height=8, fill=_LIMIT, radius=4),
        Text(x=x + 10, y=y - 5, words=words, anchor="start", role="ink"),
    ]
    return Group(
        shapes=tuple(shapes),
        title=f"{standard.title}: {words}",
        data={"standard": standard.name, "kpi": f"done_in_time={done:.4f}"},
    )


def _axes(y: float, limit: Length) -> Iterator[Shape]:
    wide = WIDTH - LEFT - RIGHT
    for part in (0, 0.5, 1):
        at = y + PLOT * (1 - part)
        ends = _straight((LEFT, at), (WIDTH - RIGHT, at))
        yield Curve(points=ends, stroke=palette.OTHER, width=1, role="line-stroke" if not part else "")
        yield Text(x=LEFT - 8, y=at + 4, words=percent(part, 1), anchor="end", role="ink")
    for tick in range(_TIMES + 1):
        words = number(tick * limit.amount)
        yield Text(x=LEFT + wide * tick / _TIMES, y=y + PLOT + 18, words=words, role="ink")
    words = f"{_UNITS[limit.unit]}, without pauses"
    yield Text(x=LEFT + wide / 2, y=y + PLOT + 38, words=words, role="ink")


def _corners(line: Completion, last: int) -> Iterator[tuple[float, float]]:
    """Yield the corners of the steps up to ``last``; of very many, some."""
    shown = np.flatnonzero(line.times <= last)
    kept = (
        shown[np.unique(np.linspace(0, max(len(shown) - 1, 0), _STEPS).astype(int))] if len(shown) else shown
    )
    share = 0.0
    yield 0.0, 0.0
    for time, reached in zip(line.times[kept].tolist(), line.share[kept].tolist(), strict=True):
        yield time, share
        yield time, reached
        share = reached
    yield float(last), share


def _straight(first: Point, last: Point) -> tuple[Point, ...]:
    return first, first, last, last
