"""What does the council's own registry say? Which ids belong together, how each system spells its people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from cjmine.northmoor.dice import Dice
from cjmine.northmoor.files.plain import write_delimited
from cjmine.northmoor.names import STREETS, SURNAMES
from cjmine.northmoor.person import Person
from cjmine.northmoor.registry import CROSSWALK

ALIASES = ("old_no", "kept_no")
PEOPLE = ("system", "source_id", "forename", "surname", "born", "address", "postcode")
TYPO, MOVED, NEW_NAME = 0.06, 0.08, 0.02
_FILED = ("crm", "housing", "revenues", "portal")
_SPELT_ABROAD = "036"


def write_registry(folder: Path, everybody: Sequence[Person], seed: int) -> dict[str, int]:
    """Write the crosswalk, the list of merged customer numbers and the people; return the rows of each."""
    rows = {
        "crosswalk.csv": (tuple(CROSSWALK.values()), _crosswalk(everybody)),
        "crm_alias.csv": (ALIASES, _aliases(everybody)),
        "people.csv": (PEOPLE, [row for one in everybody for row in _lines(one, Dice(seed, 7, one.index))]),
    }
    for name, (header, lines) in rows.items():
        write_delimited(folder / name, header, sorted(lines), delimiter=",", encoding="utf-8")
    return {name: len(lines) for name, (_, lines) in rows.items()}


def _crosswalk(everybody: Iterable[Person]) -> list[list[str]]:
    return [[_spelt(kind, one.listed.get(kind, "")) for kind in CROSSWALK] for one in everybody]


def _spelt(kind: str, value: str) -> str:
    """Return an id as the crosswalk spells it: phones in two ways."""
    if kind == "phone" and value and value[-1] in _SPELT_ABROAD:
        return f"+44 {value[1:5]} {value[5:]}"
    return value


def _aliases(everybody: Iterable[Person]) -> list[list[str]]:
    return [[one.old_crm, one.ids["crm"]] for one in everybody if one.old_crm is not None]


def _lines(one: Person, dice: Dice) -> list[list[str]]:
    """Return how each system has filed a person: misspelt, at an old address, by another name."""
    married = dice.pick(SURNAMES) if dice.chance(NEW_NAME) else one.surname
    lines = []
    for system in _FILED:
        if system not in one.ids or (system == "housing" and not _heads(one)):
            continue
        address = f"{dice.between(2, 240)} {dice.pick(STREETS)}" if dice.chance(MOVED) else one.address
        surname = dice.pick((one.surname, married))
        lines.append(
            [
                *(system, one.ids[system]),
                *(_typed(one.forename, dice), _typed(surname, dice)),
                *(one.born.isoformat(), address, one.postcode),
            ]
        )
        if system == "crm" and one.old_crm is not None:
            lines.append([system, one.old_crm, _typed(one.forename, dice), *lines[-1][3:]])
    return lines


def _heads(one: Person) -> bool:
    """Say whether a tenancy stands under this person's name, not under the other half's."""
    return one.partner is None or one.partner > one.index


def _typed(name: str, dice: Dice) -> str:
    """Return a name as it was typed: seldom with two letters swapped or one left out."""
    if not dice.chance(TYPO):
        return name
    at = dice.between(1, len(name) - 2)
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return dice.pick((swapped, name[:at] + name[at + 1 :]))
