from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from cjmine.audit.overlay import BESIDE, STEPS
from cjmine.domain.models import IntendedJourney
from cjmine.intended.load import load_model
from cjmine.intended.pnml import pnml_of
from cjmine.report.geometry import Box
from cjmine.report.plan_blocks import Block, Item, Step, columns_of, names
from cjmine.report.plan_picture import WIDTH, draw_png, draw_svg
from cjmine.report.wording import text_width
from tests.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
FILES = (
    ROOT / "tests" / "intended" / "worked_example.journey.yaml",
    ROOT / "configs" / "moving_home.journey.yaml",
    ROOT / "configs" / "travel.journey.yaml",
)


def figures(model: IntendedJourney) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures with every mark on every step, and more steps beside the plan than are shown."""
    rows = [
        {"journey_type": model.name, "step": step, "journeys": 1234, "as_planned": 400 + n}
        | dict.fromkeys(("displaced", "V1", "V3", "V4", "V5", "V6", "V7", "V8"), 17)
        for n, step in enumerate(model.steps)
    ]
    beside = [
        {"journey_type": model.name, "stage": stage, "step": step, "journeys": n, "times": 2 * n}
        for stage, _ in model.stages or (("", ()),)
        for n, step in enumerate(
            [*model.unwanted, *(f"a rather long name of something {n}" for n in range(7))], 1
        )
    ]
    return STEPS.conform(pl.DataFrame(rows)), BESIDE.conform(pl.DataFrame(beside))


def drawn(model: IntendedJourney) -> ET.Element:
    return ET.fromstring(draw_svg(model, *figures(model), journeys=2000))  # noqa: S314


def texts(root: ET.Element) -> list[tuple[Box, str]]:
    found = []
    for one in root.iter(f"{SVG}text"):
        size, words = float(one.attrib["font-size"]), one.text or ""
        width = text_width(words, size)
        x, y = float(one.attrib["x"]), float(one.attrib["y"])
        left = x - (width / 2 if one.attrib["text-anchor"] == "middle" else 0)
        found.append((Box(x=left, y=y - 0.75 * size, width=width, height=0.9 * size), words))
    return found


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def model(request: pytest.FixtureRequest) -> IntendedJourney:
    return load_model(request.param)


def test_no_text_lies_on_another_or_leaves_the_picture(model: IntendedJourney) -> None:
    root = drawn(model)
    found = texts(root)
    over = [(one, two) for (a, one), (b, two) in combinations(found, 2) if a.overlaps(b)]
    assert over == []
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width <= WIDTH == 1340
    assert all(b.x >= 0 and b.x + b.width <= width + 1 and b.y + b.height <= height for b, _ in found)
    assert min(float(one.attrib["font-size"]) for one in root.iter(f"{SVG}text")) >= 12


def test_every_step_stands_once_with_its_numbers(model: IntendedJourney) -> None:
    steps, _ = figures(model)
    found = {
        group.attrib["data-step"]: group.attrib["data-kpi"]
        for group in drawn(model).iter(f"{SVG}g")
        if "data-step" in group.attrib
    }
    assert set(found) == set(model.steps)
    for row in steps.iter_rows(named=True):
        assert found[row["step"]].startswith(
            f"journeys={row['journeys']} as_planned={row['as_planned']} V1=17"
        )
    words = [words for _, words in texts(drawn(model))]
    assert words.count("missing 17") == len(model.steps)
    assert words.count("too many rounds 17") == len(model.repeats)


def test_what_is_beside_the_plan_stands_below_its_stage(model: IntendedJourney) -> None:
    root = drawn(model)
    shown = [group.attrib["data-beside"] for group in root.iter(f"{SVG}g") if "data-beside" in group.attrib]
    assert len(shown) == 6 * len(model.stages)
    words = [words for _, words in texts(root)]
    first = len(model.unwanted)
    assert set(model.unwanted) <= set(shown)
    hidden = range(first + 1, first + 1 + (7 + first - 6))
    kinds = f"{len(hidden)} more kind{'' if len(hidden) == 1 else 's'}"
    assert words.count(f"and {kinds}, {sum(2 * n for n in hidden)} times") == len(model.stages)


def test_blocks_are_read_as_the_plan_says_them() -> None:
    columns = dict(columns_of(load_model(FILES[0])))
    assert columns["Realise and find out"] == (Step("read_moving_page", "may be left out"),)
    (repeat,) = columns["Prove it"]
    assert isinstance(repeat, Block)
    assert repeat.caption == "at most once because: proof of address or income missing"
    assert repeat.first == "request_evidence"
    (together,) = columns["We update everything"]
    assert isinstance(together, Block)
    assert together.caption == "all of these, in any order"
    inner = [branch[0] for branch in together.branches]
    choice = next(one for one in inner if isinstance(one, Block))
    assert choice.caption == "one of these"
    assert [names_of(branch) for branch in choice.branches] == [
        ["reassess_benefit", "benefit_decision"],
        ["no_benefit_claim"],
    ]


def names_of(items: tuple[Item, ...]) -> list[str]:
    return [name for item in items for name in names(item)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[a, b*, c+]", [Step("a"), Step("b", "any number of times"), Step("c", "one or more times")]),
        ("[{choose: [a, b]}]", [Block("one of these", ((Step("a"),), (Step("b"),)), "or")]),
        (
            "[a, {repeat: {do: [b, c*], times: 1..3}}]",
            [Step("a"), Block("1 to 3 times", ((Step("b"), Step("c", "any number of times")),), first="b")],
        ),
        (
            "[{repeat: {do: [a, {repeat: {do: [b], times: 0..2}}], times: 0..2}}]",
            [
                Block(
                    "at most 2 times",
                    ((Step("a"), Block("at most 4 times", ((Step("b"),),), first="b")),),
                    first="a",
                )
            ],
        ),
    ],
)
def test_optional_repeated_and_chosen_steps(tmp_path: Path, steps: str, expected: list[Item]) -> None:
    path = tmp_path / "a.journey.yaml"
    path.write_text(f"journey: a\nsteps: {steps}\n", encoding="utf-8")
    columns = columns_of(load_model(path))
    assert [item for _, items in columns for item in items] == expected


def test_a_model_without_blocks_is_drawn_as_its_net(tmp_path: Path) -> None:
    whole = load_model(FILES[0])
    path = tmp_path / "net.pnml"
    path.write_text(pnml_of(whole.net, "net"), encoding="utf-8")
    model = load_model(path)
    assert model.tree is None
    root = drawn(model)
    arrows = {one.text for one in root.iter(f"{SVG}title")}
    assert "open_new_account → issue_bill" in arrows
    assert "issue_bill → open_new_account" not in arrows
    found = texts(root)
    assert [(one, two) for (a, one), (b, two) in combinations(found, 2) if a.overlaps(b)] == []


def test_equal_figures_give_equal_bytes(tmp_path: Path) -> None:
    model = load_model(FILES[0])
    for name in ("a.png", "b.png"):
        draw_png(model, *figures(model), 2000, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert draw_svg(model, *figures(model), journeys=1) == draw_svg(model, *figures(model), journeys=1)


def test_a_plan_of_many_stages_goes_on_below(tmp_path: Path) -> None:
    path = tmp_path / "a.journey.yaml"
    stages = "".join(f"  - stage: Stage {n}\n    steps: [s{n}]\n" for n in range(8))
    path.write_text(f"journey: a\nstages:\n{stages}", encoding="utf-8")
    root = drawn(load_model(path))
    assert float(root.attrib["width"]) == WIDTH
    tops = {words: box.y for box, words in texts(root) if words.startswith("Stage ")}
    assert tops["Stage 0"] == tops["Stage 4"] < tops["Stage 5"] == tops["Stage 7"]
    found = texts(root)
    assert [(one, two) for (a, one), (b, two) in combinations(found, 2) if a.overlaps(b)] == []
