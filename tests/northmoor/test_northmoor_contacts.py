from __future__ import annotations

from datetime import timedelta

import pytest

from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.northmoor.acts import Ended, Need, What

from .told import DAY, HOUR, Town, answered, marked, moves, whole_town


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


def test_repeats_lie_within_a_week_and_are_not_answered(town: Town) -> None:
    for life, (first, last) in marked(town, "repeat_contact", "D1"):
        gap = last.at - first.ends
        assert timedelta() < gap <= 7 * DAY
        assert first.channel is last.channel or gap > 48 * HOUR
        assert not answered(life, Need.MOVE, first.ends, last.at)
    for life, (first, last) in marked(town, "parallel_channels", "D2"):
        assert first.channel is not last.channel
        assert timedelta() < last.at - first.ends <= 48 * HOUR
        assert not answered(life, Need.MOVE, first.ends, last.at)


def test_decoys_of_repeats_were_answered_or_are_about_something_else(town: Town) -> None:
    for life, (first, answer, last) in marked(town, "answered", "D1"):
        assert answered(life, Need.MOVE, first.ends, last.at)
        assert answer.what is What.ANSWER
    for _, (_first, call) in marked(town, "other_need", "D1"):
        assert (call.need, call.journey) == (Need.BINS, None)
    for _, (call,) in marked(town, "partner_call", "D1"):
        assert (call.need, call.journey) == (Need.PERMIT, None)
    for _, (_call, email) in marked(town, "confirmation_email", "D2"):
        assert email.direction is Direction.OUTBOUND


def test_resubmitted_forms_are_equal_and_other_peoples_are_not(town: Town) -> None:
    for _, (first, again) in marked(town, "resubmitted", "D3"):
        assert first.payload == again.payload != ""
        assert timedelta() < again.at - first.at <= 30 * DAY
    for _, (first, again) in marked(town, "other_person_form", "D3"):
        assert (again.what, again.payload == first.payload) == (What.NOTIFY, False)
        assert 7 * DAY < again.at - first.at <= 30 * DAY


def test_failed_forms_are_followed_by_a_call_within_a_day_or_not(town: Town) -> None:
    for _, (form, call) in marked(town, "failed_self_service", "F1"):
        assert (form.outcome, form.channel, call.channel) == (Outcome.FAILED, Channel.WEB, Channel.PHONE)
        assert timedelta() < call.at - form.ends <= 24 * HOUR
    for _, (form, call) in marked(town, "late_call", "F1"):
        assert call.at - form.ends > 24 * HOUR
    for _, (form, call) in marked(town, "other_call_after_failure", "F1"):
        assert call.need is Need.BINS
        assert call.at - form.ends <= 24 * HOUR


def test_evidence_goes_to_and_fro_with_nothing_in_between(town: Town) -> None:
    for life, acts in marked(town, "evidence_loop", "L2"):
        assert [act.what for act in acts] == [What.REQUEST, What.PROVIDE] * (len(acts) // 2)
        assert len(acts) in {4, 6}
        own = [
            act for act in life.acts if act.journey == acts[0].journey and acts[0].at <= act.at <= acts[-1].at
        ]
        assert own == acts
    for life, journey, acts in moves(town):
        rounds = sum(act.what is What.REQUEST for act in acts)
        if journey.status is Ended.COMPLETE:
            expected = (
                {2, 3} if "evidence_loop" in journey.patterns else {int("one_round" in journey.patterns)}
            )
            assert rounds in expected, life.person.name
