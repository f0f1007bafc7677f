"""What does the web portal write? Pages and forms of a session, in epoch milliseconds, often of nobody.

Nearly half of the readers are not logged in. Those with a cookie that a later
login bears too can be recognised; those who declined cookies cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cjmine.domain.vocabulary import Channel, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, What
from cjmine.northmoor.rows import Desk, Row

_SAME_DEVICE, _COOKIE_KEPT = 0.6, 0.5
_FORM = {What.NOTIFY: "move-form", What.PROVIDE: "evidence-form"}
_NO_FORM = dict.fromkeys(("action", "form", "result", "payload"))
_RESULT = {Outcome.COMPLETED: "ok", Outcome.FAILED: "error", Outcome.SUPPLIED_INFO: "received"}


def portal(desk: Desk) -> Iterator[Row]:
    """Yield the rows of every web session, in order within the session."""
    person = desk.life.person
    account, own = person.ids.get("portal"), desk.dice.token(12)
    seen = any(act.channel is Channel.WEB and act.logged_in for act in desk.life.acts)
    for number, act in enumerate(desk.life.acts):
        if act.channel is not Channel.WEB:
            continue
        known = account if act.logged_in else None
        cookie: str | None = own
        if known is None and not (account and desk.dice.chance(_SAME_DEVICE)):
            cookie = desk.dice.token(12) if desk.dice.chance(_COOKIE_KEPT) else None
        session = desk.dice.token(16)
        for at, cells in _session(desk, act):
            yield Row(
                system="portal",
                at=at,
                act=(person.index, number),
                cells={
                    "ts": round(clock.utc(at).timestamp() * 1000),
                    "session": session,
                    "cookie": cookie,
                    "account": known,
                    **_NO_FORM,
                    **cells,
                },
                source_id=known or (cookie and f"cookie {cookie}"),
                linkable=person.joined("portal") and (known is not None or (cookie == own and seen)),
            )


def _session(desk: Desk, act: Act) -> Iterator[tuple[datetime, dict[str, str]]]:
    """Yield the pages before the act, the act, and what the browser fires twice."""
    dice, form = desk.dice, _FORM.get(act.what)
    if form is None:
        home = "view /moving-home" if act.what is What.BROWSE else "view /account"
        below = (
            ("/council-tax", "/benefits", "/checklist")
            if act.what is What.BROWSE
            else ("/bills", "/messages")
        )
        yield act.at, {"action": home}
        at = act.at
        for page in dice.shuffled(below)[: dice.between(0, 2)]:
            at += timedelta(seconds=dice.between(20, 200), milliseconds=dice.between(0, 999))
            yield at, {"action": home + page}
        return
    began = act.at - timedelta(seconds=dice.between(150, 700), milliseconds=dice.between(0, 999))
    yield began, {"action": f"open {form}"}
    if dice.chance(0.4):  # a form of several pages saves itself: no loop of the customer's
        yield began + timedelta(seconds=dice.between(40, 140)), {"action": f"save {form}"}
    sent = {"action": f"submit {form}", "form": form, "result": _RESULT[act.outcome], "payload": act.payload}
    at = act.at + timedelta(milliseconds=dice.between(0, 999))
    yield at, sent
    if act.twice:
        yield at + timedelta(milliseconds=dice.between(40, 900)), sent
