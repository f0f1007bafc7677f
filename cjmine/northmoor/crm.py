"""What does the CRM write? Cases with contacts, letters out, and an echo of most calls minutes later.

An adviser writes up every call that starts or stops a case, and four in five
of the others: together about 85 % of calls, 1 to 12 minutes after they end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BINS, Act, What
from cjmine.northmoor.calls import QUEUES
from cjmine.northmoor.rows import Desk, Row

WRITTEN_UP = 0.8
_ALWAYS = frozenset({What.NOTIFY, What.WITHDRAW})
# act -> (activity, reason, direction)
WORDS = {
    What.NOTIFY: ("Move reported", "MOVE", "in"),
    What.ENQUIRE: ("Move enquiry", "ENQ", "in"),
    What.OTHER: ("Bins enquiry", "BINS", "in"),
    What.CHASE: ("Progress enquiry", "CHASE", "in"),
    What.COMPLAIN: ("Complaint", "COMP", "in"),
    What.WITHDRAW: ("Move withdrawn", "WDRN", "in"),
    What.RATE: ("Survey returned", "", "in"),
    What.ACKNOWLEDGE: ("Acknowledgement sent", "", "out"),
    What.ANSWER: ("Question answered", "", "out"),
    What.CONFIRM: ("Confirmation sent", "", "out"),
}
_CHANNEL = {
    Channel.PHONE: "Telephone",
    Channel.EMAIL: "E-mail",
    Channel.SMS: "Text message",
    Channel.POST: "Letter",
    Channel.FACE_TO_FACE: "Visit",
    Channel.SURVEY: "Survey",
}
_OUTCOME = {Outcome.COMPLETED: "done", Outcome.TRANSFERRED: "sent on", Outcome.NONE: ""}


def crm(desk: Desk, ended: Mapping[int, datetime]) -> Iterator[Row]:
    """Yield the CRM's events of one person; ``ended`` says when each call was over."""
    cased = False
    for number, act in enumerate(desk.life.acts):
        if act.what not in WORDS or act.channel not in _CHANNEL:
            continue
        at = act.at
        if number in ended:
            at = ended[number] + timedelta(seconds=desk.dice.between(60, 720))
            if act.what not in _ALWAYS and not desk.dice.chance(WRITTEN_UP):
                continue
        opens = not cased and act.need != BINS
        cased = cased or opens
        yield desk.row("crm", at, number, _event(desk, act, at, opens=opens))


def _event(desk: Desk, act: Act, at: datetime, *, opens: bool) -> dict[str, object]:
    """Return one event's attributes without empty ones; ``case`` and ``customer`` are its trace's."""
    person = desk.life.person
    words, reason, direction = WORDS[act.what]
    ends = act.what in {What.CONFIRM, What.WITHDRAW}
    cells: dict[str, object] = {
        "case": f"NM{person.moves:%y}-{2 * person.index + (act.need == BINS) + 10_001}",
        "customer": person.ids["crm"],
        "concept:name": words,
        "time:timestamp": at.replace(tzinfo=clock.ZONE),
        "org:resource": f"A{desk.dice.between(1, 40):02d}" if act.what is not What.RATE else "",
        "channel": _CHANNEL[act.channel],
        "direction": direction,
        "reason": reason,
        "need": act.need or "",
        "team": QUEUES[act.onward or str(act.service)],
        "outcome": _OUTCOME[act.outcome],
        "state": "closed" if ends else "opened" if opens else "",
        "automatic": act.what is What.ACKNOWLEDGE,
    }
    return {name: value for name, value in cells.items() if value != ""}
