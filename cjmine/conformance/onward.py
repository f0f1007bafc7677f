"""What does it cost to move on in the model alone?

The states of the model in an order in which their steps lead, but for the way back in
loops, to earlier rows: so one pass over the rows, many states at once, carries every
value along all ways but those, and a few passes along all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cjmine.domain.minimal import minimal, steps_of
from cjmine.domain.models import Automaton, IntArray

Values = npt.NDArray[Any]
_Ints = npt.NDArray[np.int64]
_FAR = 1 << 40


@dataclass(frozen=True, slots=True)
class Onward:
    """A deterministic model by rows: ``after[row, label]`` is where a step leads, -1 where there is none.

    ``start`` is the row of the first state. ``waves`` and ``back`` are steps without
    their labels, (sources, targets) with no source twice.
    """

    labels: tuple[str, ...]
    start: int
    final: npt.NDArray[np.bool_]
    after: IntArray
    waves: tuple[tuple[slice, _Ints], ...]
    back: tuple[tuple[_Ints, _Ints], ...]

    @property
    def n_states(self) -> int:
        """Return the number of rows."""
        return len(self.after)

    def close(self, values: Values, step: int) -> None:
        """Lower ``values`` (rows: states) in place to what moving on in the model, ``step`` each, allows."""
        for sources, targets in self.back:
            values[sources] = np.minimum(values[sources], values[targets] + step)
        again = True
        while again:
            for rows, targets in self.waves:
                ahead = values[targets]
                ahead += step
                np.minimum(values[rows], ahead, out=values[rows])
            again = False
            for sources, targets in self.back:
                ahead, known = values[targets] + step, values[sources]
                if (ahead < known).any():
                    values[sources] = np.minimum(ahead, known)
                    again = True

    def to_end(self) -> _Ints:
        """Return the fewest steps from each state to the end."""
        found = np.where(self.final, 0, _FAR)[:, None]
        self.close(found, 1)
        return found[:, 0]


def onward_of(automaton: Automaton) -> Onward:
    """Return the smallest deterministic model with the automaton's language, in rows.

    Raises ``StatesError`` when that needs more than 20,000 states.
    """
    small = minimal(automaton)
    after = steps_of(small)
    targets = [sorted({t for t in row if t >= 0}) for row in after.tolist()]
    rank, back = _ranked(targets)
    ahead = [[t for t in ts if t != s and (s, t) not in back] for s, ts in enumerate(targets)]
    order = np.lexsort([[-len(ts) for ts in ahead], rank])  # ties stay in order
    row = np.empty(small.n_states, np.int64)
    row[order] = np.arange(small.n_states)
    final = np.zeros(small.n_states, bool)
    final[row[list(small.finals)]] = True
    return Onward(
        labels=small.labels,
        start=int(row[0]),
        final=final,
        after=np.where(after < 0, -1, row[after])[order].astype(np.int32),
        waves=tuple(_waves([row[ahead[s]] for s in order.tolist()], np.array(rank)[order])),
        back=tuple(_slots(sorted((int(row[s]), int(row[t])) for s, t in back if s != t))),
    )


def _ranked(targets: list[list[int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """Return each state's most steps to a state without further ones, and the steps left out: ways back.

    A depth-first walk from state 0; a way back leads to a state on the path walked.
    """
    rank = [-1] * len(targets)
    back: set[tuple[int, int]] = set()
    path, walking = [(0, iter(targets[0]))], {0}
    while path:
        state, left = path[-1]
        for target in left:
            if target in walking:
                back.add((state, target))
            elif rank[target] < 0:
                path.append((target, iter(targets[target])))
                walking.add(target)
                break
        else:
            path.pop()
            walking.discard(state)
            rank[state] = 1 + max((rank[t] for t in targets[state] if (state, t) not in back), default=-1)
    return rank, back


def _waves(ahead: list[_Ints], rank: _Ints) -> Iterator[tuple[slice, _Ints]]:
    """Yield, rank by rank, the first step of every state, the second of those that have one, and so on."""
    begins = np.searchsorted(rank, np.arange(1, rank.max(initial=0) + 2))
    for begin, end in zip(begins.tolist(), begins[1:].tolist(), strict=False):
        for place in range(len(ahead[begin])):  # the state with most steps comes first
            having = [steps[place] for steps in ahead[begin:end] if len(steps) > place]
            yield slice(begin, begin + len(having)), np.array(having, np.int64)


def _slots(pairs: list[tuple[int, int]]) -> Iterator[tuple[_Ints, _Ints]]:
    """Yield pairs in groups in which no source stands twice."""
    while pairs:
        group = dict(reversed(pairs))  # of each source the first
        yield np.array(list(group), np.int64), np.array(list(group.values()), np.int64)
        pairs = [pair for pair in pairs if group[pair[0]] != pair[1]]
