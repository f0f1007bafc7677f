"""What does the CRM write? Contacts and letters of a case, and an echo of most calls minutes later.

An adviser writes up every call that starts or stops a journey and most of the
others: together about 85 % of calls, 1 to 12 minutes after they end. The
contacts of 2024 come out of an archive as a workbook, later ones as an event
log. Reasons are missing in 15 of 100 inbound contacts and wrong in 5; from
January 2026 there is a new list of them, in which asking and chasing are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import COUNCIL_TAX, HOUSING, Act, What
from cjmine.northmoor.systems.desk import TEAMS, Desk, Row, System, begins, coded, items, local, team

WRITTEN_UP = 0.75
NO_REASON, WRONG_REASON = 0.15, 0.05
ARCHIVED, NEW_REASONS = 2024, date(2026, 1, 1)
COLUMNS = (
    *("case", "customer", "activity", "time", "adviser", "channel", "direction", "team", "reason", "need"),
    *("outcome", "state", "automatic", "bulk", "relay", "shared_case", "items"),
)
TIME = COLUMNS.index("time")
FLAGS = ("automatic", "bulk", "relay")
WORDS = {
    What.NOTIFY.value: "Move reported",
    What.APPLY_DISCOUNT.value: "Discount applied for",
    What.CLAIM.value: "Benefit claimed",
    What.REPORT_REPAIR.value: "Repair reported",
    What.APPLY_PERMIT.value: "Permit applied for",
    What.ENQUIRE.value: "Enquiry",
    What.OTHER.value: "Bins enquiry",
    What.CHASE.value: "Progress enquiry",
    What.COMPLAIN.value: "Complaint",
    What.WITHDRAW.value: "Move withdrawn",
    What.ACKNOWLEDGE.value: "Acknowledgement sent",
    What.REQUEST.value: "Evidence requested",
    What.PROVIDE.value: "Evidence received",
    What.ANSWER.value: "Question answered",
    What.INFORM.value: "Progress message sent",
    What.CONFIRM.value: "Confirmation sent",
    What.ISSUE_PERMIT.value: "Permit issued",
    What.CLOSE_CASE.value: "Case closed",
    f"refer_to_{HOUSING}": "Passed to housing",
    f"refer_to_{COUNCIL_TAX}": "Passed to council tax",
}
CHANNELS = {
    Channel.PHONE: "Telephone",
    Channel.EMAIL: "E-mail",
    Channel.SMS: "Text message",
    Channel.POST: "Letter",
    Channel.FACE_TO_FACE: "Visit",
    Channel.INTERNAL: "Internal",
}
DIRECTIONS = {Direction.INBOUND: "in", Direction.OUTBOUND: "out", Direction.INTERNAL: "internal"}
OUTCOMES = {
    Outcome.COMPLETED: "done",
    Outcome.TRANSFERRED: "sent on",
    Outcome.REQUESTED_INFO: "asked",
    Outcome.SUPPLIED_INFO: "received",
    Outcome.DECISION_YES: "granted",
    Outcome.NONE: "",
}
REASONS = {
    "NEW": "10-NEW",
    "ENQ": "20-CONTACT",
    "CHASE": "20-CONTACT",
    "COMP": "30-COMPLAINT",
    "INFO": "40-INFORM",
    "STOP": "50-CANCEL",
    "BINS": "60-OTHER",
}
_STATES = {"open": "opened", "close": "closed"}


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the CRM's events of one person; telephony has told when each call was over."""
    for number, (act, keeper) in enumerate(zip(desk.life.acts, desk.keepers, strict=True)):
        if keeper is System.CRM:
            yield _row(desk, number, act, clock.utc(act.at), act)
        elif number in desk.ends and (begins(act) or desk.dice.chance(WRITTEN_UP)):
            at = desk.ends[number] + timedelta(seconds=desk.dice.between(60, 720))
            yield _row(desk, number, act, at, _last_leg(desk, number))


def _last_leg(desk: Desk, number: int) -> Act:
    """Return the leg in which a call ended: the one it was put through to, if any."""
    acts = desk.life.acts
    if acts[number].onward is None:
        return acts[number]
    legs = [act for act in acts if act.what is What.PUT_THROUGH and act.contact == acts[number].contact]
    return legs[-1] if legs else acts[number]


def _row(desk: Desk, number: int, act: Act, at: datetime, last: Act) -> Row:
    """Return what is written of an act; ``last`` is the leg in which it ended."""
    person, when = desk.person, local(at)
    system = System.CRM_ARCHIVE if when.year == ARCHIVED else System.CRM
    case = act.item or ""
    merged = person.merged_on is None or person.old_crm is None or when.date() >= person.merged_on
    customer = person.ids["crm"] if merged or person.old_crm is None else person.old_crm
    values = {
        "case": case,
        "customer": customer,
        "activity": coded(act, WORDS, System.CRM),
        "time": when.isoformat(timespec="seconds"),
        "adviser": "" if act.automatic or act.bulk else f"A{desk.dice.between(1, 40):02d}",
        "channel": CHANNELS[act.channel],
        "direction": DIRECTIONS[act.direction],
        "team": TEAMS[last.service] if last.service else team(act),
        "reason": _reason(desk, act, when.date()),
        "need": act.need or "",
        "outcome": OUTCOMES[last.outcome],
        "state": _STATES[act.item_state.value] if act.item_state else "",
        "automatic": "true" if act.automatic else "",
        "bulk": "true" if act.bulk else "",
        "relay": "true" if act.relay else "",
        "shared_case": desk.shared_case(act),
        "items": items(act),
    }
    archived = system is System.CRM_ARCHIVE
    return Row(
        system=system,
        file="crm_archive/contacts-2024.xlsx#Contacts" if archived else "crm/contacts.xes.gz",
        at=at,
        act=number,
        cells=tuple(values[name] for name in COLUMNS),
        source_id=customer,
        linkable=person.joined("crm"),
        group="" if archived else f"{case or '~'} {customer}",
    )


def _reason(desk: Desk, act: Act, day: date) -> str:
    """Return the reason code an adviser chose, if any; the list is the one of the day."""
    if act.direction is not Direction.INBOUND or act.reason is None or desk.dice.chance(NO_REASON):
        return ""
    reason = act.reason
    if desk.dice.chance(WRONG_REASON):
        reason = desk.dice.pick([one for one in REASONS if one != reason])
    return REASONS[reason] if day >= NEW_REASONS else reason
