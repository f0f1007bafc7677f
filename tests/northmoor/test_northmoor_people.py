from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from cjmine.northmoor.names import HOSTEL
from cjmine.northmoor.numbers import account_number
from cjmine.northmoor.person import SEGMENTS, Person
from cjmine.northmoor.registry import CROSSWALK
from cjmine.northmoor.world import people


@pytest.fixture(scope="module")
def town() -> list[Person]:
    return people(3_000, 42)


def luhn(number: str) -> int:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])


def test_every_number_is_unique_at_the_largest_size() -> None:
    everybody = people(20_000, 1)
    for kind in ("crm", "revenues", "email"):
        assert len({one.ids[kind] for one in everybody}) == 20_000
    own = [one for one in everybody if not one.shared_phone and one.partner is None]
    for kind in ("phone", "housing", "portal"):
        held = [one.ids[kind] for one in own if kind in one.ids]
        assert len(held) == len(set(held))
    assert len({one.nino for one in everybody}) == 20_000
    old = {one.old_crm for one in everybody if one.old_crm}
    assert old.isdisjoint(one.ids["crm"] for one in everybody)


def test_numbers_cannot_be_anybodys(town: list[Person]) -> None:
    for one in town:
        assert one.ids["phone"].startswith(("07700900", "01632960"))
        assert one.nino.startswith("QQ")
        assert one.postcode.startswith("ZZ")
        assert len(one.ids["revenues"]) == 8
        assert luhn(one.ids["revenues"]) % 10 == 0


def test_an_account_with_a_wrong_digit_is_recognised() -> None:
    right = account_number(3_100_017)
    assert luhn(right) % 10 == 0
    assert all(luhn(right[:3] + digit + right[4:]) % 10 for digit in "123456789")


def test_systems_number_people_in_orders_of_their_own(town: list[Person]) -> None:
    orders = [
        [one.index for one in sorted(town, key=lambda one: one.ids[kind])] for kind in ("crm", "revenues")
    ]
    assert orders[0] != orders[1] != sorted(orders[1])


def test_couples_share_tenancy_and_landline_of_the_one_with_the_lower_index(town: list[Person]) -> None:
    joined = [one for one in town if one.partner is not None]
    assert len(joined) == 180
    for one in joined:
        other = town[one.partner or 0]
        assert other.partner == one.index
        assert (one.address, one.uprn, one.ids["phone"]) == (other.address, other.uprn, other.ids["phone"])
        assert one.ids.get("housing") == other.ids.get("housing")
        head, second = (one, other) if one.index < other.index else (other, one)
        assert head.joined("phone")
        assert not second.joined("phone")
        assert not second.joined("housing")


@pytest.mark.parametrize(("count", "beds"), [(300, 5), (3_000, 23)])
def test_the_hostel_has_one_telephone(count: int, beds: int) -> None:
    residents = [one for one in people(count, 42) if one.shared_phone]
    assert len(residents) == beds
    assert len({one.ids["phone"] for one in residents}) == 1
    assert {(one.address, one.tenant, one.joined("phone")) for one in residents} == {(HOSTEL, False, False)}


def test_twins_differ_by_their_forename_alone(town: list[Person]) -> None:
    homes = Counter((one.surname, one.born, one.address) for one in town)
    twins = [key for key, count in homes.items() if count > 1]
    assert 2 <= len(twins) <= 20
    for key in twins:
        pair = [one for one in town if (one.surname, one.born, one.address) == key]
        assert len({one.forename for one in pair}) == len(pair) == 2


def test_the_registry_loses_confuses_and_merges(town: list[Person]) -> None:
    lacking = [
        one
        for one in town
        if set(one.listed) != set(one.ids) and one.partner is None and not one.shared_phone
    ]
    assert len(lacking) == 120
    assert all(len(one.ids) - len(one.listed) == 1 for one in lacking)
    muddled = [one for one in town if one.muddled]
    assert len(muddled) == 18
    assert sum(one.listed != one.ids for one in muddled) == 9
    merged = [one for one in town if one.old_crm]
    assert len(merged) == 60
    assert all(date(2025, 1, 1) < (one.merged_on or date.min) < date(2026, 1, 1) for one in merged)


def test_segments_are_complete_and_assisted_people_older(town: list[Person]) -> None:
    assert all(tuple(one.segments) and set(one.segments) == set(SEGMENTS) for one in town)
    assert sum(one.assisted for one in town) == 780
    old = Counter(one.assisted for one in town if one.segments["age_band"] == "65+")
    assert old[True] / 780 > 2 * old[False] / 2_220
    assert set().union(*(one.ids for one in town)) == set(CROSSWALK)


def test_the_same_seed_brings_the_same_people() -> None:
    assert people(300, 5) == people(300, 5) != people(300, 6)
