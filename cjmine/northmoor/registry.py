"""What does the council's own registry get wrong? Lost ids, ids in two rows, numbers merged later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person

LACKS_AN_ID = 0.04  # share of people whose crosswalk row lacks one id
WRONGLY_SHARED = 3  # ids per 1,000 people that the crosswalk also gives to somebody else
MERGED = 0.02  # share of people who had two numbers in the CRM until a day in 2025

# namespace of the project file -> column of the crosswalk
CROSSWALK = {
    "crm": "crm_no",
    "housing": "tenancy_ref",
    "revenues": "account_no",
    "phone": "phone",
    "portal": "portal_id",
    "email": "email_hash",
}
_OLD_NUMBERS = 5_000_000
_FIRST_MERGER, _LAST_MERGER = 9, 355  # days into 2025


def clerical_errors(everybody: list[Person], dice: Dice) -> list[Person]:
    """Return everybody with what clerks lost, mixed up and merged; couples and the hostel are spared."""
    result = list(everybody)
    plain = [one.index for one in everybody if one.partner is None and not one.shared_phone]
    order = dice.shuffled(plain)
    lacking = round(LACKS_AN_ID * len(everybody))
    for at in order[:lacking]:
        lost = dice.pick(sorted(result[at].ids))
        result[at] = replace(result[at], listed={k: v for k, v in result[at].ids.items() if k != lost})
    _muddle(result, [at for at in order[lacking:] if "portal" in result[at].ids])
    for number, at in enumerate(dice.shuffled(plain)[: round(MERGED * len(everybody))]):
        merged = date(2025, 1, 1) + timedelta(days=dice.between(_FIRST_MERGER, _LAST_MERGER))
        result[at] = replace(result[at], old_crm=f"C{_OLD_NUMBERS + 3 * number:07d}", merged_on=merged)
    return result


def _muddle(result: list[Person], order: list[int]) -> None:
    """Write one person's id into another person's crosswalk row, in place of their own."""
    wanted = max(1, WRONGLY_SHARED * len(result) // 1_000)
    for at, (wrong, right) in enumerate(list(zip(order[::2], order[1::2], strict=False))[:wanted]):
        kind = ("revenues", "phone", "portal")[at % 3]
        listed = {**result[wrong].listed, kind: result[right].listed[kind]}
        result[wrong] = replace(result[wrong], listed=listed, muddled=True)
        result[right] = replace(result[right], muddled=True)
