"""Does a life's own account of how its journeys ended agree with the rules (domain.md 2.15)?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cjmine.domain.vocabulary import Direction, Outcome
from cjmine.northmoor.acts import Ended
from cjmine.northmoor.clock import LOG_END
from cjmine.northmoor.truth.again import completes
from cjmine.northmoor.truth.called import journey_name
from cjmine.northmoor.truth.plan import STOPPED
from cjmine.northmoor.truth.views import Thread, View, instant

_GIVEN_UP = timedelta(days=30)


def status_faults(view: View) -> Iterator[str]:
    """Return a message for every journey whose status is not what its acts say."""
    for thread in view.threads:
        if thread.journey is None:
            continue
        said, right = view.life.journeys[thread.journey].status, status_of(thread)
        if said is not right:
            yield f"{journey_name(view.life, thread.journey)}: called {said}, its acts say {right}"


def status_of(thread: Thread) -> Ended:
    """Return how a journey stood at the end of the log."""
    if any(completes(one, thread.need) for one in thread.acts):
        return Ended.COMPLETE
    if any(one.label == STOPPED for one in thread.acts):
        return Ended.STOPPED
    if instant(LOG_END) - thread.acts[-1].end <= _GIVEN_UP:
        return Ended.CENSORED
    return Ended.ABANDONED if _waits_for_customer(thread) else Ended.STALLED


def _waits_for_customer(thread: Thread) -> bool:
    """Say whether the last thing asked for was asked of the customer and never given."""
    waiting = False
    for one in thread.acts:
        if one.act.outcome is Outcome.REQUESTED_INFO or one.act.asks:
            waiting = one.act.direction is Direction.OUTBOUND or waiting
        elif one.act.direction is Direction.INBOUND and one.act.outcome is Outcome.SUPPLIED_INFO:
            waiting = False
    return waiting
