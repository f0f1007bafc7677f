"""``cjmine propose``: a draft that a person can read, allows what it was made from, and lints."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cjmine import pipeline
from cjmine.intended.lint import lint
from cjmine.intended.load import load_model
from cjmine.project.load import load
from cjmine.proposing import propose
from tests.cli.test_verbs import call, said
from tests.conftest import ROOT
from tests.projects import tiny

DAYS = """case,activity,time,service,channel
{rows}"""
CASES = {
    # 6 journeys pay online, 3 appeal and are heard once or twice, 1 never gets anywhere
    **{f"p{n}": "Fine sent,Pay,Case closed" for n in range(6)},
    "a1": "Fine sent,Appeal,hearing,Case closed",
    "a2": "Fine sent,Appeal,hearing,hearing,Case closed",
    "a3": "Fine sent,Appeal,hearing,Case closed",
    "x": "Fine sent,Chase",
}


def written(path: Path, cases: dict[str, str]) -> Path:
    rows = [
        f"{case},{step},2026-01-{day:02}T09:00:00Z,{'court' if step == 'hearing' else 'fines'},"
        f"{'post' if step == 'Fine sent' else 'web'}"
        for case, steps in cases.items()
        for day, step in enumerate(steps.split(","), start=1)
    ]
    path.write_text(DAYS.format(rows="\n".join(rows)), encoding="utf-8")
    return path


@pytest.fixture
def fines(tmp_path: Path) -> Path:
    return written(tmp_path / "Fines 2026.csv", CASES)


def test_a_draft_is_written_as_a_person_would_write_it(fines: Path) -> None:
    result = call(
        "propose",
        fines,
        "--ending",
        "Case closed",
        "--service",
        "service",
        "--channel",
        "channel",
        "--share",
        1,
    )
    assert result.exit_code == 0, result.output
    assert (
        result.stdout
        == """\
# A draft to be discussed: it says how journeys ran, not how they are meant to run.
# Made from Fines 2026.csv: 9 of 10 journeys ending with case_closed, 3 of 4 variants, noise 0. Comments count
# these 9.
# They end with case_closed (100%).
journey: fines-2026
starts: [fine_sent]
ends: {success: [case_closed]}

steps:
  - fine_sent: {by: fines, channel: post, map: [Fine sent]}  # 9 of 9 journeys
  - choose:  # 9 of 9 journeys: 67% pay, 33% appeal
      - pay: {by: fines, channel: web, map: [Pay]}  # 6 of 9 journeys, median 1.0 d after fine_sent
      - - appeal: {by: fines, channel: web, map: [Appeal]}  # 3 of 9 journeys, median 1.0 d after fine_sent
        - hearing+: {by: court, channel: web}  # 3 of 9 journeys, up to 2 times, median 1.0 d after appeal
  - case_closed: {by: fines, channel: web, map: [Case closed]}  # 9 of 9 journeys, median 1.0 d after pay
"""
    )
    assert result.stderr == (
        "drafted: fines-2026, 5 steps, from 9 of 10 journeys in 3 of 4 variants\n"
        "allowed: 9 of these, 9 of all; precision 0.98\n"
    )


def test_the_most_frequent_variants_are_drafted_from(fines: Path, tmp_path: Path) -> None:
    target = tmp_path / "fines.journey.yaml"
    found = said("propose", fines, "--share", 0.6, "--out", target)
    assert found["chosen"] == {"journeys": 6, "variants": 1}
    assert found["fitting"] == {"chosen": 6, "all": 6}
    assert found["precision"] == 1.0
    assert target.read_bytes() == found["text"].encode()
    assert load_model(target).mapping == {
        "Fine sent": "fine_sent",
        "Pay": "pay",
        "Case closed": "case_closed",
    }
    assert not lint(target).faults


def test_rounds_and_what_may_be_left_out_are_counted(tmp_path: Path) -> None:
    cases = {"1": "a,b,c,b,c,d", "2": "a,b,c,d", "3": "a,d", "4": "a,b,c,b,c,b,c,d"}
    text = propose(written(tmp_path / "log.csv", cases), share=1)["text"]
    assert "  - repeat:  # 3 of 4 journeys, rounds: median 2, at most 3\n      times: 0..*\n" in text


def test_steps_of_any_time_stand_beside_the_flow(tmp_path: Path) -> None:
    cases = {"1": "a,Look,b,c", "2": "Look,a,b,Look,c", "3": "a,b,c,Look"}
    found = propose(written(tmp_path / "log.csv", cases), share=1, anytime=["Look"])
    assert "\n\nanytime:\n  - look: {map: [Look]}\n" in found["text"]
    assert (found["steps"], found["chosen"]["variants"], found["precision"]) == (3, 1, 1.0)


def test_a_way_back_with_steps_is_widened_and_said(tmp_path: Path) -> None:
    cases = {"1": "a,b,c,b,d", "2": "a,b,d", "3": "a,b,c,b,c,b,d"}
    log = written(tmp_path / "log.csv", cases)
    found = propose(log, share=1)
    assert found["widened"] == [
        {"steps": ["b", "c"], "message": "b may be repeated with or without c, which always led back"}
    ]
    assert found["fitting"] == {"chosen": 3, "all": 3}
    assert "# Widened: b may be repeated with or without c, which always led back.\n" in found["text"]
    assert "note widened: b may be repeated" in call("propose", log, "--share", 1).stderr


def test_a_file_that_is_there_stays_unless_forced(fines: Path, tmp_path: Path) -> None:
    target = tmp_path / "fines.journey.yaml"
    target.write_text("mine", encoding="utf-8")
    result = call("propose", fines, "--out", target)
    assert (result.exit_code, target.read_text("utf-8")) == (2, "mine")
    assert "is there already" in result.stderr
    assert call("propose", fines, "--out", target, "--force").exit_code == 0
    assert load_model(target).name == "fines-2026"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--ending", "Case close"],
            "--ending: 'Case close' is no step of these journeys\nhint: did you mean",
        ),
        (["--starting", "Pay"], "none of 10 journeys is as asked for"),
        (["--type", "fines"], "a log has no types of journeys"),
        (["--good"], "which journeys of a log are good is not known"),
        (["--out", "draft.bpmn"], "a draft is written in the notation"),
        (["--out", "nowhere/draft.yaml"], "the folder 'nowhere' is not there"),
    ],
)
def test_what_cannot_be_drafted_is_said(fines: Path, arguments: list[str], told: str) -> None:
    result = call("propose", fines, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_finished_run_knows_its_good_journeys_and_what_is_tolerated(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    for name, row in (
        ("web.jsonl", '{"account": "w5", "action": "apply", "at": "2026-03-05T09:00:00Z"}\n'),
        ("web.jsonl", '{"account": "w5", "action": "look", "at": "2026-03-05T10:00:00Z"}\n'),
        ("desk.csv", "e,p5,check,2026-03-05 11:00:00\ne,p5,decide,2026-03-05 12:00:00\n"),
        ("crosswalk.csv", "p5,w5,0105\n"),
    ):
        with (tmp_path / "exports" / name).open("a", encoding="utf-8") as file:
            file.write(row)
    folder = tmp_path / "run"
    pipeline.run(load(path), folder)
    whole = said("propose", folder, "--type", "permit", "--share", 1)
    good = said("propose", folder, "--type", "permit", "--good")
    assert (whole["journeys"], whole["fitting"]["all"]) == (4, 4)
    assert good["chosen"] == {"journeys": 1, "variants": 1}
    assert good["text"].endswith(
        "- apply: {by: online, channel: web}  # 1 of 1 journeys\n"
        "  - check: {by: permits}  # 1 of 1 journeys, median 2.0 h after apply\n"
        "  - decide: {by: permits}  # 1 of 1 journeys, median 1.0 h after check\n\n"
        "anytime: [look]\n"
    )
    assert "1 of 4 journeys without any finding" in good["text"]
    wrong = call("propose", folder, "--type", "permits")
    assert wrong.exit_code == 2
    assert (
        "has no journeys of type 'permits'\nhint: name one with --type; did you mean 'permit'?"
        in wrong.stderr
    )


STEPS = st.lists(st.sampled_from(["a", "B b", "choose", "Cé", "d-d"]), min_size=1, max_size=7)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_any_log_is_drafted_from_so_that_its_journeys_are_allowed(
    tmp_path: Path, walks: list[list[str]]
) -> None:
    log = written(tmp_path / "log.csv", {str(n): ",".join(walk) for n, walk in enumerate(walks)})
    target = tmp_path / "draft.journey.yaml"
    found = propose(log, target, share=1, force=True)
    assert found["fitting"] == {"chosen": len(walks), "all": len(walks)}
    assert not [fault for fault in lint(target).faults if fault.code.startswith("E")]


def test_a_deep_tree_is_cut_where_nobody_could_read_on(tmp_path: Path) -> None:
    """Each step makes room for the next one in a block inside the last."""
    cases = {
        str(n): ",".join([*[f"s{m}" for m in range(n)], *[f"e{m}" for m in reversed(range(n))]])
        for n in range(1, 16)
    }
    found = propose(written(tmp_path / "log.csv", cases), tmp_path / "deep.journey.yaml", share=1)
    assert found["fitting"] == {"chosen": 15, "all": 15}
    assert "their blocks lie too deep to be read" in found["widened"][0]["message"]


@pytest.mark.slow
def test_the_good_journeys_of_northmoor_are_drafted_as_they_are_meant(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    pipeline.run(load(ROOT / "configs" / "northmoor.yaml"), folder)
    target = tmp_path / "moving.journey.yaml"
    found = propose(folder, target, journey_type="moving-home", good=True)
    assert found["chosen"]["journeys"] >= 10
    assert found["fitting"]["chosen"] == found["chosen"]["journeys"]
    assert not found["widened"]
    plan, drafted = load_model(ROOT / "configs" / "moving_home.journey.yaml"), load_model(target)
    assert set(drafted.steps) <= set(plan.steps)
    assert not lint(target).faults
    shutil.rmtree(folder)
