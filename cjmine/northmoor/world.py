"""Who lives in Northmoor, and under which number each system knows them.

Nobody here exists. There are no names and no addresses; mobile numbers are
Ofcom's drama range 07700 900 with more digits added, so none can be dialled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor.clock import FIRST_DAY
from cjmine.northmoor.dice import Dice

DAYS = 365
LACKS_AN_ID = 0.04  # share of people whose crosswalk row lacks one id
WRONGLY_SHARED = 3  # ids per 1,000 people that the crosswalk also gives to somebody else
TENANTS, CLAIMANTS = 0.55, 0.35
NOTIFY = {Channel.WEB: 0.6, Channel.PHONE: 0.3, Channel.FACE_TO_FACE: 0.1}

# namespace of the project file -> column of the crosswalk
CROSSWALK = {
    "crm": "crm_no",
    "housing": "tenancy_ref",
    "revenues": "account_no",
    "phone": "phone",
    "portal": "portal_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person moving home once.

    ``ids`` by namespace; ``listed`` is what the crosswalk has of them; ``muddled``
    where one of them stands in two rows of the crosswalk.
    """

    index: int
    name: str
    ids: dict[str, str]
    listed: dict[str, str]
    moves: date
    notifies: Channel
    claims: bool
    muddled: bool = False

    @property
    def tenant(self) -> bool:
        """Whether the council is the landlord."""
        return "housing" in self.ids

    def joined(self, namespace: str) -> bool:
        """Whether the crosswalk rightly leads from this id to the person."""
        return (
            not self.muddled and namespace in self.ids and self.listed.get(namespace) == self.ids[namespace]
        )


def people(count: int, seed: int) -> list[Person]:
    """Return ``count`` people in a fixed order, with their ids and what the crosswalk knows of them."""
    dice = Dice(seed, 1)
    # Each system numbers in an order of its own: equal positions must not give the join away.
    crm, phones, accounts, tenancies = (dice.shuffled(range(count)) for _ in range(4))
    born = [
        _person(Dice(seed, 2, at), at, (crm[at], phones[at], accounts[at], tenancies[at]))
        for at in range(count)
    ]
    return _misfiled(_incomplete(born, dice), dice)


def _person(dice: Dice, index: int, serial: tuple[int, int, int, int]) -> Person:
    crm, phone, account, tenancy = serial
    notifies = dice.pick(list(NOTIFY), list(NOTIFY.values()))
    ids = {
        "crm": f"C{1000 + crm:07d}",
        "phone": f"07700900{phone:04d}",
        "revenues": f"{3_100_017 + 4 * account:08d}",
    }
    if dice.chance(TENANTS):
        ids["housing"] = f"T/{10_000 + tenancy:05d}/{tenancy % 9 + 1}"
    if notifies is Channel.WEB or dice.chance(0.3):
        ids["portal"] = "-".join(dice.token(size) for size in (8, 4, 4, 4, 12))
    # One more in three from July to September than in the rest of the year.
    days = [FIRST_DAY + timedelta(days=at) for at in range(DAYS)]
    moves = dice.pick(days, [1.35 if day.month in {7, 8, 9} else 1.0 for day in days])
    return Person(
        index=index,
        name=f"P{index + 1:05d}",
        ids=ids,
        listed=ids,
        moves=moves,
        notifies=notifies,
        claims=dice.chance(CLAIMANTS),
    )


def _incomplete(everybody: list[Person], dice: Dice) -> list[Person]:
    """Leave one id out of some crosswalk rows."""
    result = list(everybody)
    for at in dice.shuffled(range(len(everybody)))[: round(LACKS_AN_ID * len(everybody))]:
        lost = dice.pick(list(result[at].ids))
        result[at] = replace(result[at], listed={k: v for k, v in result[at].ids.items() if k != lost})
    return result


def _misfiled(everybody: list[Person], dice: Dice) -> list[Person]:
    """Write one person's id into another person's crosswalk row, in place of their own."""
    result = list(everybody)
    order = dice.shuffled([one.index for one in everybody if one.listed == one.ids and "portal" in one.ids])
    wanted = max(1, WRONGLY_SHARED * len(everybody) // 1000)
    for at, (wrong, right) in enumerate(list(zip(order[::2], order[1::2], strict=False))[:wanted]):
        kind = ("revenues", "phone", "portal")[at % 3]
        listed = {**result[wrong].listed, kind: result[right].listed[kind]}
        result[wrong] = replace(result[wrong], listed=listed, muddled=True)
        result[right] = replace(result[right], muddled=True)
    return result
