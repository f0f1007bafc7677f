"""What is wrong with the rows themselves, whatever they record? Doubled, dated ahead, ended too early.

Rates are those of domain.md 6.2: 0.5 % of telephony rows end before they start,
0.3 % of several systems' rows lie ten years ahead (and are to be set aside, so
they do not survive), 1 % of the rows of plain exports stand there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cjmine.northmoor.dice import Dice
from cjmine.northmoor.systems import benefits, crm, housing, revenues, telephony
from cjmine.northmoor.systems.desk import Row, System, local

BACKWARDS, FUTURE, TWICE = 0.005, 0.003, 0.01
AHEAD = 10  # years
WRITTEN_TWICE = frozenset({System.PORTAL, System.TELEPHONY, System.REVENUES, System.BENEFITS, System.SURVEY})
DATED = {
    System.TELEPHONY: telephony.STARTED,
    System.CRM_ARCHIVE: crm.TIME,
    System.CRM: crm.TIME,
    System.HOUSING: housing.STATUS_DATE,
    System.REVENUES: revenues.TIME,
    System.BENEFITS: benefits.TIME,
}
"""Where the time of an event stands among the cells of systems that get dates wrong."""
_LEG, _RESULT = telephony.COLUMNS.index("leg"), telephony.COLUMNS.index("result")
_SENT_ON = "TRF"


def spoilt(rows: Iterable[Row], dice: Dice) -> Iterator[Row]:
    """Yield the rows with their faults; what is written twice stands twice, one after the other."""
    for row in rows:
        written = row
        if _dated(row) and dice.chance(FUTURE):
            written = _ahead(row, DATED[row.system])
        elif row.system is System.TELEPHONY and dice.chance(BACKWARDS) and row.cells[_RESULT] != _SENT_ON:
            written = _backwards(row, dice)
        yield written
        if row.system in WRITTEN_TWICE and dice.chance(TWICE) and not _sent(row):
            yield written


def _dated(row: Row) -> bool:
    """Say whether a row's time may be wrong; not in repairs, a sheet too short for faults at size tiny."""
    return row.system in DATED and not row.file.endswith(housing.REPAIRS)


def _sent(row: Row) -> bool:
    """Say whether a row is a form sent: those are doubled by impatient fingers only."""
    return row.system is System.PORTAL and '"action":"submit ' in row.cells[0]


def _ahead(row: Row, place: int) -> Row:
    """Return the row dated ten years later than it was."""
    cell = row.cells[place]
    year = local(row.at).year
    cells = list(row.cells)
    cells[place] = cell.replace(str(year), str(year + AHEAD), 1)
    return replace(row, cells=tuple(cells), survives=False)


def _backwards(row: Row, dice: Dice) -> Row:
    """Return the leg ending before it started."""
    started = datetime.strptime(row.cells[telephony.STARTED], telephony.STAMP)  # noqa: DTZ007 - as exported
    cells = list(row.cells)
    cells[telephony.ENDED] = (started - timedelta(seconds=dice.between(5, 900))).strftime(telephony.STAMP)
    return replace(row, cells=tuple(cells))
