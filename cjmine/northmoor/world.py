"""Who lives in Northmoor, and under which number does each system know them?

Nobody here exists. Names come from invented lists; telephone numbers are Ofcom's
drama ranges with more digits added, so none can be dialled; national insurance
numbers begin with QQ, which is never issued.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate

from cjmine.northmoor.dice import Dice
from cjmine.northmoor.names import FORENAMES, HOSTEL, LANGUAGES, STREETS, SURNAMES, WARDS
from cjmine.northmoor.numbers import SYSTEMS, Numbers, numbers
from cjmine.northmoor.person import Person
from cjmine.northmoor.registry import clerical_errors

TENANTS, IN_COUPLES = 0.55, 0.06
ASSISTED, DISABLED = 0.26, 0.17
ACCOUNTS = {"digital": 0.95, "assisted": 0.4}  # share with an account at the portal
HOSTEL_BEDS, FEW_BEDS, FEW_PEOPLE = 23, 5, 1_000
TWINS_PER_1000 = 3
_OF_THE_HOME = frozenset({"phone", "housing"})
_BANDS = ("18-24", "25-34", "35-49", "50-64", "65+")
_DIGITAL, _ASSISTED = (18, 26, 29, 19, 8), (5, 9, 18, 27, 41)
_SPEAK = (86, 5, 5, 2, 2)
_YOUNGEST, _OLDEST = (18, 25, 35, 50, 65), (24, 34, 49, 64, 91)
_YEAR = 2024


def people(count: int, seed: int) -> list[Person]:
    """Return ``count`` people in a fixed order, with their ids and what the crosswalk knows of them."""
    dice = Dice(seed, 1)
    known = numbers(count, dice)
    assisted = frozenset(dice.shuffled(range(count))[: round(ASSISTED * count)])
    born = [_person(Dice(seed, 2, at), at, known[at], assisted=at in assisted) for at in range(count)]
    order = dice.shuffled(range(count))
    beds = FEW_BEDS if count < FEW_PEOPLE else HOSTEL_BEDS
    twins = 2 * max(1, TWINS_PER_1000 * count // 2_000)
    couples = 2 * round(IN_COUPLES * count / 2)
    ends = list(accumulate((beds, twins, couples)))
    _hostel(born, sorted(order[: ends[0]]))
    _twins(born, order[ends[0] : ends[1]])
    _couples(born, order[ends[1] : ends[2]], known)
    return clerical_errors(born, dice)


def _person(dice: Dice, index: int, known: Numbers, *, assisted: bool) -> Person:
    access = "assisted" if assisted else "digital"
    tenant = dice.chance(TENANTS)
    ids = {name: known.ids[name] for name in SYSTEMS if name != "housing" or tenant}
    if dice.chance(ACCOUNTS[access]):
        ids["portal"] = "-".join(dice.token(size) for size in (8, 4, 4, 4, 12))
    ids["email"] = dice.token(32)
    band = dice.pick(range(len(_BANDS)), _ASSISTED if assisted else _DIGITAL)
    age = dice.between(_YOUNGEST[band], _OLDEST[band])
    decile = min(dice.between(1, 10), dice.between(1, 10)) if assisted else dice.between(1, 10)
    ward = dice.pick(WARDS)
    segments = {
        "age_band": _BANDS[band],
        "tenure": "council tenant" if tenant else dice.pick(("private renter", "owner"), (6, 4)),
        "access": access,
        "disability": "yes" if dice.chance(2 * DISABLED if assisted else DISABLED * 0.65) else "no",
        "language": dice.pick(LANGUAGES, _SPEAK),
        "deprivation": str(decile),
        "ward": ward,
    }
    return Person(
        index=index,
        name=f"P{index + 1:05d}",
        ids=ids,
        listed=ids,
        segments=segments,
        forename=dice.pick(FORENAMES),
        surname=dice.pick(SURNAMES),
        born=date(_YEAR - age, 1, 1) + timedelta(days=dice.between(0, 364)),
        address=f"{dice.between(2, 240)} {dice.pick(STREETS)}",
        postcode=_postcode(dice, WARDS.index(ward)),
        uprn=known.uprn,
        nino=known.nino,
    )


def _postcode(dice: Dice, ward: int) -> str:
    """Return a postcode of an area that is not in use (ZZ)."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"ZZ{ward + 1} {dice.between(1, 9)}{dice.pick(letters)}{dice.pick(letters)}"


def _hostel(born: list[Person], residents: list[int]) -> None:
    """Let the residents of the hostel all call from the telephone in its hall."""
    first = born[residents[0]]
    for at in residents:
        one = born[at]
        ids = {**one.ids, "phone": first.ids["phone"]}
        ids.pop("housing", None)
        born[at] = replace(
            one,
            ids=ids,
            listed={name: value for name, value in ids.items() if name != "phone"},
            segments={**one.segments, "tenure": "hostel"},
            address=HOSTEL,
            postcode="ZZ7 1AA",
            uprn=first.uprn,
            shared_phone=True,
        )


def _twins(born: list[Person], drawn: list[int]) -> None:
    """Give twins one surname, one date of birth and one address; only the forename differs."""
    for at, other in zip(drawn[::2], drawn[1::2], strict=True):
        one, forename = born[at], born[other].forename
        if forename == one.forename:
            forename = FORENAMES[(FORENAMES.index(forename) + 1) % len(FORENAMES)]
        born[other] = _at_home_of(one, replace(born[other], forename=forename, born=one.born))


def _couples(born: list[Person], drawn: list[int], known: list[Numbers]) -> None:
    """Join two people in one household: its landline and its tenancy belong to the one of lower index."""
    for pair in zip(drawn[::2], drawn[1::2], strict=True):
        head, other = sorted(pair)
        ids = {**born[head].ids, "phone": known[head].landline}
        one = replace(born[head], ids=ids, listed=ids, partner=other)
        shared = {name: value for name, value in ids.items() if name in _OF_THE_HOME}
        own = {name: value for name, value in born[other].ids.items() if name not in _OF_THE_HOME}
        tenure = {**born[other].segments, "tenure": one.segments["tenure"]}
        joined = replace(born[other], ids={**own, **shared}, listed=own, segments=tenure, partner=head)
        born[head], born[other] = one, _at_home_of(one, joined)


def _at_home_of(one: Person, other: Person) -> Person:
    """Return the other person under the name and the roof of the first."""
    return replace(
        other,
        surname=one.surname,
        address=one.address,
        postcode=one.postcode,
        uprn=one.uprn,
        segments={**other.segments, "ward": one.segments["ward"]},
    )
