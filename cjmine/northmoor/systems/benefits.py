"""What does the benefits system keep? Claims under the council tax account, and the partner's on joint ones.

Disguises: codes; letters stand there when they are printed; the account of the
other half of a couple stands in a column of its own, though that is another person.
"""

from __future__ import annotations

from collections.abc import Iterator

from cjmine.domain.vocabulary import Direction
from cjmine.northmoor import clock
from cjmine.northmoor.acts import CLAIM_PROOFS, What
from cjmine.northmoor.systems import ledger
from cjmine.northmoor.systems.desk import Desk, Row, System, coded, items

COLUMNS = (
    *("account", "nino", "partner_account", "claim", "code", "team", "media", "keyed", "printed", "batch"),
    *("claim_state", "result", "need", "shared_case", "items"),
)
TIME = COLUMNS.index("keyed")
CODES = {
    **ledger.CODES,
    What.REASSESS.value: "HBREQ",
    What.BENEFIT_LETTER.value: "HBLET",
    What.BENEFIT_EVIDENCE.value: "HBEVI",
    What.DECIDE.value: "HBDEC",
    What.NO_CLAIM.value: "NOHB",
    What.CLAIM_DECISION.value: "CLDEC",
    **{f"ask_for_{proof}": f"PQ{number}" for number, proof in enumerate(CLAIM_PROOFS, start=1)},
    **{f"send_{proof}": f"PS{number}" for number, proof in enumerate(CLAIM_PROOFS, start=1)},
}


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the benefits rows of one person."""
    person = desk.person
    other = None if person.partner is None else desk.everybody[person.partner]
    for number, act in desk.acts_of(System.BENEFITS):
        keyed = act.at.strftime(ledger.KEYED)
        cells = (
            person.ids["revenues"],
            person.nino,
            other.ids["revenues"] if other else "",
            act.item or "",
            coded(act, CODES, System.BENEFITS),
            ledger.TEAMS[str(act.service)],
            ledger.MEDIA[act.channel, act.direction],
            keyed,
            keyed if act.direction is Direction.OUTBOUND else "",
            ledger.batch(act, desk.dice),
            ledger.state(act),
            ledger.RESULTS[act.outcome],
            ledger.NEEDS[act.need] if act.need else "",
            desk.shared_case(act),
            items(act),
        )
        yield Row(
            system=System.BENEFITS,
            file="benefits/benefits.csv",
            at=clock.utc(act.at.replace(second=0)),
            act=number,
            cells=cells,
            source_id=person.ids["revenues"],
            linkable=person.joined("revenues"),
        )
