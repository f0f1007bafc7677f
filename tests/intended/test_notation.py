from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.domain.models import Repeat
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.blocks import UNLIMITED
from cjmine.intended.load import load_model
from cjmine.intended.notation import load_journey
from tests.intended.test_language import of_net

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

MOVING_HOME = Path(__file__).parent / "moving_home.journey.yaml"


def flow(written: Written, steps: str) -> set[tuple[str, ...]]:
    return of_net(load_journey(written(f"journey: x\nsteps:\n{steps}")).net)


def faults(path: Path) -> list[str]:
    with pytest.raises(ModelError) as caught:
        load_journey(path)
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_worked_example_says_what_it_says() -> None:
    journey = load_model(MOVING_HOME)
    assert (journey.name, journey.need, journey.version) == ("moving-home", "change-of-address", "2026-01")
    assert journey.stages[2] == ("Prove it", ("request_evidence", "provide_evidence"))
    assert (journey.starts, journey.success, journey.stopped) == (
        ("notify_move",),
        ("confirm_all_done",),
        ("withdraw",),
    )
    assert journey.repeats == (
        Repeat(
            steps=("request_evidence", "provide_evidence"),
            minimum=0,
            maximum=1,
            because="proof of address or income missing",
        ),
    )
    assert journey.branches == (
        (
            ("update_tenancy",),
            ("close_old_account", "open_new_account", "issue_bill"),
            ("reassess_benefit", "benefit_decision", "no_benefit_claim"),
        ),
    )
    assert journey.mapping == {"Address change": "notify_move", "MOVE": "notify_move"}
    assert journey.titles["update_tenancy"] == "Update tenancy"
    assert automaton_of(journey.net).n_states == 33


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- a\n- b", ["a b"]),
        ("- a?", ["", "a"]),
        ("- a*", ["", "a", "a a", "a a a", "a a a a", "a a a a a"]),
        ("- a+", ["a", "a a", "a a a", "a a a a", "a a a a a"]),
        ("- choose: [a, [b, c]]", ["a", "b c"]),
        ("- together: [a, [b, c]]", ["a b c", "b a c", "b c a"]),
        ("- repeat: {do: [a, b], times: 0..2}", ["", "a b", "a b a b"]),
        ("- repeat: {do: [a], times: 2}", ["a a"]),
        ("- repeat: {do: [a, b], times: 1..*, until: b}", ["a b", "a b a b"]),
        ("- a: {title: Apply, map: [x]}\n- b:", ["a b"]),
    ],
)
def test_every_form_of_a_step_means_its_words(written: Written, steps: str, expected: list[str]) -> None:
    assert flow(written, steps) == {tuple(word.split()) for word in expected}


def test_words_stay_words(written: Written) -> None:
    journey = load_journey(written("journey: no\nversion: 2026-01-05\nsteps: [yes, off]"))
    assert (journey.name, journey.version, journey.steps) == ("no", "2026-01-05", ("off", "yes"))
    assert (journey.starts, journey.success) == (("yes",), ("off",))


def test_a_repeat_in_a_repeat_may_run_as_often_as_both_allow(written: Written) -> None:
    text = "journey: x\nsteps:\n- repeat: {do: [a, b*, {repeat: {do: [c], times: 0..3}}], times: 1..2}\n"
    text += "- repeat: {do: [d], times: 1..*}"
    found = [(r.steps, r.maximum) for r in load_journey(written(text)).repeats]
    assert found == [(("a",), 2), (("c",), 6), (("d",), UNLIMITED)]


def test_all_faults_are_told_at_once_with_place_and_nearest_name(written: Written) -> None:
    path = written("""\
journey: x
titel: y
customer: foo
starts: [notfy]
ends: {success: [done], stoped: [a]}
steps:
  - notify: {map: [A, B], buy: housing}
  - together: [a]
  - tgether: [b, c]
  - choose: [d, [notify, e]]
  - repeat: {do: [f], times: 3..1}
  - two: {map: [A]}
  - Bad Name
  - g: 1
    h: 2
  - done
""")
    assert faults(path) == [
        "2:1: a journey has no key 'titel'; did you mean 'title'?",
        "3:11: customer is 'foo'; known are external, internal, organisation",
        "4:10: starts names 'notfy', which is no step; did you mean 'notify'?",
        "5:25: ends has no key 'stoped'; did you mean 'stopped'?",
        "7:27: the step 'notify' has no key 'buy'; did you mean 'by'?",
        "8:15: together needs at least two branches",
        (
            "9:5: 'tgether' is no block; did you mean 'together'?; a step takes map, title, by, "
            "channel, prefer, backstage, within, not_before, info, fails_to, on_stage_note"
        ),
        f"10:18: the step 'notify' is named twice (first at {path}:7:5)",
        "11:30: times is '3..1'; the most must be at least 1 and at least the least",
        f"12:17: the activity 'A' leads to 'notify' and 'two' (first at {path}:7:20)",
        "13:5: 'Bad Name' is not a step's name; write it like 'update_tenancy'",
        "14:5: one step per list item: begin each step with '- '",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty"),
        ("- a", "1:1: a journey must be 'key: value' lines"),
        ("journey: x\nsteps:\n\t- a", "3:1: not well-formed YAML: a tab is used for indentation; use spaces"),
        ("journey: x\nsteps: [a", "2:10: not well-formed YAML: expected ',' or ']', but got '<stream end>'"),
        ("journey: x\njourney: y\nsteps: [a]", "2:1: the key 'journey' is given twice (first at"),
        ("journey: &n x\nsteps: [a]", "1:10: anchors and aliases (&, *) are not allowed: 'n'"),
        ("journey: x\nsteps: [!!str a]", "2:9: tags (!) are not allowed"),
        ("journey: x\nsteps: [a]\n---\nb: 1", "3:1: a second document begins here"),
        ("journey: x\nsteps: " + "[" * 60 + "a" + "]" * 60, "2:47: nested too deeply"),
        ("journey: x", "1:1: a journey has either 'stages' or 'steps'"),
        ("steps: [a]", "1:1: the key 'journey' (the journey's id) is missing"),
        ("journey: x\nsteps: [repeat]", "2:9: 'repeat' is a reserved word"),
        ("journey: x\nsteps: []", "2:8: steps must be a list with at least one item"),
        ("journey: x\nsteps: [a]\nanytime: [a]", "3:11: the step 'a' is named twice"),
        ("journey: x\nsteps: [a]\nunwanted: [b*]", "3:12: 'b*' is not a step's name"),
        ("journey: x\nstages: [{steps: [a]}]", "2:10: a stage needs the key 'stage'"),
        ("journey: x\nsteps: [{repeat: {do: [a]}}]", "2:18: repeat needs the key 'times'"),
    ],
)
def test_a_fault_names_its_place(written: Written, text: str, expected: str) -> None:
    assert faults(written(text))[0].startswith(expected)


def test_repeats_in_repeats_cannot_grow_without_end(written: Written) -> None:
    body = "a"
    for _ in range(8):
        body = "{repeat: {do: [" + body + "], times: 10}}"
    assert "more than 2,000 steps" in faults(written(f"journey: x\nsteps: [{body}]"))[0]


def test_a_journey_with_very_many_states_is_read(written: Written) -> None:
    branches = ", ".join(f"[a{i}, b{i}, c{i}]" for i in range(10))
    journey = load_journey(written(f"journey: j\nsteps:\n  - together: [{branches}]\n"))
    assert journey.starts == tuple(f"a{i}" for i in range(10))
    assert journey.success == tuple(f"c{i}" for i in range(10))


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"the ending '.docx' is not known"):
        load_model(tmp_path / "plan.docx")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "plan.journey.yaml")
