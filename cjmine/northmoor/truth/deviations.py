"""Where does a move differ from the intended one: V1, V2, V3, V4, V6, V7 and V8 (domain.md 2.16)?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cjmine.domain.vocabulary import Outcome
from cjmine.northmoor.acts import Ended
from cjmine.northmoor.truth.alignment import Move, Side, Trace, align
from cjmine.northmoor.truth.plan import (
    ANYTIME,
    BY,
    CHANNELS,
    REPEATS,
    START,
    STOPPED,
    SUCCESS,
    UNWANTED,
    State,
    steps,
)
from cjmine.northmoor.truth.views import Instance, Seen, Thread, unordered


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A planned journey beside its plan: the events that were aligned and the moves over them."""

    journey: int | None
    prefix: bool
    stop: Seen | None
    events: tuple[Seen, ...]
    moves: tuple[Move, ...]
    synced: frozenset[int]

    def expected(self, one: Seen) -> bool:
        """Say whether the plan expected this event when it came."""
        return one.label in ANYTIME or one is self.stop or one.pos in self.synced

    def state_after(self, one: Seen) -> State | None:
        """Return where the plan stands after this event; ``None`` once the journey was stopped."""
        if self.stop is not None and not one.before(self.stop):
            return None
        states = [move.after for move in self.moves if move.at >= 0 and self.events[move.at].low <= one.low]
        return states[-1] if states else START


def course_of(thread: Thread, status: Ended) -> Course:
    """Return the best alignment of a journey: to the end if it was completed, else as far as it came."""
    stop = None
    if status is Ended.STOPPED:
        stop = next((one for one in thread.acts if one.label == STOPPED), None)
    events = tuple(
        one
        for one in thread.acts
        if one.label not in ANYTIME and one is not stop and (stop is None or not stop.before(one))
    )
    prefix = not any(one.label == SUCCESS for one in thread.acts)
    moves = align(trace_of(events), prefix=prefix)
    synced = frozenset(events[move.at].pos for move in moves if move.side is Side.SYNC)
    return Course(thread.journey, prefix, stop, events, moves, synced)


def trace_of(events: Sequence[Seen]) -> Trace:
    """Return the labels of events with what is unordered among them."""
    return tuple(
        (
            one.label,
            tuple(at - other for other in range(at) if unordered(events[other], one)),
        )
        for at, one in enumerate(events)
    )


def deviations(course: Course) -> Iterator[Instance]:
    """Return every deviation of one journey from the plan."""
    swapped, used = _swaps(course)
    extra = [at for at, move in enumerate(course.moves) if move.side is Side.LOG and at not in used]
    rounds = _rounds(course, extra)
    yield from swapped
    for kept in rounds.values():
        events = [course.events[at] for at in kept]
        yield _instance(course, "V8", events, events[0].label)
    known = {at for kept in rounds for at in kept}
    for at in extra:
        event = course.events[course.moves[at].at]
        if course.moves[at].at not in known:
            detail = "unwanted" if event.label in UNWANTED else "ad hoc"
            yield _instance(course, "V2", [event], event.label, detail=detail)
    for at, move in enumerate(course.moves):
        if move.side is Side.MODEL and at not in used:
            yield _instance(course, "V1", _neighbours(course, at), move.label)
    yield from _attributes(course)


def _instance(
    course: Course,
    code: str,
    events: Sequence[Seen],
    step: str,
    *,
    detail: str = "",
    primary: Seen | None = None,
) -> Instance:
    first = events[0] if primary is None else primary
    acts = tuple(sorted(one.pos for one in events))
    return Instance(code=code, acts=acts, primary=first.pos, journey=course.journey, step=step, detail=detail)


def _neighbours(course: Course, at: int) -> list[Seen]:
    """Return the synchronous events just before and just after a move."""
    before = [move.at for move in course.moves[:at] if move.side is Side.SYNC][-1:]
    after = [move.at for move in course.moves[at:] if move.side is Side.SYNC][:1]
    return [course.events[place] for place in (*before, *after)]


def _swaps(course: Course) -> tuple[list[Instance], set[int]]:
    """Return what came out of order, and the moves that explains (ruling 9)."""
    moves = course.moves
    found: list[Instance] = []
    used: set[int] = set()
    for label in sorted({move.label for move in moves if move.side is Side.LOG}):
        logs = [at for at, move in enumerate(moves) if move.side is Side.LOG and move.label == label]
        models = [at for at, move in enumerate(moves) if move.side is Side.MODEL and move.label == label]
        for log, model in zip(logs, models, strict=False):
            used |= {log, model}
            neighbours = [at for at in _order(log, model) if moves[at].side is Side.SYNC]
            partner = (neighbours[:1] if model < log else neighbours[-1:]) or [log]
            found.append(_inversion(course, log, partner[0]))
        if course.prefix and len(logs) > len(models):
            log = logs[len(models)]
            partner = _opened(course, log)
            if partner:
                used.add(log)
                found.append(_inversion(course, log, partner[0]))
    return found, used


def _order(log: int, model: int) -> range:
    """Return the moves between the place of an event and the place where the plan wanted it."""
    return range(min(log, model) + 1, max(log, model))


def _opened(course: Course, log: int) -> list[int]:
    """Return the later synchronous move that made an event's step possible, if it still is in the end."""
    moves = course.moves
    label, last = moves[log].label, moves[-1].after
    if label not in dict(steps(last)):
        return []
    later = range(log + 1, len(moves))
    return [at for at in later if moves[at].side is Side.SYNC and label in dict(steps(moves[at].after))][:1]


def _inversion(course: Course, log: int, partner: int) -> Instance:
    """Return the two events that came in the wrong order, named after the later one."""
    events = [course.events[course.moves[at].at] for at in sorted({log, partner})]
    later = max(events, key=lambda one: (one.low, one.pos))
    return _instance(course, "V3", events, later.label, primary=later)


def _rounds(course: Course, extra: Sequence[int]) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Return the places of events that are a round too many, each with those to report.

    Log moves of a repeat's steps are split into rounds. The later rounds of
    the journey are reported, whichever of them the alignment left over (ruling 12).
    """
    found: dict[tuple[int, ...], tuple[int, ...]] = {}
    for labels in REPEATS:
        every = [at for at, event in enumerate(course.events) if event.label in labels]
        places = [course.moves[at].at for at in extra if course.moves[at].label in labels]
        counts = {label: sum(course.events[at].label == label for at in every) for label in labels}
        over = _split(course, [at for at in sorted(places) if counts[course.events[at].label] > 1])
        rounds = _split(course, every)
        for left, later in zip(over, rounds[len(rounds) - len(over) :], strict=False):
            found[left] = left if left[0] >= later[0] else later
    return found


def _split(course: Course, places: Sequence[int]) -> list[tuple[int, ...]]:
    """Cut places into rounds: a label that comes again begins the next."""
    rounds: list[list[int]] = []
    for place in places:
        label = course.events[place].label
        if not rounds or label in {course.events[at].label for at in rounds[-1]}:
            rounds.append([place])
        else:
            rounds[-1].append(place)
    return [tuple(one) for one in rounds]


def _attributes(course: Course) -> Iterator[Instance]:
    """Return steps that failed for good, came by a wrong channel or from a wrong service."""
    for event in (one for one in course.events if one.pos in course.synced):
        act, label = event.act, event.label
        again = (other.act for other in course.events if event.before(other) and other.label == label)
        if act.outcome is Outcome.FAILED and all(other.outcome is Outcome.FAILED for other in again):
            yield _instance(course, "V4", [event], label)
        if label in CHANNELS and act.channel.value not in CHANNELS[label]:
            yield _instance(course, "V6", [event], label, detail=act.channel.value)
        if label in BY and act.service is not None and act.service != BY[label]:
            yield _instance(course, "V7", [event], label, detail=act.service)
