"""Where does a journey go round in circles: L1, L2, L3 and L4 (domain.md 2.7, rulings 6 and 7)?

The four rules stand first, over bare labels, as the definitions have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import mean, stdev
from typing import NamedTuple

from cjmine.domain.vocabulary import Direction
from cjmine.northmoor.truth.plan import ANYTIME, BRANCHES, STAGE
from cjmine.northmoor.truth.views import Instance, Place, Seen, Thread, naming, unordered

_SCHEDULED_TIMES, _SCHEDULED_SPREAD = 5, 0.25  # ruling 7
Before = Callable[[int, int], bool]


class Loop(NamedTuple):
    """A loop over places of a sequence: all of it, and the occurrences that are more than the first."""

    code: str
    places: tuple[int, ...]
    extra: tuple[int, ...]


def runs(labels: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the places of maximal runs of one label."""
    found: list[list[int]] = []
    for at, label in enumerate(labels):
        if found and labels[found[-1][0]] == label:
            found[-1].append(at)
        else:
            found.append([at])
    return [tuple(run) for run in found]


def self_loops(labels: Sequence[str]) -> list[Loop]:
    """L1: maximal runs of two and more."""
    return [Loop("L1", run, run[1:]) for run in runs(labels) if len(run) > 1]


def short_loops(labels: Sequence[str]) -> list[Loop]:
    """L2: maximal alternations a b a (b a ...) of runs; two of them may share one."""
    whole = runs(labels)
    names = [labels[run[0]] for run in whole]
    found, at = [], 0
    while at + 2 < len(names):
        last = at + 1
        while last + 1 < len(names) and names[last + 1] == names[last - 1]:
            last += 1
        if last - at > 1:
            taken = whole[at : last + 1]
            found.append(Loop("L2", sum(taken, ()), tuple(run[0] for run in taken[2:])))
        at = max(last, at + 1)
    return found


def repetitions(labels: Sequence[str], before: Before = int.__lt__) -> list[Loop]:
    """L3: every run whose label was seen before with at least one other label between (ruling 6)."""

    def comes_back(first: int, at: int) -> bool:
        between = (k for k in range(len(labels)) if before(first, k) and before(k, at))
        return labels[first] == labels[at] and any(labels[k] != labels[at] for k in between)

    found = []
    for run in runs(labels):
        pairs = ((first, at) for at in run for first in reversed(range(run[0])))
        pair = next((pair for pair in pairs if comes_back(*pair)), None)
        if pair is not None:
            found.append(Loop("L3", pair, pair[1:]))
    return found


def stage_returns(stages: Sequence[int], before: Before = int.__lt__) -> list[Loop]:
    """L4: maximal bodies of events below the highest stage reached, until it is reached again."""
    found, body, highest = [], list[int](), -1
    for at, stage in enumerate(stages):
        reached = max((stages[k] for k in range(at) if before(k, at)), default=-1)
        if stage < reached:
            body.append(at)
        elif stage >= highest and body:
            found.append(Loop("L4", tuple(body), tuple(body)))
            body = []
        highest = max(highest, stage)
    return [*found, Loop("L4", tuple(body), tuple(body))] if body else found


def loops(thread: Thread) -> Iterator[Instance]:
    """Return every loop of one journey; equal event sets of parallel threads once."""
    steps = _steps(thread)
    scheduled = _scheduled(thread.acts)
    seen: set[tuple[str, tuple[int, ...]]] = set()
    for strand in _strands(steps, planned=thread.planned):
        for loop in _strand_loops(strand, planned=thread.planned):
            acts = tuple(sorted(strand[at].pos for at in loop.places))
            if (loop.code, acts) in seen:
                continue
            seen.add((loop.code, acts))
            extra = [strand[at] for at in loop.extra]
            yield Instance(
                code=loop.code,
                acts=acts,
                primary=extra[0].pos,
                journey=thread.journey,
                step=extra[0].label,
                intended=all(_intended(one, scheduled, planned=thread.planned) for one in extra),
            )


def _steps(thread: Thread) -> list[Seen]:
    """Return one step per contact, and every act that is part of none."""
    groups: dict[Place, list[Seen]] = {}
    for one in thread.acts:
        groups.setdefault(one.place, []).append(one)
    return sorted((naming(group) for group in groups.values()), key=lambda one: (one.low, one.pos))


def _strands(steps: list[Seen], *, planned: bool) -> list[list[Seen]]:
    """Split steps by parallel branch of the plan, or by service where there is no plan."""
    if not planned:
        services = dict.fromkeys(one.act.service for one in steps)
        return [[one for one in steps if one.act.service == service] for service in services]
    together = frozenset[str]().union(*BRANCHES)
    return [[s for s in steps if s.label not in together - branch] for branch in BRANCHES]


def _strand_loops(strand: list[Seen], *, planned: bool) -> Iterator[Loop]:
    def before(first: int, second: int) -> bool:
        return strand[first].before(strand[second])

    for start, stop in _firm(strand):
        labels = [one.label for one in strand[start:stop]]
        for loop in (*self_loops(labels), *short_loops(labels)):
            yield Loop(loop.code, *(tuple(at + start for at in places) for places in loop[1:]))
    yield from repetitions([one.label for one in strand], before)
    if planned:
        staged = [at for at, one in enumerate(strand) if one.label in STAGE]
        stages = [STAGE[strand[at].label] for at in staged]
        for loop in stage_returns(stages, lambda first, second: before(staged[first], staged[second])):
            places = tuple(staged[at] for at in loop.places)
            yield Loop("L4", places, places)


def _firm(strand: list[Seen]) -> Iterator[tuple[int, int]]:
    """Return the stretches in which every step is surely before or after all steps of other labels."""
    loose = [any(other.label != one.label and unordered(one, other) for other in strand) for one in strand]
    start = 0
    for at, walled in enumerate([*loose, True]):
        if walled:
            if at > start:
                yield start, at
            start = at + 1


def _scheduled(acts: Sequence[Seen]) -> frozenset[str]:
    """Return the labels that come by a timetable (ruling 7)."""
    times: dict[str, list[Seen]] = {}
    for one in acts:
        times.setdefault(one.label, []).append(one)
    found = []
    for label, every in times.items():
        if len(every) < _SCHEDULED_TIMES or any(one.act.direction is Direction.INBOUND for one in every):
            continue
        gaps = [(later.start - earlier.start).total_seconds() for earlier, later in pairwise(every)]
        if mean(gaps) > 0 and stdev(gaps) / mean(gaps) < _SCHEDULED_SPREAD:
            found.append(label)
    return frozenset(found)


def _intended(one: Seen, scheduled: frozenset[str], *, planned: bool) -> bool:
    return (planned and one.label in ANYTIME) or one.act.bulk or one.label in scheduled
