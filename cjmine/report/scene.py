"""A picture as a few shapes with coordinates; drawn as SVG text or, the same shapes, as PNG.

The SVG stands alone; its classes let a page recolour ink and paper for dark mode.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from cjmine.report.geometry import Point
from cjmine.report.palette import INK, PAPER
from cjmine.report.wording import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle; ``role`` is the CSS class a page may restyle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = "none"
    radius: float = 0.0
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A cubic Bézier line (first point, then threes), or a filled polygon when ``fill`` is set."""

    points: tuple[Point, ...]
    stroke: str = "none"
    width: float = 1.0
    dashed: bool = False
    fill: str = "none"
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text, by its baseline."""

    x: float
    y: float
    words: str
    size: float = 12.0
    bold: bool = False
    anchor: str = "middle"
    fill: str = INK
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Shapes that mean one thing: its title (tooltip) and the numbers it shows."""

    shapes: tuple[Rect | Curve | Text, ...]
    title: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


Shape: TypeAlias = Rect | Curve | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole picture, in CSS pixels."""

    name: str
    title: str
    description: str
    width: float
    height: float
    groups: Sequence[Group]


def to_svg(scene: Scene) -> str:
    """Return the scene as SVG: escaped, titled, with a ``data-kpi`` on whatever shows a number."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{scene.name}-title {scene.name}-desc" '
        f'width="{scene.width:g}" height="{scene.height:g}" viewBox="0 0 {scene.width:g} {scene.height:g}" '
        f'font-family="DejaVu Sans, Verdana, sans-serif">'
        f'<title id="{scene.name}-title">{escape(plain(scene.title, 500))}</title>'
        f'<desc id="{scene.name}-desc">{escape(plain(scene.description, 2000))}</desc>'
        f'<rect width="100%" height="100%" fill="{PAPER}" class="paper"/>'
    )
    return head + "".join(_group(group) for group in scene.groups) + "</svg>\n"


def _group(group: Group) -> str:
    data = "".join(f" data-{key}={quoteattr(plain(value))}" for key, value in group.data.items())
    title = f"<title>{escape(plain(group.title, 500))}</title>" if group.title else ""
    return f"<g{data}>{title}{''.join(_shape(shape) for shape in group.shapes)}</g>"


def _shape(shape: Shape) -> str:
    role = f' class="{shape.role}"' if shape.role else ""
    if isinstance(shape, Rect):
        return (
            f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" '
            f'height="{shape.height:.1f}" rx="{shape.radius:g}" fill="{shape.fill}" '
            f'stroke="{shape.stroke}"{role}/>'
        )
    if isinstance(shape, Text):
        bold = ' font-weight="bold"' if shape.bold else ""
        return (
            f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" '
            f'text-anchor="{shape.anchor}" fill="{shape.fill}"{bold}{role}>'
            f"{escape(plain(shape.words))}</text>"
        )
    pairs = [f"{x:.1f},{y:.1f}" for x, y in shape.points]
    if shape.fill != "none":
        return f'<polygon points="{" ".join(pairs)}" fill="{shape.fill}"{role}/>'
    dashes = ' stroke-dasharray="6 4"' if shape.dashed else ""
    return (
        f'<path d="M{pairs[0]}C{" ".join(pairs[1:])}" fill="none" stroke="{shape.stroke}" '
        f'stroke-width="{shape.width:.2f}"{dashes}{role}/>'
    )


def to_png(scene: Scene, path: Path, scale: float = 2.0) -> None:
    """Draw the scene into a PNG of ``scale`` pixels per CSS pixel; equal scenes give equal bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only pictures need it
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # the user's own style must not leak in; a label is never a formula; the font comes with matplotlib
    style = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")}
    style |= {"text.parse_math": False, "font.family": ["DejaVu Sans"]}
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # signs the font lacks are drawn as boxes
        figure = Figure(figsize=(scene.width / 100, scene.height / 100), dpi=100 * scale, facecolor=PAPER)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
        axes.axis("off")
        for depth, shape in enumerate(shape for group in scene.groups for shape in group.shapes):
            _paint(axes, shape, depth)
        figure.savefig(path, format="png", metadata={"Software": None, "Title": plain(scene.title, 500)})


def _paint(axes: object, shape: Shape, depth: int) -> None:
    from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon  # noqa: PLC0415
    from matplotlib.path import Path as Outline  # noqa: PLC0415

    add = axes.add_patch  # type: ignore[attr-defined]
    point = 0.72  # typographic points per CSS pixel at 100 dots per inch
    if isinstance(shape, Text):
        align = {"middle": "center", "start": "left", "end": "right"}[shape.anchor]
        weight = "bold" if shape.bold else "normal"
        axes.text(  # type: ignore[attr-defined]
            shape.x,
            shape.y,
            plain(shape.words),
            fontsize=shape.size * point,
            ha=align,
            va="baseline",
            color=shape.fill,
            weight=weight,
            zorder=depth,
        )
    elif isinstance(shape, Rect):
        radius = min(shape.radius, shape.width / 2, shape.height / 2)
        style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        add(
            FancyBboxPatch(
                (shape.x, shape.y),
                shape.width,
                shape.height,
                boxstyle=style,
                fc=shape.fill,
                ec=shape.stroke,
                lw=point,
                zorder=depth,
            )
        )
    elif shape.fill != "none":
        add(Polygon(shape.points, closed=True, fc=shape.fill, ec="none", zorder=depth))
    else:
        codes = [Outline.MOVETO, *[Outline.CURVE4] * (len(shape.points) - 1)]
        dashes = (0, (6 / shape.width, 4 / shape.width)) if shape.dashed else "solid"
        add(
            PathPatch(
                Outline(shape.points, codes),
                fc="none",
                ec=shape.stroke,
                lw=shape.width * point,
                ls=dashes,
                capstyle="butt",
                zorder=depth,
            )
        )
