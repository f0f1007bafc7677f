"""Where on the plan did practice leave it? The intended journey as its blocks, with figures on each step.

Stages stand side by side; in each, steps stand one below the other. A step shows the
share of journeys that took it as planned and what went wrong on it; what the plan does
not have stands below the stage in which it happened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from cjmine.domain.models import IntendedJourney
from cjmine.report import palette
from cjmine.report.plan_blocks import Block, Column, Item, Step, columns_of
from cjmine.report.plan_shapes import (
    BLUE,
    CARD,
    GAP,
    LINE,
    RED,
    SMALL,
    Marks,
    arrow,
    card,
    chip,
    heading,
    room,
)
from cjmine.report.scene import Group, Rect, Scene, Text, to_png, to_svg
from cjmine.report.wording import number, percent, text_width, wrapped

WIDTH, EDGE, PER_ROW, INSET = 1340.0, 16.0, 5, 9.0
_WIDEST, _SHOWN = 310.0, 6
MARKS: Marks = {
    "V1": ("missing", "#0072b2", "never happened, or not once more"),
    "displaced": (
        "displaced",
        "#cc79a7",
        "happened, but not where the plan has it (of two swapped steps both)",
    ),
    "V4": ("failed", "#000000", "failed, and what should follow did not"),
    "V5": ("late or early", "#e69f00", "after its limit, or before its time"),
    "V6": ("wrong channel", "#009e73", "by a channel the plan does not have"),
    "V7": ("wrong service", "#f0e442", "by another service than planned"),
}
"""Column of figures to the mark's word, colour and meaning."""


def draw_svg(model: IntendedJourney, steps: pl.DataFrame, beside: pl.DataFrame, journeys: int) -> str:
    """Return the picture as SVG; ``steps`` and ``beside`` as ``audit.overlay`` tallies them for one journey type.

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
    columns = _split(columns_of(model))
    width = min(_WIDEST, (WIDTH - 2 * EDGE + GAP) / min(max(len(columns), 1), PER_ROW) - GAP)
    for first in range(0, len(columns), PER_ROW):
        row = columns[first : first + PER_ROW]
        last = first + PER_ROW >= len(columns)
        made, y = picture.row(row, y, width, starts=not first, ends=last)
        groups += made
    name = model.title or model.name
    return Scene(
        name="plan",
        title=f"{name}: where practice left the plan",
        description="Each step with the share of journeys that took it as planned, and the deviations on it. "
        "The same numbers stand in the sheets Clauses and Exceptions.",
        width=WIDTH,
        height=y + EDGE,
        groups=groups,
    )


def _split(columns: list[Column]) -> list[Column]:
    """Cut the one long column of a model without stages into several of about equal length."""
    if len(columns) != 1 or columns[0][0]:
        return columns
    items = columns[0][1]
    size = max(1, -(-len(items) // PER_ROW))
    return [("", items[first : first + size]) for first in range(0, len(items), size)] or columns


class _Picture:
    """Draws items at a place and width; every method returns its groups and the height they take."""

    def __init__(
        self, model: IntendedJourney, figures: dict[str, dict[str, Any]], beside: pl.DataFrame
    ) -> None:
        self.model, self.figures, self.beside = model, figures, beside

    def top(self, journeys: int) -> tuple[list[Group], float]:
        """Title and legend; returns where the picture goes on."""
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
        used = {mark for row in self.figures.values() for mark in MARKS if row[mark]}
        keys += [(colour, f"{word}: {says}") for mark, (word, colour, says) in MARKS.items() if mark in used]
        for colour, words in keys:
            wide = 18 + text_width(words, SMALL) + 18
            if x > EDGE and x + wide > WIDTH - EDGE:
                x, y = EDGE, y + 20
            shapes.append(Rect(x=x, y=y, width=12, height=12, fill=colour, stroke=palette.LINE))
            shapes.append(Text(x=x + 18, y=y + 10.5, words=words, size=SMALL, anchor="start", role="ink"))
            x += wide
        return [Group(shapes=tuple(shapes))], y + 30

    def row(
        self, columns: list[Column], y: float, width: float, *, starts: bool, ends: bool
    ) -> tuple[list[Group], float]:
        """Some stages side by side, and below them what happened beside the plan; returns where it ends."""
        groups: list[Group] = []
        lefts = [EDGE + place * (width + GAP) for place in range(len(columns))]
        below = y
        for (stage, items), x in zip(columns, lefts, strict=True):
            made, high = heading(stage, x, y, width)
            groups += made
            inner, tall = self.items(items, x, y + high + 10, width)
            groups += inner
            below = max(below, y + high + 10 + tall)
        for x in lefts[1:] if any(stage for stage, _ in columns) else ():
            groups.append(arrow((x - GAP + 3, y + 14), (x - 3, y + 14)))
        del starts, ends
        bottom = below + 22
        for (stage, _), x in zip(columns, lefts, strict=True):
            made, high = self.aside(stage, x, below + 22, width)
            groups += made
            bottom = max(bottom, below + 22 + high)
        return groups, bottom + 12

    def items(self, items: tuple[Item, ...], x: float, y: float, width: float) -> tuple[list[Group], float]:
        """Items one below the other, with arrows between them."""
        groups: list[Group] = []
        down = y
        for place, item in enumerate(items):
            if place:
                groups.append(arrow((x + width / 2, down + 1), (x + width / 2, down + LINE - 1)))
                down += LINE
            made, high = (
                self.step(item, x, down, width)
                if isinstance(item, Step)
                else self.block(item, x, down, width)
            )
            groups += made
            down += high
        return groups, down - y

    def block(self, block: Block, x: float, y: float, width: float) -> tuple[list[Group], float]:
        """Branches in a frame, under its caption."""
        words = wrapped(block.caption, width - 2 * INSET, SMALL)
        down = y + 6 + LINE * len(words)
        texts = [
            Text(x=x + INSET, y=y + 2 + LINE * (i + 1), words=line, size=SMALL, anchor="start", role="ink")
            for i, line in enumerate(words)
        ]
        inner: list[Group] = []
        for place, branch in enumerate(block.branches):
            if place:
                texts.append(
                    Text(x=x + width / 2, y=down + 14, words=block.between, size=SMALL, bold=True, role="ink")
                )
                down += LINE + 4
            made, high = self.items(branch, x + INSET, down, width - 2 * INSET)
            inner += made
            down += high
        frame = Rect(
            x=x,
            y=y,
            width=width,
            height=down + INSET - y,
            fill="#f1f4f8",
            stroke=palette.LINE,
            radius=9,
            role="frame",
        )
        return [Group(shapes=(frame, *texts)), *inner], down + INSET - y

    def step(self, step: Step, x: float, y: float, width: float) -> tuple[list[Group], float]:
        """One step: its title, who takes it, its share as planned, its marks."""
        row = self.figures.get(step.name)
        inner, left = room(width), x + CARD
        title = self.model.titles.get(step.name, step.name)
        shapes: list[Any] = []
        down = y + 4
        for line in wrapped(title, inner, 14, lines=2):
            down += LINE
            shapes.append(Text(x=left, y=down, words=line, size=13, bold=True, anchor="start"))
        service = self.model.by.get(step.name)
        told = " · ".join(word for word in (f"by {service}" if service else "", step.note) if word)
        if told:
            down += LINE
            words = wrapped(told, inner, SMALL, lines=1)[0]
            shapes.append(Text(x=left, y=down, words=words, size=SMALL, anchor="start"))
        down += 8
        data: dict[str, object] = {"step": step.name}
        if row is None or not row["journeys"]:
            down += 12
            shapes.append(Text(x=left, y=down, words="no journey came to it", size=SMALL, anchor="start"))
        else:
            asked, good = row["journeys"], row["as_planned"]
            whole = Rect(x=left, y=down, width=inner, height=8, fill=RED if good < asked else BLUE)
            part = Rect(x=left, y=down, width=inner * good / asked, height=8, fill=BLUE)
            shapes += [whole, part] if 0 < good < asked else [whole]
            down += 8 + LINE
            words = f"{percent(good, asked)} as planned: {number(good)} of {number(asked)}"
            shapes.append(Text(x=left, y=down, words=words, size=SMALL, anchor="start"))
            marks = [(MARKS[mark][0], MARKS[mark][1], row[mark]) for mark in MARKS if row[mark]]
            made, high = chip(marks, left, down + 6, inner)
            shapes += made
            down += high
            data["kpi"] = " ".join(f"{name}={row[name]}" for name in ("journeys", "as_planned", *MARKS))
        high = down + 8 - y
        return [Group(shapes=(*card(x, y, width, high), *shapes), title=title, data=data)], high

    def aside(self, stage: str, x: float, y: float, width: float) -> tuple[list[Group], float]:
        """What happened in a stage that the plan does not have there, most journeys first."""
        rows = self.beside.filter(pl.col("stage") == stage).sort(
            ["journeys", "times", "step"], descending=[True, True, False]
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
            title = self.model.titles.get(row["step"], row["step"])
            unwanted = row["step"] in self.model.unwanted
            lines = wrapped(title, room(width), SMALL * 1.08, lines=1)
            many = f"{number(row['journeys'])} journeys, {number(row['times'])} times"
            words = f"{many} · unwanted" if unwanted else many
            high = 2 * LINE + 10
            group = Group(
                shapes=(
                    *card(x, down, width, high, fill="#fdeee3" if unwanted else palette.PAPER, dashed=True),
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
            words = f"and {number(rest.height)} more kinds, {number(int(rest['times'].sum()))} times"
            groups.append(
                Group(
                    shapes=(
                        Text(x=x + CARD, y=down + 13, words=words, size=SMALL, anchor="start", role="ink"),
                    )
                )
            )
            down += LINE + 4
        return groups, down - y
