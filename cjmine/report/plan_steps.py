"""One step or block of the plan's picture: its words, its share as planned, its marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from cjmine.domain.models import IntendedJourney
from cjmine.report import palette
from cjmine.report.plan_blocks import Block, Item, Step
from cjmine.report.plan_shapes import BLUE, CARD, LINE, RED, SMALL, arrow, card, chip, room
from cjmine.report.scene import Group, Rect, Text
from cjmine.report.wording import number, percent, text_width, wrapped

INSET = 9.0
MARKS: Mapping[str, tuple[str, str, str]] = {
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
ROUNDS = ("too many rounds", "#d0d5dd", "this part ran more often than the plan allows")
Figures: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The figures of each step (``audit.overlay``)."""


class Steps:
    """Draws items at a place and width; every method returns its groups and the height they take."""

    def __init__(self, model: IntendedJourney, figures: Figures) -> None:
        self.model, self.figures = model, figures

    def titled(self, step: str) -> str:
        """Return a step in words."""
        return self.model.titles.get(step, step.replace("_", " "))

    def items(self, items: tuple[Item, ...], x: float, y: float, width: float) -> tuple[list[Group], float]:
        """Draw items one below the other, with arrows between them."""
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
        """Draw branches in a frame, under its caption."""
        words = wrapped(block.caption, width - 2 * INSET, SMALL)
        down = y + 6 + LINE * len(words)
        texts = [
            Text(x=x + INSET, y=y + 2 + LINE * (i + 1), words=line, size=SMALL, anchor="start")
            for i, line in enumerate(words)
        ]
        inner: list[Group] = []
        rounds = self.figures.get(block.first, {}).get("V8", 0)
        marks, high = chip([(*ROUNDS[:2], rounds)] if rounds else [], x + INSET, down, width - 2 * INSET)
        down += high
        for place, branch in enumerate(block.branches):
            if place:
                texts.append(Text(x=x + width / 2, y=down + 14, words=block.between, size=SMALL, bold=True))
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
        return [Group(shapes=(frame, *texts, *marks)), *inner], down + INSET - y

    def step(self, step: Step, x: float, y: float, width: float) -> tuple[list[Group], float]:
        """Draw one step: its title, who takes it, its share as planned, its marks."""
        row = self.figures.get(step.name)
        inner, left = room(width), x + CARD
        title = self.titled(step.name)
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
            share, counts = f"{percent(good, asked)} as planned", f"{number(good)} of {number(asked)}"
            one = f"{share}: {counts}"
            lines = [one] if text_width(one, SMALL) <= inner else [share, counts]
            for place, line in enumerate(lines):
                down += LINE * bool(place)
                shapes.append(Text(x=left, y=down, words=line, size=SMALL, anchor="start"))
            marks = [(MARKS[mark][0], MARKS[mark][1], row[mark]) for mark in MARKS if row[mark]]
            made, high = chip(marks, left, down + 6, inner)
            shapes += made
            down += high
            data["kpi"] = " ".join(f"{name}={row[name]}" for name in ("journeys", "as_planned", *MARKS))
        high = down + 8 - y
        return [Group(shapes=(*card(x, y, width, high), *shapes), title=title, data=data)], high
