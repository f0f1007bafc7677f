"""Which is the best alignment of what happened with the intended move (domain.md 0.1, rulings 8 to 12)?

Cheapest first, then most synchronous moves, then the smallest sequence of
(sync < model < log, label). Events whose order is unknown may be taken in any
order. Dynamic programming over the hand-written automaton: what remains of a
trace has for every state the best it can still come to; one walk along the
best then picks the smallest move at each step.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from cjmine.northmoor.truth.plan import FLOW, START, State, all_states, final, steps

Trace = tuple[tuple[str, tuple[int, ...]], ...]
"""Labels in order; with each the distances back to earlier ones that it is unordered with."""
Score = tuple[int, int]  # cost, minus the number of synchronous moves
_NEVER: Score = (1_000_000, 0)


class Side(IntEnum):
    """Who moves: both, only the plan, only the log; the smaller is preferred."""

    SYNC = 0
    MODEL = 1
    LOG = 2


class Move(NamedTuple):
    """One move of an alignment; ``at`` is the place in the trace (-1: a step that is missing)."""

    side: Side
    label: str
    at: int
    after: State


def chain(labels: tuple[str, ...]) -> Trace:
    """Return a trace of labels in known order."""
    return tuple((label, ()) for label in labels)


def cost(moves: tuple[Move, ...]) -> int:
    """Return how many moves are not synchronous."""
    return sum(move.side is not Side.SYNC for move in moves)


@lru_cache(maxsize=200_000)
def align(trace: Trace, *, prefix: bool) -> tuple[Move, ...]:
    """Return the best alignment; with ``prefix`` the plan may be left in any state."""
    left, numbers = trace, list(range(len(trace)))
    state, moves = START, []
    while left or _best(_flow(left), prefix=prefix)[state] != (0, 0):
        # every move on a best way is one of the options that keep its score; take the smallest of them
        goal = _onward(left, state, prefix=prefix)
        side, label, place, then = min(
            option for option in _options(left, state) if _keeps(option, left, goal, prefix=prefix)
        )
        if place >= 0:
            left = _without(left, place)
        moves.append(Move(side, label, numbers.pop(place) if place >= 0 else -1, then))
        state = then
    return tuple(moves)


Option = tuple[Side, str, int, State]


def _options(left: Trace, state: State) -> list[Option]:
    allowed = dict(steps(state))
    found: list[Option] = [(Side.MODEL, label, -1, then) for label, then in allowed.items()]
    for place in _heads(left):
        label = left[place][0]
        found.append((Side.LOG, label, place, state))
        if label in allowed:
            found.append((Side.SYNC, label, place, allowed[label]))
    return found


def _keeps(option: Option, left: Trace, goal: Score, *, prefix: bool) -> bool:
    side, _, place, then = option
    rest = _without(left, place) if place >= 0 else left
    worth, synced = _onward(rest, then, prefix=prefix)
    return (worth + (side is not Side.SYNC), synced - (side is Side.SYNC)) == goal


def _onward(left: Trace, state: State, *, prefix: bool) -> Score:
    """Return the best score from here on; labels that the plan does not know are log moves for sure."""
    flow = _flow(left)
    worth, synced = _best(flow, prefix=prefix)[state]
    return worth + len(left) - len(flow), synced


@lru_cache(maxsize=200_000)
def _flow(left: Trace) -> Trace:
    """Return what of a trace the plan knows."""
    for place in reversed(range(len(left))):
        if left[place][0] not in FLOW:
            left = _without(left, place)
    return left


def _heads(left: Trace) -> list[int]:
    """Return the places of those that may come first: unordered with all before them."""
    return [place for place, (_, ties) in enumerate(left) if len(ties) == place]


def _without(left: Trace, gone: int) -> Trace:
    """Return a trace without one of its places, distances over the gap made shorter."""
    if not any(ties for _, ties in left):
        return left[:gone] + left[gone + 1 :]
    kept = list(left[:gone])
    for place in range(gone + 1, len(left)):
        label, ties = left[place]
        back = ((place - tie, tie) for tie in ties)
        kept.append((label, tuple(tie - (other < gone) for other, tie in back if other != gone)))
    return tuple(kept)


@lru_cache(maxsize=200_000)
def _best(left: Trace, *, prefix: bool) -> dict[State, Score]:
    """Return for every state the best score of what remains."""
    rests = [(left[place][0], _best(_without(left, place), prefix=prefix)) for place in _heads(left)]
    found: dict[State, Score] = {}
    for state in all_states():  # those it leads to come first
        ended = not left and (prefix or final(state))
        score: Score = (0, 0) if ended else _NEVER
        allowed = steps(state)
        for _, then in allowed:
            worth, synced = found[then]
            score = min(score, (worth + 1, synced))
        for label, rest in rests:
            worth, synced = rest[state]
            score = min(score, (worth + 1, synced))
            for step, then in allowed:
                if step == label:
                    worth, synced = rest[then]
                    score = min(score, (worth, synced - 1))
        found[state] = score
    return found
