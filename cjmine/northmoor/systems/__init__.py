"""What does each system know of a person's acts? Projection with loss, delay and disguise.

Every act is written by the system that would have written it; calls are
written twice (telephony, and by most advisers the CRM), and no system writes
down what another one knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from cjmine.northmoor.acts import Life
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person
from cjmine.northmoor.systems import benefits, crm, housing, portal, revenues, survey, telephony
from cjmine.northmoor.systems.desk import END, Desk, Row, System, keeper
from cjmine.northmoor.systems.faults import spoilt

__all__ = ["Row", "System", "record"]


def record(life: Life, seed: int, everybody: Sequence[Person]) -> list[Row]:
    """Return every row that the systems write of one person's acts, system by system, faults and all."""
    dice = Dice(seed, 6, life.person.index)
    keepers = tuple(keeper(act, tenant=life.person.tenant) for act in life.acts)
    desk = Desk(life=life, dice=dice, everybody=everybody, keepers=keepers)
    rows = [
        *portal.rows(desk),
        *telephony.rows(desk),  # before the CRM, which writes a call up once it is over
        *crm.rows(desk),
        *housing.rows(desk),
        *revenues.rows(desk),
        *benefits.rows(desk),
        *survey.rows(desk),
    ]
    return list(spoilt((row for row in rows if row.at <= END), dice))
