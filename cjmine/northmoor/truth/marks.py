"""Is what was planted really there, and what only tempts really not?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cjmine.northmoor.acts import Ended, Life, Mark
from cjmine.northmoor.truth.called import event_names
from cjmine.northmoor.truth.views import Instance

_STATUSES = frozenset(Ended)
_DEAD_END, _LOST = "dead_end", frozenset({Ended.ABANDONED, Ended.STALLED})
_FAR = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The marks of a life held against what was found.

    ``patterns`` gives for each instance the pattern it was planted by (empty:
    it came about by itself); ``unmatched`` and ``fooled`` are messages about
    planted marks that are no instance, and decoys that are one.
    """

    patterns: tuple[str, ...]
    unmatched: tuple[str, ...]
    fooled: tuple[str, ...]


def held_against(life: Life, found: Sequence[Instance]) -> Held:
    """Return which instances were planted, and every mark that contradicts the rules."""
    patterns = [""] * len(found)
    unmatched = []
    for mark in life.planted:
        at = _match(mark, found, patterns)
        if at is not None:
            patterns[at] = mark.pattern
        elif not _is_status(life, mark):
            unmatched.append(_told(life, mark))
    fooled = [
        _told(life, mark)
        for mark in life.decoys
        if any(
            one.code == mark.code and not one.intended and set(one.acts) == set(mark.acts) for one in found
        )
    ]
    return Held(patterns=tuple(patterns), unmatched=tuple(unmatched), fooled=tuple(fooled))


def _match(mark: Mark, found: Sequence[Instance], patterns: Sequence[str]) -> int | None:
    """Return the instance that a mark means: the same events, else the same primary, else the same step."""
    close = [(_closeness(mark, one), bool(patterns[at]), at) for at, one in enumerate(found)]
    best = min(
        (one for one in close if one[0] < _FAR), default=None, key=lambda one: (one[1], one[0], one[2])
    )
    return None if best is None else best[2]


def _closeness(mark: Mark, one: Instance) -> int:
    """Return how directly an instance is what a mark means: 0 the same events, 1 the same primary or step.

    2 where what was planted has grown by what came about beside it, as a self-loop by one more
    form: all its events are in it, or they share at least half, as scores have it.
    """
    if one.code != mark.code or one.intended:
        return _FAR
    if set(one.acts) == set(mark.acts):
        return 0
    if one.step == mark.step if mark.code == "V1" else one.primary == mark.primary:
        return 1
    mine, theirs = set(mark.acts), set(one.acts)
    grown = mine <= theirs or 2 * len(mine & theirs) >= len(mine | theirs)
    return 2 if grown and mark.code != "V1" else _FAR


def _is_status(life: Life, mark: Mark) -> bool:
    """Say whether the mark tells how a journey ended, and the journey says so too."""
    journey = life.acts[mark.primary].journey
    if journey is None:
        return False
    status = life.journeys[journey].status
    return (mark.code in _STATUSES and status == mark.code) or (mark.code == _DEAD_END and status in _LOST)


def _told(life: Life, mark: Mark) -> str:
    labels = " ".join(life.acts[at].label for at in mark.acts)
    step = f" step {mark.step}" if mark.step else ""
    return f"{mark.code} by {mark.pattern}{step}: {event_names(life, mark.acts)} ({labels})"
