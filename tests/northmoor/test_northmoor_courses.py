from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from statistics import mean

import pytest

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome, Precision
from cjmine.northmoor import clock
from cjmine.northmoor.acts import COUNCIL_TAX, Ended, What

from .told import DAY, HOUR, Town, marked, moves, net_days, whole_town


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


def test_the_council_sends_customers_back_to_an_earlier_stage(town: Town) -> None:
    for life, (again,) in marked(town, "back_to_tell_us", "L4"):
        own = [act for act in life.acts if act.journey == again.journey]
        update = next(act for act in own if act.what is What.TENANCY)
        assert update.at.date() < again.at.date()
        assert (
            any(act.what is What.BILL and act.at > again.at for act in own)
            or life.journeys[-1].status is Ended.CENSORED
        )
    for _, (update, told) in marked(town, "stage_tie", "L4"):
        assert update.precision is Precision.DAY
        assert update.at.date() == told.at.date()


def test_referrals_run_over_services_and_days(town: Town) -> None:
    for _, acts in marked(town, "ping_pong", "L6"):
        services = [act.service for act in acts]
        assert services[:2] == services[2:]
        assert len({act.at.date() for act in acts}) == 4
        assert all(act.outcome is Outcome.TRANSFERRED for act in acts[:3])
    for life, acts in marked(town, "revisit", "L5"):
        assert acts[0].service == acts[2].service != acts[1].service
        own = [
            act for act in life.acts if act.journey == acts[0].journey and acts[0].at <= act.at <= acts[-1].at
        ]
        assert [act for act in own if act.what is not What.LOG] == acts
    for _, acts in marked(town, "hub_relay", "L5"):
        assert [act.relay for act in acts] == [False, True, False]


def test_bills_are_late_exactly_where_planted(town: Town) -> None:
    late: Counter[str] = Counter()
    for life, journey, acts in moves(town):
        for bill in (act for act in acts if act.what is What.BILL):
            days = net_days(acts, bill.at)
            assert (days > 10) == ("late_bill" in journey.patterns), (
                life.person.name,
                days,
                journey.patterns,
            )
            late[journey.period] += days > 10
    assert late["before"] == round(0.21 * 720)
    for _, (notice, bill) in marked(town, "pauses", "SLA"):
        assert clock.rank(bill.at.date()) - clock.rank(notice.at.date()) > 10


def test_chases_come_before_or_after_the_standard_while_the_bill_is_open(town: Town) -> None:
    for pattern in ("chase", "chase_late"):
        for life, (call,) in marked(town, pattern, "A4"):
            own = [act for act in life.acts if act.journey == call.journey]
            assert (call.reason, call.info) == ("CHASE", ())
            assert (net_days(own, call.at) > 10) == (pattern == "chase_late")
            assert not any(act.what is What.BILL and act.at < call.at for act in own)
    for _, (call,) in marked(town, "new_information", "A4"):
        assert call.info
    for _, (view,) in marked(town, "tracks", "A4"):
        assert (view.what, view.channel) == (What.TRACK, Channel.WEB)


def test_addresses_are_told_again_to_another_service_and_news_are_new(town: Town) -> None:
    for _, (first, again) in marked(town, "told_again", "D4a"):
        assert again.service != first.service
        assert again.at - first.at <= 90 * DAY
        assert (
            "new_address" in again.asks or dict(again.info)["new_address"] == dict(first.info)["new_address"]
        )
    for pattern in ("value_changed", "new_information"):
        for _, (first, again) in marked(town, pattern, "D4a"):
            told = dict(first.info)
            assert not {item for item, value in again.info if told.get(item) == value and item == "move_date"}
            assert "move_date" in dict(again.info)


def test_calls_are_handed_over_blind_or_introduced(town: Town) -> None:
    for pattern, warm in (("cold_transfer", False), ("warm_transfer", True)):
        for _, (call, leg) in marked(town, pattern, "H1"):
            assert (call.warm, leg.warm, call.contact == leg.contact) == (warm, warm, True)
    for _, (call, went) in marked(town, "carried", "H3"):
        assert (call.outcome, call.onward, went.service) == (Outcome.TRANSFERRED, None, COUNCIL_TAX)
        assert timedelta(minutes=5) < went.at - call.ends < HOUR
        assert call.contact != went.contact
    for life, (call, went) in marked(town, "carried", "H3"):
        own = [act for act in life.acts if act.journey == call.journey and call.at < act.at < went.at]
        assert [act.what for act in own if act.service] == []


def test_letters_are_asked_about_within_five_working_days(town: Town) -> None:
    for pattern in ("unclear_letter", "other_letter"):
        for _, (letter, call) in marked(town, pattern, "A1"):
            assert 0 < clock.rank(call.at.date()) - clock.rank(letter.at.date()) <= 5
            assert (call.about == letter.letter) == (pattern == "unclear_letter")
            assert letter.asks == ()


def test_cases_closed_too_early_bring_the_customer_back_within_four_weeks(town: Town) -> None:
    for _, (closed, back) in marked(town, "premature_closure", "A5"):
        assert (closed.what, closed.item_state) == (What.CLOSE_CASE, ItemState.CLOSE)
        assert timedelta() < back.at - closed.at <= 28 * DAY


def test_steps_are_missing_swapped_or_wrong_where_planted(town: Town) -> None:
    for life, journey, acts in moves(town):
        kinds = [act.what for act in acts]
        if journey.status is Ended.COMPLETE:
            assert (What.ACKNOWLEDGE not in kinds) == ("missing_acknowledge" in journey.patterns), (
                life.person.name
            )
            swapped = kinds.index(What.BILL) < kinds.index(What.OPEN)
            assert swapped == ("bill_first" in journey.patterns)
    for _, (update,) in marked(town, "failed_step", "V4"):
        assert (update.what, update.outcome) == (What.TENANCY, Outcome.FAILED)
    for _, (failed, again) in marked(town, "failure_recovered", "V4"):
        assert (failed.outcome, again.outcome) == (Outcome.FAILED, Outcome.COMPLETED)
    for _, (update,) in marked(town, "wrong_service", "V7"):
        assert update.service == COUNCIL_TAX
    for _, (letter,) in marked(town, "wrong_channel", "V6"):
        assert letter.channel is Channel.POST


def test_side_by_side_work_has_open_items_on_both_sides(town: Town) -> None:
    for _, (log, close, update) in marked(town, "parallel_work", "L5"):
        assert [act.item_state for act in (log, close, update)] == [
            ItemState.OPEN,
            ItemState.OPEN,
            ItemState.CLOSE,
        ]
        assert log.at.date() < close.at.date() < update.at.date()


def test_given_up_journeys_end_long_before_the_log(town: Town) -> None:
    for _, journey, acts in moves(town):
        if journey.status in {Ended.ABANDONED, Ended.STALLED}:
            assert clock.LOG_END - journey.end > 60 * DAY
        if journey.status is Ended.CENSORED:
            assert clock.LOG_END - journey.end < 30 * DAY
        if not journey.patterns.isdisjoint({"dead_end_abandoned", "dead_end_stalled"}):
            assert acts[-1].what is What.BENEFIT_LETTER
            held = acts[-1].outcome is Outcome.NONE
            assert held == (journey.status is Ended.STALLED)
    statuses = Counter((j.period, j.status) for _, j, _ in moves(town))
    assert (statuses["before", Ended.ABANDONED], statuses["before", Ended.STALLED]) == (43, 29)
    assert (statuses["after", Ended.ABANDONED], statuses["after", Ended.STALLED]) == (36, 14)
    assert 0.05 < statuses["after", Ended.CENSORED] / 720 < 0.1
    assert statuses["before", Ended.CENSORED] == 0


def test_scheduled_repetition_is_frequent_even_and_never_asks_for_a_contact(town: Town) -> None:
    for pattern in ("instalments", "tenancy_review"):
        for _, acts in marked(town, pattern, "L1"):
            gaps = [(b.at - a.at) / DAY for a, b in itertools.pairwise(acts)]
            spread = (sum((gap - mean(gaps)) ** 2 for gap in gaps) / (len(gaps) - 1)) ** 0.5
            assert len(acts) >= 5
            assert spread / mean(gaps) < 0.25
            assert all(act.direction is not Direction.INBOUND for act in acts)
