"""Which steps does the model allow after the steps made so far?

The token game on sets of markings (silent steps taken freely), remembered per
net: variants share their beginnings, so each set is worked out once.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from cjmine.conformance.same import Same
from cjmine.domain.models import PetriNet

Marking = tuple[int, ...]
States = frozenset[Marking]


class Replay:
    """The net's behaviour, found out as far as it is asked for."""

    def __init__(self, net: PetriNet) -> None:
        self.net = net
        self._after: dict[tuple[States, str], States] = {}
        first = tuple(sorted(p for p, n in net.initial.items() for _ in range(n)))
        self.start = self._settled({first})

    def after(self, states: States, label: str) -> States:
        """Return where a visible step leads; empty when it is not enabled."""
        key = (states, label)
        if key not in self._after:
            self._after[key] = self._settled({new for s in states for new in self._fired(s, label)})
        return self._after[key]

    def _settled(self, states: set[Marking]) -> States:
        found, todo = set(states), list(states)
        while todo:
            new = set(self._fired(todo.pop(), None)) - found
            found |= new
            todo += new
        return frozenset(found)

    def _fired(self, marking: Marking, label: str | None) -> list[Marking]:
        found = []
        tokens = Counter(marking)
        for transition in self.net.transitions:
            if transition.label == label and not Counter(transition.inputs) - tokens:
                rest = (tokens - Counter(transition.inputs)) + Counter(transition.outputs)
                found.append(tuple(sorted(rest.elements())))
        return found


def replay_of(net: PetriNet) -> Replay:
    """Return the replay of a net, the same one for the same net."""
    return _replay(Same(net))


@lru_cache(maxsize=16)
def _replay(same: Same[PetriNet]) -> Replay:
    return Replay(same.value)
