"""One person's true story while it is being told: acts come in any order, and the log's end cuts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Status
from cjmine.northmoor.acts import Act, Life, Mark, What
from cjmine.northmoor.clock import FIRST_DAY, LOG_END
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.patterns import PATTERNS
from cjmine.northmoor.world import Person

_ABANDONED_AFTER = timedelta(days=30)
_SUCCESS, _STOPPED = What.CONFIRM, What.WITHDRAW


@dataclass(slots=True)
class Story:
    """Acts and marks so far; ``now`` is the moment up to which the move has come."""

    person: Person
    plan: frozenset[str]
    dice: Dice
    now: datetime
    acts: list[Act] = field(default_factory=list)
    planted: list[Mark] = field(default_factory=list)
    decoys: list[Mark] = field(default_factory=list)

    def add(self, act: Act) -> int:
        """Add an act, which also moves the story on; return its number."""
        self.now = max(self.now, act.at)
        return self.aside(act)

    def aside(self, act: Act) -> int:
        """Add an act that the move does not wait for; return its number."""
        self.acts.append(act)
        return len(self.acts) - 1

    def mark(self, pattern: str, code: str, *acts: int, primary: int | None = None) -> None:
        """Note that ``acts`` show ``pattern``; the last is the primary one unless said otherwise."""
        kept = self.planted if code in _CODES[pattern] else self.decoys
        kept.append(
            Mark(code=code, pattern=pattern, acts=acts, primary=acts[-1] if primary is None else primary)
        )

    def told(self) -> Life:
        """Return the story as the log can know it: in order, and cut to its first and last day."""
        first = datetime.combine(FIRST_DAY, time())
        order = sorted(range(len(self.acts)), key=lambda at: (self.acts[at].at, at))
        order = [at for at in order if first <= self.acts[at].at < LOG_END]
        place = {at: number for number, at in enumerate(order)}
        status = self._status([self.acts[at] for at in order])
        planted = [mark for mark in self.planted if mark.code not in set(Status) or mark.code == status]
        return Life(
            person=self.person,
            acts=tuple(self.acts[at] for at in order),
            planted=_placed(planted, place),
            decoys=_placed(self.decoys, place),
            status=status,
        )

    def _status(self, acts: list[Act]) -> Status:
        done = {act.what for act in acts}
        if _SUCCESS in done:
            return Status.COMPLETE
        if _STOPPED in done:
            return Status.STOPPED
        silent = LOG_END - max((act.at for act in acts), default=LOG_END)
        return Status.ABANDONED if silent > _ABANDONED_AFTER else Status.OPEN


def _placed(marks: list[Mark], place: dict[int, int]) -> tuple[Mark, ...]:
    return tuple(
        Mark(code=m.code, pattern=m.pattern, acts=tuple(place[at] for at in m.acts), primary=place[m.primary])
        for m in marks
        if all(at in place for at in m.acts)
    )


_CODES = {pattern.name: pattern.codes for pattern in PATTERNS} | {"parallel_work": ()}
