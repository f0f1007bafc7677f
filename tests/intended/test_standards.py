"""Promises are read with their clocks and pauses, and what is wrong with one is told at its place."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain.codes import LINT_CODES
from cjmine.domain.office_hours import office_hours, working_calendar
from cjmine.domain.plan import Count, Length, Place, Standard, Unit
from cjmine.errors import ModelError
from cjmine.intended.lint import lint
from cjmine.intended.load import load_model
from cjmine.intended.notation import load_journey
from tests.intended.test_attributes import WORKED

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

HEAD = "journey: x\nsteps: [{ask: {info: address}}, prove?, answer]\nstandards:\n- "


def test_the_worked_example_s_standards_are_read() -> None:
    once, bill, benefit = load_model(WORKED).standards
    assert once == Standard(
        name="tell-us-once", title="Address given once only", place=Place(57, 5), item="new_address", most=1
    )
    assert bill == Standard(
        name="new-bill",
        title="new-bill",
        place=Place(58, 5),
        start="notify_move",
        stop="issue_bill",
        limit=Length(10, Unit.WORKING_DAY),
        pause=("request_evidence", "provide_evidence"),
    )
    assert (benefit.limit, benefit.count) == (Length(9, Unit.DAY), Count.EXCLUSIVE)


def test_the_plan_s_clock_makes_a_calendar_of_office_hours_and_holidays(written: Written) -> None:
    clock = load_model(WORKED).clock
    assert clock is not None
    calendar = clock.calendar(date(2026, 1, 1), date(2026, 6, 1))
    assert calendar is not None
    assert (calendar.timezone, calendar.week, calendar.opens) == ("Europe/London", "1111100", time(9))
    assert "2026-05-25" in calendar.holidays
    plain = load_journey(written("journey: x\nclock: {timezone: Europe/London}\nsteps: [a]")).clock
    assert plain is not None
    assert plain.calendar(date(2026, 1, 1), date(2026, 6, 1)) is None


def test_everything_a_standard_may_say_is_read(written: Written) -> None:
    text = "{id: s, start: start, stop: answer, limit: 2 weeks, count: inclusive, received_after: '17:00'}\n"
    (timed, counted) = load_journey(written(f"{HEAD}{text}- {{id: t, measure: prove, max: 2}}")).standards
    assert (timed.start, timed.limit, timed.count) == ("start", Length(14, Unit.DAY), Count.INCLUSIVE)
    assert timed.received_after == time(17)
    assert (counted.step, counted.item, counted.most, counted.title) == ("prove", "", 2, "t")


@pytest.mark.parametrize(
    ("standard", "expected"),
    [
        ("{start: ask, stop: answer, limit: 1 d}", "4:3: a standard needs the key 'id'"),
        ("{id: s}", "4:3: a standard has either 'start', 'stop' and 'limit', or 'measure' and 'max'"),
        (
            "{id: s, start: ask, max: 1}",
            "4:3: a standard has either 'start', 'stop' and 'limit', or 'measure'",
        ),
        ("{id: s, start: ask, limit: 1 d}", "4:3: a standard needs the key 'stop'"),
        ("{id: s, measure: ask}", "4:3: a standard needs the key 'max'"),
        ("{id: s, measure: ask, max: few}", "4:30: max is 'few'; write a whole number"),
        (
            "{id: s, measure: askk, max: 1}",
            "4:20: measure names 'askk', which is no step; did you mean 'ask'?",
        ),
        (
            "{id: s, measure: provide adress, max: 1}",
            "4:20: measure names 'adress', which no step's 'info' has",
        ),
        (
            "{id: s, start: aks, stop: answer, limit: 1 d}",
            "4:18: start names 'aks', which is no step; did you me",
        ),
        (
            "{id: s, start: ask, stop: answer, limit: 1 dy}",
            "4:44: limit: '1 dy' is no length of time: the unit",
        ),
        (
            "{id: s, start: ask, stop: answer, limit: 1 d, pause_when: prove}",
            "4:61: pause_when is 'prove'; write it like 'request_evidence..provide_evidence'",
        ),
        (
            "{id: s, start: ask, stop: answer, limit: 1 d, pause_when: ask..prov}",
            "4:61: pause_when names 'prov', which is no step; did you mean 'prove'?",
        ),
        (
            "{id: s, start: ask, stop: answer, limit: 1 d, count: inclusiv}",
            "4:56: count is 'inclusiv'; did you mean 'inclusive'?",
        ),
        (
            "{id: s, start: ask, stop: answer, limit: 1 d, received_after: 25:00}",
            "4:65: received_after is '25:00'; write a time such as '17:00'",
        ),
        ("{id: s, measure: ask, max: 1, mex: 1}", "4:33: a standard has no key 'mex'; did you mean 'max'?"),
        (
            "{id: s, measure: ask, max: 1}\n- {id: s, measure: ask, max: 2}",
            "5:8: the standard 's' is given twice",
        ),
    ],
)
def test_a_wrong_standard_is_told_with_its_place(written: Written, standard: str, expected: str) -> None:
    path = written(HEAD + standard)
    with pytest.raises(ModelError) as caught:
        load_journey(path)
    assert caught.value.faults[0].removeprefix(f"{path}:").startswith(expected)


def test_office_hours_may_go_over_the_weekend_and_holidays_are_those_of_the_place() -> None:
    hours = office_hours("Sun-Thu 08:30-16:00")
    assert (hours.week, hours.opens, hours.closes) == ("1111001", time(8, 30), time(16))
    calendar = working_calendar("Europe/London", hours, "england", date(2026, 1, 1), date(2026, 6, 1))
    assert {"2026-04-03", "2026-04-06", "2027-01-01"} <= set(calendar.holidays)
    assert working_calendar("UTC", hours, None, date(2026, 1, 1), date(2026, 6, 1)).holidays == ()


@pytest.mark.parametrize(
    "text", ["Mon-Fri", "Mon-Fry 09:00-17:00", "Mon-Fri 09:00-24:00", "Mon-Fri 17:00-09:00"]
)
def test_office_hours_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write office hours as 'Mon-Fri 09:00-17:00'"):
        office_hours(text)


LINES = WORKED.read_text("utf-8").splitlines()
SCRAPS = st.sampled_from(
    ["", "- x", "  - x: {within: 1 of}", "rules:", "?", "{", "a: b", "- together: [a]", "- - a"]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_done_to_a_file_lint_answers_with_places_in_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        lines[at] = lines[at][:cut] + data.draw(SCRAPS) + lines[at][cut + data.draw(st.integers(0, 4)) :]
    path = tmp_path_factory.mktemp("any") / "any.journey.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    for fault in lint(path).faults:
        assert fault.code in LINT_CODES
        assert 0 <= fault.line <= len(lines) + 1
        assert fault.what
