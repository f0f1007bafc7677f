"""What do the two mainframe ledgers have in common? Codes, the minute of keying, a nightly batch, states."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Act, Need, What
from cjmine.northmoor.dice import Dice

KEYED = "%Y%m%d%H%M"
NIGHTLY = time(23, 30)
IMPOSSIBLE = 0.003  # share of rows said to have been posted the night before they were keyed
CODES = {
    What.REQUEST.value: "EVREQ",
    What.PROVIDE.value: "EVREC",
    What.RECEIVE.value: "RFIN",
    f"refer_to_{HOUSING}": "RFHS",
    f"refer_to_{COUNCIL_TAX}": "RFCT",
    f"refer_to_{BENEFITS}": "RFBN",
    f"refer_to_{CONTACT_CENTRE}": "RFCC",
}
TEAMS = {COUNCIL_TAX: "CT", BENEFITS: "HB", HOUSING: "HS"}
MEDIA = {
    (Channel.INTERNAL, Direction.INTERNAL): "-",
    (Channel.POST, Direction.OUTBOUND): "LO",
    (Channel.POST, Direction.INBOUND): "LI",
}
RESULTS = {
    Outcome.COMPLETED: "D",
    Outcome.FAILED: "F",
    Outcome.TRANSFERRED: "X",
    Outcome.REQUESTED_INFO: "Q",
    Outcome.SUPPLIED_INFO: "S",
    Outcome.DECISION_YES: "A",
    Outcome.DECISION_NO: "R",
    Outcome.NONE: "",
}
NEEDS = {Need.MOVE: "MV", Need.DISCOUNT: "SP", Need.CLAIM: "NC", Need.PAY: "PY"}
STATES = {"open": "O", "close": "C"}


def state(act: Act) -> str:
    """Return what an act does to its job."""
    return STATES[act.item_state.value] if act.item_state else ""


def batch(act: Act, dice: Dice) -> str:
    """Return when the night's batch posted an act; seldom, impossibly, the night before it was keyed."""
    night = datetime.combine(act.at.date(), NIGHTLY)
    if dice.chance(IMPOSSIBLE):
        night -= timedelta(days=1)
    elif night < act.at:  # what the batch itself sends
        night = act.at
    return night.strftime(KEYED)
