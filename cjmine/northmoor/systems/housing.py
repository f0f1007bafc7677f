"""What does the housing office keep for its tenants? A status and a day, under the tenancy of a household.

Disguises: codes for names; days as text in one column and as the day numbers of
a spreadsheet in the next; notes with people's names and numbers in them; a
review reopens the same case every fortnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from cjmine.domain.vocabulary import Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, Act, Need, What
from cjmine.northmoor.names import FORENAMES, SURNAMES
from cjmine.northmoor.systems.desk import Desk, Row, System, coded, local

CASES, REPAIRS = "Cases", "Repairs"
COLUMNS = (
    *("tenancy_ref", "uprn", "case_ref", "case_type", "status", "status_date", "done_on", "result", "state"),
    *("reopened", "officer", "shared_case", "notes"),
)
STATUS_DATE, DONE_ON = COLUMNS.index("status_date"), COLUMNS.index("done_on")
TITLES = {CASES: "Northmoor Homes - tenancy cases", REPAIRS: "Northmoor Homes - repairs"}
DAY = "%d/%m/%Y"
STATUS = {
    What.LOG.value: "10",
    f"refer_to_{COUNCIL_TAX}": "41",
    f"refer_to_{CONTACT_CENTRE}": "42",
    f"refer_to_{BENEFITS}": "43",
    What.RECEIVE.value: "50",
    What.REVIEW.value: "70",
    What.TENANCY.value: "80",
    What.VISIT_REPAIR.value: "61",
    What.REPAIR_DONE.value: "69",
}
CASE_TYPES = {Need.MOVE: "TCH", Need.REPAIR: "REP", Need.TENANCY_REVIEW: "REV"}
RESULTS = {Outcome.COMPLETED: "D", Outcome.FAILED: "F", Outcome.TRANSFERRED: "X", Outcome.NONE: ""}
NOTED, BACKDATED = 0.12, 0.003
_NOTES = (
    "Rang from {mobile}, please use this number",
    "Key with neighbour {name}",
    "{name} (sister) will be there",
    "Left message on {mobile}",
    "Wants letters to go to {name}",
)
_SERIAL_ZERO = date(1899, 12, 30)
_STATES = {"open": "open", "close": "closed"}


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the housing office's rows of one person's household."""
    person, reviews = desk.person, 0
    for number, act in desk.acts_of(System.HOUSING):
        at = clock.utc(act.at)
        review = act.what is What.REVIEW
        sheet = REPAIRS if act.need is Need.REPAIR else CASES
        case = act.item or f"RV{person.index + 10_001}"
        yield Row(
            system=System.HOUSING,
            file=f"housing/housing.xlsx#{sheet}",
            at=datetime.combine(local(at).date(), datetime.min.time(), at.tzinfo),
            act=number,
            cells=(
                person.ids["housing"],
                person.uprn,
                case,
                CASE_TYPES[act.need] if act.need else "",
                coded(act, STATUS, System.HOUSING),
                act.at.strftime(DAY),
                _done_on(desk, act),
                RESULTS[act.outcome],
                _STATES[act.item_state.value] if act.item_state else "",
                str(reviews) if review and reviews else "",
                f"HO{desk.dice.between(1, 14):02d}",
                desk.shared_case(act),
                _note(desk),
            ),
            source_id=person.ids["housing"],
            linkable=person.joined("housing"),
            group=f"{act.at:%Y%m%d} {case}",
        )
        reviews += review


def _done_on(desk: Desk, act: Act) -> str:
    """Return the same day as a day number; seldom, impossibly, an earlier one."""
    days = desk.dice.between(1, 5) if desk.dice.chance(BACKDATED) else 0
    return str((act.at.date() - _SERIAL_ZERO).days - days)


def _note(desk: Desk) -> str:
    """Return a note, now and then, with invented names and numbers of people who are not customers."""
    dice = desk.dice
    if not dice.chance(NOTED):
        return ""
    return dice.pick(_NOTES).format(
        mobile=f"07700 900{dice.between(0, 999):03d}", name=f"{dice.pick(FORENAMES)} {dice.pick(SURNAMES)}"
    )
