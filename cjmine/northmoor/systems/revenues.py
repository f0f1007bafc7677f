"""What does the council tax ledger keep? Codes at fixed places of a line, to the minute, landlords included.

Disguises: no names; letters stand there when they are printed; the batch that
posts a row runs at half past eleven at night, hours after the event; a forgotten
test of the mainframe left rows without an account or a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, What
from cjmine.northmoor.systems import ledger
from cjmine.northmoor.systems.desk import Desk, Row, System, coded, items

FILE = "revenues/council-tax.txt"
FIELDS = {
    "account": (1, 8),
    "job": (9, 16),
    "code": (17, 21),
    "team": (22, 23),
    "media": (24, 25),
    "keyed": (26, 37),
    "batch": (38, 49),
    "job_state": (50, 50),
    "result": (51, 51),
    "need": (52, 53),
    "bulk": (54, 54),
    "shared_case": (55, 61),
    "remark": (62, 81),
    "items": (82, 161),
}
"""First and last character of each field, counted from 1."""
COLUMNS = tuple(FIELDS)
TIME = COLUMNS.index("keyed")
CODES = {
    **ledger.CODES,
    What.TENANCY.value: "LLREG",
    What.CLOSE.value: "COA1",
    What.OPEN.value: "COA2",
    What.BILL.value: "BILL",
    What.REMIND.value: "INST",
    What.GRANT_DISCOUNT.value: "SPDDC",
}
TEST_ROWS = 4
TEST = ("00000000", "CT000000", "TEST", "CT", "-", "000000000000", "", "", "", "", "", "", "do not use", "")


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the ledger's rows of one person's account."""
    account = desk.person.ids["revenues"]
    for number, act in desk.acts_of(System.REVENUES):
        cells = (
            account,
            act.item or "",
            coded(act, CODES, System.REVENUES),
            ledger.TEAMS[str(act.service)],
            ledger.MEDIA[act.channel, act.direction],
            act.at.strftime(ledger.KEYED),
            ledger.batch(act, desk.dice),
            ledger.state(act),
            ledger.RESULTS[act.outcome],
            ledger.NEEDS[act.need] if act.need else "",
            "B" if act.bulk else "",
            desk.shared_case(act),
            _remark(desk, act),
            items(act),
        )
        yield Row(
            system=System.REVENUES,
            file=FILE,
            at=clock.utc(act.at.replace(second=0)),
            act=number,
            cells=cells,
            source_id=account,
            linkable=desk.person.joined("revenues"),
        )


def test_rows() -> Iterator[Row]:
    """Yield what is left over from the test: nobody's, and to be set aside by whoever reads it."""
    for _ in range(TEST_ROWS):
        yield Row(
            system=System.REVENUES,
            file=FILE,
            at=clock.utc(clock.LOG_END),
            act=-1,
            cells=TEST,
            source_id=None,
            linkable=False,
            survives=False,
        )


def _remark(desk: Desk, act: Act) -> str:
    """Return what stands beside a bill: an amount in pounds, which shows the code page."""
    if act.what is not What.BILL:
        return ""
    pounds, pence = desk.dice.between(980, 2400), desk.dice.between(0, 99)
    return f"£{pounds:,}.{pence:02d} band {'ABCDE'[desk.person.index % 5]}"
