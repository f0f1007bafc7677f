"""The form in which every system hands over what it has recorded of an act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cjmine.northmoor.acts import Life
from cjmine.northmoor.dice import Dice

ActKey = tuple[int, int]  # person's index, act's position in the person's life


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of an export: when it was written, of which act, and its cells by column.

    ``source_id`` is the id it carries (``None``: no id at all), ``linkable``
    whether something in the exports leads from that id to the person.
    """

    system: str
    at: datetime
    act: ActKey
    cells: Mapping[str, object]
    source_id: str | None
    linkable: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What a system needs to write down one person's acts: the life, and chance of its own."""

    life: Life
    dice: Dice

    def row(self, system: str, at: datetime, act: int, cells: Mapping[str, object]) -> Row:
        """Return a row under the person's own id in ``system``."""
        person = self.life.person
        return Row(
            system=system,
            at=at,
            act=(person.index, act),
            cells=cells,
            source_id=person.ids[system],
            linkable=person.joined(system),
        )
