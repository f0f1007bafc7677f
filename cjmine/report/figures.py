"""Which findings touch the most journeys?"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine.domain.codes import meaning
from cjmine.report import palette
from cjmine.report.scene import Group, Rect, Scene, Text, to_png, to_svg
from cjmine.report.wording import number, percent, text_width

WIDTH, NAMES, ROW, BAR, TOP, SIZE, HEADING = 900.0, 270.0, 30.0, 18.0, 56.0, 13.0, 15.0
MERGED = "D5"  # merged, not waste: grey


def draw_svg(totals: pl.DataFrame, journeys: int) -> str:
    """Return the bar chart of journeys affected by each finding code as SVG; ``journeys`` is their base."""
    return to_svg(_scene(totals, journeys))


def draw_png(totals: pl.DataFrame, journeys: int, path: Path) -> None:
    """Draw the same chart as PNG."""
    to_png(_scene(totals, journeys), path)


def _scene(totals: pl.DataFrame, journeys: int) -> Scene:
    rows = totals.sort(["journeys", "code"], descending=[True, False]).select("code", "journeys").rows()
    most = max((count for _, count in rows), default=0) or 1
    room = WIDTH - NAMES - 130
    heading = f"Journeys affected by each kind of finding (of {number(journeys)} journeys)"
    groups = [
        Group(
            shapes=(
                Text(x=16, y=28, words=heading, size=HEADING, bold=True, anchor="start", role="ink"),
                Text(
                    x=NAMES,
                    y=46,
                    words="one journey may count under several kinds",
                    anchor="start",
                    role="ink",
                ),
            )
        )
    ]
    for i, (code, count) in enumerate(rows):
        y = TOP + i * ROW
        name = f"{meaning(code).name} ({code})" if meaning(code).name != code else code
        size = SIZE if text_width(name, SIZE) < NAMES - 24 else 12.0
        length = room * count / most
        words = f"{number(count)} ({percent(count, journeys)})"
        colour = palette.LINE if code == MERGED else "#0072b2"
        groups.append(
            Group(
                shapes=(
                    Text(x=NAMES - 10, y=y + BAR - 4, words=name, size=size, anchor="end", role="ink"),
                    Rect(x=NAMES, y=y, width=max(length, 1), height=BAR, fill=colour, radius=2, role="bar"),
                    Text(x=NAMES + length + 8, y=y + BAR - 4, words=words, anchor="start", role="ink"),
                ),
                title=f"{name}: {words} journeys",
                data={"code": code, "kpi": f"journeys={count}"},
            )
        )
    return Scene(
        name="findings",
        title="Findings by kind",
        description=f"{heading}. The same numbers stand in the table of findings.",
        width=WIDTH,
        height=TOP + max(len(rows), 1) * ROW + 10,
        groups=groups,
    )
