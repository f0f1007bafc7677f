"""Where on the plan did practice leave it? The intended journey as its blocks, with figures on each step.

Stages stand side by side; in each, steps stand one below the other. A step shows the
share of journeys that took it as planned and what went wrong on it; what the plan does
not have stands below the stage in which it happened.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl

from cjmine.domain.models import IntendedJourney
from cjmine.report import palette
from cjmine.report.plan_blocks import Column, columns_of, depth
from cjmine.report.plan_net import net_groups
from cjmine.report.plan_shapes import BLUE, CARD, GAP, LINE, RED, SMALL, arrow, card, heading, room
from cjmine.report.plan_steps import MARKS, ROUNDS, Figures, Steps
from cjmine.report.scene import Group, Rect, Scene, Text, to_png, to_svg
from cjmine.report.wording import number, text_width, wrapped

WIDTH, EDGE, PER_ROW = 1340.0, 16.0, 5
_ODD = re.compile(r"[^A-Za-z0-9_-]")
_WIDEST, _SHOWN, _MORE = 320.0, 6, 0.12


def draw_svg(model: IntendedJourney, steps: pl.DataFrame, beside: pl.DataFrame, journeys: int) -> str:
    """Return the picture as SVG.

    ``steps`` and ``beside`` are as ``audit.overlay`` tallies them, of this journey type;
    ``journeys`` is how many were tested.
    """
    return to_svg(_scene(model, steps, beside, journeys))


def draw_png(
    model: IntendedJourney, steps: pl.DataFrame, beside: pl.DataFrame, journeys: int, path: Path
) -> None:
    """Draw the same picture, from the same coordinates, as PNG."""
    to_png(_scene(model, steps, beside, journeys), path)


def _scene(model: IntendedJourney, steps: pl.DataFrame, beside: pl.DataFrame, journeys: int) -> Scene:
    picture = _Picture(model, {row["step"]: row for row in steps.iter_rows(named=True)}, beside)
    groups, y = picture.top(journeys)
    wide = WIDTH
    columns = _split(columns_of(model))
    if model.tree is None:
        made, across, y = net_groups(model.net, picture, y)
        others, high = picture.aside("", EDGE, y + 16, _WIDEST)
        groups, wide, y = [*groups, *made, *others], max(wide, across), y + 16 + high
    for first in range(0, len(columns), PER_ROW):
        row = columns[first : first + PER_ROW]
        made, y = picture.row(row, y, _widths(row, len(columns)))
        groups += made
    name = model.title or model.name
    return Scene(
        name=f"plan-{_ODD.sub('-', model.name)}",
        title=f"{name}: where practice left the plan",
        description="Each step with the share of journeys that took it as planned, and the deviations on it. "
        "The same numbers stand in the sheets Clauses and Exceptions.",
        width=wide,
        height=y + EDGE,
        groups=groups,
    )


def _widths(row: list[Column], columns: int) -> list[float]:
    """Share the width among the stages of a row: what is nested deeper gets more."""
    shares = [1 + _MORE * max(map(depth, items), default=0) for _, items in row]
    free = WIDTH - 2 * EDGE - GAP * (len(row) - 1)
    fair = (
        free * len(row) / min(max(columns, 1), PER_ROW)
    )  # a last row that is not full keeps its columns narrow
    return [min(_WIDEST, fair * share / sum(shares)) for share in shares]


def _split(columns: list[Column]) -> list[Column]:
    """Cut the one long column of a model without stages into several of about equal length."""
    if len(columns) != 1 or columns[0][0]:
        return columns
    items = columns[0][1]
    size = max(1, -(-len(items) // PER_ROW))
    return [("", items[first : first + size]) for first in range(0, len(items), size)] or columns


def _many(count: int, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


class _Picture(Steps):
    """The whole: title and legend, then rows of stages, each with what happened beside the plan."""

    def __init__(self, model: IntendedJourney, figures: Figures, beside: pl.DataFrame) -> None:
        super().__init__(model, figures)
        self.beside = beside

    def top(self, journeys: int) -> tuple[list[Group], float]:
        """Draw title and legend; returns where the picture goes on."""
        title = f"{self.model.title or self.model.name}: {number(journeys)} journeys held against the plan"
        shapes: list[Any] = [
            Text(
                x=EDGE,
                y=28,
                words=wrapped(title, WIDTH - 2 * EDGE, 17, lines=1)[0],
                size=16,
                bold=True,
                anchor="start",
                role="ink",
            )
        ]
        x, y = EDGE, 44.0
        keys = [(BLUE, "share of journeys that took the step as planned"), (RED, "share that did not")]
        marks = {**MARKS, "V8": ROUNDS}
        used = {mark for row in self.figures.values() for mark in marks if row[mark]}
        keys += [(colour, f"{word}: {says}") for mark, (word, colour, says) in marks.items() if mark in used]
        for colour, words in keys:
            wide = 18 + text_width(words, SMALL) + 18
            if x > EDGE and x + wide > WIDTH - EDGE:
                x, y = EDGE, y + 20
            shapes.append(Rect(x=x, y=y, width=12, height=12, fill=colour, stroke=palette.LINE))
            shapes.append(Text(x=x + 18, y=y + 10.5, words=words, size=SMALL, anchor="start", role="ink"))
            x += wide
        return [Group(shapes=tuple(shapes))], y + 30

    def row(self, columns: list[Column], y: float, widths: list[float]) -> tuple[list[Group], float]:
        """Draw some stages side by side, each with what is beside the plan; returns where they end."""
        groups: list[Group] = []
        bottom, x = y, EDGE - GAP
        for place, ((stage, items), width) in enumerate(zip(columns, widths, strict=True)):
            x += GAP + (widths[place - 1] if place else 0)
            if place and stage:
                groups.append(arrow((x - GAP + 3, y + 14), (x - 3, y + 14)))
            made, high = heading(stage, x, y, width)
            inner, tall = self.items(items, x, y + high + 10, width)
            below = y + high + tall + 30
            others, room_below = self.aside(stage, x, below, width) if stage or not place else ([], 0.0)
            groups += [*made, *inner, *others]
            bottom = max(bottom, below + room_below)
        return groups, bottom + 12

    def aside(self, stage: str, x: float, y: float, width: float) -> tuple[list[Group], float]:
        """Draw what the plan does not have in a stage: what it wants to see none of, then by journeys."""
        unwanted = pl.col("step").is_in(list(self.model.unwanted))
        rows = self.beside.filter(pl.col("stage") == stage).sort(
            [unwanted, "journeys", "times", "step"], descending=[True, True, True, False]
        )
        if not rows.height:
            return [], 0.0
        shapes: list[Any] = [
            Text(
                x=x, y=y + 12, words="beside the plan here", size=SMALL, bold=True, anchor="start", role="ink"
            )
        ]
        groups: list[Group] = [Group(shapes=tuple(shapes))]
        down = y + 20
        for row in rows.head(_SHOWN).iter_rows(named=True):
            title = self.titled(row["step"])
            named = row["step"] in self.model.unwanted
            lines = wrapped(title, room(width), SMALL * 1.08, lines=1)
            many = f"{_many(row['journeys'], 'journey')}, {_many(row['times'], 'time')}"
            words = f"{many} · unwanted" if named else many
            high = 2 * LINE + 10
            group = Group(
                shapes=(
                    *card(x, down, width, high, fill="#fdeee3" if named else palette.PAPER, dashed=True),
                    Text(
                        x=x + CARD, y=down + LINE + 1, words=lines[0], size=SMALL, bold=True, anchor="start"
                    ),
                    Text(x=x + CARD, y=down + 2 * LINE + 2, words=words, size=SMALL, anchor="start"),
                ),
                title=f"{title}: {words}",
                data={"beside": row["step"], "kpi": f"journeys={row['journeys']} times={row['times']}"},
            )
            groups.append(group)
            down += high + 5
        rest = rows.slice(_SHOWN)
        if rest.height:
            words = f"and {_many(rest.height, 'more kind')}, {_many(int(rest['times'].sum()), 'time')}"
            groups.append(
                Group(
                    shapes=(
                        Text(x=x + CARD, y=down + 13, words=words, size=SMALL, anchor="start", role="ink"),
                    )
                )
            )
            down += LINE + 4
        return groups, down - y
