"""How does each system number the residents? In an order of its own: position gives no join away."""

from __future__ import annotations

from dataclasses import dataclass

from cjmine.northmoor.dice import Dice

SYSTEMS = ("crm", "phone", "revenues", "housing")
_ORDERS = 6
_FIRST_ACCOUNT, _ACCOUNT_STEP = 3_100_017, 7
_SUFFIXES = "ABCD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers of one resident, whether they come to use them or not."""

    ids: dict[str, str]
    landline: str
    uprn: str
    nino: str


def numbers(count: int, dice: Dice) -> list[Numbers]:
    """Return unique numbers for ``count`` residents (at most 20,000)."""
    orders = [dice.shuffled(range(count)) for _ in range(_ORDERS)]
    return [_numbers(serials) for serials in zip(*orders, strict=True)]


def _numbers(serials: tuple[int, ...]) -> Numbers:
    crm, phone, account, tenancy, uprn, nino = serials
    return Numbers(
        ids={
            "crm": f"C{1_000 + crm:07d}",
            "phone": f"07700900{phone:05d}",
            "revenues": account_number(_FIRST_ACCOUNT + _ACCOUNT_STEP * account),
            "housing": f"T/{10_000 + tenancy:05d}/{tenancy % 9 + 1}",
        },
        landline=f"01632960{phone:05d}",
        uprn=f"{100_090_000_000 + 13 * uprn:012d}",
        nino=f"QQ{100_000 + 37 * nino:06d}{_SUFFIXES[nino % len(_SUFFIXES)]}",
    )


def account_number(serial: int) -> str:
    """Return a council tax account: seven digits and a check digit (Luhn's).

    >>> account_number(3100017)
    '31000178'
    """
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(str(serial)))]
    total = sum(value // 10 + value % 10 for value in doubled)
    return f"{serial:07d}{-total % 10}"
