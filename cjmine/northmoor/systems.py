"""What does each system know of a person's acts? Projection with loss, delay and disguise.

Every act is written by the system that would have written it; calls are
written twice (telephony, and by most advisers the CRM), and no system writes
down what another one knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, BINS, COUNCIL_TAX, HOUSING, REPAIR, Act, Life, What
from cjmine.northmoor.calls import telephony
from cjmine.northmoor.crm import crm
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.portal import portal
from cjmine.northmoor.rows import Desk, Row

HOUSING_STATUS = {
    What.LOG: "10",
    What.REFER: "45",
    What.TENANCY: "80",
    What.REPAIR_IN: "61",
    What.REPAIR_DONE: "69",
}
REVENUES_CODE = {
    What.REQUEST: "EVREQ",
    What.PROVIDE: "EVREC",
    What.RECEIVE: "RFIN",
    What.TENANCY: "LLREG",
    What.CLOSE: "COA1",
    What.OPEN: "COA2",
    What.BILL: "BILL",
    What.REASSESS: "HBREQ",
    What.DECIDE: "HBDEC",
    What.NO_CLAIM: "NOHB",
    What.REMIND: "INST",
}
_TEAM = {COUNCIL_TAX: "CT", BENEFITS: "HB", HOUSING: "HS"}
_ONWARD = {HOUSING: "RFHS", BENEFITS: "RFBN"}
_RESULT = {
    Outcome.REQUESTED_INFO: "Q",
    Outcome.SUPPLIED_INFO: "S",
    Outcome.TRANSFERRED: "X",
    Outcome.DECISION_YES: "A",
    Outcome.DECISION_NO: "R",
    Outcome.COMPLETED: "D",
    Outcome.NONE: "",
}
_COUNCIL_TAX_JOB = (What.CLOSE, What.OPEN, What.BILL)


def record(life: Life, seed: int) -> list[Row]:
    """Return every row that the five systems write of one person's acts, system by system."""
    desk = Desk(life, Dice(seed, 5, life.person.index))
    calls, ended = telephony(desk)
    rows = [*portal(desk), *calls, *crm(desk, ended), *_housing(desk), *_revenues(desk)]
    return [row for row in rows if row.at <= clock.LOG_END]


def _housing(desk: Desk) -> Iterator[Row]:
    """Yield what the housing office keeps for its tenants: a status and a day, no time of day."""
    person = desk.life.person
    for number, act in enumerate(desk.life.acts):
        if act.service != HOUSING or act.what not in HOUSING_STATUS or not person.tenant:
            continue
        repair = act.need == REPAIR
        cells = {
            "tenancy_ref": person.ids["housing"],
            "case_ref": f"H{2 * person.index + repair + 20_001}",
            "case_type": "REP" if repair else "TCH",
            "status": HOUSING_STATUS[act.what],
            "status_date": f"{act.at:%Y-%m-%d}",
            "officer": f"HO{desk.dice.between(1, 14):02d}",
        }
        yield desk.row("housing", act.at, number, cells)


def _revenues(desk: Desk) -> Iterator[Row]:
    """Yield what revenues and benefits keep: codes, to the minute; landlords of private renters too."""
    life, index = desk.life, desk.life.person.index
    last = max((n for n, act in enumerate(life.acts) if act.what in _COUNCIL_TAX_JOB), default=-1)
    bill = f"£{desk.dice.between(980, 2400):,}.{desk.dice.between(0, 99):02d}"
    for number, act in enumerate(life.acts):
        code = _code(act, tenant=life.person.tenant)
        if code is None:
            continue
        team = _TEAM[str(act.service)]
        job = f"IP{index + 50_001}" if act.what is What.REMIND else f"{team}{index + 50_001}"
        closes = (number == last and _all_billed(life)) or act.what is What.DECIDE
        cells = {
            "account": life.person.ids["revenues"],
            "job": job,
            "code": code,
            "team": team,
            "posted": f"{act.at:%Y%m%d%H%M}",
            "job_state": "C" if closes else "O" if code in {"COA1", "HBREQ", "EVREQ"} else "",
            "result": _RESULT[act.outcome],
            "remark": f"Bill {bill}, band {'ABCDE'[index % 5]}" if code == "BILL" else "",
        }
        yield desk.row("revenues", act.at, number, cells)


def _all_billed(life: Life) -> bool:
    return {act.what for act in life.acts}.issuperset(_COUNCIL_TAX_JOB)


def _code(act: Act, *, tenant: bool) -> str | None:
    """Return the code of an act that revenues and benefits write down, else ``None``."""
    if act.channel is Channel.WEB or act.need == BINS or act.service not in _TEAM:
        return None
    if act.service == HOUSING and tenant:
        return None
    if act.what is What.REFER:
        return _ONWARD.get(str(act.onward))
    return REVENUES_CODE.get(act.what)
