"""What did journeys do of a draft: how many of them each step, each way of a choice, each round?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cjmine.intended.commented import named_in
from cjmine.intended.outline import Text

Counts = npt.NDArray[np.int64]
_MARKS = "?*+"
_UNITS = (("d", 86_400e6), ("h", 3_600e6), ("min", 60e6))
_WAYS = 4  # more ways of a choice are summed up


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What journeys show of a step: how many have it, how often at most, how long after which other step."""

    journeys: int
    most: int
    before: str | None = None
    wait_us: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNotes:
    """Comments behind the steps of a draft; ``times`` has the number of times each journey takes a step."""

    steps: Mapping[str, Taken]
    times: Mapping[str, Counts]
    journeys: int

    def step(self, name: str) -> str:
        """Say how many journeys take a step, and how long after which other one."""
        taken = self.steps[name.rstrip(_MARKS)]
        told = [self._of_all(taken.journeys)]
        if taken.most > 1:
            told.append(f"up to {taken.most:,} times")
        if taken.before is not None and taken.wait_us is not None:
            told.append(f"median {span(taken.wait_us)} after {taken.before}")
        return ", ".join(told)

    def block(self, word: str, branches: Sequence[Text]) -> str:
        """Say how many journeys come by a block, and what share of them goes which way."""
        by = self._any(list(branches))
        if word == "together":
            return self._of_all(by)
        shares = [(self._any(one) / max(by, 1), next(named_in(one)).rstrip(_MARKS)) for one in branches]
        ways = [f"{share:.0%} {name}" for share, name in sorted(shares, key=lambda way: (-way[0], way[1]))]
        more = [f"{len(ways) - _WAYS} ways more"] if len(ways) > _WAYS else []
        return f"{self._of_all(by)}: {', '.join([*ways[:_WAYS], *more])}"

    def rounds(self, body: Sequence[Text]) -> str:
        """Say how many journeys come by a repeat, and how many rounds they make."""
        made = self._rounds(list(body))
        some = made[made > 0]
        told = self._of_all(len(some))
        if made.max(initial=0) > 1:
            told += f", rounds: median {np.median(some):g}, at most {made.max():,}"
        return told

    def _of_all(self, some: int) -> str:
        return f"{some:,} of {self.journeys:,} journeys"

    def _any(self, item: Text) -> int:
        together = np.zeros(self.journeys, np.int64)
        for name in named_in(item):
            together += self.times[name.rstrip(_MARKS)]
        return int((together > 0).sum())

    def _rounds(self, item: Text) -> Counts:
        """Return how many rounds of an item each journey makes: as often as it takes some step of it.

        Of a choice every way is a round of its own; what is repeated within a round counts once.
        """
        if isinstance(item, str):
            return self._times(item)
        if isinstance(item, list):
            return _largest([self._rounds(one) for one in item])
        word, body = next(iter(item.items()))
        if word == "repeat":
            return _once(_largest([self.times[n.rstrip(_MARKS)] for n in named_in(item)]))
        if word == "choose" and isinstance(body, list):
            ways: Counts = np.array([self._rounds(one) for one in body]).sum(axis=0, dtype=np.int64)
            return ways
        return self._rounds(body) if word == "together" else self._times(word)

    def _times(self, name: str) -> Counts:
        times = self.times[name.rstrip(_MARKS)]
        return _once(times) if name[-1] in "*+" else times


def _once(times: Counts) -> Counts:
    return (times > 0).astype(np.int64)


def _largest(parts: Sequence[Counts]) -> Counts:
    largest: Counts = np.array(parts, np.int64).max(axis=0)
    return largest


def span(length_us: float) -> str:
    """Return a length of time in the largest unit that it fills once.

    >>> span(268_000e6), span(5_400e6), span(20e6)
    ('3.1 d', '1.5 h', '0.3 min')
    """
    unit, size = next((one for one in _UNITS if length_us >= one[1]), _UNITS[-1])
    return f"{length_us / size:.1f} {unit}"
