"""What steps say about themselves, and what is said when they say it wrongly."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.conformance.alignment import align
from cjmine.conformance.deviations import deviations_of
from cjmine.domain.models import IntendedJourney
from cjmine.domain.office_hours import OfficeHours
from cjmine.domain.plan import Anchor, Length, Limit, Place, PlanClock, PlannedStep, Unit
from cjmine.errors import ModelError
from cjmine.intended.automaton import automaton_of
from cjmine.intended.load import load_model
from cjmine.intended.notation import load_journey
from cjmine.intended.terms import length_of
from tests.intended.test_language import of_net

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

WORKED = Path(__file__).parent / "worked_example.journey.yaml"


def limit(amount: int, unit: Unit, name: str, anchor: Anchor = Anchor.STEP) -> Limit:
    return Limit(Length(amount, unit), anchor, name)


def read(written: Written, steps: str, more: str = "") -> IntendedJourney:
    return load_journey(written(f"journey: x\n{more}steps:\n{steps}\n"))


def faults(written: Written, steps: str, more: str = "") -> list[str]:
    path = written(f"journey: x\n{more}steps:\n{steps}\n")
    with pytest.raises(ModelError) as caught:
        load_journey(path)
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_worked_example_keeps_every_attribute_with_its_place() -> None:
    journey = load_model(WORKED)
    assert journey.planned["notify_move"] == PlannedStep(
        place=Place(23, 9),
        channels=("web", "phone", "face-to-face"),
        prefer="web",
        info=("new_address", "move_date"),
    )
    assert journey.planned["acknowledge"].within == limit(1, Unit.WORKING_DAY, "notify_move")
    assert journey.planned["benefit_decision"].within == limit(9, Unit.DAY, "notify_move")
    assert journey.planned["update_tenancy"].backstage
    assert not journey.planned["issue_bill"].backstage
    assert journey.planned["rate_us"].channels == ("survey",)
    assert journey.by["close_old_account"] == "council-tax"
    assert journey.services == {
        "contact-centre": ("crm", "telephony"),
        "housing": ("housing",),
        "council-tax": ("revs-bens",),
        "benefits": ("revs-bens",),
    }
    hours = OfficeHours("1111100", time(9), time(17))
    assert journey.clock == PlanClock(timezone="Europe/London", working=hours, holidays="england")
    assert (journey.customer, len(journey.rules), len(journey.standards)) == ("external", 6, 3)
    assert set(journey.planned) == set(journey.declared)


def test_the_worked_example_has_the_language_of_its_flow_alone() -> None:
    alone = load_model(WORKED.with_name("moving_home.journey.yaml"))
    assert of_net(load_model(WORKED).net) == of_net(alone.net)
    assert load_model(WORKED).branches == alone.branches


def test_every_attribute_is_read(written: Written) -> None:
    journey = read(
        written,
        "- a: {info: move_date, on_stage_note: the customer waits,\n      channel: web, prefer: app}".replace(
            "channel: web, ", ""
        )
        + "\n- b: {within: 2 weeks of move_date, not_before: 30 min after a, fails_to: c, backstage: yes}"
        "\n- c?: {within: 4 wh of start, channel: [post, email], prefer: post}",
    )
    a, b, c = (journey.planned[name] for name in "abc")
    assert (a.info, a.note, a.channels, a.prefer) == (("move_date",), "the customer waits", (), "app")
    assert b.within == limit(14, Unit.DAY, "move_date", Anchor.DATE)
    assert b.not_before == limit(30, Unit.MINUTE, "a")
    assert (b.fails_to, b.backstage, b.place) == ("c", True, Place(5, 3))
    assert c.within == limit(4, Unit.WORKING_HOUR, "start", Anchor.START)
    assert str(c.within) == "4 wh of start"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 min", Length(30, Unit.MINUTE)),
        ("4 h", Length(4, Unit.HOUR)),
        ("4wh", Length(4, Unit.WORKING_HOUR)),
        ("9 days", Length(9, Unit.DAY)),
        ("1 day", Length(1, Unit.DAY)),
        ("9 d", Length(9, Unit.DAY)),
        ("10 wd", Length(10, Unit.WORKING_DAY)),
        ("2 weeks", Length(14, Unit.DAY)),
    ],
)
def test_lengths_of_time_are_read(text: str, expected: Length) -> None:
    assert length_of(text) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            "- a\n- b: {within: 10 wdd of a}",
            "4:15: within: '10 wdd' is no length of time: the unit 'wdd' is not known; did you mean 'wd'?",
        ),
        (
            "- a\n- b: {within: ten wd of a}",
            "4:15: within: 'ten wd' is no length of time; write a number and a unit, such as '10 wd'",
        ),
        (
            "- a\n- b: {not_before: 10 wd}",
            (
                "4:19: not_before: '10 wd' does not say what it counts from; "
                "write it like '10 wd of notify_move' or '10 wd of start'"
            ),
        ),
        (
            "- apply\n- b: {within: 1 d of aply}",
            (
                "4:15: '1 d of aply' counts from 'aply', which is no step and no item of any 'info'; "
                "did you mean 'apply'?"
            ),
        ),
        (
            "- apply\n- b: {fails_to: aply}",
            "4:17: fails_to names 'aply', which is no step; did you mean 'apply'?",
        ),
        ("- a: {channel: [web, phon]}", "3:22: the channel 'phon' is not known; did you mean 'phone'?"),
        (
            "- a: {channel: [web, phone], prefer: post}",
            "3:38: prefer names 'post', which is not among the step's channels; one of web, phone",
        ),
        ("- a: {prefer: emial}", "3:15: the channel 'emial' is not known; did you mean 'email'?"),
        ("- a: {backstage: maybe}", "3:18: backstage is 'maybe'; write 'true' or 'false'"),
        ("- a: {info: []}", "3:13: info must be a list with at least one item"),
        ("- a: {info: {b: c}}", "3:13: info must be a word or a text"),
        ("- a: {witin: 1 d of start}", "3:7: the step 'a' has no key 'witin'; did you mean 'within'?"),
        (
            "- repeat: {do: [ask], times: 0..2, until: asc}",
            "3:43: until names 'asc', which is no step; did you mean 'ask'?",
        ),
        (
            "- choose_any: [a, b, c, d, e, f]",
            (
                "3:15: choose_any has 6 branches, at most 5 are possible; "
                "group some of them, or use together with optional steps"
            ),
        ),
        ("- choose_any: [a]", "3:15: choose_any needs at least two branches"),
        (
            "- chose_any: [a, b]",
            "3:3: 'chose_any' is no block; did you mean 'choose_any'?; a step takes map, ",
        ),
        ("- choose_any", "3:3: 'choose_any' is a reserved word and cannot name a step here"),
    ],
)
def test_a_wrong_attribute_is_told_with_its_place_and_the_nearest_form(
    written: Written, steps: str, expected: str
) -> None:
    (fault,) = faults(written, steps)
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "services: {housing: , tax: {system: revs}}\n",
            "4:11: the service 'houzing' is not declared; did you mean",
        ),
        (
            "services: {tax: {systm: revs}}\n",
            "2:18: the service 'tax' has no key 'systm'; did you mean 'system'?",
        ),
        (
            "clock: {timezone: Europe/Londn}\n",
            "2:19: timezone: 'Europe/Londn' is not a time zone; did you mean",
        ),
        (
            "clock: {working: 9-5}\n",
            "2:18: working: '9-5' is not understood; write office hours as 'Mon-Fri 09",
        ),
        ("clock: {working: Mon-Fri 17:00-09:00}\n", "2:18: working: 'Mon-Fri 17:00-09:00' is not understood"),
        (
            "clock: {holidays: englnd}\n",
            "2:19: holidays: 'englnd' is not a known holiday calendar; did you mean",
        ),
        ("ends: {success: [b]}\nanytime: [b]\n", "2:18: ends.success names 'b', which lies outside the flow"),
        ("customer: externl\n", "2:11: customer is 'externl'; did you mean 'external'?"),
    ],
)
def test_a_wrong_block_beside_the_flow_is_told_with_its_place(
    written: Written, more: str, expected: str
) -> None:
    assert faults(written, "- a: {by: houzing}", more)[0].startswith(expected)


def test_without_declared_services_any_service_will_do(written: Written) -> None:
    assert read(written, "- a: {by: houzing}").by == {"a": "houzing"}


def words(text: str) -> set[tuple[str, ...]]:
    return {tuple(word) for word in text.split()}


def test_choose_any_takes_one_branch_or_more_in_any_interleaving(written: Written) -> None:
    assert of_net(read(written, "- choose_any: [a, b]").net) == words("a b ab ba")
    assert of_net(read(written, "- choose_any: [a, [b, c]]").net) == words("a bc abc bac bca")
    three = of_net(read(written, "- choose_any: [a, b, c]").net)
    assert three == words("a b c ab ba ac ca bc cb abc acb bac bca cab cba")
    assert read(written, "- choose_any: [a, [b, c]]").branches == ((("a",), ("b", "c")),)


def test_of_five_branches_every_choice_is_possible_and_the_states_stay_few(written: Written) -> None:
    automaton = automaton_of(read(written, "- choose_any: [a, b, c, d, e]").net)
    assert automaton.n_states < 250


def test_both_branches_of_choose_any_are_no_contradiction(written: Written) -> None:
    def told(block: str, trace: str) -> str:
        journey = read(written, f"- {block}: [a, b]\n- c")
        (alignment,) = align([tuple(trace)], automaton_of(journey.net))
        return deviations_of(alignment, journey, prefix=False)[-1].message

    assert "only one is expected" in told("choose", "abc")
    assert told("choose_any", "abac") == "'A' happened where the plan does not have it."
