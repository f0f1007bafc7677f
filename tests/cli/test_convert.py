"""``cjmine convert``: the same journeys in another form, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cjmine.converting import convert
from cjmine.intended.load import load_model
from cjmine.intended.same_language import flow_automaton, same_language
from tests.cli.test_verbs import call, said
from tests.models import CONFIGS

SHIPPED = [
    *sorted(CONFIGS.glob("*.journey.yaml")),
    CONFIGS.parent / "sample_logs" / "northmoor" / "moving_home.journey.yaml",
    CONFIGS.parent / "tests" / "intended" / "worked_example.journey.yaml",
]
CROSSED = """<pnml><net id="n"><page id="g">
<place id="i"><initialMarking><text>1</text></initialMarking></place>
<place id="p1"/><place id="p2"/><place id="p3"/><place id="p4"/><place id="p5"/><place id="o"/>
{steps}{arcs}</page></net></pnml>"""
LANES = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="P" name="A card">
<laneSet id="L">
<lane id="l1" name="Front desk"><flowNodeRef>a</flowNodeRef><flowNodeRef> {also} </flowNodeRef></lane>
<lane id="l2" name="Back"><childLaneSet id="M">
<lane id="l3" name="Post room"><flowNodeRef>b</flowNodeRef></lane></childLaneSet></lane></laneSet>
<startEvent id="s"/><task id="a" name="Apply"/><task id="b" name="Send the card"/>
<task id="c" name="{third}"/>
<endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>
<sequenceFlow id="g" sourceRef="a" targetRef="b"/><sequenceFlow id="h" sourceRef="b" targetRef="c"/>
<sequenceFlow id="k" sourceRef="c" targetRef="e"/></process></definitions>"""


def crossed() -> str:
    """Return a net whose parallel branches meet across each other: c after a, d after a and b."""
    takes = {"t": "i>p1 p2", "a": "p1>p3 p4", "b": "p2>p5", "c": "p3>q", "d": "p4 p5>r", "u": "q r>o"}
    steps = "".join(
        f'<transition id="{name}"><name><text>{name}</text></name></transition>' for name in takes
    )
    arcs = []
    for name, said_ in takes.items():
        before, after = said_.split(">")
        arcs += [(place, name) for place in before.split()] + [(name, place) for place in after.split()]
    told = "".join(f'<arc id="x{i}" source="{a}" target="{b}"/>' for i, (a, b) in enumerate(arcs))
    return CROSSED.format(steps=f'<place id="q"/><place id="r"/>{steps}', arcs=told)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_shipped_model_keeps_its_language_through_every_form(path: Path, tmp_path: Path) -> None:
    first = flow_automaton(load_model(path))
    source = path
    for name in ("one.bpmn", "two.journey.yaml", "three.pnml", "four.bpmn", "five.pnml", "six.journey.yaml"):
        convert(source, tmp_path / name)
        source = tmp_path / name
        assert same_language(flow_automaton(load_model(source)), first)


def test_lanes_are_the_services_that_take_the_steps_and_are_written_back(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_text(LANES.format(also="s", third="Settle: up"), encoding="utf-8")
    found = said("convert", tmp_path / "a.bpmn", tmp_path / "b.journey.yaml")
    assert found["renamed"] == {"Send the card": "send_the_card", "Settle: up": "settle_up"}
    assert found["lost"] == []
    assert (tmp_path / "b.journey.yaml").read_text(encoding="utf-8") == (
        "journey: a\ntitle: A card\nstarts: [Apply]\nends: {success: [settle_up]}\n\nsteps:\n"
        "  - Apply: {by: Front desk}\n"
        "  - send_the_card: {by: Post room, map: [Send the card]}\n"
        '  - settle_up: {map: ["Settle: up"]}\n'
    )
    convert(tmp_path / "b.journey.yaml", tmp_path / "c.bpmn")
    assert load_model(tmp_path / "c.bpmn").by == {"Apply": "Front desk", "send_the_card": "Post room"}


def test_a_step_in_several_lanes_has_no_one_service_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_text(LANES.format(also="c", third="Send the card"), encoding="utf-8")
    found = said("convert", tmp_path / "a.bpmn", tmp_path / "b.pnml")
    assert load_model(tmp_path / "a.bpmn").by == {"Apply": "Front desk"}
    assert "lanes of Send the card, which is in several: Front desk, Post room" in found["lost"]
    assert "by: Apply" in found["lost"]


def test_what_is_not_kept_is_said_on_standard_error_and_in_the_object(tmp_path: Path) -> None:
    source = CONFIGS.parent / "tests" / "intended" / "worked_example.journey.yaml"
    result = call("convert", source, tmp_path / "moving-home.bpmn")
    assert (result.exit_code, result.stdout) == (
        0,
        f"written: {tmp_path / 'moving-home.bpmn'} (moving-home, 14 steps)\n",
    )
    told = [line.removeprefix("note not kept: ") for line in result.stderr.splitlines()]
    assert "anytime: view_account" in told
    assert "standards: tell-us-once, new-bill, benefit-change" in told
    assert "info of: notify_move" in told
    assert "starts: notify_move" in told
    assert not [line for line in told if line.startswith(("by:", "title:", "the journey's id"))]
    assert said("convert", source, tmp_path / "moving-home.bpmn", "--force")["lost"] == told


def test_a_file_that_is_there_is_replaced_only_by_force_and_never_by_itself(tmp_path: Path) -> None:
    source, target = tmp_path / "a.journey.yaml", tmp_path / "b.pnml"
    source.write_text("journey: a\nsteps: [x, y]\n", encoding="utf-8")
    target.write_text("kept", encoding="utf-8")
    result = call("convert", source, target)
    assert (result.exit_code, target.read_text(encoding="utf-8")) == (2, "kept")
    assert "is there already" in result.stderr
    assert "the folder" in call("convert", source, tmp_path / "none" / "b.pnml").stderr
    assert "is the file to convert" in call("convert", source, source, "--force").stderr
    assert call("convert", source, target, "--force").exit_code == 0
    assert load_model(target).steps == ("x", "y")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.journey.yaml", "b.pnml"]


@pytest.mark.parametrize(
    ("name", "text", "target", "expected"),
    [
        ("a.pnml", crossed(), "b.bpmn", "is no block structure: its branches cross around"),
        ("a.journey.yaml", "journey: a\nsteps: [x, tau]\n", "b.pnml", "read back, it allows other journeys"),
        (
            "a.journey.yaml",
            "journey: a\nsteps: [x]\n",
            "b.docx",
            "no model is written with the ending '.docx'",
        ),
        ("a.journey.yaml", "journey: a\nsteps: [x]\n", "b.pnlm", "did you mean '.pnml'?"),
        ("a.journey.yaml", "journey: a\nsteps: [x, x]\n", "b.pnml", "the step 'x' is named twice"),
        ("a.journey.yaml", 'journey: a\ntitle: "\\a"\nsteps: [x]\n', "b.bpmn", "holds a control character"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, text: str, target: str, expected: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = call("convert", tmp_path / name, tmp_path / target)
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
