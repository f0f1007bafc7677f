"""Each rule of the truth on tiny lives, with what must not count beside what must."""

from __future__ import annotations

from typing import Any

import pytest

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome, Precision
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act, Ended, Life, Need, What
from cjmine.northmoor.truth import truth_of
from cjmine.northmoor.truth.views import Instance
from tests.northmoor.lives import act, call, letter, life, mark, move


def instances(one: Life, *codes: str) -> list[Instance]:
    return [i for i in truth_of(one).found if i.code in codes]


def told(one: Life, *codes: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(i.code, i.acts) for i in instances(one, *codes)]


def work(hours: float, service: str, what: What = What.CLOSE, **more: Any) -> Act:
    return act(what, hours, service=service, **more)


def other(*acts: Act, need: Need = Need.DISCOUNT, **more: Any) -> Life:
    """Return a life without a plan."""
    return life(*acts, need=need, **more)


# loops


def test_a_second_round_of_evidence_loops() -> None:
    two = move("N A q p q p U C O X B Z")
    assert told(two, "L2") == [("L2", (2, 3, 4, 5))]
    assert told(two, "L3") == [("L3", (2, 4)), ("L3", (3, 5))]
    assert told(move("N A q p U C O X B Z"), "L1", "L2", "L3", "L4") == []


def test_parallel_branches_do_not_loop() -> None:
    assert told(move("N A C U O X B Z"), "L2", "L3", "L4") == []


def test_asking_for_evidence_after_the_updates_began_is_a_return() -> None:
    assert told(move("N A U q p C O X B Z"), "L4") == [("L4", (3, 4))]


def test_days_of_one_date_are_no_return() -> None:
    tied = [
        act(What.NOTIFY, 0),
        act(What.TENANCY, 25, precision=Precision.DAY),
        act(What.ACKNOWLEDGE, 30),
    ]
    assert told(life(*tied), "L4") == []
    assert told(life(tied[0], act(What.TENANCY, 25), tied[2]), "L4") == [("L4", (2,))]


def test_one_thread_per_service_without_a_plan() -> None:
    acts = [
        work(0, COUNCIL_TAX, What.GRANT_DISCOUNT),
        work(24, BENEFITS, What.INFORM),
        work(48, COUNCIL_TAX, What.GRANT_DISCOUNT),
    ]
    assert told(other(*acts), "L1", "L2", "L3") == [("L1", (0, 2))]


def test_reminders_by_a_timetable_are_intended() -> None:
    regular = [letter(500 * n, n, what=What.REMIND, need=Need.PAY, journey=None) for n in range(5)]
    (run,) = instances(life(act(What.NOTIFY, 0), *regular), "L1")
    assert run.intended
    assert run.journey is None
    assert len(run.acts) == 5
    few = instances(life(act(What.NOTIFY, 0), *regular[:4]), "L1")
    assert [one.intended for one in few] == [False]


def test_a_contact_is_one_step() -> None:
    legs = [call(0, 0, what=What.NOTIFY), call(0.1, 0, what=What.PUT_THROUGH, service=HOUSING)]
    again = [call(30, 1), call(30.1, 1, what=What.PUT_THROUGH, service=HOUSING)]
    assert told(life(*legs, *again), "L1", "L3") == []
    assert told(life(*legs, *again, call(60, 2)), "L1") == [("L1", (2, 4))]


# handoffs


def test_legs_of_a_call_are_a_live_transfer() -> None:
    first = call(0, 0, outcome=Outcome.TRANSFERRED, onward=HOUSING, warm=False)
    then = call(0.02, 0, what=What.PUT_THROUGH, service=HOUSING)
    (live,) = instances(life(first, then), "H1")
    assert (live.acts, live.detail) == ((0, 1), "cold")


def test_introduced_calls_are_warm_unless_told_again() -> None:
    first = call(0, 0, outcome=Outcome.TRANSFERRED, onward=HOUSING, warm=True, info=(("address", "1"),))
    then = call(0.02, 0, what=What.PUT_THROUGH, service=HOUSING)
    again = call(0.02, 0, what=What.PUT_THROUGH, service=HOUSING, asks=("address",))
    assert instances(life(first, then), "H1")[0].detail == "warm"
    assert instances(life(first, again), "H1")[0].detail == "cold"
    assert told(life(first, again), "D4a") == [("D4a", (0, 1))]


def test_ping_pong_by_referral() -> None:
    acts = []
    for n, (service, to) in enumerate(
        [(HOUSING, COUNCIL_TAX), (COUNCIL_TAX, HOUSING), (HOUSING, COUNCIL_TAX)]
    ):
        acts.append(work(48 * n, service, What.REFER, onward=to))
        acts.append(work(48 * n + 24, to, What.RECEIVE))
    found = life(act(What.NOTIFY, -48), act(What.ACKNOWLEDGE, -24), *acts)
    assert told(found, "H2") == [("H2", (2, 3)), ("H2", (4, 5)), ("H2", (6, 7))]
    assert told(found, "L6") == [("L6", (2, 3, 5, 7))]
    assert told(found, "L5") == [("L5", (2, 5)), ("L5", (3, 7))]


def test_the_hub_only_relays() -> None:
    acts = [
        work(0, HOUSING, What.REFER, onward=CONTACT_CENTRE),
        work(24, CONTACT_CENTRE, What.RECEIVE, relay=True),
        work(48, HOUSING, What.RECEIVE),
    ]
    assert told(life(*acts), "H2", "L5") == []


def test_parallel_work_is_no_handoff() -> None:
    acts = [
        work(24, COUNCIL_TAX, What.CLOSE),
        work(48, HOUSING, What.TENANCY),
        work(72, COUNCIL_TAX, What.OPEN),
    ]
    start = [act(What.NOTIFY, 0), act(What.ACKNOWLEDGE, 2)]
    # housing has nothing left to do after its one step; council tax has
    (passed,) = instances(life(*start, *acts), "H2", "H3")
    assert passed.acts == (3, 4)
    assert passed.intended


def test_customers_carry_the_case_themselves() -> None:
    first = call(0, 0, outcome=Outcome.TRANSFERRED)
    then = call(24, 1, service=COUNCIL_TAX)
    assert told(life(first, then), "H3") == [("H3", (0, 1))]


@pytest.mark.parametrize(("outcome", "found"), [(Outcome.COMPLETED, ["H2"]), (Outcome.NONE, [])])
def test_without_a_plan_the_last_outcome_decides(outcome: Outcome, found: list[str]) -> None:
    acts = [work(0, COUNCIL_TAX, What.INFORM, outcome=outcome), work(24, BENEFITS, What.INFORM)]
    assert [i.code for i in instances(other(*acts), "H1", "H2", "H3")] == found


def test_an_open_item_keeps_the_work() -> None:
    opened = work(0, COUNCIL_TAX, What.INFORM, item="CT1", item_state=ItemState.OPEN)
    assert told(other(opened, work(24, BENEFITS, What.INFORM)), "H2") == []


# again


def test_an_answer_between_settles_it() -> None:
    assert told(other(call(0, 0), call(50, 1)), "D1") == [("D1", (0, 1))]
    assert told(other(call(0, 0), letter(20, 2), call(50, 1)), "D1") == []
    sent = letter(20, 2, what=What.ACKNOWLEDGE)
    assert told(other(call(0, 0), sent, call(50, 1)), "D1") == [("D1", (0, 2))]


def test_a_week_is_the_window() -> None:
    assert told(other(call(0, 0), call(168, 1)), "D1") == [("D1", (0, 1))]
    assert told(other(call(0, 0), call(168.1, 1)), "D1") == []


def test_what_the_plan_expects_repeats_nothing() -> None:
    given = call(50, 2, what=What.PROVIDE, channel=Channel.POST)
    acts = [
        call(0, 0, what=What.NOTIFY),
        letter(1, 1, what=What.ACKNOWLEDGE),
        act(What.REQUEST, 20),
        given,
    ]
    assert told(life(*acts), "D1", "D2") == []


def test_the_same_form_before_a_decision() -> None:
    form = {"channel": Channel.WEB, "payload": "a"}
    two = [call(0, 0, **form), call(400, 1, **form)]
    assert told(other(*two), "D3") == [("D3", (0, 1))]
    decided = letter(100, 2, outcome=Outcome.DECISION_YES)
    assert told(other(two[0], decided, two[1]), "D3") == []


def test_told_again_unless_it_changed() -> None:
    first = call(0, 0, info=(("address", "1"),))
    assert told(other(first, call(24, 1, service=HOUSING, info=(("address", "1"),))), "D4a") == [
        ("D4a", (0, 1))
    ]
    assert told(other(first, call(24, 1, service=HOUSING, info=(("address", "2"),))), "D4a") == []
    assert told(other(first, call(24, 1, info=(("address", "1"),))), "D4b") == [("D4b", (0, 1))]
    assert told(other(first, call(24 * 91, 1, asks=("address",))), "D4b") == []


# avoidable contact and self-service


def opened(hours: float, state: ItemState = ItemState.OPEN) -> Act:
    return work(hours, COUNCIL_TAX, What.LOG, item="NM1", item_state=state)


def test_chasing_needs_open_work_and_no_news() -> None:
    chase = call(90, 1, what=What.CHASE, reason="CHASE")
    first = call(0, 0, what=What.NOTIFY, reason="NEW")
    assert told(life(first, opened(1), chase), "A4") == [("A4", (2,))]
    assert told(life(first, chase), "A4") == []
    news = call(90, 1, what=What.CHASE, reason="CHASE", info=(("address", "9"),))
    assert told(life(first, opened(1), news), "A4") == []
    closed = opened(50, ItemState.CLOSE)
    assert told(life(first, opened(1), closed, chase), "A4", "A5") == [("A5", (2, 3))]


@pytest.mark.parametrize(("day", "clock"), [(9, "before"), (16, "after")])
def test_chases_know_the_clock(day: int, clock: str) -> None:
    first = call(0, 0, what=What.NOTIFY, reason="NEW")
    chase = call(24 * day, 1, what=What.CHASE, reason="CHASE")
    found = instances(life(first, opened(1), act(What.NO_CLAIM, 2), chase), "A4")
    assert [one.detail for one in found] == [f"primary {clock}_standard"]


def test_the_first_request_is_never_avoidable() -> None:
    moved = {"what": What.NOTIFY, "reason": "NEW", "outcome": Outcome.TRANSFERRED}
    assert told(life(call(0, 0, **moved)), "A2") == []
    assert told(life(call(0, 0, **moved), call(300, 1, outcome=Outcome.TRANSFERRED)), "A2") == [("A2", (1,))]


def test_enquiries_about_a_letter() -> None:
    bill = letter(24, 1, what=What.BILL, letter="bill")
    first = call(0, 0, reason="NEW")
    assert told(other(first, bill, call(48, 2, about="bill")), "A1") == [("A1", (1, 2))]
    assert told(other(first, bill, call(48, 2, about="rent")), "A1") == []
    assert told(other(first, bill, call(24 * 9, 2, about="bill")), "A1") == []
    asking = letter(24, 1, what=What.REQUEST, letter="bill", outcome=Outcome.REQUESTED_INFO)
    assert told(other(first, asking, call(48, 2, about="bill")), "A1") == []


def test_failed_online_then_by_phone() -> None:
    failed = call(0, 0, channel=Channel.WEB, outcome=Outcome.FAILED)
    assert told(other(failed, call(24, 1)), "F1", "A6") == [("F1", (0, 1)), ("A6", (0, 1))]
    assert told(other(failed, call(25, 1)), "F1") == []
    assert told(other(failed, call(5, 1, need=Need.BINS)), "F1") == []
    done = call(2, 2, channel=Channel.WEB)
    assert told(other(failed, done, call(5, 1)), "F1") == []
    assert told(other(failed, done, call(5, 1)), "F2") == [("F2", (1, 2))]


def test_an_answered_survey_is_no_contact() -> None:
    rated = call(3, 1, what=What.RATE, channel=Channel.SURVEY)
    assert told(other(call(0, 0), rated), "D1", "D2") == []


# conformance and standards


def test_steps_that_go_wrong() -> None:
    failed = act(What.TENANCY, 24, outcome=Outcome.FAILED, service=HOUSING)
    start = [act(What.NOTIFY, 0), act(What.ACKNOWLEDGE, 2, channel=Channel.POST)]
    found = instances(life(*start, failed, act(What.CLOSE, 48, service=BENEFITS)), "V4", "V6", "V7")
    assert [(one.code, one.step) for one in found] == [
        ("V6", "acknowledge"),
        ("V4", "update_tenancy"),
        ("V7", "close_old_account"),
    ]
    recovered = act(What.TENANCY, 48, service=HOUSING)
    assert told(life(*start, failed, recovered), "V4") == []


def bill_on(day: int, *between: Act) -> Life:
    acts = sorted([act(What.NOTIFY, 0), *between, act(What.BILL, 24 * day)], key=lambda one: one.at)
    return life(*acts, act(What.NO_CLAIM, 24 * day + 1))


def test_the_bill_within_ten_working_days() -> None:
    assert told(bill_on(14), "SLA") == []
    (late,) = instances(bill_on(15), "SLA")
    assert (late.step, late.acts, late.detail) == ("new-bill", (0, 1), "breached")


def test_waiting_for_evidence_does_not_count() -> None:
    assert told(bill_on(17, act(What.REQUEST, 24), act(What.PROVIDE, 96)), "SLA") == []


def test_an_open_promise_can_be_broken() -> None:
    found = instances(life(act(What.NOTIFY, 0), act(What.ACKNOWLEDGE, 1), status=Ended.STALLED), "SLA")
    assert [(one.step, one.detail) for one in found] == [
        ("new-bill", "open_breached"),
        ("benefit-change", "open_breached"),
    ]
    assert told(life(act(What.NOTIFY, 0), act(What.WITHDRAW, 1), status=Ended.STOPPED), "SLA") == []
    assert told(life(act(What.NOTIFY, 0), act(What.ACKNOWLEDGE, 1), act(What.REQUEST, 2)), "SLA") == []


# marks and statuses


def test_marks_are_held_against_what_is_found() -> None:
    acts = [call(0, 0), call(50, 1)]
    good = other(*acts, planted=(mark("D1", 0, 1),), decoys=(mark("D2", 0, 1),))
    held = truth_of(good).held
    assert held.unmatched == held.fooled == ()
    assert [p for p in held.patterns if p] == ["test"]
    bad = other(*acts, planted=(mark("D3", 0, 1),), decoys=(mark("D1", 0, 1),))
    held = truth_of(bad).held
    assert held.unmatched == ("D3 by test: P00001.E001 P00001.E002 (enquire enquire)",)
    assert len(held.fooled) == 1


def test_a_missing_step_is_matched_by_its_name() -> None:
    planted = (mark("V1", 0, step="acknowledge"),)
    assert truth_of(move("N U C O X B Z", planted=planted)).held.unmatched == ()
    wrong = (mark("V1", 0, step="issue_bill"),)
    assert truth_of(move("N U C O X B Z", planted=wrong)).held.unmatched != ()


def test_a_status_that_the_acts_contradict_is_told() -> None:
    assert truth_of(move("N A U C O X B Z")).faults == ()
    (fault,) = truth_of(move("N A", status=Ended.COMPLETE)).faults
    assert fault == "P00001.J1: called complete, its acts say stalled"
    asked = letter(24, 1, what=What.REQUEST, outcome=Outcome.REQUESTED_INFO)
    assert truth_of(life(act(What.NOTIFY, 0), asked, status=Ended.ABANDONED)).faults == ()


def test_letters_do_not_come_from_the_customer() -> None:
    assert letter(0, 0).direction is Direction.OUTBOUND
    assert told(other(letter(0, 0), letter(50, 1)), "D1", "D2", "F2") == []


def test_a_look_at_the_case_is_no_repeated_contact() -> None:
    look = call(20, 1, what=What.TRACK, channel=Channel.WEB, service=None)
    assert told(other(call(0, 0), look, call(50, 2)), "D1", "D2") == [("D1", (0, 2))]


def test_what_is_recorded_during_a_call_does_not_cut_it() -> None:
    first = call(0, 0, outcome=Outcome.TRANSFERRED, onward=HOUSING)
    batch = work(0.01, BENEFITS, What.NO_CLAIM)
    then = call(0.02, 0, what=What.PUT_THROUGH, service=HOUSING)
    assert told(life(first, batch, then), "H1") == [("H1", (0, 2))]
