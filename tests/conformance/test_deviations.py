from __future__ import annotations

from pathlib import Path

import pytest

from cjmine.conformance.alignment import align
from cjmine.conformance.deviations import Deviation, deviations_of, without_anytime
from cjmine.domain.models import IntendedJourney
from cjmine.intended.automaton import automaton_of
from cjmine.intended.load import load_model

MODELS = Path(__file__).parents[1] / "intended"
SHORT = {
    "N": "notify_move",
    "A": "acknowledge",
    "U": "update_tenancy",
    "C": "close_old_account",
    "O": "open_new_account",
    "B": "issue_bill",
    "X": "no_benefit_claim",
    "Z": "confirm_all_done",
    "request": "request_evidence",
    "provide": "provide_evidence",
    "view": "view_account",
}


@pytest.fixture(scope="module", params=["moving_home", "worked_example"])
def journey(request: pytest.FixtureRequest) -> IntendedJourney:
    """The worked example in its flow alone, and with all its attributes, rules and standards."""
    return load_model(MODELS / f"{request.param}.journey.yaml")


def checked(
    journey: IntendedJourney, trace: str, *, prefix: bool = False
) -> tuple[int, float, list[Deviation]]:
    variant = tuple(SHORT.get(word, word) for word in trace.split())
    kept, _ = without_anytime(variant, journey)
    (alignment,) = align([kept], automaton_of(journey.net), prefix=prefix)
    return alignment.cost, alignment.fitness, list(deviations_of(alignment, journey, prefix=prefix))


@pytest.mark.parametrize(
    ("trace", "cost", "fitness", "expected"),
    [
        ("N A U C O X B Z", 0, 1.0, []),
        ("read_moving_page N A U C O X B Z rate_us", 0, 1.0, []),
        ("N A view view U C O X B Z", 0, 1.0, []),
        ("N U C O X B Z", 1, 14 / 15, [("V1", "acknowledge", (0, 1), ())]),
        ("N A request U C O X B Z", 1, 16 / 17, [("V1", "provide_evidence", (2, 3), ())]),
        ("N A chase_progress U C O X B Z", 1, 16 / 17, [("V2", "chase_progress", (2,), (2,))]),
        ("N A U O C X B Z", 2, 0.875, [("V3", "close_old_account", (3, 4), ())]),
        (
            "N A U B O C X Z",
            4,
            0.75,
            [("V3", "open_new_account", (3, 4), ()), ("V3", "close_old_account", (3, 5), ())],
        ),
        (
            "N A request provide request provide U C O X B Z",
            2,
            0.9,
            [("V8", "request_evidence", (4, 5), (4, 5))],
        ),
        # the earlier round is out of place, yet the later one is the extra one
        (
            "request provide N A request provide U C O X B Z",
            2,
            0.9,
            [("V8", "request_evidence", (4, 5), (4, 5))],
        ),
        (
            "N A request provide request request provide U C O X B Z",
            3,
            18 / 21,
            [("V8", "request_evidence", (4, 6), (4, 6)), ("V8", "request_evidence", (5,), (5,))],
        ),
        ("N A U C O X B", 1, 14 / 15, [("V1", "confirm_all_done", (6,), ())]),
    ],
)
def test_golden_deviations(
    journey: IntendedJourney,
    trace: str,
    cost: int,
    fitness: float,
    expected: list[tuple[str, str, tuple[int, ...], tuple[int, ...]]],
) -> None:
    found = checked(journey, trace)
    assert found[0] == cost
    assert found[1] == pytest.approx(fitness)
    assert sorted((d.code, d.label, d.positions, d.extra) for d in found[2]) == sorted(expected)


@pytest.mark.parametrize(
    ("trace", "cost", "fitness", "expected"),
    [
        ("N", 0, 1.0, []),
        ("", 0, 1.0, []),
        ("N U", 1, 0.5, [("V1", "acknowledge", (0, 1))]),
        ("N A U O C", 1, 0.8, [("V3", "close_old_account", (3, 4))]),
        ("N A chase_progress", 1, 2 / 3, [("V2", "chase_progress", (2,))]),
        ("N A U C C", 1, 0.8, [("V2", "close_old_account", (4,))]),
    ],
)
def test_golden_deviations_of_open_journeys(
    journey: IntendedJourney,
    trace: str,
    cost: int,
    fitness: float,
    expected: list[tuple[str, str, tuple[int, ...]]],
) -> None:
    found = checked(journey, trace, prefix=True)
    assert found[0] == cost
    assert found[1] == pytest.approx(fitness)
    assert [(d.code, d.label, d.positions) for d in found[2]] == expected


@pytest.mark.parametrize(
    ("trace", "message"),
    [
        ("N U C O X B Z", "'Acknowledge' never happened although 'Update tenancy' did."),
        ("N A U C O X B", "'Confirm all done' never happened."),
        ("N A chase_progress U C O X B Z", "'Chase progress' should not be needed, but happened."),
        ("N A dance U C O X B Z", "'dance' happened; the plan does not have it."),
        ("N A N U C O X B Z", "'Notify move' happened where the plan does not have it."),
        (
            "N A U C O X reassess_benefit B Z",
            "Both 'No benefit claim' and 'Reassess benefit' happened; only one is expected.",
        ),
        (
            "N A U O C X B Z",
            "'Open new account' happened before 'Close old account'; it should come after.",
        ),
        (
            "N A request provide request provide U C O X B Z",
            (
                "'Request evidence' happened 2 times; at most 1 expected because: "
                "proof of address or income missing."
            ),
        ),
    ],
)
def test_every_deviation_is_said_in_plain_words(journey: IntendedJourney, trace: str, message: str) -> None:
    (deviation,) = checked(journey, trace)[2]
    assert deviation.message == message


def test_a_missing_step_has_no_event_of_its_own(journey: IntendedJourney) -> None:
    (deviation,) = checked(journey, "N U C O X B Z")[2]
    assert (deviation.primary, deviation.extra, deviation.count) == (None, (), 1)


def test_a_step_that_came_too_early_is_told_by_the_one_that_came_too_late(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text("journey: x\nsteps: [a, b, c, d]", encoding="utf-8")
    # d before b and c: leaving d out of the log is cheaper than leaving out both others
    assert [(d.code, d.label, d.positions) for d in checked(load_model(path), "a d b c")[2]] == [
        ("V3", "c", (1, 3))
    ]


def test_a_large_limit_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text("journey: x\nsteps: [{repeat: {do: [a], times: 1..11}}]", encoding="utf-8")
    assert checked(load_model(path), "a " * 11)[2] == []
    (deviation,) = checked(load_model(path), "a " * 12)[2]
    assert (deviation.code, deviation.positions, deviation.count) == ("V8", (11,), 12)


def test_anytime_steps_are_left_out_with_their_positions(journey: IntendedJourney) -> None:
    variant = ("notify_move", "view_account", "acknowledge")
    assert without_anytime(variant, journey) == (("notify_move", "acknowledge"), (0, 2))
