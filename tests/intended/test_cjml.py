"""CJML 2.0: a planned journey is one sequence of touchpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cjmine.converting import convert
from cjmine.errors import ModelError
from cjmine.intended.cjml import read_cjml
from cjmine.intended.lint import lint
from cjmine.intended.load import load_model
from cjmine.intended.same_language import flow_automaton, same_language
from tests.cli.test_verbs import call, said

POINT = """<plannedCommunicationPoint><touchpointID>T{n}</touchpointID>
<belongsTo phaseIDref="{phase}"></belongsTo>
<initiator><refersTo actorIDref="{sender}"/><initiatorLabel>{label}</initiatorLabel></initiator>
<receiver><refersTo actorIDref="{receiver}"/><receiverLabel>Receiving</receiverLabel></receiver>
<channel><channelName>{channel}</channelName></channel></plannedCommunicationPoint>"""
ACTION = """<plannedAction><touchpointID>T4</touchpointID><belongsTo phaseIDref="Settle"/>
<initiator><refersTo actorIDref="Resident"/><initiatorLabel>Put up the sticker</initiatorLabel></initiator>
</plannedAction>"""
PERMIT = """<!-- drawn by hand -->
<CJML version="2.0"><plannedJourney><journeyID>permit</journeyID><journeyTitle>A parking permit</journeyTitle>
<journeyPhases><journeyPhase phaseID="Ask"><phaseName>Ask for it</phaseName>
<phaseDescription></phaseDescription></journeyPhase>
<journeyPhase phaseID="Settle"><phaseName>Settle</phaseName></journeyPhase></journeyPhases>
<journeyShortSummary>Who parks where</journeyShortSummary>
<actors><endUser actorID="Resident"></endUser><serviceProvider actorID="Permits"/>
<serviceProvider actorID="Pay"><companyName>Payments Ltd</companyName></serviceProvider></actors>
<touchpoints>
{points}
</touchpoints></plannedJourney>{more}</CJML>"""
POINTS = [
    POINT.format(
        n=1, phase="Ask", sender="Resident", receiver="Permits", label="apply", channel="internetViaPC"
    ),
    POINT.format(n=2, phase="Ask", sender="Pay", receiver="Resident", label="Ask for the fee", channel="sms"),
    POINT.format(
        n=3, phase="Settle", sender="Permits", receiver="Resident", label="Send it", channel="Pigeon"
    ),
    ACTION,
]


@pytest.fixture
def permit(tmp_path: Path) -> Path:
    path = tmp_path / "permit.cjml"
    actual = "<actualJourney><journeyID>AJ1</journeyID><anything/></actualJourney>"
    path.write_text(PERMIT.format(points="\n".join(POINTS), more=actual), encoding="utf-8")
    return path


def test_touchpoints_actors_channels_and_phases_become_a_journey(permit: Path, tmp_path: Path) -> None:
    found = said("convert", permit, tmp_path / "plan.journey.yaml")
    assert (tmp_path / "plan.journey.yaml").read_text("utf-8") == (
        "journey: permit\ntitle: A parking permit\nstarts: [apply]\nends: {success: [put_up_the_sticker]}\n\n"
        "stages:\n"
        "  - stage: Ask for it\n    steps:\n"
        "      - apply: {by: Permits, channel: web}\n"
        "      - ask_for_the_fee: {by: Payments Ltd, channel: sms, map: [Ask for the fee]}\n"
        "  - stage: Settle\n    steps:\n"
        "      - send_it: {by: Permits, map: [Send it]}\n"
        "      - put_up_the_sticker: {map: [Put up the sticker]}\n"
    )
    assert found["lost"] == [
        "actual journeys: 1",
        "journeyShortSummary: 1",
        "receiverLabel: 3",
        "channels with no name of ours: Pigeon",
    ]
    assert not lint(permit).faults


def test_a_sequence_is_written_and_read_back(permit: Path, tmp_path: Path) -> None:
    convert(permit, tmp_path / "plan.journey.yaml")
    found = convert(tmp_path / "plan.journey.yaml", tmp_path / "again.cjml")
    back, plan = load_model(tmp_path / "again.cjml"), load_model(tmp_path / "plan.journey.yaml")
    assert same_language(flow_automaton(back), flow_automaton(plan))
    assert (back.by, back.stages, back.title, back.name) == (plan.by, plan.stages, plan.title, plan.name)
    assert back.planned["ask_for_the_fee"].channels == ("sms",)
    assert found["renamed"] == {}
    assert all(line.startswith("map of") for line in found["lost"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True))
def test_every_sequence_keeps_its_language(tmp_path: Path, steps: list[str]) -> None:
    source = tmp_path / "plan.journey.yaml"
    source.write_text(f"journey: j\nsteps: [{', '.join(steps)}]\n", encoding="utf-8")
    convert(source, tmp_path / "plan.cjml", force=True)
    assert same_language(
        flow_automaton(load_model(tmp_path / "plan.cjml")), flow_automaton(load_model(source))
    )


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "- a\n  - choose: [b, c]",
            "the block of 'b', 'c' in line 4, that is a choice, has no words in CJML",
        ),
        ("- a\n  - b?", "the block of 'b' in line 4, that may be left out, has no words in CJML"),
        (
            "- together: [a, b]\n  - c+",
            "the block of 'a', 'b' in line 3, that is parallel, has no words in CJML",
        ),
        ("- together: [a, b]\n  - c+", "the block of 'c' in line 4, that is repeated, has no words in CJML"),
    ],
)
def test_every_other_block_is_refused_by_name_and_line(tmp_path: Path, steps: str, told: str) -> None:
    source = tmp_path / "plan.journey.yaml"
    source.write_text(f"journey: j\nsteps:\n  {steps}\n", encoding="utf-8")
    result = call("convert", source, tmp_path / "plan.cjml")
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "plan.cjml").exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('version="2.0"', 'version="1.1"', '<CJML version="2.0"> is expected'),
        (
            "<plannedAction>",
            "<plannedAction><gateway/>",
            ":{line}: <gateway> is not supported in <plannedAction>",
        ),
        ("<touchpointID>T1", "<touchpointID>&who;T1", "Entity 'who' not defined"),
        ('actorIDref="Pay"', 'actorIDref="Paid"', "the initiator 'Paid' is not among the actors"),
        ("plannedJourney>", "actualJourney>", "one <plannedJourney> is expected in <CJML>, 0 found"),
        (
            "<!-- drawn by hand -->",
            '<!DOCTYPE CJML [<!ENTITY who "x">]>',
            "a document type (DOCTYPE), which is refused",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(permit: Path, old: str, new: str, told: str) -> None:
    text = permit.read_text("utf-8")
    assert old in text
    permit.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read_cjml(permit)
    line = text[: text.index(old)].count("\n") + 1
    assert told.format(line=line) in str(caught.value)


def test_a_file_called_xml_is_read_if_it_is_cjml(permit: Path, tmp_path: Path) -> None:
    (tmp_path / "Journey.xml").write_bytes(permit.read_bytes())
    assert load_model(tmp_path / "Journey.xml").steps == load_model(permit).steps
    (tmp_path / "other.xml").write_text("<log/>", encoding="utf-8")
    with pytest.raises(ModelError, match="is expected, <log> found"):
        load_model(tmp_path / "other.xml")
