from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from cjmine.domain.vocabulary import Direction, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Act, Journey, Life, Need, What
from cjmine.northmoor.stories import lives
from cjmine.northmoor.world import people

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWERS = {Outcome.COMPLETED, Outcome.DECISION_YES, Outcome.DECISION_NO, Outcome.REQUESTED_INFO}
SEED = 42
Town = list[Life]


@cache
def whole_town() -> Town:
    """Tell the lives of the small size once for all tests."""
    return list(lives(people(3_000, SEED), SEED))


def marked(town: Town, pattern: str, code: str) -> Iterator[tuple[Life, list[Act]]]:
    for life in town:
        for mark in (*life.planted, *life.decoys):
            if (mark.pattern, mark.code) == (pattern, code):
                yield life, [life.acts[at] for at in mark.acts]


def moves(town: Town) -> Iterator[tuple[Life, Journey, list[Act]]]:
    for life in town:
        for number, journey in enumerate(life.journeys):
            if journey.need is Need.MOVE:
                yield life, journey, [act for act in life.acts if act.journey == number]


def net_days(acts: list[Act], stop: datetime) -> int:
    """Count working days from the first notice to ``stop``, those between request and answer left out."""
    start = min(act.at for act in acts if act.what is What.NOTIFY).date()
    asked = [act.at.date() for act in acts if act.what is What.REQUEST]
    given = [act.at.date() for act in acts if act.what is What.PROVIDE]
    spans = list(itertools.zip_longest(asked, given, fillvalue=date.max))
    days = (start + at * DAY for at in range(1, (stop.date() - start).days + 1))
    return sum(clock.is_working(day) and not any(a < day <= b for a, b in spans) for day in days)


def answered(life: Life, need: Need | None, low: datetime, high: datetime) -> bool:
    return any(
        act.direction is Direction.OUTBOUND
        and act.need is need
        and act.outcome in ANSWERS
        and not act.automatic
        and not act.bulk
        and low < act.at < high
        for act in life.acts
    )
