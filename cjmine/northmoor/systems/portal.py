"""What does the web portal write? Pages, saves and forms of a session, in epoch milliseconds.

Losses: one week of page views, when the measuring tag was left out of a release.
Disguises: nearly half of the readers are not logged in, and only some of them
show a cookie that a login bears too; session ids start anew at midnight.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cjmine.domain.vocabulary import Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, Need, What
from cjmine.northmoor.systems.desk import Desk, Row, System, items, local, team

OUTAGE = (date(2025, 2, 10), date(2025, 2, 16))
BRIDGED = 0.8  # of anonymous readers with an account; some have none, so that 60 % in all can be known
SAVES, LATE = 0.4, 0.5
DEVICES = ("desktop", "mobile", "tablet")
COLUMNS = ("cookie", "account", "agent", "action", "team", "topic", "result", "payload", "items")
"""What a line tells after its time and its session."""
MOVING = "/moving-home"
BELOW = {
    What.BROWSE: (f"view {MOVING}", ("/council-tax", "/benefits", "/checklist")),
    What.LOOK: ("view /account", ("/bills", "/messages")),
    What.TRACK: ("view /account/case", ("/documents",)),
}
FORMS = {
    What.NOTIFY: "move-form",
    What.PROVIDE: "evidence-form",
    What.APPLY_DISCOUNT: "discount-form",
    What.CLAIM: "claim-form",
    What.REPORT_REPAIR: "repair-form",
    What.APPLY_PERMIT: "permit-form",
}
TOPICS = {
    Need.MOVE: "moving",
    Need.DISCOUNT: "discounts",
    Need.CLAIM: "benefits",
    Need.REPAIR: "repairs",
    Need.PERMIT: "parking",
}
_RESULT = {Outcome.COMPLETED: "ok", Outcome.FAILED: "error", Outcome.SUPPLIED_INFO: "received"}
_LAST_WEB_HOUR, _HALF_HOUR = 22, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who a session seems to be: what is sent along with each of its rows."""

    account: str | None
    cookie: str
    device: str
    linkable: bool

    @property
    def source_id(self) -> str:
        """The id that cjmine can know the session by."""
        return self.account or f"cookie {self.cookie}"


def rows(desk: Desk) -> Iterator[Row]:
    """Yield the rows of every web session, in order within the session."""
    own, device = desk.dice.token(12), desk.dice.pick(DEVICES, (5, 6, 1))
    acts = desk.acts_of(System.PORTAL)
    login = any(act.logged_in and not _lost(act) for _, act in acts)
    for number, act in acts:
        reader = _reader(desk, act, own, device)
        bridged = reader.account is None and reader.cookie == own
        yield from _written(desk, number, _session(desk, act, logs_in=bridged and not login), reader)
        login = login or bridged


def _reader(desk: Desk, act: Act, own: str, device: str) -> Reader:
    """Return who the session is: an account; or its cookie, which the account may bear as well."""
    account, joined = desk.person.ids.get("portal"), desk.person.joined("portal")
    if act.logged_in and account:
        return Reader(account=account, cookie=own, device=device, linkable=joined)
    bridged = account is not None and desk.dice.chance(BRIDGED)
    cookie = own if bridged else desk.dice.token(12)
    return Reader(account=None, cookie=cookie, device=device, linkable=bridged and joined)


Seen = tuple[datetime, dict[str, str]]


def _written(desk: Desk, number: int, session: Iterator[Seen], reader: Reader) -> Iterator[Row]:
    """Yield a session's rows; after midnight it goes on under a new session id."""
    token, today = desk.dice.token(16), None
    for instant, cells in session:
        day = local(instant).date()
        if today is not None and day != today:
            token = desk.dice.token(16)
        today = day
        if _untagged(day) and "result" not in cells:
            continue
        line = {"cookie": reader.cookie, "account": reader.account, "agent": reader.device, **cells}
        account = line["account"]
        yield Row(
            system=System.PORTAL,
            file=f"portal/portal-{day:%Y-%m}.jsonl.gz",
            at=instant,
            act=number,
            cells=(_line(instant, token, line),),
            source_id=account or reader.source_id,
            linkable=reader.linkable,
        )


def _line(instant: datetime, token: str, known: Mapping[str, str | None]) -> str:
    """Return one line of the export; what is not known is null."""
    first = {"ts": round(instant.timestamp() * 1000), "session": token}
    rest = {name: known.get(name) or None for name in COLUMNS}
    return json.dumps(first | rest, separators=(",", ":"))


def _session(desk: Desk, act: Act, *, logs_in: bool) -> Iterator[Seen]:
    """Yield the pages before the act, the act, and what the browser fires twice."""
    at = clock.utc(act.at)
    if act.what in FORMS:
        yield from _form(desk, act, at)
        return
    dice, (home, below) = desk.dice, BELOW[act.what]
    about = {"topic": TOPICS[Need.MOVE]} if act.what is What.BROWSE else {}
    yield at, {"action": home, **about}
    if logs_in:
        at += timedelta(seconds=dice.between(20, 90))
        yield at, {"action": "log in", "account": desk.person.ids["portal"]}
    late = act.at.hour == _LAST_WEB_HOUR and act.at.minute >= _HALF_HOUR and dice.chance(LATE)
    pages = below * 3 if late else dice.shuffled(below)[: dice.between(0, 2)]
    for page in pages:
        seconds = dice.between(900, 1_500) if late else dice.between(20, 200)
        at += timedelta(seconds=seconds, milliseconds=dice.between(0, 999))
        yield at, {"action": home + page}


def _form(desk: Desk, act: Act, at: datetime) -> Iterator[Seen]:
    """Yield a form opened, saved page by page or not at all, and sent."""
    dice, form = desk.dice, FORMS[act.what]
    began = at - timedelta(seconds=dice.between(150, 700), milliseconds=dice.between(0, 999))
    yield began, {"action": f"open {form}"}
    saves = dice.between(3, 5) if _pages(desk, act) else int(dice.chance(SAVES))
    for number in range(saves):
        yield began + timedelta(seconds=dice.between(25, 29) * (number + 1)), {"action": f"save {form}"}
    sent = {
        "action": f"submit {form}",
        "team": team(act),
        "topic": TOPICS[act.need] if act.need else "",
        "result": _RESULT[act.outcome],
        "payload": act.payload,
        "items": items(act),
    }
    at += timedelta(milliseconds=dice.between(0, 999))
    yield at, sent
    if act.twice:
        yield at + timedelta(milliseconds=dice.between(40, 900)), sent


def _pages(desk: Desk, act: Act) -> bool:
    """Say whether a form has several pages, each of which saves itself: no loop of the customer's."""
    marked = (mark for mark in desk.life.decoys if mark.pattern == "form_saves")
    return any(desk.life.acts[mark.primary] is act for mark in marked)


def _untagged(day: date) -> bool:
    return OUTAGE[0] <= day <= OUTAGE[1]


def _lost(act: Act) -> bool:
    return act.what not in FORMS and _untagged(act.at.date())
