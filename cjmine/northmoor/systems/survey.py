"""What comes back from the survey's vendor? Scores with American times, and often no word of who gave them.

Losses: one answer in ten bears no id at all. Disguises: times of New York; some
answers bear a number, others only the digest of an e-mail address; from January
2026 scores run from 0 to 10, before that from 1 to 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, Need
from cjmine.northmoor.systems.desk import Desk, Row, System

NEW_YORK = ZoneInfo("America/New_York")
COLUMNS = ("response", "contact_no", "email_hash", "completed", "topic", "question", "scale", "score")
NUMBER, EMAIL, NOBODY = "number", "email", "nobody"
KNOWN_BY = {NUMBER: 70, EMAIL: 20, NOBODY: 10}
NEW_SCALE = date(2026, 1, 1)
QUESTIONS = ("How satisfied were you?", "How likely are you to recommend us?")
SCALES = ("1-5", "0-10")
TOPICS = {Need.MOVE: "Moving home"}
_NOON = 12


def rows(desk: Desk) -> Iterator[Row]:
    """Yield one person's answers."""
    person, dice = desk.person, desk.dice
    for number, act in desk.acts_of(System.SURVEY):
        known = dice.pick(tuple(KNOWN_BY), tuple(KNOWN_BY.values()))
        namespace = {NUMBER: "crm", EMAIL: "email"}.get(known)
        source_id = person.ids[namespace] if namespace else None
        at = clock.utc(act.at.replace(second=0))
        new = act.at.date() >= NEW_SCALE
        yield Row(
            system=System.SURVEY,
            file="survey/answers.csv",
            at=at,
            act=number,
            cells=(
                f"R-{dice.token(8)}",
                source_id or "" if known == NUMBER else "",
                source_id or "" if known == EMAIL else "",
                american(at),
                TOPICS[act.need] if act.need else "",
                QUESTIONS[new],
                SCALES[new],
                str(_score(desk, act)),
            ),
            source_id=source_id,
            linkable=namespace is not None and person.joined(namespace),
        )


def american(instant: datetime) -> str:
    """Return an instant as Americans write it on a wall clock in New York.

    >>> american(datetime.fromisoformat("2025-07-04T17:05:00+00:00"))
    '7/4/2025 1:05 PM'
    """
    at = instant.astimezone(NEW_YORK)
    half = "AM" if at.hour < _NOON else "PM"
    return f"{at.month}/{at.day}/{at.year} {at.hour % _NOON or _NOON}:{at.minute:02d} {half}"


def _score(desk: Desk, act: Act) -> int:
    """Return the rating (1 to 5) on the scale of the day; each old step became two new ones."""
    rating = act.rating or 0
    if act.at.date() < NEW_SCALE:
        return rating
    return 2 * rating - desk.dice.between(0, 1) if rating > 1 else desk.dice.between(0, 2)
