from __future__ import annotations

from collections import Counter, defaultdict
from statistics import mean

import pytest

from cjmine.domain.vocabulary import Direction
from cjmine.northmoor.acts import Ended, Need, What
from cjmine.northmoor.patterns import PATTERNS
from cjmine.northmoor.stories import lives, plans
from cjmine.northmoor.stories.life import life as told_life
from cjmine.northmoor.world import people

from .told import DAY, SEED, Town, moves, whole_town


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


def test_quotas_are_exact_and_only_the_end_of_the_log_takes_from_them(town: Town) -> None:
    journeys = Counter((j.need, j.period) for life in town for j in life.journeys)
    planned = Counter((name, j.period) for life in town for j in life.journeys for name in j.patterns)
    shown = Counter(
        pattern
        for life in town
        for pattern in {mark.pattern for mark in (*life.planted, *life.decoys)}
        if pattern != "censored"
    )
    for pattern in PATTERNS:
        quotas = {
            period: round(pattern.per_100(period) * journeys[pattern.need, period] / 100)
            for period in ("before", "after")
        }
        assert {period: planned[pattern.name, period] for period in quotas} == quotas, pattern.name
        total = sum(quotas.values())
        if pattern.codes or pattern.tempts:
            least = 0.6 if pattern.name == "instalments" else 0.9  # five months of reminders must fit
            assert least * total - 2 <= shown[pattern.name] <= total, pattern.name


def test_every_row_shows_all_its_codes(town: Town) -> None:
    seen = defaultdict(set)
    for life in town:
        for mark in life.planted:
            seen[mark.pattern, "planted"].add(mark.code)
        for mark in life.decoys:
            seen[mark.pattern, "decoy"].add(mark.code)
    for pattern in PATTERNS:
        if pattern.per_100("before") + pattern.per_100("after"):
            assert seen[pattern.name, "planted"] == set(pattern.codes), pattern.name
            assert seen[pattern.name, "decoy"] == set(pattern.tempts), pattern.name


def test_decoys_are_as_many_as_what_they_imitate(town: Town) -> None:
    planted = Counter(code for life in town for code in {mark.code for mark in life.planted})
    decoys = Counter(code for life in town for code in {mark.code for mark in life.decoys})
    for code in (
        "D1",
        "D2",
        "D3",
        "F1",
        "L2",
        "L3",
        "L5",
        "L6",
        "V3",
        "V4",
        "V6",
        "V8",
        "A1",
        "A4",
        "SLA",
        "D4a",
    ):
        assert decoys[code] >= 0.9 * planted[code], code


def test_the_mix_shifts_and_every_fifth_has_a_second_journey(town: Town) -> None:
    share = Counter((j.period, j.need) for life in town for j in life.journeys)
    assert {need: share["before", need] for need in Need if share["before", need]} == {
        Need.MOVE: 720,
        Need.DISCOUNT: 360,
        Need.CLAIM: 270,
        Need.REPAIR: 270,
        Need.PERMIT: 180,
    }
    assert (share["after", Need.CLAIM], share["after", Need.PERMIT]) == (486, 180)
    assert Counter(len(life.journeys) for life in town) == {1: 2_400, 2: 600}
    assert all(len({j.need for j in life.journeys}) == len(life.journeys) for life in town)
    helped = Counter((j.period, life.person.assisted) for life in town for j in life.journeys)
    shares = [helped[period, True] / 1_800 for period in ("before", "after")]
    assert shares[1] - shares[0] == pytest.approx(0.12, abs=0.02)


def test_permits_run_alike_in_both_periods(town: Town) -> None:
    spans = defaultdict(list)
    for life in town:
        for journey in life.journeys:
            if journey.need is Need.PERMIT and journey.status is Ended.COMPLETE:
                spans[journey.period].append((journey.end - journey.start) / DAY)
    assert mean(spans["after"]) == pytest.approx(mean(spans["before"]), rel=0.12)


def test_moves_need_fewer_contacts_and_days_after_the_change(town: Town) -> None:
    contacts, days = defaultdict(list), defaultdict(list)
    for life, journey, acts in moves(town):
        contacts[journey.period].append(
            len(
                {
                    act.contact
                    for act in acts
                    if act.direction is Direction.INBOUND and act.what is not What.RATE
                }
            )
        )
        if journey.status is Ended.COMPLETE:
            end = next(act.at for act in acts if act.what is What.CONFIRM)
            days[journey.period, life.person.assisted].append((end - journey.start) / DAY)
    assert mean(contacts["after"]) < 0.8 * mean(contacts["before"])
    for assisted in (True, False):
        assert mean(days["after", assisted]) < 0.85 * mean(days["before", assisted])
    for period in ("before", "after"):
        assert 1.15 < mean(days[period, True]) / mean(days[period, False]) < 1.5


def test_ratings_fall_without_a_prompt_acknowledgement(town: Town) -> None:
    ratings: dict[bool, list[int]] = defaultdict(list)
    for _, journey, acts in moves(town):
        prompt = journey.patterns.isdisjoint({"missing_acknowledge", "late_acknowledge"})
        ratings[prompt] += [act.rating for act in acts if act.rating is not None]
    assert all(1 <= rating <= 5 for rating in (*ratings[True], *ratings[False]))
    assert 0.4 < mean(ratings[True]) - mean(ratings[False]) < 1.4


def test_one_seed_tells_one_story_and_another_seed_another_at_equal_rates() -> None:
    one, same, other = (list(lives(people(300, seed), seed)) for seed in (7, 7, 8))
    assert one == same
    assert [life.acts for life in one] != [life.acts for life in other]
    first, second = (Counter(mark.code for life in town for mark in life.planted) for town in (one, other))
    assert all(abs(first[code] - second[code]) <= 4 * (first[code] ** 0.5 + 1) for code in first | second)


def test_a_life_can_be_told_alone_once_the_town_is_planned(town: Town) -> None:
    everybody = people(3_000, SEED)
    planned = plans(everybody, SEED)
    for at in (0, 17, 1_234, 2_999):
        assert everybody[at] == town[at].person
        if not any("partner_call" in plan.names for plan in planned[everybody[at].partner or at]):
            assert told_life(everybody[at], planned[at], SEED) == town[at]


def test_marks_point_at_acts_of_their_life(town: Town) -> None:
    for one in town:
        for mark in (*one.planted, *one.decoys):
            assert mark.primary in mark.acts
            assert set(mark.acts) <= set(range(len(one.acts)))
