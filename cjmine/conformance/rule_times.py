"""Which activations of a rule are surely broken, and by which step, given what is known of time?

What the order of steps decides is judged in ``conformance.rules``. Here that answer is believed only where
the order itself is known, and the rules that set a length of time are answered by the plan's clock: what must
follow may still come until the time is over, and is missed as soon as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cjmine.conformance.limits import at_least, bound
from cjmine.conformance.lived import NEVER, Lived, Places, Times
from cjmine.conformance.order import (
    first_after,
    first_surely_after,
    maybe_next_to,
    overlapped_after,
    overlapped_before,
)
from cjmine.conformance.rules import ELSEWHERE, HOLDING, PENDING, SATISFIED, VIOLATED, States, Steps
from cjmine.domain.plan import Length, Rule, Template


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """The answers to one rule: ``walk`` and ``row`` (-1: the journey as a whole) of each activation.

    ``state`` as in ``conformance.rules``, ``ELSEWHERE`` where order or time is not known well enough, or the
    export does not tell; ``by`` is the step that decides against it (-1: that there is none), ``due`` until
    when it may still be kept.
    """

    rule: Rule
    walk: Places
    row: Places
    state: States
    by: Places
    due: Times


def untimed(rule: Rule, walk: Places, row: Places, state: States, by: Places) -> Judged:
    """Return answers without a time until which they may change."""
    return Judged(rule=rule, walk=walk, row=row, state=state, by=by, due=np.full(len(walk), NEVER))


def must_follow(rule: Rule, length: Length, rows: Places, steps: Steps, lived: Lived) -> Judged:
    """Answer ``after A must B within D``."""
    walk = lived.walk[rows]
    some = np.flatnonzero(steps.of((rule.target,)))
    first, there = first_after(lived, rows, some)
    ordered = there & (lived.low[first] > lived.high[rows]) if len(rows) else there
    soon = ordered & (lived.high[first] - lived.low[rows] <= at_least(length))
    state = np.full(len(rows), SATISFIED, np.int8)
    due, by = np.full(len(rows), NEVER), np.full(len(rows), -1)
    asked = np.flatnonzero(~soon)  # of the others a calendar would say nothing else
    rows_, first, there, ordered = rows[asked], first[asked], there[asked], ordered[asked]
    latest = bound(lived, lived.high[rows_], length)
    seen = lived.seen[walk[asked]]
    too_late = there & (lived.low[first] > latest)
    in_time = ordered & (lived.high[first] <= bound(lived, lived.low[rows_], length))
    over = ~there & ((latest < seen) | ((seen == NEVER) & ~lived.running[walk[asked]]))
    maybe = overlapped_before(lived, rows_, some)
    waits = ~(there | over | maybe)
    answer = np.full(len(asked), ELSEWHERE, np.int8)
    answer[in_time] = SATISFIED
    answer[(too_late | over) & ~maybe] = VIOLATED
    answer[waits] = PENDING
    state[asked] = answer
    by[asked[too_late]] = first[too_late]
    due[asked[waits]] = latest[waits]
    return Judged(rule=rule, walk=walk, row=rows, state=state, by=by, due=due)


def must_not_follow(rule: Rule, length: Length, rows: Places, steps: Steps, lived: Lived) -> Judged:
    """Answer ``A not within D of B`` (asked by each B)."""
    walk = lived.walk[rows]
    some = np.flatnonzero(steps.of((rule.target,)))
    running = lived.running[walk]
    before = overlapped_before(lived, rows, some)
    first, there = first_after(lived, rows, some)
    state = np.full(len(rows), SATISFIED, np.int8)
    by = np.full(len(rows), -1)
    asked = np.flatnonzero(there | running | before)  # nothing has followed, or will
    rows_, first, there = rows[asked], first[asked], there[asked]
    sure, certain = first_surely_after(lived, rows_, some)
    until = bound(lived, lived.high[rows_], length)
    broken = certain & (lived.high[sure] <= bound(lived, lived.low[rows_], length))
    maybe = there & (lived.low[first] <= until) | before[asked]
    answer = np.where(running[asked] & (until >= lived.seen[walk[asked]]), HOLDING, SATISFIED)
    answer[maybe] = ELSEWHERE
    answer[broken] = VIOLATED
    state[asked] = answer
    by[asked[broken]] = sure[broken]
    return untimed(rule, walk, rows, state, by)


def in_known_order(judged: Judged, steps: Steps, lived: Lived) -> Judged:
    """Return the answers, without those that only an order decides that nobody knows."""
    rule, row, by = judged.rule, judged.row, judged.by.copy()
    if rule.template not in _ORDERED or not (judged.state == VIOLATED).any():
        return judged
    state = judged.state.copy()
    broken = np.flatnonzero(state == VIOLATED)
    at = row[broken]
    some = np.flatnonzero(steps.of((rule.target or rule.activation,)))
    if rule.template is Template.PRECEDENCE:
        unsure = overlapped_after(lived, at, some)
    elif rule.template is Template.RESPONSE:
        unsure = overlapped_before(lived, at, some)
    elif rule.template is Template.NOT_SUCCESSION:
        found, there = first_surely_after(lived, at, some)
        by[broken], unsure = np.where(there, found, -1), ~there
    elif rule.template is Template.CHAIN_PRECEDENCE:
        others = ~steps.passed((rule.activation, rule.target))
        others[some] = False
        unsure = maybe_next_to(lived, at, some, np.flatnonzero(others))
    else:  # the first or last step of the journey is another
        mine = np.flatnonzero(steps.of((rule.activation,)))
        end = by[broken]
        first, last = rule.template is Template.INIT, rule.template is Template.END
        there = end >= 0
        end = np.maximum(end, 0)
        unsure = there & (
            first & overlapped_after(lived, end, mine) | last & overlapped_before(lived, end, mine)
        )
    state[broken[unsure]] = ELSEWHERE
    return Judged(rule=rule, walk=judged.walk, row=row, state=state, by=by, due=judged.due)


_ORDERED = frozenset(
    {
        *(Template.PRECEDENCE, Template.RESPONSE, Template.NOT_SUCCESSION, Template.CHAIN_PRECEDENCE),
        *(Template.INIT, Template.END),
    }
)
