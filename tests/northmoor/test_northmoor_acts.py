from __future__ import annotations

from collections import Counter, defaultdict
from datetime import time, timedelta

import pytest

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome, Precision
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CONTACT_CENTRE, COUNCIL_TAX, HOUSING, What

from .told import Town, whole_town


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


def test_acts_are_in_order_within_the_log_and_never_in_the_small_hours(town: Town) -> None:
    nights: Counter[tuple[object, int]] = Counter()
    for life in town:
        keys = [(act.at, act.at.fold) for act in life.acts]
        assert keys == sorted(keys)
        for act in life.acts:
            assert clock.LOG_START <= act.at <= act.ends <= clock.LOG_END
            if act.at.time() < time(2):
                assert act.what is What.REPORT_REPAIR
                assert act.at.hour == 1
                assert act.at.date() in clock.CLOCKS_BACK
                assert act.until is not None
                assert act.until.fold == act.at.fold
                nights[act.at.date(), act.at.fold] += 1
    assert {night for night, _ in nights} == set(clock.CLOCKS_BACK)
    assert {fold for _, fold in nights} == {0, 1}


def test_people_talk_to_staff_in_office_hours_only(town: Town) -> None:
    spoken = {Channel.PHONE, Channel.FACE_TO_FACE}
    for life in town:
        for act in life.acts:
            if act.channel in spoken and act.at.time() > time(2):
                assert clock.is_working(act.at.date()), act
                assert time(9) <= act.at.time() <= time(17, 30), act


def test_calls_last_and_a_leg_put_through_follows_within_a_minute(town: Town) -> None:
    for life in town:
        legs = defaultdict(list)
        for act in life.acts:
            if act.channel is Channel.PHONE:
                assert timedelta(minutes=2) <= act.ends - act.at <= timedelta(minutes=8)
                legs[act.contact].append(act)
        for first, *rest in legs.values():
            assert len(rest) == (first.onward is not None)
            for leg in rest:
                assert timedelta(seconds=5) <= leg.at - first.ends <= timedelta(seconds=55)
                assert (leg.what, leg.service) == (What.PUT_THROUGH, first.onward)
                assert first.outcome is Outcome.TRANSFERRED


def test_contacts_and_journeys_are_numbered_consistently(town: Town) -> None:
    for life in town:
        owner: dict[int, int | None] = {}
        for act in life.acts:
            assert (act.contact is None) == (act.direction is Direction.INTERNAL)
            assert act.journey is None or act.journey < len(life.journeys)
            if act.contact is not None:
                assert owner.setdefault(act.contact, act.journey) == act.journey
        for number, journey in enumerate(life.journeys):
            own = [act for act in life.acts if act.journey == number]
            assert all(act.need is journey.need for act in own)
            assert (journey.start, journey.end) == (min(a.at for a in own), max(a.ends for a in own))
            assert (journey.start >= clock.CHANGE) == (journey.period == "after")


def test_times_are_as_exact_as_the_best_record(town: Town) -> None:
    known = {
        (act.service, act.precision)
        for life in town
        for act in life.acts
        if act.direction is not Direction.INBOUND and life.person.tenant
    }
    assert (HOUSING, Precision.DAY) in known
    assert not {service for service, precision in known if precision is Precision.DAY} - {HOUSING}
    assert (COUNCIL_TAX, Precision.MINUTE) in known
    assert (CONTACT_CENTRE, Precision.SECOND) in known


def test_work_items_are_opened_once_and_closed_later(town: Town) -> None:
    for life in town:
        states = defaultdict(list)
        for act in life.acts:
            if act.item_state is not None:
                states[act.item].append(act)
        for acts in states.values():
            kinds = [act.item_state for act in acts]
            assert kinds.count(ItemState.OPEN) <= 1
            assert kinds.count(ItemState.CLOSE) <= 1
            if len(kinds) > 1:
                assert kinds == [ItemState.OPEN, ItemState.CLOSE]
            if acts[-1].what is What.CLOSE_CASE:
                assert (acts[-1].at.weekday(), acts[-1].at.hour, acts[-1].bulk) == (4, 16, True)
