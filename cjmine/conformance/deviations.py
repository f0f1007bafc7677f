"""What went differently from the plan, in words a service owner uses?

The moves of an alignment become deviations: a step is missing (V1), something
extra happened (V2), steps are out of order (V3), a part was repeated too often
(V8). One set of events gives one deviation (domain.md 2.16 and 0.1, 8-12).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cjmine.conformance.messages import ad_hoc, missing, out_of_order, too_many
from cjmine.conformance.moves import Alignment, Move
from cjmine.conformance.replay import replay_of
from cjmine.domain.models import IntendedJourney
from cjmine.domain.vocabulary import Kind, MoveKind

_UNROLLED = 10  # a repeat that may run more often is a loop in the net: its limit is counted, not aligned


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One deviation; positions are places in the variant that was aligned.

    ``positions`` is the evidence, ``primary`` the event it is about (none for a
    missing step), ``extra`` the events that need not have happened, ``count``
    how often the step happened (V8), else 1.
    """

    code: str
    kind: Kind
    label: str
    positions: tuple[int, ...]
    message: str
    primary: int | None = None
    extra: tuple[int, ...] = ()
    count: int = 1


def without_anytime(
    variant: tuple[str, ...], journey: IntendedJourney
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the variant without the steps allowed at any time, and the positions kept."""
    kept = tuple(i for i, label in enumerate(variant) if label not in journey.anytime)
    return tuple(variant[i] for i in kept), kept


def counts_rounds(journey: IntendedJourney) -> bool:
    """Tell whether a journey that costs nothing may deviate: by more rounds of a loop than are allowed."""
    return any(repeat.maximum > _UNROLLED for repeat in journey.repeats)


def deviations_of(alignment: Alignment, journey: IntendedJourney, *, prefix: bool) -> tuple[Deviation, ...]:
    """Return the deviations of one aligned variant, in the order of their evidence."""
    if alignment.cost == 0 and not counts_rounds(journey):
        return ()
    case = _Case(alignment, journey)
    found = [*case.too_many(), *case.out_of_order(prefix=prefix), *case.ad_hoc(), *case.missing()]
    return tuple(sorted(found, key=lambda d: (d.positions or (-1,), d.code, d.label)))


class _Case:
    """An alignment whose log and model moves are used up, one deviation after the other."""

    def __init__(self, alignment: Alignment, journey: IntendedJourney) -> None:
        self.journey, self.moves = journey, alignment.moves
        self.logs = [i for i, m in enumerate(self.moves) if m.kind is MoveKind.LOG]
        self.models = [i for i, m in enumerate(self.moves) if m.kind is MoveKind.MODEL]
        self.synced = [i for i, m in enumerate(self.moves) if m.kind is MoveKind.SYNC]
        self.happened = Counter(m.label for m in self.moves if m.position is not None)

    def too_many(self) -> list[Deviation]:
        """V8: rounds of a repeat beyond its limit; the later rounds are the extra ones."""
        found = []
        for repeat in self.journey.repeats:
            rounds: dict[int, list[int]] = {}
            for label in repeat.steps:
                events = [_place(m) for m in self.moves if m.label == label and m.position is not None]
                alone = [i for i in self.logs if self.moves[i].label == label]
                beyond = max(0, len(events) - repeat.maximum)
                if repeat.maximum <= _UNROLLED:
                    beyond = min(beyond, len(alone))
                gone = set(alone[len(alone) - min(beyond, len(alone)) :])
                self.logs = [i for i in self.logs if i not in gone]
                for k in range(len(events) - beyond, len(events)):
                    rounds.setdefault(k, []).append(events[k])
            name = repeat.steps[0] if repeat.steps else ""
            times = max((self.happened[step] for step in repeat.steps), default=0)
            for k in sorted(rounds):
                places = tuple(sorted(rounds[k]))
                text = too_many(self.journey, name, times, repeat.maximum, repeat.because)
                found.append(
                    Deviation(
                        code="V8",
                        kind=Kind.TOO_MANY,
                        label=name,
                        positions=places,
                        message=text,
                        primary=places[0],
                        extra=places,
                        count=times,
                    )
                )
        return found

    def out_of_order(self, *, prefix: bool) -> list[Deviation]:
        """V3: the k-th log move of a label with its k-th model move.

        In a prefix also a log move whose step is due next: its model move lies beyond the prefix.
        """
        found = []
        for label in sorted({self.moves[i].label for i in self.logs}):
            early = [i for i in self.logs if self.moves[i].label == label]
            late = [i for i in self.models if self.moves[i].label == label]
            pairs = list(zip(early, late, strict=False))
            for log, model in pairs:
                other = self._after_model(model, log) if model < log else self._turn(log, model)
                if other is not None:
                    found.append(self._inversion(log, other))
                    self.logs.remove(log)
                    self.models.remove(model)
            if prefix and len(pairs) < len(early) and self._enabled_at_end(label):
                log = early[len(pairs)]
                other = self._turn(log, len(self.moves))
                if other is not None:
                    found.append(self._inversion(log, other))
                    self.logs.remove(log)
        return found

    def ad_hoc(self) -> list[Deviation]:
        """V2: the log moves left over."""
        found = []
        agreed = {self.moves[k].label for k in self.synced}
        for i in self.logs:
            label, place = self.moves[i].label, _place(self.moves[i])
            text = ad_hoc(self.journey, label, agreed)
            found.append(
                Deviation(
                    code="V2",
                    kind=Kind.AD_HOC,
                    label=label,
                    positions=(place,),
                    message=text,
                    primary=place,
                    extra=(place,),
                )
            )
        return found

    def missing(self) -> list[Deviation]:
        """V1: the model moves left over; their evidence are the events both agree on around them."""
        found = []
        for i in self.models:
            before = [_place(self.moves[k]) for k in self.synced if k < i][-1:]
            after = [k for k in self.synced if k > i][:1]
            later = self.moves[after[0]].label if after else None
            label = self.moves[i].label
            text = missing(self.journey, label, later, happened=self.happened[label] > 0)
            places = (*before, *(_place(self.moves[k]) for k in after))
            found.append(Deviation(code="V1", kind=Kind.MISSING, label=label, positions=places, message=text))
        return found

    def _inversion(self, log: int, other: int) -> Deviation:
        """Name an inversion after the later of its two events."""
        first, second = sorted((log, other), key=lambda i: _place(self.moves[i]))
        label, earlier = self.moves[second].label, self.moves[first].label
        places = (_place(self.moves[first]), _place(self.moves[second]))
        text = out_of_order(self.journey, earlier, label)
        return Deviation(
            code="V3",
            kind=Kind.OUT_OF_ORDER,
            label=label,
            positions=places,
            message=text,
            primary=places[1],
        )

    def _after_model(self, model: int, log: int) -> int | None:
        """Return the first agreed event after the step was due: it came too early."""
        return next((i for i in self.synced if model < i < log), None)

    def _turn(self, log: int, until: int) -> int | None:
        """Return the agreed event after which the early event's turn came: that one came too late."""
        replay = replay_of(self.journey.net)
        states, wanted = replay.start, self.moves[log].label
        last = None
        for i, move in enumerate(self.moves[:until]):
            if move.kind is not MoveKind.LOG:
                states = replay.after(states, move.label)
            if i > log and move.kind is MoveKind.SYNC:
                last = i
                if replay.after(states, wanted):
                    return i
        return last

    def _enabled_at_end(self, label: str) -> bool:
        replay = replay_of(self.journey.net)
        states = replay.start
        for move in self.moves:
            if move.kind is not MoveKind.LOG:
                states = replay.after(states, move.label)
        return bool(replay.after(states, label))


def _place(move: Move) -> int:
    """Return the position of a move that has an event."""
    return -1 if move.position is None else move.position
