"""Every code of ``lint`` with what it finds, and with what looks like it and is fine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.domain.codes import LINT_CODES
from cjmine.intended import ways
from cjmine.intended.lint import lint
from cjmine.intended.pnml import pnml_of
from tests.models import CONFIGS

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

HERE = Path(__file__).parent


def found(path: Path, counted: dict[tuple[str, ...], int] | None = None) -> list[str]:
    """Return every fault as line:column, code, message and hint."""
    return [f"{f.line}:{f.column} {f.code} {f.text}" for f in lint(path, counted).faults]


def of(written: Written, text: str, counted: dict[tuple[str, ...], int] | None = None) -> list[str]:
    return found(written(f"journey: x\n{text}"), counted)


def codes(told: list[str]) -> set[str]:
    return {line.split()[1] for line in told}


@pytest.mark.parametrize(
    "path",
    [*sorted(CONFIGS.glob("*.journey.yaml")), *sorted(HERE.glob("*.journey.yaml"))],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_the_shipped_models_and_the_worked_example_have_nothing_wrong(path: Path) -> None:
    assert found(path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps: [a, {b: {by: }}]", "2:20 E00 by must be a word or a text"),
        ("steps:\n- tgether: [a, b]", "3:3 E01 'tgether' is no block; did you mean 'together'?"),
        ("stpes: [a]", "2:1 E01 a journey has no key 'stpes'; did you mean 'steps'?"),
        ("steps: [a, b]\nrules: [a before b]", "3:9 E01 the rule 'a before b' has no form that is known"),
        ("steps: [a, b, a]", "2:15 E02 the step 'a' is named twice"),
        (
            "steps: [ask, b]\nrules: [b only after aks]",
            "3:22 E03 the rule names 'aks', which is no step; did you",
        ),
        (
            "steps: [a, {b: {within: 3 dd of a}}]",
            "2:25 E07 within: '3 dd' is no length of time: the unit 'dd'",
        ),
        ("steps: [{a: {channel: wbe}}]", "2:23 E08 the channel 'wbe' is not known; did you mean 'web'?"),
        (
            "services: {tax: }\nsteps: [{a: {by: txa}}]",
            "3:18 E08 the service 'txa' is not declared; did you mean",
        ),
    ],
)
def test_faults_of_the_file_have_codes(written: Written, text: str, expected: str) -> None:
    assert any(line.startswith(expected) for line in of(written, text)), of(written, text)


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n- together: [a, b]",
        "steps: [a, b]\nrules: [b only after a]",
        "steps: [a, b, a_again]",
        "steps: [a, {b: {within: 3 d of a}}]",
        "steps: [{a: {channel: web}}]",
        "services: {tax: }\nsteps: [{a: {by: tax}}]",
    ],
)
def test_what_is_right_has_no_code(written: Written, text: str) -> None:
    assert of(written, text) == []


def test_a_limit_that_counts_from_a_later_step_is_impossible(written: Written) -> None:
    assert of(written, "steps: [a, {b: {within: 3 d of c}}, c]") == [
        "2:13 E04 within: 3 d of c: 'c' can never come before 'b'; count from a step before it, such as 'a'"
    ]
    assert of(written, "steps: [{b: {not_before: 3 d after c}}, c]") == [
        "2:10 E04 not_before: 3 d of c: 'c' can never come before 'b'; count from 'start'"
    ]
    standard = "standards: [{id: s, start: b, stop: a, limit: 3 d}]"
    assert of(written, f"steps: [a, b]\n{standard}") == [
        "3:13 E04 the standard 's' never ends: 'b' can never come before 'a'; count from 'start'"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "steps: [c, {b: {within: 3 d of c}}]",
        "steps: [together: [{b: {within: 3 d of c}}, c]]",
        "steps: [repeat: {do: [{b: {within: 3 d of c}}, c], times: 1..2}]",
        "steps: [repeat: {do: [{b: {within: 3 d of b}}], times: 1..2}]",
        "steps: [{b: {within: 3 d of u}}]\nunwanted: [u]",
        "steps: [{b: {within: 3 d of start}}]",
        "steps: [{a: {info: day}}, {b: {within: 3 d of day}}]",
        "steps: [a, b]\nstandards: [{id: s, start: a, stop: b, limit: 3 d}]",
    ],
)
def test_a_limit_that_can_count_is_fine(written: Written, text: str) -> None:
    assert of(written, text) == []


@pytest.mark.parametrize(
    ("steps", "sentence", "way", "where"),
    [
        ("[a, b]", "a only after b", "a → b", "breaks it at 'a'"),
        ("[a, b?, c]", "after c must b", "a → c", "breaks it when it ends"),
        ("[a, b]", "after a must b within 3 d", None, None),
        ("[a, b]", "after a never b", "a → b", "breaks it at 'b'"),
        ("[together: [a, b]]", "a and b never both", "a → b", "breaks it at 'b'"),
        ("[a, choose: [c, d]]", "if a then also u", "a → c", "breaks it when it ends"),
        ("[a, repeat: {do: [b], times: 2..3}]", "at most 1 b", "a → b → b", "breaks it at 'b'"),
        ("[a, b?]", "at least 2 b", "a", "breaks it when it ends"),
        ("[a+, b]", "exactly 2 b", "a → b", "breaks it when it ends"),
        ("[a, c, b]", "b directly after a", "a → c → b", "breaks it at 'b'"),
        ("[a, b]", "start with b", "a → b", "breaks it at 'a'"),
        ("[a, b]", "end with a", "a → b", "breaks it when it ends"),
        (
            "[{a: {info: item}}, {b: {info: item}}]",
            "provide item at most 1 time",
            "a → b",
            "breaks it at 'b'",
        ),
    ],
)
def test_a_rule_that_no_way_keeps_is_told_with_the_shortest_way(
    written: Written, steps: str, sentence: str, way: str | None, where: str | None
) -> None:
    told = of(written, f"steps: {steps}\nunwanted: [u]\nrules:\n- {sentence}")
    hint = "change the order of the steps, or the rule"
    whole = f"no way through the journey keeps the rule {sentence!r}: the shortest, {way}, {where}; {hint}"
    assert told == ([f"5:3 E05 {whole}"] if way else [])


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ("[a, b]", "b only after a"),
        ("[together: [a, b]]", "a only after b"),
        ("[a, b?]", "after a must b"),
        ("[b, a]", "after a never b"),
        ("[choose: [a, b]]", "a and b never both"),
        ("[a, b?]", "if a then also b"),
        ("[repeat: {do: [b], times: 0..3}]", "at most 1 b"),
        ("[b+]", "at least 2 b"),
        ("[b*]", "exactly 3 b"),
        ("[together: [a, c], b]", "b directly after a"),
        ("[a, b]", "start with a"),
        ("[a, b]", "end with b"),
        ("[{a: {info: item}}, b]", "provide item at most 1 time"),
        ("[a, b]", "b not within 3 d of a"),
        ("[{a: {by: s}}, b]", "a only by s"),
        ("[{a: {channel: [web, post]}}, b]", "a only via web"),
        ("[{a: {prefer: web}}, b]", "b only via post"),
        ("[a, {b: {within: 3 wd of a}}]", "b not within 3 d of a"),
        ("[a, {b: {within: 4 d of a}}]", "b not within 3 d of a"),
    ],
)
def test_a_rule_that_some_way_keeps_is_no_contradiction(written: Written, steps: str, sentence: str) -> None:
    success = "ends: {success: [a]}\n" if sentence == "after a never b" else ""
    assert of(written, f"{success}steps: {steps}\nrules:\n- {sentence}") == []


@pytest.mark.parametrize(
    ("step", "sentence", "said"),
    [
        ("b: {by: tax}", "b only by housing", "by: tax"),
        ("b: {channel: [web, app]}", "b only via post", "channel: web, app"),
        ("b: {prefer: web}", "b only via post", "channel: web"),
        ("b: {within: 3 wd of a}", "b not within 3 wd of a", "within: 3 wd of a"),
        ("b: {within: 12 h of a}", "b not within 1 d of a", "within: 12 h of a"),
    ],
)
def test_a_rule_that_denies_what_its_step_says_is_a_contradiction(
    written: Written, step: str, sentence: str, said: str
) -> None:
    assert of(written, f"steps: [a, {{{step}}}]\nrules:\n- {sentence}") == [
        (
            f"4:3 E05 the rule {sentence!r} contradicts the step 'b', which has '{said}'; "
            "change the rule, or the step"
        )
    ]


def test_a_step_that_a_rule_rules_out_is_told_with_the_shortest_way_to_it(written: Written) -> None:
    steps = "steps: [a, choose: [[c, c2], d], e]\nrules:\n- a and c2 never both\n"
    (told,) = [line for line in of(written, steps) if "'c2' can" in line]
    assert told == (
        "4:3 E05 'c2' can never happen under the rule 'a and c2 never both': the shortest way to have it, "
        "a → c → c2 → e, breaks it at 'c2'; take the step out of the flow, or change the rule"
    )


def test_rules_that_only_together_cannot_be_kept_name_each_other_and_no_more(written: Written) -> None:
    text = "steps: [a, b?, c?, d]\nrules:\n- if a then also b\n- at most 3 d\n"
    text += "- after b must c\n- b and c never both\n"
    (told,) = of(written, text)
    assert told == (
        "7:3 E05 no way through the journey keeps the rule 'b and c never both' together with "
        "'if a then also b' (line 4) and 'after b must c' (line 6): the shortest, a → d, "
        "breaks 'if a then also b' when it ends; change the order of the steps, or the rule"
    )
    # without the second of them b can be had, and only c is ruled out
    (told,) = of(written, text.replace("- after b must c\n", ""))
    assert told.startswith("6:3 E05 'c' can never happen under the rule 'b and c never both' together with ")


def test_success_that_rules_rule_out_is_out_of_reach(written: Written) -> None:
    text = "ends: {success: [b, c]}\nsteps: [a, choose: [b, c]]\nrules:\n- a and b never both\n"
    (told,) = of(written, text)
    assert told.startswith(
        "5:3 E06 the success step 'b' can never happen under the rule 'a and b never both'"
    )
    assert codes(of(written, "steps: [a]\nends: {success: [b]}\nanytime: [b]")) == {"E06"}


def test_a_way_without_success_is_told_and_one_that_stops_is_not(written: Written) -> None:
    text = "ends: {success: [done]}\nsteps: [a, choose: [done, [b, b2]]]\n"
    assert of(written, text) == [
        (
            "3:31 E06 a way through the journey reaches no step of success: a → b → b2; "
            "name its last step under 'ends: success' or 'ends: stopped'"
        )
    ]
    assert of(written, text.replace("[done]}", "[done], stopped: [b2]}")) == []
    assert of(written, text.replace("[done]}", "[done, b2]}")) == []


def test_anytime_steps_are_part_of_what_rules_may_ask_for(written: Written) -> None:
    assert (
        of(written, "steps: [a, b]\nanytime: [v]\nrules: [at least 2 v, b only after v, start with a]") == []
    )
    assert codes(of(written, "steps: [a, b]\nunwanted: [v]\nrules: [at least 2 v]")) == {"E05"}


LOG = {("X", "b", "z"): 90, ("b", "z", "z"): 10}


def test_a_log_is_held_against_the_model(written: Written) -> None:
    text = "starts: [apply]\nsteps: [{apply: {map: [X]}}, b, zed?, c?]\nunwanted: [u]\n"
    assert of(written, text, LOG) == [
        (
            "3:10 W03 10 of 100 journeys (10.0%) never have 'apply', where they start; "
            "name other steps under 'starts', or map the activities that mean them"
        ),
        "3:33 W01 the step 'zed' never happens in the log; map an activity of the log to it, or leave it out",
        "3:39 W01 the step 'c' never happens in the log; map an activity of the log to it, or leave it out",
        (
            "0:0 W02 the log's activity 'z' leads to no step: 110 events of 100 journeys; "
            "name it in a step's 'map', or under 'anytime'"
        ),
    ]


def test_a_log_that_fits_has_no_warnings(written: Written) -> None:
    text = "starts: [apply]\nsteps: [{apply: {map: [X]}}, b]\nanytime: [z]\nunwanted: [u]\n"
    assert of(written, text, {("X", "b", "z"): 95, ("b", "z"): 5}) == []
    assert codes(of(written, text, {("X", "b", "z"): 94, ("b", "z"): 6})) == {"W03"}


def test_an_imported_model_is_linted_too(written: Written) -> None:
    from cjmine.domain.models import PetriNet, Transition  # noqa: PLC0415

    end = Transition(name="e", label="end", inputs=(1, 1), outputs=(2,))
    stop = Transition(name="s", label="stop", inputs=(0,), outputs=(1,))
    ok = Transition(name="o", label="ok", inputs=(0,), outputs=(2,))
    net = PetriNet(places=("p", "q", "r"), transitions=(stop, end, ok), initial={0: 1}, final={2: 1})
    stuck, dead = found(written(pnml_of(net), "net.pnml"))
    assert stuck.startswith("0:0 E06 the model can get stuck after 'stop'")
    assert dead.startswith("0:0 E06 these steps can never happen: 'end'")
    assert codes(found(written("<pnml>", "net.pnml"))) == {"E00"}
    assert codes(found(written("x", "net.docx"))) == {"E00"}


def test_what_cannot_be_decided_is_said(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "MOST", 3)
    assert codes(of(written, "steps: [a, b, c, d]\nrules: [d only after a]")) == {"W00"}


def test_every_code_is_shown_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert not [code for code in LINT_CODES if f" {code} " not in text and f'"{code}"' not in text]
